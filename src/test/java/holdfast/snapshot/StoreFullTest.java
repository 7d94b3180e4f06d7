package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wksp.Wksp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where there is no room nothing changes, and what needs no room goes on. */
class StoreFullTest {
  private static final long HOG = 99;

  private static MemorySegment key(long number) {
    return StoreRig.key(number);
  }

  /** Takes all memory of the workspace, in pieces that get smaller. */
  private static Deque<Long> hog(Wksp wksp) {
    Deque<Long> pieces = new ArrayDeque<>();
    for (long size = 4 << 20; size > 0; size /= 2) {
      for (long gaddr = wksp.alloc(1, size, HOG);
          gaddr != Wksp.GADDR_NULL;
          gaddr = wksp.alloc(1, size, HOG)) {
        pieces.push(gaddr);
      }
    }
    return pieces;
  }

  @ParameterizedTest
  @EnumSource
  void aStoreThatDoesNotFitIsNotMade(HashKind hash) {
    int refused = 0;
    int made = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment region = arena.allocate(Wksp.footprint(64, 3 << 20), 1 << 20);
      List<long[]> geometries = new ArrayList<>();
      for (long data = 256; data < 40_000; data += 500) {
        geometries.add(new long[] {64, data});
      }
      for (long data = 1 << 20; data <= 3 << 20; data += 200_000) {
        geometries.add(new long[] {64, data});
      }
      for (long parts = 1; parts < 24; parts++) {
        geometries.add(new long[] {parts, 3 << 20});
      }
      for (long[] geometry : geometries) {
        if (Wksp.footprint(geometry[0], geometry[1]) > region.byteSize()) {
          continue;
        }
        Wksp wksp = Wksp.create(region, "full", 1, geometry[0], geometry[1]);
        RecordStoreConfig config =
            RecordStoreConfig.builder(30).txnMax(3).hash(hash).groove(64, 1 << 20).build();
        try {
          RecordStore store = RecordStore.create(wksp, config);
          store.verify();
          store.close();
          made++;
        } catch (StoreFullException e) {
          refused++;
          assertTrue(wksp.partitions().stream().allMatch(p -> p.isFree()), "nothing is left");
        }
        wksp.verify();
      }
    }
    assertTrue(refused > 20 && made > 5, refused + " refused, " + made + " made");
  }

  /** At each point where memory is needed: the accumulator, a volume, a direct value. */
  @ParameterizedTest
  @EnumSource
  void aPutWithoutMemoryChangesNothing(HashKind hash) {
    for (int size : new int[] {0, 10, 4000, 30_000, 200_000}) {
      try (StoreRig rig = StoreRig.of(hash)) {
        RecordStore store = rig.store;
        Txn base = store.prepare(null, new Xid(1, 1));
        store.put(base, key(1), StoreRig.value(1, 100));
        Txn txn = store.prepare(base, new Xid(1, 2));
        Deque<Long> pieces = hog(rig.wksp);
        if (size >= 4000) {
          fillTheGroove(store, txn, size);
        }
        ContentHash before = store.contentHash(txn);
        int refused = 0;
        while (true) {
          try {
            int which = refused % 2;
            if (which == 0) {
              store.put(txn, key(1), StoreRig.value(2, size));
            } else {
              store.update(txn, key(1), size, memory -> memory.fill((byte) 3));
            }
            break;
          } catch (StoreFullException e) {
            refused++;
            assertEquals(before, store.contentHash(txn));
            assertEquals(100, StoreRig.get(store, txn, key(1)).length);
            store.verify();
            assertTrue(!pieces.isEmpty(), "there is room enough now");
            rig.wksp.free(pieces.pop());
          }
        }
        assertTrue(refused > 0 || size < 4000, "it was full for a value of " + size);
        assertEquals(size, StoreRig.get(store, txn, key(1)).length);
        store.verify();
      }
    }
  }

  /** Leaves no memory of a size in the volumes that there are. */
  private static void fillTheGroove(RecordStore store, Txn txn, int size) {
    for (long i = 0; ; i++) {
      try {
        store.put(txn, key(100 + i), StoreRig.value(i, size));
      } catch (StoreFullException e) {
        assertTrue(e.getMessage().contains("workspace"), e.getMessage());
        return;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutRecordsAndMemoryPublishingAndCancellingGoOn(HashKind hash) {
    var config = RecordStoreConfig.builder(8).txnMax(4).hash(hash);
    try (StoreRig rig = new StoreRig(config, 4 << 20)) {
      RecordStore store = rig.store;
      Txn a = store.prepare(null, new Xid(1, 1));
      for (long i = 0; i < 4; i++) {
        store.put(a, key(i), StoreRig.value(i, 50));
      }
      store.publish(a, 1);
      FrozenRoot root = store.tryFreeze().orElseThrow();
      Txn b = store.prepare(null, new Xid(1, 2));
      store.put(b, key(0), StoreRig.value(7, 60));
      store.remove(b, key(1));
      Txn c = store.prepare(b, new Xid(1, 3));
      store.put(c, key(0), StoreRig.value(8, 70));
      store.put(c, key(9), StoreRig.value(9, 10));
      Txn d = store.prepare(b, new Xid(1, 4));
      Txn e = store.prepare(d, new Xid(1, 5));
      assertThrows(StoreFullException.class, () -> store.prepare(e, new Xid(1, 6)));
      hog(rig.wksp);
      ContentHash before = store.contentHash(c);
      assertThrows(StoreFullException.class, () -> store.put(c, key(5), StoreRig.value(1, 1)));
      assertThrows(StoreFullException.class, () -> store.remove(c, key(2)));
      assertEquals(before, store.contentHash(c));
      store.verify();
      assertTrue(store.remove(c, key(0)), "its own version needs nothing");
      assertTrue(!store.remove(c, key(0)));
      assertEquals(2, store.cancel(d));
      store.publishIntoParent(c);
      store.verify();
      assertEquals(1, store.publish(b, 2));
      root.close();
      assertTrue(store.drain(100) > 0);
      store.verify();
      assertEquals(3, store.tryFreeze().orElseThrow().liveCount());
    }
  }

  @Test
  void aFullStoreSaysWhatIsFull() {
    var config = RecordStoreConfig.builder(1).txnMax(1);
    try (StoreRig rig = new StoreRig(config, 4 << 20)) {
      Txn txn = rig.store.prepare(null, new Xid(1, 1));
      StoreFullException e =
          assertThrows(StoreFullException.class, () -> rig.store.prepare(null, new Xid(1, 2)));
      assertTrue(e.getMessage().contains("1 transactions"), e.getMessage());
      rig.store.put(txn, key(1), key(1));
      e = assertThrows(StoreFullException.class, () -> rig.store.put(txn, key(2), key(1)));
      assertTrue(e.getMessage().contains("1 records"), e.getMessage());
    }
  }
}
