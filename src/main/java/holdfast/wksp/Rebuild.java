package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Makes the idle stack, the list and both trees anew from the records that have a tag.
 *
 * <p>Never changes a range or a tag of such a record, so it can die at any store and run again.
 */
final class Rebuild {
  private Rebuild() {}

  /**
   * Rebuilds. The caller holds the lock.
   *
   * @param seed what priorities are drawn from
   * @throws holdfast.CorruptDataException when the header is damaged, when ranges of tagged records
   *     overlap or leave the data, or when there are too few records for the gaps
   */
  static void run(Region region, int seed) {
    region.checkHeader();
    build(region, seed);
  }

  /** The same, while the header is not complete yet. */
  static void build(Region region, int seed) {
    MemorySegment mem = region.mem;
    Mem.putInt(mem, WkspHeader.SEED_OFFSET, seed);
    WkspHeader.idleTop(mem, Pinfo.NULL);
    WkspHeader.head(mem, Pinfo.NULL);
    WkspHeader.tail(mem, Pinfo.NULL);
    UsedTreap.clear(region);
    FreeTreap.clear(region);
    // Downwards, so that the lowest free record ends on top of the stack.
    for (long k = region.partMax - 1; k >= 0; k--) {
      int i = (int) k;
      long at = Pinfo.at(i);
      Pinfo.prio(mem, at, WkspHash.hash(seed ^ i) & Pinfo.DRAWN_MASK, false);
      Mem.putInt(mem, at + Pinfo.STACK_OFFSET, Pinfo.NULL);
      Mem.putLong(mem, at + Pinfo.CYCLE_OFFSET, 0);
      if (Pinfo.tag(mem, at) == 0) {
        IdleStack.push(region, i);
      } else {
        region.requireRange(at);
        Pinfo.prev(mem, at, Pinfo.NULL);
        Pinfo.next(mem, at, Pinfo.NULL);
        UsedTreap.insert(region, i);
      }
    }
    linkAll(region);
  }

  /** Walks the used partitions upwards; what lies between them becomes free ones. */
  private static void linkAll(Region region) {
    MemorySegment mem = region.mem;
    int last = Pinfo.NULL;
    long end = region.gaddrLo;
    for (int i = TreapWalk.first(region, WkspHeader.USED_ROOT_OFFSET);
        i != Pinfo.NULL;
        i = TreapWalk.next(region, i)) {
      long at = Pinfo.at(i);
      long lo = Pinfo.lo(mem, at);
      if (lo > end) {
        last = appendGap(region, last, end, lo);
      }
      append(mem, last, i);
      last = i;
      end = Pinfo.hi(mem, at);
    }
    if (end < region.gaddrHi) {
      last = appendGap(region, last, end, region.gaddrHi);
    }
    WkspHeader.tail(mem, last);
  }

  private static int appendGap(Region region, int last, long lo, long hi) {
    int n = IdleStack.pop(region);
    if (n == Pinfo.NULL) {
      throw Region.damage(
          WkspHeader.PART_MAX_OFFSET,
          "records for all free ranges",
          "none for [" + lo + "," + hi + ")");
    }
    long at = Pinfo.at(n);
    Pinfo.lo(region.mem, at, lo);
    Pinfo.hi(region.mem, at, hi);
    append(region.mem, last, n);
    FreeTreap.insert(region, n);
    return n;
  }

  private static void append(MemorySegment mem, int last, int i) {
    Pinfo.prev(mem, Pinfo.at(i), last);
    if (last == Pinfo.NULL) {
      WkspHeader.head(mem, i);
    } else {
      Pinfo.next(mem, Pinfo.at(last), i);
    }
  }
}
