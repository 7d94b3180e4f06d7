package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/** The tree of used partitions, ordered by address. See {@link Treap}. */
final class UsedTreap {
  private static final long ROOT = WkspHeader.USED_ROOT_OFFSET;

  private UsedTreap() {}

  static void clear(Region region) {
    Mem.putInt(region.mem, ROOT, Pinfo.NULL);
  }

  /** The record of the partition that contains an address; NULL when no used one does. */
  static int find(Region region, long gaddr) {
    if (gaddr < region.gaddrLo || gaddr >= region.gaddrHi) {
      return Pinfo.NULL;
    }
    MemorySegment mem = region.mem;
    int parent = Pinfo.NULL;
    long link = ROOT;
    int i = Mem.getInt(mem, link);
    while (i != Pinfo.NULL) {
      long at = Treap.child(region, i, link, parent);
      long lo = Pinfo.lo(mem, at);
      if (gaddr >= lo && gaddr < Pinfo.hi(mem, at)) {
        requireUsed(region, at);
        return i;
      }
      link = at + (gaddr < lo ? Pinfo.LEFT_OFFSET : Pinfo.RIGHT_OFFSET);
      parent = i;
      i = Mem.getInt(mem, link);
    }
    return Pinfo.NULL;
  }

  private static void requireUsed(Region region, long at) {
    region.requireRange(at);
    if (Pinfo.tag(region.mem, at) == 0) {
      throw Region.damage(at + Pinfo.TAG_OFFSET, "a tag other than 0", "0");
    }
  }

  /**
   * Adds a record that is in the list of partitions.
   *
   * <p>A leaf has one possible place: right below the used partition before it, or left below the
   * one behind it. The list names both, so no path is walked, which makes a pair of free and alloc
   * among many about a sixth faster.
   */
  static void insertListed(Region region, int n, long nAt) {
    MemorySegment mem = region.mem;
    int parent = neighbour(region, nAt, Pinfo.PREV_OFFSET);
    long link = Pinfo.at(parent) + Pinfo.RIGHT_OFFSET;
    if (parent == Pinfo.NULL || Mem.getInt(mem, link) != Pinfo.NULL) {
      parent = neighbour(region, nAt, Pinfo.NEXT_OFFSET);
      link = parent == Pinfo.NULL ? ROOT : Pinfo.at(parent) + Pinfo.LEFT_OFFSET;
      region.requireLink(link, Pinfo.NULL);
    }
    Treap.hang(mem, link, n, nAt, parent);
    Treap.raise(region, ROOT, n, nAt);
  }

  /**
   * The next used record in a direction of the list; of two records one is used. NULL at the end.
   */
  private static int neighbour(Region region, long nAt, long direction) {
    MemorySegment mem = region.mem;
    long where = nAt + direction;
    int i = Mem.getInt(mem, where);
    if (i == Pinfo.NULL) {
      return i;
    }
    long at = region.at(i, where);
    if (Pinfo.tag(mem, at) == 0) {
      where = at + direction;
      i = Mem.getInt(mem, where);
      if (i == Pinfo.NULL) {
        return i;
      }
      at = region.at(i, where);
    }
    requireUsed(region, at);
    return i;
  }

  /** Adds a record whose range is set. Nothing is changed when it overlaps another. */
  static void insert(Region region, int n) {
    MemorySegment mem = region.mem;
    long nAt = Pinfo.at(n);
    long lo = Pinfo.lo(mem, nAt);
    long hi = Pinfo.hi(mem, nAt);
    int parent = Pinfo.NULL;
    long link = ROOT;
    int i = Mem.getInt(mem, link);
    while (i != Pinfo.NULL) {
      long at = Treap.child(region, i, link, parent);
      if (hi <= Pinfo.lo(mem, at)) {
        link = at + Pinfo.LEFT_OFFSET;
      } else if (lo >= Pinfo.hi(mem, at)) {
        link = at + Pinfo.RIGHT_OFFSET;
      } else {
        throw Region.damage(nAt, "a range of its own", "one shared with " + Region.record(i));
      }
      parent = i;
      i = Mem.getInt(mem, link);
    }
    Treap.hang(mem, link, n, nAt, parent);
    Treap.raise(region, ROOT, n, nAt);
  }

  static void remove(Region region, int i) {
    Treap.remove(region, ROOT, i, Pinfo.at(i));
  }
}
