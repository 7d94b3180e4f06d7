package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The records that describe no partition, last in, first out, linked through {@code parent}.
 *
 * <pre>{@code
 * header.idle --> record 7 --> record 2 --> record 30 --> NULL
 *                 all other links NULL, lo = hi = tag = 0; the priority stays for life
 * }</pre>
 */
final class IdleStack {
  private IdleStack() {}

  /** Whether at least {@code count} records, 0 to 2, can be popped. */
  static boolean holds(Region region, int count) {
    int i = WkspHeader.idleTop(region.mem);
    long where = WkspHeader.IDLE_TOP_OFFSET;
    for (int need = count; need > 0; need--) {
      if (i == Pinfo.NULL) {
        return false;
      }
      where = region.at(i, where) + Pinfo.PARENT_OFFSET;
      i = Mem.getInt(region.mem, where);
    }
    return true;
  }

  /** Takes the top record, whose links are all null then; NULL when the stack is empty. */
  static int pop(Region region) {
    MemorySegment mem = region.mem;
    int i = WkspHeader.idleTop(mem);
    if (i == Pinfo.NULL) {
      return i;
    }
    long at = region.at(i, WkspHeader.IDLE_TOP_OFFSET);
    // Damage could make a partition of somebody look idle; it must not be given away.
    if (Pinfo.tag(mem, at) != 0 || Pinfo.hi(mem, at) != 0) {
      throw Region.damage(at + Pinfo.TAG_OFFSET, "an idle record", "a partition");
    }
    WkspHeader.idleTop(mem, Pinfo.parent(mem, at));
    Pinfo.parent(mem, at, Pinfo.NULL);
    return i;
  }

  /** Makes a record idle; it must be out of the list and the trees. */
  static void push(Region region, int i) {
    MemorySegment mem = region.mem;
    long at = Pinfo.at(i);
    Pinfo.tag(mem, at, 0); // first, so that nobody's range is ever wrong while it has a tag
    Pinfo.lo(mem, at, 0);
    Pinfo.hi(mem, at, 0);
    Pinfo.prio(mem, at, Pinfo.prio(mem, at), false);
    Pinfo.prev(mem, at, Pinfo.NULL);
    Pinfo.next(mem, at, Pinfo.NULL);
    Pinfo.left(mem, at, Pinfo.NULL);
    Pinfo.right(mem, at, Pinfo.NULL);
    Pinfo.same(mem, at, Pinfo.NULL);
    Pinfo.parent(mem, at, WkspHeader.idleTop(mem));
    WkspHeader.idleTop(mem, i);
  }
}
