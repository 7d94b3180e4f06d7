package holdfast.wksp;

import java.lang.foreign.MemorySegment;

/**
 * Walks everything and trusts nothing; stores nothing either, so it serves read-only regions.
 *
 * <p>The original marks the records it has visited. Here the rules themselves make a second visit
 * impossible, so that counting is enough: the list ascends by address, so its records differ; idle
 * records are empty, so they differ from those; if both together are as many as the table has, then
 * each record is one or the other. A tree ascends by its key, so its records differ, they are not
 * idle, and when they are as many as the list has of their kind, none is missing.
 */
final class Verifier {
  private final Region region;
  private final MemorySegment mem;
  private long usedCount;
  private long freeCount;

  private Verifier(Region region) {
    this.region = region;
    this.mem = region.mem;
  }

  /**
   * Verifies. The caller holds the lock, or nobody changes the region.
   *
   * @throws holdfast.CorruptDataException at the first broken rule
   */
  static void run(Region region) {
    region.checkHeader();
    Verifier verifier = new Verifier(region);
    long idle = verifier.idle();
    verifier.list();
    long described = idle + verifier.usedCount + verifier.freeCount;
    expect(WkspHeader.PART_MAX_OFFSET, "records in use or idle", region.partMax, described);
    verifier.usedTree();
    verifier.freeTree();
  }

  private long idle() {
    long count = 0;
    long where = WkspHeader.IDLE_TOP_OFFSET;
    int i = WkspHeader.idleTop(mem);
    while (i != Pinfo.NULL) {
      long at = region.at(i, where);
      if (++count > region.partMax) {
        throw Region.damage(where, "the end of the idle stack", "a cycle");
      }
      boolean empty =
          Pinfo.lo(mem, at) == 0
              && Pinfo.hi(mem, at) == 0
              && Pinfo.tag(mem, at) == 0
              && !Pinfo.inSame(mem, at);
      if (!empty) {
        throw Region.damage(at, "an empty record in the idle stack", "a range, tag or mark");
      }
      where = at + Pinfo.PARENT_OFFSET;
      i = Pinfo.parent(mem, at);
    }
    return count;
  }

  private void list() {
    long end = region.gaddrLo;
    boolean afterFree = false;
    int prev = Pinfo.NULL;
    long where = WkspHeader.PART_HEAD_OFFSET;
    int i = WkspHeader.head(mem);
    while (i != Pinfo.NULL) {
      long at = region.at(i, where);
      region.requireRange(at);
      expect(at + Pinfo.LO_OFFSET, "gaddr_lo", end, Pinfo.lo(mem, at));
      region.requireLink(at + Pinfo.PREV_OFFSET, prev);
      boolean free = Pinfo.tag(mem, at) == 0;
      if (free && afterFree) {
        throw Region.damage(at, "a used partition after a free one", "two free ones");
      }
      if (free) {
        freeCount++;
      } else {
        usedCount++;
      }
      afterFree = free;
      end = Pinfo.hi(mem, at);
      prev = i;
      where = at + Pinfo.NEXT_OFFSET;
      i = Pinfo.next(mem, at);
    }
    region.requireLink(WkspHeader.PART_TAIL_OFFSET, prev);
    expect(where, "the list's end at", region.gaddrHi, end);
  }

  private void usedTree() {
    long count = 0;
    long end = region.gaddrLo;
    for (int i = TreapWalk.first(region, WkspHeader.USED_ROOT_OFFSET);
        i != Pinfo.NULL;
        i = TreapWalk.next(region, i)) {
      long at = Pinfo.at(i);
      region.requireRange(at);
      if (Pinfo.lo(mem, at) < end) {
        throw Region.damage(at, "gaddr_lo of " + end + " or more", "" + Pinfo.lo(mem, at));
      }
      if (Pinfo.tag(mem, at) == 0) {
        throw Region.damage(at + Pinfo.TAG_OFFSET, "a tag other than 0", "0");
      }
      region.requireLink(at + Pinfo.SAME_OFFSET, Pinfo.NULL);
      node(at);
      end = Pinfo.hi(mem, at);
      count++;
    }
    expect(WkspHeader.USED_ROOT_OFFSET, "used partitions in the tree", usedCount, count);
  }

  private void freeTree() {
    long count = 0;
    long size = 0;
    for (int i = TreapWalk.first(region, WkspHeader.FREE_ROOT_OFFSET);
        i != Pinfo.NULL;
        i = TreapWalk.next(region, i)) {
      long at = Pinfo.at(i);
      FreeTreap.requireFree(region, at);
      if (Pinfo.size(mem, at) <= size) {
        throw Region.damage(at, "a size above " + size, "" + Pinfo.size(mem, at));
      }
      node(at);
      size = Pinfo.size(mem, at);
      count += 1 + sameList(i, at, size);
    }
    expect(WkspHeader.FREE_ROOT_OFFSET, "free partitions in the tree", freeCount, count);
  }

  private long sameList(int node, long nodeAt, long size) {
    long count = 0;
    int parent = node;
    long where = nodeAt + Pinfo.SAME_OFFSET;
    int i = Pinfo.same(mem, nodeAt);
    while (i != Pinfo.NULL) {
      long at = Treap.child(region, i, where, parent);
      FreeTreap.requireFree(region, at);
      expect(at, "a size like its list", size, Pinfo.size(mem, at));
      if (!Pinfo.inSame(mem, at)) {
        throw Region.damage(at + Pinfo.PRIO_OFFSET, "the mark of a list", "none");
      }
      region.requireLink(at + Pinfo.LEFT_OFFSET, Pinfo.NULL);
      region.requireLink(at + Pinfo.RIGHT_OFFSET, Pinfo.NULL);
      count++;
      parent = i;
      where = at + Pinfo.SAME_OFFSET;
      i = Pinfo.same(mem, at);
    }
    return count;
  }

  /** The rules of any node of a tree, apart from its key; the walk has checked its parent. */
  private void node(long at) {
    if (Pinfo.inSame(mem, at)) {
      throw Region.damage(at + Pinfo.PRIO_OFFSET, "no mark of a list", "one");
    }
    int parent = Pinfo.parent(mem, at);
    if (parent != Pinfo.NULL && Pinfo.prio(mem, Pinfo.at(parent)) < Pinfo.prio(mem, at)) {
      throw Region.damage(
          at + Pinfo.PRIO_OFFSET, "no priority above the parent's", "" + Pinfo.prio(mem, at));
    }
  }

  private static void expect(long offset, String what, long expected, long found) {
    if (expected != found) {
      throw Region.damage(offset, what + " " + expected, Long.toString(found));
    }
  }
}
