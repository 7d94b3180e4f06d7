package holdfast.internal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The one place that touches memory: every layout, every byte order, every memory ordering.
 *
 * <p>The name of an accessor tells all about it:
 *
 * <pre>{@code
 * name                          order of bytes   alignment   ordering
 * getInt, putInt                little-endian    any         plain
 * getIntBe, putIntBe            big-endian       any         plain
 * getIntOpaque                  little-endian    natural     opaque: really read, in program order
 * getIntAcquire, putIntRelease  little-endian    natural     acquire, release
 * getIntVolatile, putIntVolatile, casInt, caxInt, getAndAddInt, getAndSetInt, getAndOrInt
 *                               little-endian    natural     volatile (both ways)
 * }</pre>
 *
 * <p>Offsets are bytes from the start of the segment. An access outside throws {@link
 * IndexOutOfBoundsException}, a closed segment {@link IllegalStateException}, a misaligned atomic
 * access {@link IllegalArgumentException}. The alignment is that of the address, so atomics need
 * native or mapped memory, or a heap array whose elements are as wide as the access.
 *
 * <p>Each accessor is one line and free of assertions, because it has to be inlined: whoever calls
 * it asserts. Every method that stores is named {@code put..., cas..., cax..., getAnd..., copy} or
 * {@code fill}; the tests build a second {@code Mem} from this very source that counts stores in
 * exactly those methods and dies at the n-th.
 */
public final class Mem {
  /** Smallest page that any supported machine has, in bytes. */
  public static final long PAGE = 4096;

