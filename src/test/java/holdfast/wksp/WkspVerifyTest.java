package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each rule of {@link Wksp#verify}, broken by itself in a small sound table:
 *
 * <pre>{@code
 * part   0   1    2   3    4   5    6   7   8   9   10         3 idle records
 *       used free used free used free used .. used  free, 200 bytes; all others have 100
 *
 * free tree: parts 1 and 10; parts 5 and 3 hang in the list of part 1
 * }</pre>
 */
class WkspVerifyTest {
  private static final long PART_MAX = 14;
  private static final long DATA_MAX = 1200;

  private final MemorySegment mem =
      MemorySegment.ofArray(
          new long[(int) Math.ceilDiv(Wksp.footprint(PART_MAX, DATA_MAX), (long) Long.BYTES)]);
  private Wksp wksp;

  /** Records of the parts. */
  private int[] record;

  @BeforeEach
  void make() {
    wksp = Wksp.create(mem, "verified", 1, PART_MAX, DATA_MAX);
    for (int part = 0; part < 10; part++) {
      wksp.alloc(1, 100, 1 + part);
    }
    for (int part = 1; part < 6; part += 2) {
      wksp.free(wksp.gaddrLo() + 100L * part);
    }
    wksp.verify();
    List<Integer> all = new ArrayList<>();
    for (int i = WkspHeader.head(mem); i != Pinfo.NULL; i = Pinfo.next(mem, Pinfo.at(i))) {
      all.add(i);
    }
    record = all.stream().mapToInt(i -> i).toArray();
    assertEquals(11, record.length);
  }

  private long at(int part) {
    return Pinfo.at(record[part]);
  }

  private void requireFoundAt(long offset) {
    var e = assertThrows(CorruptDataException.class, wksp::verify);
    assertEquals(offset, e.offset(), e::getMessage);
  }

  private int root(long offset) {
    return Mem.getInt(mem, offset);
  }

  /** The records of a tree from the left to the right, whatever their keys. */
  private List<Integer> inOrder(int i) {
    List<Integer> all = new ArrayList<>();
    if (i != Pinfo.NULL) {
      all.addAll(inOrder(Pinfo.left(mem, Pinfo.at(i))));
      all.add(i);
      all.addAll(inOrder(Pinfo.right(mem, Pinfo.at(i))));
    }
    return all;
  }

  private void swapChildren(long at) {
    int left = Pinfo.left(mem, at);
    Pinfo.left(mem, at, Pinfo.right(mem, at));
    Pinfo.right(mem, at, left);
  }

  // The header and the idle stack.

  @Test
  void whatTheHeaderSaysOfTheRegionNeverChanges() {
    Mem.putLong(mem, WkspHeader.DATA_MAX_OFFSET, DATA_MAX + 1);
    requireFoundAt(WkspHeader.DATA_MAX_OFFSET);
  }

  @Test
  void theIdleStackIsNoCycle() {
    int top = WkspHeader.idleTop(mem);
    int last = Pinfo.parent(mem, Pinfo.at(Pinfo.parent(mem, Pinfo.at(top))));
    Pinfo.parent(mem, Pinfo.at(last), top);
    // The record one beyond the size of the table; 14 is 2 more than a multiple of 3.
    int before = Pinfo.parent(mem, Pinfo.at(top));
    requireFoundAt(Pinfo.at(before) + Pinfo.PARENT_OFFSET);
  }

  @Test
  void anIdleRecordIsEmpty() {
    int top = WkspHeader.idleTop(mem);
    Pinfo.lo(mem, Pinfo.at(top), 1);
    requireFoundAt(Pinfo.at(top));
  }

  @Test
  void noRecordIsLost() {
    WkspHeader.idleTop(mem, Pinfo.parent(mem, Pinfo.at(WkspHeader.idleTop(mem))));
    requireFoundAt(WkspHeader.PART_MAX_OFFSET);
  }

  // The list.

  @Test
  void aPartitionHasARangeInTheData() {
    Pinfo.hi(mem, at(3), Pinfo.lo(mem, at(3)));
    requireFoundAt(at(3) + Pinfo.LO_OFFSET);
  }

  @Test
  void aPartitionBeginsWhereTheOneBeforeEnded() {
    Pinfo.lo(mem, at(2), Pinfo.lo(mem, at(2)) + 8);
    requireFoundAt(at(2) + Pinfo.LO_OFFSET);
  }

  @Test
  void theListLeadsBackToo() {
    Pinfo.prev(mem, at(3), record[0]);
    requireFoundAt(at(3) + Pinfo.PREV_OFFSET);
  }

  @Test
  void twoFreePartitionsAreNoNeighbours() {
    Pinfo.tag(mem, at(0), 0);
    requireFoundAt(at(1));
  }

  @Test
  void theTailIsTheLastOfTheList() {
    WkspHeader.tail(mem, record[0]);
    requireFoundAt(WkspHeader.PART_TAIL_OFFSET);
  }

  @Test
  void theListEndsWithTheData() {
    Pinfo.next(mem, at(9), Pinfo.NULL);
    WkspHeader.tail(mem, record[9]);
    requireFoundAt(at(9) + Pinfo.NEXT_OFFSET);
  }

  @Test
  void aLinkLeadsToARecord() {
    Pinfo.next(mem, at(9), (int) PART_MAX);
    requireFoundAt(at(9) + Pinfo.NEXT_OFFSET);
  }

  // The tree of used partitions.

  @Test
  void theUsedTreeAscendsByAddress() {
    int root = root(WkspHeader.USED_ROOT_OFFSET);
    swapChildren(Pinfo.at(root));
    long end = 0;
    for (int i : inOrder(root)) {
      if (Pinfo.lo(mem, Pinfo.at(i)) < end) {
        requireFoundAt(Pinfo.at(i));
        return;
      }
      end = Pinfo.hi(mem, Pinfo.at(i));
    }
    throw new AssertionError("still in order");
  }

  @Test
  void whatIsInTheUsedTreeHasATag() {
    Pinfo.tag(mem, at(7), 0);
    requireFoundAt(at(7) + Pinfo.TAG_OFFSET);
  }

  @Test
  void aUsedPartitionHasNoList() {
    Pinfo.same(mem, at(0), record[2]);
    requireFoundAt(at(0) + Pinfo.SAME_OFFSET);
  }

  @Test
  void aNodeHasNoMarkOfAList() {
    Pinfo.prio(mem, at(0), Pinfo.prio(mem, at(0)), true);
    requireFoundAt(at(0) + Pinfo.PRIO_OFFSET);
  }

  @Test
  void aChildKnowsItsParent() {
    int root = root(WkspHeader.USED_ROOT_OFFSET);
    Pinfo.parent(mem, Pinfo.at(root), record[1]);
    requireFoundAt(Pinfo.at(root) + Pinfo.PARENT_OFFSET);
  }

  @Test
  void noPriorityIsAboveTheParents() {
    int root = root(WkspHeader.USED_ROOT_OFFSET);
    Pinfo.prio(mem, Pinfo.at(root), 0, false);
    int child =
        inOrder(root).stream()
            .filter(i -> Pinfo.parent(mem, Pinfo.at(i)) == root)
            .findFirst()
            .orElseThrow();
    requireFoundAt(Pinfo.at(child) + Pinfo.PRIO_OFFSET);
  }

  @Test
  void everyUsedPartitionIsInItsTree() {
    int first = inOrder(root(WkspHeader.USED_ROOT_OFFSET)).getFirst();
    int right = Pinfo.right(mem, Pinfo.at(first));
    int parent = Pinfo.parent(mem, Pinfo.at(first));
    Pinfo.left(mem, Pinfo.at(parent), right);
    if (right != Pinfo.NULL) {
      Pinfo.parent(mem, Pinfo.at(right), parent);
    }
    requireFoundAt(WkspHeader.USED_ROOT_OFFSET);
  }

  // The tree of free partitions.

  @Test
  void theFreeTreeAscendsBySize() {
    swapChildren(Pinfo.at(root(WkspHeader.FREE_ROOT_OFFSET)));
    requireFoundAt(at(1));
  }

  @Test
  void everyFreePartitionIsInItsTree() {
    Pinfo.same(mem, at(1), Pinfo.NULL);
    requireFoundAt(WkspHeader.FREE_ROOT_OFFSET);
  }

  @Test
  void partitionsOfAListHaveOneSize() {
    Pinfo.hi(mem, at(3), Pinfo.hi(mem, at(3)) + 8);
    Pinfo.lo(mem, at(4), Pinfo.hi(mem, at(3)));
    requireFoundAt(at(3));
  }

  @Test
  void partitionsOfAListHaveItsMark() {
    Pinfo.prio(mem, at(3), Pinfo.prio(mem, at(3)), false);
    requireFoundAt(at(3) + Pinfo.PRIO_OFFSET);
  }

  @Test
  void aListLeadsBackToo() {
    Pinfo.parent(mem, at(3), record[1]);
    requireFoundAt(at(3) + Pinfo.PARENT_OFFSET);
  }

  @Test
  void partitionsOfAListHaveNoChildren() {
    Pinfo.left(mem, at(3), record[0]);
    requireFoundAt(at(3) + Pinfo.LEFT_OFFSET);
    Pinfo.left(mem, at(3), Pinfo.NULL);
    Pinfo.right(mem, at(3), record[0]);
    requireFoundAt(at(3) + Pinfo.RIGHT_OFFSET);
  }
}
