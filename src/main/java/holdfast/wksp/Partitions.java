package holdfast.wksp;

import holdfast.internal.Bits;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Splits and merges partitions: what alloc and free do to the table.
 *
 * <pre>{@code
 *                 lo         r0 = lo, aligned up       r1 = r0 + size          hi
 * before alloc    |------------------------ free ------------------------------|
 * after           |--- free ---|========= used =========|-------- free --------|
 *                  a new record      the old record          a new record
 *
 * free: the tag becomes 0, then a free neighbour on either side is merged in.
 * }</pre>
 *
 * <p>The store of the tag is the moment at which either happens. Whatever a process that dies
 * leaves half done around it is made anew by {@link Rebuild} from the ranges and the tags. The
 * caller holds the lock.
 */
final class Partitions {
  private Partitions() {}

  /**
   * Makes a partition.
   *
   * @param align a power of two
   * @param size at least 1
   * @param tag not 0
   * @return its record, or NULL when there is no room or no idle record; nothing is changed then
   */
  static int alloc(Region region, long align, long size, long tag) {
    long footprint = size + (align - 1);
    if (footprint < size) {
      return Pinfo.NULL; // overflow: more than any region has; also an alignment of 2^63
    }
    int i = FreeTreap.find(region, footprint);
    if (i == Pinfo.NULL) {
      return i;
    }
    MemorySegment mem = region.mem;
    long at = Pinfo.at(i);
    long lo = Pinfo.lo(mem, at);
    long hi = Pinfo.hi(mem, at);
    long r0 = Bits.alignUp(lo, align);
    long r1 = r0 + size;
    // The original takes the record out of the tree first and puts it back on failure.
    if (!IdleStack.holds(region, (r0 > lo ? 1 : 0) + (r1 < hi ? 1 : 0))) {
      return Pinfo.NULL;
    }
    FreeTreap.remove(region, i);
    if (r0 > lo) {
      splitBefore(region, i, at, lo, r0);
    }
    if (r1 < hi) {
      splitAfter(region, i, at, r1, hi);
    }
    UsedTreap.insertListed(region, i, at);
    Pinfo.tag(mem, at, tag);
    return i;
  }

  private static void splitBefore(Region region, int i, long at, long lo, long r0) {
    MemorySegment mem = region.mem;
    int prev = Pinfo.prev(mem, at);
    long link =
        prev == Pinfo.NULL
            ? WkspHeader.PART_HEAD_OFFSET
            : region.at(prev, at + Pinfo.PREV_OFFSET) + Pinfo.NEXT_OFFSET;
    region.requireLink(link, i);
    int n = IdleStack.pop(region);
    long nAt = Pinfo.at(n);
    Pinfo.lo(mem, nAt, lo);
    Pinfo.hi(mem, nAt, r0);
    Pinfo.prev(mem, nAt, prev);
    Pinfo.next(mem, nAt, i);
    Pinfo.lo(mem, at, r0);
    Pinfo.prev(mem, at, n);
    Mem.putInt(mem, link, n);
    FreeTreap.insert(region, n);
  }

  private static void splitAfter(Region region, int i, long at, long r1, long hi) {
    MemorySegment mem = region.mem;
    int next = Pinfo.next(mem, at);
    long link =
        next == Pinfo.NULL
            ? WkspHeader.PART_TAIL_OFFSET
            : region.at(next, at + Pinfo.NEXT_OFFSET) + Pinfo.PREV_OFFSET;
    region.requireLink(link, i);
    int n = IdleStack.pop(region);
    long nAt = Pinfo.at(n);
    Pinfo.lo(mem, nAt, r1);
    Pinfo.hi(mem, nAt, hi);
    Pinfo.prev(mem, nAt, i);
    Pinfo.next(mem, nAt, next);
    Pinfo.hi(mem, at, r1);
    Pinfo.next(mem, at, n);
    Mem.putInt(mem, link, n);
    FreeTreap.insert(region, n);
  }

  /** Frees a used partition. Its record stays, and describes what it was merged into. */
  static void free(Region region, int i) {
    MemorySegment mem = region.mem;
    long at = Pinfo.at(i);
    Pinfo.tag(mem, at, 0);
    UsedTreap.remove(region, i);
    int prev = Pinfo.prev(mem, at);
    if (prev != Pinfo.NULL) {
      mergeBefore(region, i, at, prev);
    }
    int next = Pinfo.next(mem, at);
    if (next != Pinfo.NULL) {
      mergeAfter(region, i, at, next);
    }
    FreeTreap.insert(region, i);
  }

  private static void mergeBefore(Region region, int i, long at, int p) {
    MemorySegment mem = region.mem;
    long pAt = region.at(p, at + Pinfo.PREV_OFFSET);
    if (Pinfo.tag(mem, pAt) != 0) {
      return;
    }
    region.requireRange(pAt);
    region.requireLink(pAt + Pinfo.NEXT_OFFSET, i);
    requireMeet(mem, pAt, at);
    int prev = Pinfo.prev(mem, pAt);
    long link =
        prev == Pinfo.NULL
            ? WkspHeader.PART_HEAD_OFFSET
            : region.at(prev, pAt + Pinfo.PREV_OFFSET) + Pinfo.NEXT_OFFSET;
    region.requireLink(link, p);
    FreeTreap.remove(region, p);
    Pinfo.lo(mem, at, Pinfo.lo(mem, pAt));
    Pinfo.prev(mem, at, prev);
    Mem.putInt(mem, link, i);
    IdleStack.push(region, p);
  }

  private static void mergeAfter(Region region, int i, long at, int n) {
    MemorySegment mem = region.mem;
    long nAt = region.at(n, at + Pinfo.NEXT_OFFSET);
    if (Pinfo.tag(mem, nAt) != 0) {
      return;
    }
    region.requireRange(nAt);
    region.requireLink(nAt + Pinfo.PREV_OFFSET, i);
    requireMeet(mem, at, nAt);
    int next = Pinfo.next(mem, nAt);
    long link =
        next == Pinfo.NULL
            ? WkspHeader.PART_TAIL_OFFSET
            : region.at(next, nAt + Pinfo.NEXT_OFFSET) + Pinfo.PREV_OFFSET;
    region.requireLink(link, n);
    FreeTreap.remove(region, n);
    Pinfo.hi(mem, at, Pinfo.hi(mem, nAt));
    Pinfo.next(mem, at, next);
    Mem.putInt(mem, link, i);
    IdleStack.push(region, n);
  }

  /** Requires that a partition ends where its successor begins. */
  private static void requireMeet(MemorySegment mem, long before, long after) {
    long hi = Pinfo.hi(mem, before);
    long lo = Pinfo.lo(mem, after);
    if (hi != lo) {
      throw Region.damage(after + Pinfo.LO_OFFSET, Long.toString(hi), Long.toString(lo));
    }
  }
}