  /** Two bytes, little-endian, any alignment. */
  public static final ValueLayout.OfShort SHORT = JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /** Four bytes, little-endian, any alignment. */
  public static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /** Eight bytes, little-endian, any alignment. */
  public static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /** Two bytes, big-endian, any alignment. */
  public static final ValueLayout.OfShort SHORT_BE = JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);

  /** Four bytes, big-endian, any alignment. */
  public static final ValueLayout.OfInt INT_BE = JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);

  /** Eight bytes, big-endian, any alignment. */
  public static final ValueLayout.OfLong LONG_BE = JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

  private static final VarHandle ATOMIC_BYTE = JAVA_BYTE.varHandle();
  private static final VarHandle ATOMIC_SHORT = JAVA_SHORT.withOrder(LITTLE_ENDIAN).varHandle();
  private static final VarHandle ATOMIC_INT = JAVA_INT.withOrder(LITTLE_ENDIAN).varHandle();
  private static final VarHandle ATOMIC_LONG = JAVA_LONG.withOrder(LITTLE_ENDIAN).varHandle();

  private Mem() {}

  /**
   * Reads a byte.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static byte getByte(MemorySegment segment, long offset) {
    return segment.get(JAVA_BYTE, offset);
  }

  /**
   * Stores a byte.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putByte(MemorySegment segment, long offset, byte value) {
    segment.set(JAVA_BYTE, offset, value);
  }

  /**
   * Reads two bytes, little-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static short getShort(MemorySegment segment, long offset) {
    return segment.get(SHORT, offset);
  }

  /**
   * Stores two bytes, little-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putShort(MemorySegment segment, long offset, short value) {
    segment.set(SHORT, offset, value);
  }

  /**
   * Reads four bytes, little-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static int getInt(MemorySegment segment, long offset) {
    return segment.get(INT, offset);
  }

  /**
   * Stores four bytes, little-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putInt(MemorySegment segment, long offset, int value) {
    segment.set(INT, offset, value);
  }

  /**
   * Reads eight bytes, little-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static long getLong(MemorySegment segment, long offset) {
    return segment.get(LONG, offset);
  }

  /**
   * Stores eight bytes, little-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putLong(MemorySegment segment, long offset, long value) {
    segment.set(LONG, offset, value);
  }

  /**
   * Reads two bytes, big-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static short getShortBe(MemorySegment segment, long offset) {
    return segment.get(SHORT_BE, offset);
  }

  /**
   * Stores two bytes, big-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putShortBe(MemorySegment segment, long offset, short value) {
    segment.set(SHORT_BE, offset, value);
  }

  /**
   * Reads four bytes, big-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static int getIntBe(MemorySegment segment, long offset) {
    return segment.get(INT_BE, offset);
  }

  /**
   * Stores four bytes, big-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putIntBe(MemorySegment segment, long offset, int value) {
    segment.set(INT_BE, offset, value);
  }

  /**
   * Reads eight bytes, big-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static long getLongBe(MemorySegment segment, long offset) {
    return segment.get(LONG_BE, offset);
  }

  /**
   * Stores eight bytes, big-endian.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putLongBe(MemorySegment segment, long offset, long value) {
    segment.set(LONG_BE, offset, value);
  }

  /**
   * Reads two bytes that other threads change, without ordering anything else.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static short getShortOpaque(MemorySegment segment, long offset) {
    return (short) ATOMIC_SHORT.getOpaque(segment, offset);
  }

  /**
   * Reads two bytes; what follows sees what their writer did before its release.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static short getShortAcquire(MemorySegment segment, long offset) {
    return (short) ATOMIC_SHORT.getAcquire(segment, offset);
  }

  /**
   * Stores two bytes after everything that this thread did before.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putShortRelease(MemorySegment segment, long offset, short value) {
    ATOMIC_SHORT.setRelease(segment, offset, value);
  }

  /**
   * Reads four bytes that other threads change, without ordering anything else.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static int getIntOpaque(MemorySegment segment, long offset) {
    return (int) ATOMIC_INT.getOpaque(segment, offset);
  }

  /**
   * Reads four bytes; what follows sees what their writer did before its release.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static int getIntAcquire(MemorySegment segment, long offset) {
    return (int) ATOMIC_INT.getAcquire(segment, offset);
  }

  /**
   * Stores four bytes after everything that this thread did before.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putIntRelease(MemorySegment segment, long offset, int value) {
    ATOMIC_INT.setRelease(segment, offset, value);
  }

  /**
   * Reads eight bytes that other threads change, without ordering anything else.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static long getLongOpaque(MemorySegment segment, long offset) {
    return (long) ATOMIC_LONG.getOpaque(segment, offset);
  }

  /**
   * Reads eight bytes; what follows sees what their writer did before its release.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static long getLongAcquire(MemorySegment segment, long offset) {
    return (long) ATOMIC_LONG.getAcquire(segment, offset);
  }

  /**
   * Stores eight bytes after everything that this thread did before.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putLongRelease(MemorySegment segment, long offset, long value) {
    ATOMIC_LONG.setRelease(segment, offset, value);
  }

  /**
   * Reads four bytes in the one order that all volatile accesses have.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static int getIntVolatile(MemorySegment segment, long offset) {
    return (int) ATOMIC_INT.getVolatile(segment, offset);
  }

  /**
   * Stores four bytes in the one order that all volatile accesses have.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putIntVolatile(MemorySegment segment, long offset, int value) {
    ATOMIC_INT.setVolatile(segment, offset, value);
  }

  /**
   * Replaces four bytes if they are as expected.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param expected what has to be there
   * @param value what to store
   * @return whether they were
   */
  public static boolean casInt(MemorySegment segment, long offset, int expected, int value) {
    return ATOMIC_INT.compareAndSet(segment, offset, expected, value);
  }

  /**
   * Replaces four bytes if they are as expected, and tells what was there.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param expected what has to be there
   * @param value what to store
   * @return what was there; equal to {@code expected} when it was replaced
   */
  public static int caxInt(MemorySegment segment, long offset, int expected, int value) {
    return (int) ATOMIC_INT.compareAndExchange(segment, offset, expected, value);
  }

  /**
   * Adds to four bytes.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param delta what to add, modulo the width
   * @return what was there before
   */
  public static int getAndAddInt(MemorySegment segment, long offset, int delta) {
    return (int) ATOMIC_INT.getAndAdd(segment, offset, delta);
  }

  /**
   * Replaces four bytes.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   * @return what was there before
   */
  public static int getAndSetInt(MemorySegment segment, long offset, int value) {
    return (int) ATOMIC_INT.getAndSet(segment, offset, value);
  }

  /**
   * Sets bits in four bytes.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param bits the bits to set
   * @return what was there before
   */
  public static int getAndOrInt(MemorySegment segment, long offset, int bits) {
    return (int) ATOMIC_INT.getAndBitwiseOr(segment, offset, bits);
  }

  /**
   * Reads eight bytes in the one order that all volatile accesses have.
   *
   * @param segment where
   * @param offset bytes from its start
   * @return the value
   */
  public static long getLongVolatile(MemorySegment segment, long offset) {
    return (long) ATOMIC_LONG.getVolatile(segment, offset);
  }

  /**
   * Stores eight bytes in the one order that all volatile accesses have.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   */
  public static void putLongVolatile(MemorySegment segment, long offset, long value) {
    ATOMIC_LONG.setVolatile(segment, offset, value);
  }

  /**
   * Replaces eight bytes if they are as expected.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param expected what has to be there
   * @param value what to store
   * @return whether they were
   */
  public static boolean casLong(MemorySegment segment, long offset, long expected, long value) {
    return ATOMIC_LONG.compareAndSet(segment, offset, expected, value);
  }

  /**
   * Replaces eight bytes if they are as expected, and tells what was there.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param expected what has to be there
   * @param value what to store
   * @return what was there; equal to {@code expected} when it was replaced
   */
  public static long caxLong(MemorySegment segment, long offset, long expected, long value) {
    return (long) ATOMIC_LONG.compareAndExchange(segment, offset, expected, value);
  }

  /**
   * Adds to eight bytes.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param delta what to add, modulo the width
   * @return what was there before
   */
  public static long getAndAddLong(MemorySegment segment, long offset, long delta) {
    return (long) ATOMIC_LONG.getAndAdd(segment, offset, delta);
  }

  /**
   * Replaces eight bytes.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param value what to store
   * @return what was there before
   */
  public static long getAndSetLong(MemorySegment segment, long offset, long value) {
    return (long) ATOMIC_LONG.getAndSet(segment, offset, value);
  }

  /**
   * Sets bits in eight bytes.
   *
   * @param segment where
   * @param offset bytes from its start
   * @param bits the bits to set
   * @return what was there before
   */
  public static long getAndOrLong(MemorySegment segment, long offset, long bits) {
    return (long) ATOMIC_LONG.getAndBitwiseOr(segment, offset, bits);
  }

  /** Keeps reads before it before reads after it: the second look at a version comes last. */
  public static void loadFence() {
    VarHandle.loadLoadFence();
  }

  /**
   * Keeps stores before it before stores after it: a lock is seen before what it guards changes.
   */
  public static void storeFence() {
    VarHandle.storeStoreFence();
  }

  /**
   * Copies bytes between places that do not overlap, in no particular order.
   *
   * @param source where from
   * @param sourceOffset bytes from its start
   * @param target where to
   * @param targetOffset bytes from its start
   * @param size bytes, at least 0
   */
  public static void copy(
      MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long size) {
    MemorySegment.copy(source, sourceOffset, target, targetOffset, size);
  }

  /**
   * Copies bytes of a segment into an array.
   *
   * @param source where from
   * @param sourceOffset bytes from its start
   * @param target where to
   * @param targetOffset index of the first byte
   * @param size bytes, at least 0
   */
  public static void getBytes(
      MemorySegment source, long sourceOffset, byte[] target, int targetOffset, int size) {
    MemorySegment.copy(source, JAVA_BYTE, sourceOffset, target, targetOffset, size);
  }

  /**
   * Copies bytes of an array into a segment.
   *
   * @param target where to
   * @param targetOffset bytes from its start
   * @param source where from
   * @param sourceOffset index of the first byte
   * @param size bytes, at least 0
   */
  public static void putBytes(
      MemorySegment target, long targetOffset, byte[] source, int sourceOffset, int size) {
    MemorySegment.copy(source, sourceOffset, target, JAVA_BYTE, targetOffset, size);
  }

  /**
   * Stores the same byte everywhere in a range, in no particular order.
   *
   * @param target where
   * @param targetOffset bytes from its start
   * @param size bytes, at least 0
   * @param value what to store
   */
  public static void fill(MemorySegment target, long targetOffset, long size, byte value) {
    target.asSlice(targetOffset, size).fill(value);
  }

  /**
   * Reads one byte of every page, so that a page of a map that has no storage behind it (the file
   * was cut, the disk is full) shows itself now.
   *
   * <p>To be called before the first compare-and-set on a freshly mapped range: on such a page a
   * read ends in an {@link InternalError}, which {@link MapFault} translates, while an interpreted
   * compare-and-set ends the whole process.
   *
   * @param segment what to read; any size and alignment
   */
  public static void touch(MemorySegment segment) {
    long size = segment.byteSize();
    for (long offset = 0; offset < size; offset += PAGE) {
      touchByte(segment, offset);
    }
    if (size > 0) {
      touchByte(segment, size - 1); // the segment may start in the middle of a page
    }
  }

  /** Opaque, because the compiler may drop a plain read whose value nobody wants. */
  @SuppressWarnings("ReturnValueIgnored")
  private static void touchByte(MemorySegment segment, long offset) {
    byte ignored = (byte) ATOMIC_BYTE.getOpaque(segment, offset);
  }
}
