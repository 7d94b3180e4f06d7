package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of a list, found from its last record back, and walked forward: for any marks. */
class TrailTest {
  private static final int RECORDS = 8192;
  private static final int NONE = StoreMemory.NONE;
  private static final long SEED = 5;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private StoreRig rig;
  private RecordStore store;
  private StoreMemory parts;
  private RootLists roots;
  private FrozenRoot root;

  /** A list that jumps through the memory, free slots, and records that are not in the root. */
  @BeforeEach
  void fill() {
    rig = new StoreRig(RecordStoreConfig.builder(RECORDS).keySize(8).txnMax(4), 16 << 20);
    store = rig.store;
    parts = StoreOpening.check(rig.wksp, rig.wksp.tagQuery(1, StoreRig.T).getFirst().gaddrLo());
    roots = new RootLists(parts);
    store.retainTombstonesSince(0);
    long seq = 0;
    for (int lo = 0; lo < 6000; lo += 500) {
      Txn txn = prepare(seq);
      for (int i = lo; i < lo + 500; i++) {
        store.put(txn, StoreRig.key(i, 8), StoreRig.value(i, i % 200));
      }
      store.publish(txn, ++seq);
    }
    for (int round = 0; round < 40; round++) {
      Txn txn = prepare(seq);
      for (int i = 0; i < 300; i++) {
        int key = random.nextInt(6000);
        if (random.nextInt(8) == 0) {
          store.remove(txn, StoreRig.key(key, 8));
        } else {
          store.put(txn, StoreRig.key(key, 8), StoreRig.value(round, i));
        }
      }
      store.publish(txn, ++seq);
    }
    root = store.tryFreeze().orElseThrow();
    Txn open = prepare(seq);
    for (int i = 0; i < 500; i++) {
      store.put(open, StoreRig.key(10_000 + i, 8), StoreRig.value(i, 9));
    }
  }

  @AfterEach
  void close() {
    root.close();
    store.close();
    rig.close();
  }

  private Txn prepare(long seq) {
    return store.prepare(null, new Xid(1, seq + 1));
  }

  /** Walked forward by the links, which is slow and plain. */
  private List<Integer> naive(int first, long since) {
    List<Integer> list = new ArrayList<>();
    for (int i = first; i != NONE; i = RecordSlot.next(parts.mem, parts.record(i))) {
      if (RecordSlot.modSeq(parts.mem, parts.record(i)) > since) {
        list.add(i);
      }
    }
    return list;
  }

  private Trail back(int last, long size, RootMarks marks, long since, int max) {
    Trail trail = new Trail(max);
    BackWalk walk = new BackWalk(parts, marks, since, trail);
    for (int at = last; at != NONE; ) {
      at = walk.stretch(at, size);
    }
    return trail;
  }

  private List<Integer> forward(Trail trail) {
    List<Integer> list = new ArrayList<>();
    TrailCursor cursor = new TrailCursor(root, parts, 32, trail);
    while (cursor.next()) {
      list.add(cursor.index());
    }
    return list;
  }

  private static RootMarks marks(List<Integer> indexes) {
    RootMarks marks = new RootMarks();
    for (int index : indexes) {
      for (int i = 0; i < RootMarks.EVERY; i++) {
        marks.append(index);
      }
    }
    return marks;
  }

  /** One of every so many records of a list, as they were appended, and no others. */
  private List<Integer> sound(List<Integer> list, int every) {
    List<Integer> marks = new ArrayList<>();
    for (int i = random.nextInt(every); i < list.size(); i += every) {
      marks.add(list.get(i));
    }
    return marks;
  }

  private int anyMark(List<Integer> list) {
    return switch (random.nextInt(8)) {
      case 0 -> NONE;
      case 1 -> RECORDS + random.nextInt(3);
      case 2, 3 -> random.nextInt(RECORDS);
      default -> list.get(random.nextInt(list.size()));
    };
  }

  @Test
  void marksOfAnyKindChangeNothing() {
    List<Integer> all = naive(roots.firstLive(), 0);
    assertEquals(root.liveCount(), all.size());
    for (int round = 0; round < 400; round++) {
      List<Integer> hints = new ArrayList<>();
      if (round % 4 == 0) {
        hints = sound(all, 1 + random.nextInt(1000));
      } else {
        for (int i = random.nextInt(60); i > 0; i--) {
          hints.add(anyMark(all));
        }
      }
      long since = random.nextInt(54);
      int max = 2 << random.nextInt(13);
      Trail trail = back(roots.lastLive(), root.liveCount(), marks(hints), since, max);
      List<Integer> expected = naive(roots.firstLive(), since);
      assertEquals(expected.size(), trail.count(), "since " + since);
      assertEquals(expected, forward(trail), "since " + since + ", kept " + max);
    }
  }

  /** What the store noted while it went on, for both of its lists. */
  @Test
  void theMarksOfAStoreLeadToItsLists() {
    for (long since = 0; since <= root.seq(); since++) {
      List<Integer> found = new ArrayList<>();
      FrozenRoot.Changes changes = root.changesSince(since);
      for (RootCursor cursor : List.of(changes.live(), changes.tombstones())) {
        while (cursor.next()) {
          found.add(cursor.index());
        }
      }
      List<Integer> expected = naive(roots.firstLive(), since);
      expected.addAll(naive(roots.firstTombstone(), since));
      assertEquals(expected, found);
      assertEquals(expected.size(), changes.count());
    }
  }

  @Test
  void groupsAreTheRecordsFromTheFirstToTheLast() {
    for (int max : new int[] {2, 4, 64}) {
      Trail trail = new Trail(max);
      for (int count = 0; count < 700; count++) {
        long left = count;
        for (int group = 0; group < trail.groups(); group++) {
          int size = trail.size(group);
          assertTrue(size <= trail.step());
          if (size > 0) {
            assertEquals(left - 1, trail.start(group), "kept " + max + " of " + count);
          }
          left -= size;
        }
        assertEquals(0, left, "kept " + max + " of " + count);
        assertTrue(trail.groups() <= max + 1);
        trail.add(count); // by its position
      }
    }
  }

  /** Wherever a link is wrong, the walk ends, with the list or with an exception. */
  @Test
  void brokenLinksEndTheWalk() {
    List<Integer> list = naive(roots.firstLive(), 0);
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      int victim = list.get(random.nextInt(list.size()));
      long at = parts.record(victim) + RecordSlot.PREV_OFFSET;
      int old = Mem.getInt(parts.mem, at);
      int wrong =
          switch (random.nextInt(3)) {
            case 0 -> RECORDS + random.nextInt(100);
            case 1 -> victim;
            default -> list.get(random.nextInt(list.size()));
          };
      Mem.putInt(parts.mem, at, wrong);
      RootMarks marks = marks(sound(list, 1 + random.nextInt(1000)));
      try {
        back(roots.lastLive(), root.liveCount(), marks, 0, 64);
      } catch (CorruptDataException e) {
        refused++;
      }
      Mem.putInt(parts.mem, at, old);
    }
    assertTrue(refused > 100, refused + " refused");
    Mem.putInt(parts.mem, parts.record(roots.lastLive()) + RecordSlot.PREV_OFFSET, RECORDS);
    assertThrows(CorruptDataException.class, () -> root.changesSince(0));
  }
}
