package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The tree of free partitions, ordered by size. See {@link Treap}.
 *
 * <p>Sizes in the tree differ. Partitions of one size hang in a list off the one in the tree:
 *
 * <pre>{@code
 * tree node, size 96 --same--> third freed --same--> second freed --same--> NULL
 *    ^                parent |    ^           parent |
 *    +-----------------------+    +------------------+
 *                              in_same = 1, left = right = NULL
 * }</pre>
 */
final class FreeTreap {
  private static final long ROOT = WkspHeader.FREE_ROOT_OFFSET;

  private FreeTreap() {}

  static void clear(Region region) {
    Mem.putInt(region.mem, ROOT, Pinfo.NULL);
  }

  /**
   * The record to take for a size: of the smallest partition that has it, and of several such the
   * one freed last; NULL when none is large enough.
   *
   * @param size at least 1
   */
  static int find(Region region, long size) {
    MemorySegment mem = region.mem;
    int best = Pinfo.NULL;
    int parent = Pinfo.NULL;
    long link = ROOT;
    int i = Mem.getInt(mem, link);
    while (i != Pinfo.NULL) {
      long at = Treap.child(region, i, link, parent);
      long found = Pinfo.size(mem, at);
      if (found < size) {
        link = at + Pinfo.RIGHT_OFFSET;
      } else {
        best = i;
        if (found == size) {
          break;
        }
        link = at + Pinfo.LEFT_OFFSET;
      }
      parent = i;
      i = Mem.getInt(mem, link);
    }
    if (best == Pinfo.NULL) {
      return best;
    }
    long at = Pinfo.at(best);
    int same = Pinfo.same(mem, at);
    if (same != Pinfo.NULL) {
      at = Treap.child(region, same, at + Pinfo.SAME_OFFSET, best);
      if (Pinfo.size(mem, at) < size) {
        throw Region.damage(at, "the size of its list", Pinfo.size(mem, at) + " bytes");
      }
      best = same;
    }
    requireFree(region, at);
    return best;
  }

  /** Requires that a record may be taken for a free partition. */
  static void requireFree(Region region, long at) {
    region.requireRange(at);
    long tag = Pinfo.tag(region.mem, at);
    if (tag != 0) {
      throw Region.damage(at + Pinfo.TAG_OFFSET, "tag 0", Long.toUnsignedString(tag));
    }
  }

  /** Adds a record whose range is set. */
  static void insert(Region region, int n) {
    MemorySegment mem = region.mem;
    long nAt = Pinfo.at(n);
    long size = Pinfo.size(mem, nAt);
    int parent = Pinfo.NULL;
    long link = ROOT;
    int i = Mem.getInt(mem, link);
    while (i != Pinfo.NULL) {
      long at = Treap.child(region, i, link, parent);
      long found = Pinfo.size(mem, at);
      if (size == found) {
        pushSame(region, i, at, n, nAt);
        return;
      }
      link = at + (size < found ? Pinfo.LEFT_OFFSET : Pinfo.RIGHT_OFFSET);
      parent = i;
      i = Mem.getInt(mem, link);
    }
    Treap.hang(mem, link, n, nAt, parent);
    Treap.raise(region, ROOT, n, nAt);
  }

  private static void pushSame(Region region, int node, long at, int n, long nAt) {
    MemorySegment mem = region.mem;
    int first = Pinfo.same(mem, at);
    if (first != Pinfo.NULL) {
      long firstAt = Treap.child(region, first, at + Pinfo.SAME_OFFSET, node);
      Pinfo.parent(mem, firstAt, n);
    }
    Pinfo.prio(mem, nAt, Pinfo.prio(mem, nAt), true);
    Pinfo.left(mem, nAt, Pinfo.NULL);
    Pinfo.right(mem, nAt, Pinfo.NULL);
    Pinfo.same(mem, nAt, first);
    Pinfo.parent(mem, nAt, node);
    Pinfo.same(mem, at, n);
  }

  /** Takes a record out of the tree, or out of the list of its size. */
  static void remove(Region region, int d) {
    MemorySegment mem = region.mem;
    long at = Pinfo.at(d);
    int same = Pinfo.same(mem, at);
    if (Pinfo.inSame(mem, at)) {
      int parent = Pinfo.parent(mem, at);
      long link = region.at(parent, at + Pinfo.PARENT_OFFSET) + Pinfo.SAME_OFFSET;
      region.requireLink(link, d);
      if (same != Pinfo.NULL) {
        Pinfo.parent(mem, Treap.child(region, same, at + Pinfo.SAME_OFFSET, d), parent);
      }
      Mem.putInt(mem, link, same);
    } else if (same != Pinfo.NULL) {
      replace(region, d, at, same);
    } else {
      Treap.remove(region, ROOT, d, at);
    }
  }

  /**
   * Puts the first of a list into the tree in place of its head. The two swap their priorities, so
   * that the heap stays one without a rotation.
   */
  private static void replace(Region region, int d, long at, int n) {
    MemorySegment mem = region.mem;
    long nAt = Treap.child(region, n, at + Pinfo.SAME_OFFSET, d);
    long link = Treap.requireLinkTo(region, ROOT, d, at);
    int left = Pinfo.left(mem, at);
    int right = Pinfo.right(mem, at);
    long leftAt = left == Pinfo.NULL ? 0 : Treap.child(region, left, at + Pinfo.LEFT_OFFSET, d);
    long rightAt = right == Pinfo.NULL ? 0 : Treap.child(region, right, at + Pinfo.RIGHT_OFFSET, d);
    int prio = Pinfo.prio(mem, at);
    Pinfo.prio(mem, at, Pinfo.prio(mem, nAt), false);
    Pinfo.prio(mem, nAt, prio, false);
    Pinfo.left(mem, nAt, left);
    Pinfo.right(mem, nAt, right);
    Pinfo.parent(mem, nAt, Pinfo.parent(mem, at));
    if (left != Pinfo.NULL) {
      Pinfo.parent(mem, leftAt, n);
    }
    if (right != Pinfo.NULL) {
      Pinfo.parent(mem, rightAt, n);
    }
    Mem.putInt(mem, link, n);
  }
}
