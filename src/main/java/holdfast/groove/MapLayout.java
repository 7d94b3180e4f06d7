package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The shared state of a key map: its parameters and its locks. Aligned to 128, a multiple of 128
 * bytes long.
 *
 * <pre>{@code
 * byte 0        8           16         24          32     40           44   48      56     128
 *      +--------+-----------+----------+-----------+------+------------+----+-------+------+-------
 *      | magic  |elementMax | lockCount| probeMax  | seed | lockShift  | 0  | wraps |  0   | locks
 *      +--------+-----------+----------+-----------+------+------------+----+-------+------+-------
 *      locks: lockCount versions of two bytes; lock i is for elements [i << shift, (i+1) << shift)
 *
 * version   even  nobody changes anything in the range
 *           odd   somebody does, or holds it still
 *           +2    with each operation that has changed something; modulo 2^16
 * }</pre>
 *
 * <p>{@code elementMax} and {@code lockCount} are powers of two. {@code wraps} is ours: it grows by
 * one when any version goes round, so that a reader who was suspended for exactly 32768 changes is
 * not fooled by a version that looks as before. The original has padding there, writes 0 and never
 * looks.
 */
final class MapLayout {
  static final String FORMAT = "groove map";
  static final long MAGIC = 0xfd67007e3e7a3a90L;
  static final long ALIGN = 128;

  static final long LOCK_COUNT_MAX = 8192;

  /** 12 GiB of elements. The original has no limit; the verifier numbers elements with an int. */
  static final long ELEMENT_MAX = 1L << 28;

  static final long MAGIC_OFFSET = 0;
  static final long ELEMENT_MAX_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long LOCK_COUNT_OFFSET = ELEMENT_MAX_OFFSET + Long.BYTES;
  static final long PROBE_MAX_OFFSET = LOCK_COUNT_OFFSET + Long.BYTES;
  static final long SEED_OFFSET = PROBE_MAX_OFFSET + Long.BYTES;
  static final long LOCK_SHIFT_OFFSET = SEED_OFFSET + Long.BYTES;
  static final long WRAPS_OFFSET = LOCK_SHIFT_OFFSET + 2 * Integer.BYTES;
  static final long LOCKS_OFFSET = ALIGN;

  private MapLayout() {}

  /** Bytes of a map with so many locks. */
  static long footprint(long lockCount) {
    return (LOCKS_OFFSET + Short.BYTES * lockCount + ALIGN - 1) & -ALIGN;
  }

  static long lock(long index) {
    return LOCKS_OFFSET + Short.BYTES * index;
  }

  static int lockShift(long elementMax, long lockCount) {
    return Long.numberOfTrailingZeros(elementMax / lockCount);
  }

  /** Writes a new state; the magic last, because whoever sees it may rely on the rest. */
  static void format(MemorySegment map, long elementMax, long lockCount, long probeMax, long seed) {
    Mem.putLongRelease(map, MAGIC_OFFSET, 0);
    Mem.fill(map, Long.BYTES, footprint(lockCount) - Long.BYTES, (byte) 0);
    Mem.putLong(map, ELEMENT_MAX_OFFSET, elementMax);
    Mem.putLong(map, LOCK_COUNT_OFFSET, lockCount);
    Mem.putLong(map, PROBE_MAX_OFFSET, probeMax);
    Mem.putLong(map, SEED_OFFSET, seed);
    Mem.putInt(map, LOCK_SHIFT_OFFSET, lockShift(elementMax, lockCount));
    Mem.putLongRelease(map, MAGIC_OFFSET, MAGIC);
  }

  /** Refuses a state whose parameters contradict each other or the memory there is. */
  static void check(MemorySegment map, MemorySegment elements) {
    need(
        map.byteSize() >= footprint(1),
        map.byteSize(),
        footprint(1) + " bytes or more",
        map.byteSize());
    long magic = Mem.getLongAcquire(map, MAGIC_OFFSET);
    if (magic != MAGIC) {
      throw corrupt(MAGIC_OFFSET, "magic " + Long.toHexString(MAGIC), Long.toHexString(magic));
    }
    long elementMax = Mem.getLong(map, ELEMENT_MAX_OFFSET);
    need(powerOfTwo(elementMax), ELEMENT_MAX_OFFSET, "a power of two", elementMax);
    if (elementMax > ELEMENT_MAX) {
      throw new UnsupportedFormatException(
          FORMAT, ELEMENT_MAX_OFFSET, elementMax + " elements are more than " + ELEMENT_MAX);
    }
    long room = elements.byteSize() / MapElement.FOOTPRINT;
    need(elementMax <= room, ELEMENT_MAX_OFFSET, "at most " + room + " elements", elementMax);
    long lockCount = Mem.getLong(map, LOCK_COUNT_OFFSET);
    long locksMax = Math.min(elementMax, LOCK_COUNT_MAX);
    need(
        powerOfTwo(lockCount) && lockCount <= locksMax,
        LOCK_COUNT_OFFSET,
        "a power of two, at most " + locksMax,
        lockCount);
    need(
        footprint(lockCount) <= map.byteSize(),
        LOCK_COUNT_OFFSET,
        "locks inside " + map.byteSize() + " bytes",
        lockCount);
    long probeMax = Mem.getLong(map, PROBE_MAX_OFFSET);
    need(probeMax >= 1 && probeMax <= elementMax, PROBE_MAX_OFFSET, "1 to " + elementMax, probeMax);
    int shift = Mem.getInt(map, LOCK_SHIFT_OFFSET);
    int expected = lockShift(elementMax, lockCount);
    need(shift == expected, LOCK_SHIFT_OFFSET, "lock shift " + expected, shift);
  }

  private static boolean powerOfTwo(long value) {
    return value > 0 && (value & (value - 1)) == 0;
  }

  private static void need(boolean sound, long offset, String expected, Object found) {
    if (!sound) {
      throw corrupt(offset, expected, String.valueOf(found));
    }
  }

  static CorruptDataException corrupt(long offset, String expected, String found) {
    return new CorruptDataException(FORMAT, offset, expected, found);
  }
}
