package holdfast.snapshot;

import java.util.Arrays;

/**
 * The records of the end of a list, as a walk from the last one back found them, so that the way
 * forward need not follow the links again.
 *
 * <pre>{@code
 * list          first o-o-o-o-o-o-o-o-o-o-o last          count = 11, one of 4 is kept
 * positions          10 9 8 7 6 5 4 3 2 1 0
 * kept                    *       *       *               in the heap, a bounded number
 * groups, forward    '-' '-----' '-----' '                of 2, 4, 4 and 1 records
 * }</pre>
 *
 * <p>At first each one is kept; when there is no room, each second one of those, and so on. A group
 * is a record that is known and those behind it up to the next one, which are found by links.
 */
final class Trail {
  /** Most records that are kept: four bytes each. */
  private static final int KEPT_MAX = 1 << 16;

  private final int max;
  private int[] kept = new int[64];
  private int keptCount;
  private int step = 1;
  private long count;
  private int first = StoreMemory.NONE;

  /** Nothing yet. */
  Trail() {
    this(KEPT_MAX);
  }

  /** Nothing yet; keeps so many, a power of two. */
  Trail(int max) {
    this.max = max;
  }

  /** Adds a record in front of all others. */
  void add(int index) {
    if ((count & step - 1) == 0) {
      if (keptCount == max) {
        thin();
      }
      if (keptCount == kept.length) {
        kept = Arrays.copyOf(kept, Math.min(max, 2 * keptCount));
      }
      // After thinning, too, it is behind a multiple of the step: the number of those kept was
      // even.
      kept[keptCount++] = index;
    }
    first = index;
    count++;
  }

  private void thin() {
    for (int i = 1; 2 * i < max; i++) {
      kept[i] = kept[2 * i];
    }
    keptCount = max / 2;
    step *= 2;
  }

  /** How many records there are. */
  long count() {
    return count;
  }

  /** Most records of a group. */
  int step() {
    return step;
  }

  /** How many groups there are, from the first record to the last; some may be empty. */
  int groups() {
    return keptCount + 1;
  }

  /** The first record of a group. */
  int start(int group) {
    return group == 0 ? first : kept[keptCount - group];
  }

  /** How many records a group has. */
  int size(int group) {
    if (group == 0) {
      return count == 0 ? 0 : (int) ((count - 1) % step);
    }
    return group == keptCount ? 1 : step;
  }
}
