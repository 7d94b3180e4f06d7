package holdfast.wksp;

import java.util.Arrays;

/**
 * A set of tags, as given by a caller.
 *
 * <p>Few tags are searched one by one, which makes no garbage; many are sorted first, so that a
 * query costs partitions times log of tags.
 */
final class TagSet {
  private static final int LINEAR_MAX = 8;

  private TagSet() {}

  /** Prepares an array for {@link #contains}; the given one stays as it is. */
  static long[] of(long[] tags) {
    if (tags.length <= LINEAR_MAX) {
      return tags;
    }
    long[] sorted = tags.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  static boolean contains(long[] set, long tag) {
    if (set.length > LINEAR_MAX) {
      return Arrays.binarySearch(set, tag) >= 0;
    }
    for (long member : set) {
      if (member == tag) {
        return true;
      }
    }
    return false;
  }
}
