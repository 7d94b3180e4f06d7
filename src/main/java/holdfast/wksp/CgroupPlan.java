package holdfast.wksp;

/**
 * Deals the allocations of a workspace to groups, each a frame of the checkpoint, of about the same
 * size: the rule of the original, which decides the bytes of the file.
 *
 * <pre>{@code
 * groups = ceil(allocations / 32), at most 1024
 * for each allocation, the highest address first, of four candidates the one with the least load:
 *     the group of the last one, the next one in turn, and two that the address picks at random
 * }</pre>
 *
 * <p>Two choices at random keep loads even whatever the sizes are; the other two help when sizes
 * grow or shrink with the address. Within a group allocations are in ascending order.
 */
final class CgroupPlan {
  static final int GROUPS_MAX = 1024;
  private static final int ALLOCS_PER_GROUP = 32;

  final int groups;

  /** Indexes of allocations, those of group 0 first. */
  final int[] order;

  /** Where each group begins in {@link #order}; one more entry for the end. */
  final int[] first;

  private CgroupPlan(int groups, int[] order, int[] first) {
    this.groups = groups;
    this.order = order;
    this.first = first;
  }

  /**
   * Makes the plan.
   *
   * @param extents in ascending order
   */
  static CgroupPlan of(Extents extents) {
    int count = extents.count;
    int groups =
        Math.min(count / ALLOCS_PER_GROUP + (count % ALLOCS_PER_GROUP == 0 ? 0 : 1), GROUPS_MAX);
    int[] group = new int[count];
    int[] first = new int[groups + 1];
    long[] load = new long[groups];
    int last = 0;
    int cursor = 0;
    for (int i = count - 1; i >= 0; i--) {
      long hash = WkspHash.hash(extents.lo[i]);
      int i2 = (int) Long.remainderUnsigned(hash, groups);
      int i3 = (int) Long.remainderUnsigned(hash >>> 32, groups);
      int a = load[last] <= load[cursor] ? last : cursor;
      int b = load[i2] <= load[i3] ? i2 : i3;
      int g = load[a] <= load[b] ? a : b;
      cursor = cursor < groups - 1 ? cursor + 1 : 0;
      last = g;
      group[i] = g;
      load[g] += CkptCommand.FOOTPRINT + extents.size(i);
      first[g + 1]++;
    }
    for (int g = 0; g < groups; g++) {
      first[g + 1] += first[g];
    }
    int[] next = first.clone();
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[next[group[i]]++] = i;
    }
    return new CgroupPlan(groups, order, first);
  }
}
