package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Visits the records of a tree in their order, without memory of its own: the way back up is in the
 * parent links.
 *
 * <p>Each step down is checked as in {@link Treap}. A step up follows links that were checked on
 * the way down, as long as nobody changes the tree meanwhile.
 */
final class TreapWalk {
  private TreapWalk() {}

  /** The lowest record; NULL when the tree is empty. {@code root} is the place of its link. */
  static int first(Region region, long root) {
    return lowest(region, Mem.getInt(region.mem, root), root, Pinfo.NULL);
  }

  /** The next higher record; NULL after the last. */
  static int next(Region region, int i) {
    MemorySegment mem = region.mem;
    long at = Pinfo.at(i);
    int right = Pinfo.right(mem, at);
    if (right != Pinfo.NULL) {
      return lowest(region, right, at + Pinfo.RIGHT_OFFSET, i);
    }
    int from = i;
    int parent = Pinfo.parent(mem, at);
    while (parent != Pinfo.NULL) {
      at = region.at(parent, at + Pinfo.PARENT_OFFSET);
      if (Pinfo.right(mem, at) != from) {
        return parent;
      }
      from = parent;
      parent = Pinfo.parent(mem, at);
    }
    return parent;
  }

  private static int lowest(Region region, int start, long where, int above) {
    int i = start;
    long link = where;
    int parent = above;
    while (i != Pinfo.NULL) {
      long at = Treap.child(region, i, link, parent);
      link = at + Pinfo.LEFT_OFFSET;
      parent = i;
      i = Mem.getInt(region.mem, link);
    }
    return parent == above ? Pinfo.NULL : parent;
  }
}
