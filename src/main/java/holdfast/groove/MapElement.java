package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One slot of a key map.
 *
 * <pre>{@code
 * byte 0                                32       40              48
 *      +--------------------------------+--------+---------------+
 *      |               key              |  bits  | value offset  |
 *      +--------------------------------+--------+---------------+
 *
 * bits   bits  width  field
 *           0    1    used: 0 means the slot is free, whatever else stands in it
 *           1    1    cold
 *           2    1    hot
 *        3-15   13    not used
 *       16-39   24    size of the value in bytes
 *       40-63   24    bytes reserved for it, at least its size
 * }</pre>
 *
 * <p>Whoever changes a slot holds its lock, and makes it free first and used last, so that a
 * process that dies in between leaves a free slot and no half of a value.
 */
final class MapElement {
  static final String FORMAT = "groove map elements";

  static final long KEY_OFFSET = 0;
  static final long BITS_OFFSET = KEY_OFFSET + 4 * Long.BYTES;
  static final long VALUE_OFFSET = BITS_OFFSET + Long.BYTES;
  static final long FOOTPRINT = VALUE_OFFSET + Long.BYTES;

  static final long USED = 1;
  static final long COLD = 2;
  static final long HOT = 4;
  static final int SIZE_SHIFT = 16;
  static final int CAPACITY_SHIFT = 40;

  /** Largest value, and most that can be reserved. */
  static final int SIZE_MAX = (1 << 24) - 1;

  private MapElement() {}

  static long at(long slot) {
    return slot * FOOTPRINT;
  }

  static long bits(MemorySegment elements, long slot) {
    return Mem.getLong(elements, at(slot) + BITS_OFFSET);
  }

  static long key(MemorySegment elements, long slot, int word) {
    return Mem.getLong(elements, at(slot) + KEY_OFFSET + (long) word * Long.BYTES);
  }

  static long value(MemorySegment elements, long slot) {
    return Mem.getLong(elements, at(slot) + VALUE_OFFSET);
  }

  static boolean used(long bits) {
    return (bits & USED) != 0;
  }

  static int size(long bits) {
    return (int) (bits >>> SIZE_SHIFT) & SIZE_MAX;
  }

  static int capacity(long bits) {
    return (int) (bits >>> CAPACITY_SHIFT);
  }

  static long pack(int size, int capacity, boolean cold, boolean hot) {
    return USED
        | (cold ? COLD : 0)
        | (hot ? HOT : 0)
        | (long) size << SIZE_SHIFT
        | (long) capacity << CAPACITY_SHIFT;
  }

  static boolean hasKey(MemorySegment elements, long slot, GrooveEntry entry) {
    long at = at(slot);
    return Mem.getLong(elements, at) == entry.k0
        && Mem.getLong(elements, at + 8) == entry.k1
        && Mem.getLong(elements, at + 16) == entry.k2
        && Mem.getLong(elements, at + 24) == entry.k3;
  }

  /** Stores an entry. The releases keep the order that the doc of this class promises. */
  static void put(MemorySegment elements, long slot, GrooveEntry entry) {
    long at = at(slot);
    if (used(Mem.getLong(elements, at + BITS_OFFSET))) {
      Mem.putLong(elements, at + BITS_OFFSET, 0);
      Mem.storeFence();
    }
    Mem.putLong(elements, at, entry.k0);
    Mem.putLong(elements, at + 8, entry.k1);
    Mem.putLong(elements, at + 16, entry.k2);
    Mem.putLong(elements, at + 24, entry.k3);
    Mem.putLong(elements, at + VALUE_OFFSET, entry.valueOffset);
    Mem.putLongRelease(elements, at + BITS_OFFSET, entry.bits | USED);
  }

  /** Moves a used element into a free slot. A death in between leaves two equal ones. */
  static void move(MemorySegment elements, long from, long to) {
    long source = at(from);
    long target = at(to);
    for (long word = 0; word < 4; word++) {
      Mem.putLong(elements, target + 8 * word, Mem.getLong(elements, source + 8 * word));
    }
    Mem.putLong(elements, target + VALUE_OFFSET, Mem.getLong(elements, source + VALUE_OFFSET));
    Mem.putLongRelease(elements, target + BITS_OFFSET, Mem.getLong(elements, source + BITS_OFFSET));
    free(elements, from);
  }

  static void free(MemorySegment elements, long slot) {
    Mem.putLongRelease(elements, at(slot) + BITS_OFFSET, 0);
  }

  /** Reads a slot that nobody changes meanwhile, or whose version is looked at again after. */
  static void get(MemorySegment elements, long slot, GrooveEntry entry) {
    long at = at(slot);
    entry.k0 = Mem.getLong(elements, at);
    entry.k1 = Mem.getLong(elements, at + 8);
    entry.k2 = Mem.getLong(elements, at + 16);
    entry.k3 = Mem.getLong(elements, at + 24);
    entry.bits = Mem.getLong(elements, at + BITS_OFFSET);
    entry.valueOffset = Mem.getLong(elements, at + VALUE_OFFSET);
  }

  /** Refuses what no writer leaves. */
  static void check(long slot, long bits, long valueOffset) {
    if (size(bits) > capacity(bits)) {
      throw corrupt(
          at(slot) + BITS_OFFSET,
          "a value of at most the " + capacity(bits) + " bytes reserved",
          size(bits) + " bytes");
    }
    if (valueOffset < 0) {
      throw corrupt(at(slot) + VALUE_OFFSET, "an offset below 2^63", Long.toHexString(valueOffset));
    }
  }

  static CorruptDataException corrupt(long offset, String expected, String found) {
    return new CorruptDataException(FORMAT, offset, expected, found);
  }
}
