package holdfast.wksp;

import holdfast.CorruptDataException;
import java.util.Arrays;

/**
 * Allocations in three arrays: 24 bytes each, where objects would take twice that.
 *
 * <p>Grows as they are found in a file, never because a file says how many there will be.
 */
final class Extents {
  private static final long BYTES = 3L * Long.BYTES;

  long[] lo = new long[32];
  long[] hi = new long[32];
  long[] tag = new long[32];
  int count;

  /** Most allocations. */
  private final int max;

  /** Holds allocations as long as the memory for them is allowed. */
  Extents(long memoryMax) {
    // Sorting takes two arrays more, growing half as much again.
    max = (int) Math.min(memoryMax / (2 * BYTES), Integer.MAX_VALUE / 2);
  }

  /**
   * Adds one.
   *
   * @param format the file that it was found in
   * @param at where, for the error
   * @throws CorruptDataException when there is no more memory for them
   */
  void add(long newLo, long newHi, long newTag, String format, long at) {
    if (count == max) {
      throw new CorruptDataException(
          format,
          at,
          "a list of allocations that needs at most " + 2 * BYTES * max + " bytes",
          "a longer one");
    }
    if (count == lo.length) {
      int size = (int) Math.min(max, count * 2L);
      lo = Arrays.copyOf(lo, size);
      hi = Arrays.copyOf(hi, size);
      tag = Arrays.copyOf(tag, size);
    }
    lo[count] = newLo;
    hi[count] = newHi;
    tag[count] = newTag;
    count++;
  }

  long size(int i) {
    return hi[i] - lo[i];
  }

  Partition partition(int i) {
    return new Partition(lo[i], hi[i], tag[i]);
  }

  /** Bytes in all. */
  long totalSize() {
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += size(i);
    }
    return total;
  }

  /**
   * Counts the gaps that they leave in a region.
   *
   * <p>Sorted by themselves, the ends tell it all: a byte is covered as often as there are more
   * starts than ends at or before it, so no two overlap just when each end is not behind the next
   * start.
   *
   * @param which those that count
   * @param regionLo first byte of the region
   * @param regionHi one behind its last
   * @return the number of gaps, or -1 when two of them overlap
   */
  int gaps(boolean[] which, long regionLo, long regionHi) {
    long[] los = selected(lo, which);
    long[] his = selected(hi, which);
    Arrays.sort(los);
    Arrays.sort(his);
    int gaps = 0;
    long end = regionLo;
    for (int i = 0; i < los.length; i++) {
      if (i > 0 && los[i] < end) {
        return -1;
      }
      gaps += los[i] > end ? 1 : 0;
      end = his[i];
    }
    return gaps + (end < regionHi ? 1 : 0);
  }

  private long[] selected(long[] from, boolean[] which) {
    long[] all = new long[count];
    int n = 0;
    for (int i = 0; i < count; i++) {
      if (which == null || which[i]) {
        all[n++] = from[i];
      }
    }
    return n == count ? all : Arrays.copyOf(all, n);
  }
}
