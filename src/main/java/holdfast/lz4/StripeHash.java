package holdfast.lz4;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.zip.Checksum;

/**
 * What the two xxHash functions share: they eat whole stripes and keep the rest for later.
 *
 * <pre>{@code
 * update:  [ pending | ........ whole stripes ........ | rest ]
 *             |                    |                      |
 *             +-- made one stripe  +-- eaten in place     +-- copied to pending
 * }</pre>
 *
 * <p>Bytes are hashed where they lie; at most one stripe is ever copied. Not thread safe.
 */
abstract sealed class StripeHash implements Checksum permits XxHash32, XxHash64 {
  /** Little-endian words of a byte array, at any index. */
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Little-endian words of a segment, at any offset. */
  static final ValueLayout.OfInt SEGMENT_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfLong SEGMENT_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Heap memory that hides its array (read-only, or not bytes) goes through a copy this big. */
  private static final int STAGE_SIZE = 4096;

  /** Native memory is walked in slices, because only int loops lose their bounds checks. */
  static final long SLICE_MAX = 1L << 30;

  private final byte[] pending;
  private int pendingSize;
  private long total;

  StripeHash(int stripeSize) {
    pending = new byte[stripeSize];
  }

  /** Eats {@code [lo, hi)}, a whole number of stripes. */
  abstract void stripes(byte[] bytes, int lo, int hi);

  /** Eats a native segment of a whole number of stripes, at most {@link #SLICE_MAX} bytes. */
  abstract void stripes(MemorySegment bytes);

  /** Bytes seen since the last reset. */
  final long total() {
    return total;
  }

  final byte[] pending() {
    return pending;
  }

  final int pendingSize() {
    return pendingSize;
  }

  /** Forgets all bytes seen. */
  @Override
  public void reset() {
    pendingSize = 0;
    total = 0;
  }

  /**
   * Adds one byte. Many bytes at once are much faster.
   *
   * @param b the byte, in the low eight bits
   */
  @Override
  public final void update(int b) {
    total++;
    pending[pendingSize++] = (byte) b;
    if (pendingSize == pending.length) {
      stripes(pending, 0, pendingSize);
      pendingSize = 0;
    }
  }

  /**
   * Adds a range of an array.
   *
   * @param bytes the array; not kept
   * @param offset index of the first byte
   * @param size number of bytes
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  @Override
  public final void update(byte[] bytes, int offset, int size) {
    Objects.checkFromIndexSize(offset, size, bytes.length);
    total += size;
    int lo = offset;
    int hi = offset + size;
    if (pendingSize != 0) {
      int copied = Math.min(size, pending.length - pendingSize);
      System.arraycopy(bytes, lo, pending, pendingSize, copied);
      pendingSize += copied;
      lo += copied;
      if (pendingSize < pending.length) {
        return;
      }
      stripes(pending, 0, pendingSize);
      pendingSize = 0;
    }
    int rest = (hi - lo) & (pending.length - 1);
    if (hi - lo != rest) {
      stripes(bytes, lo, hi - rest);
    }
    System.arraycopy(bytes, hi - rest, pending, 0, rest);
    pendingSize = rest;
  }

  /**
   * Adds the remaining bytes of a buffer; its position moves to its limit.
   *
   * @param buffer heap or direct, read-only or not; not kept
   */
  @Override
  public final void update(ByteBuffer buffer) {
    if (buffer.hasArray()) {
      update(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    } else {
      update(MemorySegment.ofBuffer(buffer));
    }
    buffer.position(buffer.limit());
  }

  /**
   * Adds all bytes of a segment.
   *
   * @param bytes any kind of segment, of any size; not kept
   */
  public final void update(MemorySegment bytes) {
    if (bytes.isNative()) {
      updateNative(bytes);
    } else if (bytes.heapBase().orElse(null) instanceof byte[] array) {
      update(array, (int) bytes.address(), (int) bytes.byteSize());
    } else {
      byte[] stage = new byte[(int) Math.min(STAGE_SIZE, bytes.byteSize())];
      for (long lo = 0; lo < bytes.byteSize(); lo += stage.length) {
        int size = (int) Math.min(stage.length, bytes.byteSize() - lo);
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, lo, stage, 0, size);
        update(stage, 0, size);
      }
    }
  }

  private void updateNative(MemorySegment bytes) {
    long lo = 0;
    long size = bytes.byteSize();
    if (pendingSize != 0) {
      lo = Math.min(size, pending.length - pendingSize);
      keep(bytes, 0, (int) lo);
      if (pendingSize < pending.length) {
        return;
      }
      stripes(pending, 0, pendingSize);
      pendingSize = 0;
    }
    int rest = (int) (size - lo) & (pending.length - 1);
    while (lo < size - rest) {
      long slice = Math.min(SLICE_MAX, size - rest - lo);
      stripes(bytes.asSlice(lo, slice));
      total += slice;
      lo += slice;
    }
    keep(bytes, lo, rest);
  }

  private void keep(MemorySegment bytes, long offset, int size) {
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, pending, pendingSize, size);
    pendingSize += size;
    total += size;
  }
}
