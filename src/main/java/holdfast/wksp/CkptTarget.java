package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * A workspace that is being filled from a checkpoint. Its lock is held throughout.
 *
 * <pre>{@code
 *          clear()             finish()
 * AS IT WAS -----> NO TAG ------------------> RESTORED
 *                    |
 *                    '--- any failure, reset() ---> EMPTY
 * }</pre>
 *
 * <p>Between the first and the last step no record has a tag: a process that dies there leaves a
 * table that its successor rebuilds to an empty workspace.
 */
final class CkptTarget {
  private final Region region;
  private final WkspRestoreOptions options;

  CkptTarget(Region region, WkspRestoreOptions options) {
    this.region = region;
    this.options = options;
  }

  MemorySegment memory() {
    return region.mem;
  }

  /** Which allocations are wanted; null for all. */
  boolean[] select(Extents extents) {
    if (options.wantsAll()) {
      return null;
    }
    boolean[] which = new boolean[extents.count];
    for (int i = 0; i < extents.count; i++) {
      which[i] = options.wants(extents.lo[i], extents.hi[i], extents.tag[i]);
    }
    return which;
  }

  /**
   * Requires that allocations fit, no two of which overlap.
   *
   * @throws IllegalArgumentException when they do not, saying what they need
   */
  void requireFit(Extents extents, boolean[] which) {
    long lo = Long.MAX_VALUE;
    long hi = 0;
    long count = 0;
    for (int i = 0; i < extents.count; i++) {
      if (which == null || which[i]) {
        lo = Math.min(lo, extents.lo[i]);
        hi = Math.max(hi, extents.hi[i]);
        count++;
      }
    }
    int gaps = extents.gaps(which, region.gaddrLo, region.gaddrHi);
    assert gaps >= 0 : "allocations that overlap";
    boolean inside = count == 0 || (lo >= region.gaddrLo && hi <= region.gaddrHi);
    if (!inside || count + gaps > region.partMax) {
      throw new IllegalArgumentException(
          "the checkpoint does not fit: its "
              + count
              + " allocations need data from "
              + (count == 0 ? region.gaddrLo : lo)
              + " to "
              + (count == 0 ? region.gaddrLo : hi)
              + " and "
              + (count + gaps)
              + " partitions; the workspace has data from "
              + region.gaddrLo
              + " to "
              + region.gaddrHi
              + " and "
              + region.partMax
              + " partitions");
    }
  }

  /** Requires that one allocation of a stream fits, as far as can be told before the others. */
  void requireRoom(long lo, long hi, long count) {
    if (lo < region.gaddrLo || hi > region.gaddrHi || count > region.partMax) {
      throw new IllegalArgumentException(
          "the checkpoint does not fit: allocation "
              + count
              + " needs data from "
              + lo
              + " to "
              + hi
              + "; the workspace has data from "
              + region.gaddrLo
              + " to "
              + region.gaddrHi
              + " and "
              + region.partMax
              + " partitions");
    }
  }

  /** Takes the tags off all records. */
  void clear() {
    for (long i = 0; i < region.partMax; i++) {
      Pinfo.tag(region.mem, Pinfo.at((int) i), 0);
    }
  }

  /** Describes the allocations in the order of the file, and builds lists and trees. */
  void finish(Extents extents, boolean[] which) {
    MemorySegment mem = region.mem;
    int k = 0;
    for (int i = 0; i < extents.count; i++) {
      if (which == null || which[i]) {
        long at = Pinfo.at(k++);
        Pinfo.lo(mem, at, extents.lo[i]);
        Pinfo.hi(mem, at, extents.hi[i]);
        Pinfo.tag(mem, at, extents.tag[i]);
      }
    }
    Rebuild.run(region, options.seed().orElse(WkspHeader.seed(mem)));
  }

  /** Makes the workspace empty. */
  void reset() {
    clear();
    Rebuild.run(region, Mem.getInt(region.mem, WkspHeader.SEED_OFFSET));
  }
}
