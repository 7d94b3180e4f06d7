package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * What the two trees have in common: a binary search tree whose records also form a heap by their
 * priorities, so that its shape depends on the priorities alone and its depth is logarithmic.
 *
 * <p>Equal priorities are decided by a coin: the parity of two indices. All decisions are those of
 * the original, so the same operations give the same links.
 */
final class Treap {
  // Why no loop here can run forever.
  //
  // The original marks each record that it passes with a number of the operation and stops at a
  // mark that is already there; that dirties a cache line for each record of a path. Here each
  // step down requires that the child's parent link names the record we come from, and that the
  // root has no parent. Suppose a path from the root visited a record twice, x(j) = x(k), j < k.
  // Then their parents are the same record, x(j-1) = x(k-1), and so on up to the root = x(k-j),
  // which has no parent, although x(k-j-1) is its parent. So no path visits a record twice. The
  // parent link lies in the cache line that the key has just been read from: the test is free.
  //
  // Removal and rotation begin in the middle of a tree, at records that were found in the list;
  // there a count of steps takes the place of that proof.

  private Treap() {}

  /** Where the record lies that a tree link names, which must know its parent. */
  static long child(Region region, int i, long where, int parent) {
    long at = region.at(i, where);
    if (Mem.getInt(region.mem, at + Pinfo.PARENT_OFFSET) != parent) {
      throw Region.wrongLink(at + Pinfo.PARENT_OFFSET, parent, Pinfo.parent(region.mem, at));
    }
    return at;
  }

  /** Makes a record a leaf. {@code link} is the place of the null link that gets it. */
  static void hang(MemorySegment mem, long link, int n, long nAt, int parent) {
    Pinfo.prio(mem, nAt, Pinfo.prio(mem, nAt), false);
    Pinfo.left(mem, nAt, Pinfo.NULL);
    Pinfo.right(mem, nAt, Pinfo.NULL);
    Pinfo.same(mem, nAt, Pinfo.NULL);
    Pinfo.parent(mem, nAt, parent);
    Mem.putInt(mem, link, n);
  }

  /**
   * Moves a leaf, just hung below a record, upwards until its parent has the higher priority. Every
   * second leaf may stay where it is.
   *
   * @param root where the link to the root lies
   */
  static void raise(Region region, long root, int n, long nAt) {
    int parent = Pinfo.parent(region.mem, nAt);
    if (parent != Pinfo.NULL && !mayStay(region.mem, n, nAt, parent)) {
      rotate(region, root, n, nAt, parent);
    }
  }

  private static boolean mayStay(MemorySegment mem, int n, long nAt, int parent) {
    int prio = Pinfo.prio(mem, nAt);
    int above = Pinfo.prio(mem, Pinfo.at(parent));
    return prio < above || (prio == above && ((n ^ parent) & 1) == 0);
  }

  private static void rotate(Region region, long root, int n, long nAt, int parent) {
    MemorySegment mem = region.mem;
    int p = parent;
    for (long steps = region.partMax; p != Pinfo.NULL && !mayStay(mem, n, nAt, p); steps--) {
      if (steps == 0) {
        throw Region.damage(nAt, "a tree", "a cycle");
      }
      long pAt = Pinfo.at(p);
      int grand = Pinfo.parent(mem, pAt);
      long link = requireLinkTo(region, root, p, pAt);
      int inner;
      if (Pinfo.left(mem, pAt) == n) {
        inner = Pinfo.right(mem, nAt);
        Pinfo.right(mem, nAt, p);
        Pinfo.left(mem, pAt, inner);
      } else {
        inner = Pinfo.left(mem, nAt);
        Pinfo.left(mem, nAt, p);
        Pinfo.right(mem, pAt, inner);
      }
      if (inner != Pinfo.NULL) {
        Pinfo.parent(mem, Pinfo.at(inner), p);
      }
      Pinfo.parent(mem, pAt, n);
      Pinfo.parent(mem, nAt, grand);
      Mem.putInt(mem, link, n);
      p = grand;
    }
  }

  /** Where the link that names record {@code i} lies, which is in a tree; checked. */
  static long requireLinkTo(Region region, long root, int i, long at) {
    MemorySegment mem = region.mem;
    int parent = Pinfo.parent(mem, at);
    if (parent == Pinfo.NULL) {
      region.requireLink(root, i);
      return root;
    }
    long parentAt = region.at(parent, at + Pinfo.PARENT_OFFSET);
    long left = parentAt + Pinfo.LEFT_OFFSET;
    if (Mem.getInt(mem, left) == i) {
      return left;
    }
    region.requireLink(parentAt + Pinfo.RIGHT_OFFSET, i);
    return parentAt + Pinfo.RIGHT_OFFSET;
  }

  /**
   * Takes a record out of a tree: lets the hole sink, the child with the higher priority rising,
   * until there is but one child left to fill it. The links of the record itself stay.
   *
   * @param root where the link to the root lies
   */
  static void remove(Region region, long root, int d, long at) {
    MemorySegment mem = region.mem;
    long link = requireLinkTo(region, root, d, at);
    int parent = Pinfo.parent(mem, at);
    int left = Pinfo.left(mem, at);
    int right = Pinfo.right(mem, at);
    long leftAt = left == Pinfo.NULL ? 0 : child(region, left, at + Pinfo.LEFT_OFFSET, d);
    long rightAt = right == Pinfo.NULL ? 0 : child(region, right, at + Pinfo.RIGHT_OFFSET, d);
    for (long steps = region.partMax; left != Pinfo.NULL && right != Pinfo.NULL; steps--) {
      if (steps == 0) {
        throw Region.damage(at, "a tree", "a cycle");
      }
      int leftPrio = Pinfo.prio(mem, leftAt);
      int rightPrio = Pinfo.prio(mem, rightAt);
      if (leftPrio > rightPrio || (leftPrio == rightPrio && ((parent ^ d) & 1) == 0)) {
        Mem.putInt(mem, link, left);
        Pinfo.parent(mem, leftAt, parent);
        parent = left;
        link = leftAt + Pinfo.RIGHT_OFFSET;
        left = Mem.getInt(mem, link);
        leftAt = left == Pinfo.NULL ? 0 : child(region, left, link, parent);
      } else {
        Mem.putInt(mem, link, right);
        Pinfo.parent(mem, rightAt, parent);
        parent = right;
        link = rightAt + Pinfo.LEFT_OFFSET;
        right = Mem.getInt(mem, link);
        rightAt = right == Pinfo.NULL ? 0 : child(region, right, link, parent);
      }
    }
    if (left != Pinfo.NULL) {
      Mem.putInt(mem, link, left);
      Pinfo.parent(mem, leftAt, parent);
    } else {
      Mem.putInt(mem, link, right);
      if (right != Pinfo.NULL) {
        Pinfo.parent(mem, rightAt, parent);
      }
    }
  }
}
