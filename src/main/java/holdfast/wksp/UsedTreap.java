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
      if (gaddr < Pinfo.lo(mem, at)) {
        link = at + Pinfo.LEFT_OFFSET;
      } else if (gaddr >= Pinfo.hi(mem, at)) {
        link = at + Pinfo.RIGHT_OFFSET;
      } else {
        requireUsed(region, at);
        return i;
      }
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
    Treap.raise(mem, ROOT, n);
  }

  static void remove(Region region, int i) {
    Treap.remove(region, ROOT, i, Pinfo.at(i));
  }
}
