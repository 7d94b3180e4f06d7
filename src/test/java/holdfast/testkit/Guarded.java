package holdfast.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A range of heap or native memory between two canaries of 64 bytes, to catch a write outside.
 *
 * <pre>{@code
 * 0          lo - 64       lo                    lo + size    lo + size + 64
 * +----------+-------------+---------------------+------------+-----------+
 * |          |   canary    |      the range      |   canary   |           |
 * +----------+-------------+---------------------+------------+-----------+
 * }</pre>
 *
 * <p>The same room serves range after range, each at another alignment.
 */
public final class Guarded {
  public static final int CANARY_SIZE = 64;
  private static final byte CANARY = (byte) 0xC5;
  private static final byte STALE = (byte) 0xA7;
  private static final MemorySegment CANARIES = canaries();

  private final byte[] array;
  private final MemorySegment room;
  private int lo;
  private int size;
  private int turn;

  private Guarded(byte[] array, MemorySegment room) {
    this.array = array;
    this.room = room;
  }

  /** Ranges of up to that size in an array. */
  public static Guarded heap(int sizeMax) {
    byte[] array = new byte[sizeMax + 2 * CANARY_SIZE + 8];
    return new Guarded(array, MemorySegment.ofArray(array));
  }

  /** Ranges of up to that size in native memory. */
  public static Guarded nativeMemory(int sizeMax, Arena arena) {
    return new Guarded(null, arena.allocate(sizeMax + 2 * CANARY_SIZE + 8, 8));
  }

  /** Begins a range of stale bytes. */
  public Guarded stale(int rangeSize) {
    lo = CANARY_SIZE + (turn++ & 7);
    size = rangeSize;
    MemorySegment.copy(CANARIES, 0, room, lo - CANARY_SIZE, CANARY_SIZE);
    MemorySegment.copy(CANARIES, 0, room, lo + size, CANARY_SIZE);
    room.asSlice(lo, size).fill(STALE);
    return this;
  }

  /** Begins a range with content: the first so many bytes of an array. */
  public Guarded holding(byte[] content, int count) {
    stale(count);
    MemorySegment.copy(content, 0, room, ValueLayout.JAVA_BYTE, lo, count);
    return this;
  }

  /** Begins a range with content in front of stale bytes. */
  public Guarded holding(byte[] content, int count, int staleSize) {
    stale(count + staleSize);
    MemorySegment.copy(content, 0, room, ValueLayout.JAVA_BYTE, lo, count);
    return this;
  }

  /** The array that holds the range; null in native memory. */
  public byte[] array() {
    return array;
  }

  /** Where the range begins in {@link #array}. */
  public int offset() {
    return lo;
  }

  public int size() {
    return size;
  }

  /** The whole range. */
  public MemorySegment segment() {
    return room.asSlice(lo, size);
  }

  /** A buffer of all the memory, with the range between position and limit. */
  public ByteBuffer buffer() {
    return room.asByteBuffer().position(lo).limit(lo + size);
  }

  /** Bytes of the range. */
  public byte[] bytes(int from, int count) {
    byte[] out = new byte[count];
    MemorySegment.copy(room, ValueLayout.JAVA_BYTE, lo + from, out, 0, count);
    return out;
  }

  /** Whether the range begins with these bytes, from an index on. */
  public boolean holds(int from, byte[] content, int count) {
    return MemorySegment.mismatch(
            room, lo + from, lo + from + count, MemorySegment.ofArray(content), 0, count)
        == -1;
  }

  /** Whether nobody wrote outside of the range. */
  public boolean intact() {
    return canaryAt(lo - CANARY_SIZE) && canaryAt(lo + size);
  }

  private boolean canaryAt(int at) {
    return MemorySegment.mismatch(room, at, at + CANARY_SIZE, CANARIES, 0, CANARY_SIZE) == -1;
  }

  private static MemorySegment canaries() {
    byte[] bytes = new byte[CANARY_SIZE];
    Arrays.fill(bytes, CANARY);
    return MemorySegment.ofArray(bytes);
  }
}
