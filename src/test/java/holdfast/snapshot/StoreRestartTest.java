package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptOptions;
import holdfast.wksp.WkspParticipant;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A store comes back from its workspace: after a close, from a checkpoint, after a death. */
class StoreRestartTest {
  private static final long T = RecordStoreConfig.BASE_TAG;

  @TempDir Path dir;

  private static MemorySegment key(long number) {
    return StoreRig.key(number);
  }

  /** Some of them lie in their records, some do not fit. */
  private static MemorySegment value(long number) {
    return StoreRig.value(number, 50 + (int) number * 30);
  }

  private static void assertValue(long number, RecordStore store, Txn txn, long key) {
    assertArrayEquals(
        StoreRig.bytes(number, 50 + (int) number * 30), StoreRig.get(store, txn, key(key)));
  }

  /** A store with five records, four of them in the pending root, and a fork. */
  private static FrozenRoot pending(StoreRig rig) {
    Txn base = rig.store.prepare(null, new Xid(1, 1));
    rig.store.put(base, key(0), value(0));
    rig.store.publish(base, 3);
    FrozenRoot frozen = rig.store.tryFreeze().orElseThrow();
    Txn next = rig.store.prepare(null, new Xid(1, 2));
    for (long i = 1; i < 5; i++) {
      rig.store.put(next, key(i), value(i));
    }
    rig.store.publish(next, 5);
    Txn fork = rig.store.prepare(null, new Xid(1, 3));
    rig.store.put(fork, key(9), StoreRig.value(9, 100_000));
    rig.store.remove(fork, key(1));
    return frozen;
  }

  private static void checkPending(RecordStore store, ContentHash published, ContentHash fork) {
    assertFalse(store.wasUnclean());
    store.verify();
    assertEquals(5, store.publishedSeq());
    for (long i = 0; i < 5; i++) {
      assertValue(i, store, null, i);
    }
    assertEquals(published, store.contentHash(null));
    Txn found = store.find(new Xid(1, 3));
    assertNotNull(found);
    assertEquals(fork, store.contentHash(found));
    assertArrayEquals(StoreRig.bytes(9, 100_000), StoreRig.get(store, found, key(9)));
    assertEquals(-1, store.get(found, key(1), MemorySegment.NULL));
    assertTrue(store.tryFreeze().isEmpty(), "it drains");
    assertEquals(2, store.drain(2));
    store.verify();
    while (store.drain(1) > 0) {
      store.verify();
    }
    assertEquals(published, store.contentHash(null));
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      assertEquals(5, root.liveCount());
      assertEquals(published, root.contentHash());
    }
    assertEquals(1, store.publish(found, 6));
    assertEquals(fork, store.contentHash(null));
    store.verify();
  }

  @ParameterizedTest
  @EnumSource
  void aCheckpointOfAFrozenStoreGoesOn(HashKind hash) throws IOException {
    try (StoreRig rig = StoreRig.of(hash)) {
      FrozenRoot frozen = pending(rig);
      ContentHash published = rig.store.contentHash(null);
      ContentHash fork = rig.store.contentHash(rig.store.find(new Xid(1, 3)));
      Path file = dir.resolve("frozen");
      WkspCheckpt.write(rig.wksp, file, WkspCheckptOptions.DEFAULT);
      restoreAndCheck(rig, file, published, fork);
      // The store itself goes on, too.
      assertEquals(1, frozen.liveCount());
      frozen.close();
      checkPending(rig.store, published, fork);
    }
  }

  /** A store that is closed while somebody makes a checkpoint is complete, and in nobody's way. */
  @Test
  void aStoreThatIsClosedMeanwhileIsSavedAsItIs() throws IOException {
    try (StoreRig rig = StoreRig.small()) {
      rig.store.close();
      rig.wksp.register(
          new WkspParticipant() {
            @Override
            public void quiesce() {
              rig.store.close(); // after the checkpoint has begun, before it comes to the store
            }

            @Override
            public void resume() {}
          });
      rig.open();
      Txn txn = rig.store.prepare(null, new Xid(1, 1));
      rig.store.put(txn, key(1), value(1));
      rig.store.publish(txn, 1);
      Path file = dir.resolve("closed");
      WkspCheckpt.write(rig.wksp, file, WkspCheckptOptions.DEFAULT);
      assertThrows(IllegalStateException.class, rig.store::verify);
      assertValue(1, rig.open(), null, 1);
      try (Arena arena = Arena.ofShared()) {
        Wksp target = workspace(arena, StoreRig.PART_MAX, 8 << 20);
        WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT);
        RecordStore store = RecordStore.open(target, T);
        assertFalse(store.wasUnclean());
        store.verify();
        assertValue(1, store, null, 1);
      }
    }
  }

  @Test
  void aCheckpointOfADrainingStoreGoesOn() throws IOException {
    try (StoreRig rig = StoreRig.small()) {
      pending(rig).close();
      assertEquals(1, rig.store.drain(1));
      Path file = dir.resolve("draining");
      WkspCheckpt.write(rig.wksp, file, WkspCheckptOptions.DEFAULT);
      try (Arena arena = Arena.ofShared()) {
        Wksp target = workspace(arena, StoreRig.PART_MAX, 8 << 20);
        WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT);
        RecordStore store = RecordStore.open(target, T);
        store.verify();
        assertEquals(3, store.drain(100));
        assertEquals(rig.store.contentHash(null), store.contentHash(null));
        store.verify();
      }
    }
  }

  private static Wksp workspace(Arena arena, long partMax, long dataMax) {
    MemorySegment region = arena.allocate(Wksp.footprint(partMax, dataMax), 1 << 20);
    return Wksp.create(region, "target", 9, partMax, dataMax);
  }

  private static void restoreAndCheck(
      StoreRig rig, Path file, ContentHash published, ContentHash fork) throws IOException {
    for (long larger : new long[] {0, 4 << 20}) {
      try (Arena arena = Arena.ofShared()) {
        Wksp target = workspace(arena, StoreRig.PART_MAX, (8 << 20) + larger);
        WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT);
        RecordStore store = RecordStore.open(target, T);
        checkPending(store, published, fork);
        store.close();
      }
    }
    try (Arena arena = Arena.ofShared()) {
      Wksp target = workspace(arena, StoreRig.PART_MAX, 1 << 20);
      long mine = target.alloc(64, 100, 5);
      assertThrows(
          IllegalArgumentException.class,
          () -> WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT));
      assertEquals(5, target.tag(mine), "the target is untouched");
    }
    assertNotNull(rig);
  }

  @Test
  void aCheckpointWhileWritersRunIsACut() throws Exception {
    try (StoreRig rig = StoreRig.small()) {
      AtomicBoolean stop = new AtomicBoolean();
      List<Thread> writers = new ArrayList<>();
      AtomicLong failures = new AtomicLong();
      for (int w = 0; w < 2; w++) {
        int writer = w;
        Txn txn = rig.store.prepare(null, new Xid(7, writer));
        rig.store.put(txn, key(0), count(0));
        Thread thread =
            new Thread(
                () -> {
                  try {
                    for (long n = 1; !stop.get(); n++) {
                      rig.store.put(txn, key(n % 8), count(n));
                    }
                  } catch (Throwable e) {
                    failures.incrementAndGet();
                    throw e;
                  }
                });
        thread.start();
        writers.add(thread);
      }
      for (int round = 0; round < 8; round++) {
        Path file = dir.resolve("cut" + round);
        WkspCheckpt.write(rig.wksp, file, WkspCheckptOptions.DEFAULT);
        try (Arena arena = Arena.ofShared()) {
          Wksp target = workspace(arena, StoreRig.PART_MAX, 8 << 20);
          WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT);
          RecordStore store = RecordStore.open(target, T);
          assertFalse(store.wasUnclean());
          store.verify();
          for (int w = 0; w < 2; w++) {
            checkPrefix(store, store.find(new Xid(7, w)));
          }
        }
      }
      stop.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
      assertEquals(0, failures.get());
      rig.store.verify();
    }
  }

  private static MemorySegment count(long n) {
    byte[] bytes = new byte[8 + (int) (n % 5) * 100];
    ByteBuffer.wrap(bytes).putLong(0, n);
    return MemorySegment.ofArray(bytes);
  }

  /** The writer counted over eight keys: what is there are its last eight numbers. */
  private static void checkPrefix(RecordStore store, Txn txn) {
    long max = -1;
    long min = Long.MAX_VALUE;
    int found = 0;
    for (long k = 0; k < 8; k++) {
      byte[] bytes = StoreRig.get(store, txn, key(k));
      if (bytes != null) {
        long n = ByteBuffer.wrap(bytes).getLong(0);
        assertEquals(k, n % 8);
        assertEquals(8 + n % 5 * 100, bytes.length);
        max = Math.max(max, n);
        min = Math.min(min, n);
        found++;
      }
    }
    assertEquals(Math.min(8, max + 1), found);
    assertEquals(found, max - min + 1);
  }

  @Test
  void readersGoOnWhileACheckpointIsMade() throws IOException {
    try (StoreRig rig = StoreRig.small()) {
      Txn txn = rig.store.prepare(null, new Xid(1, 1));
      rig.store.put(txn, key(1), value(1));
      int[] asked = {0};
      rig.wksp.register(
          new WkspParticipant() {
            @Override
            public void quiesce() {
              assertValue(1, rig.store, txn, 1);
              asked[0]++;
            }

            @Override
            public void resume() {
              assertValue(1, rig.store, txn, 1);
              asked[0]++;
            }
          });
      WkspCheckpt.write(rig.wksp, dir.resolve("read"), WkspCheckptOptions.DEFAULT);
      assertEquals(2, asked[0]);
      rig.store.put(txn, key(2), value(2));
      rig.store.verify();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void aCheckpointThatLacksAPartIsRefusedByName(int missing) throws IOException {
    try (StoreRig rig = StoreRig.small()) {
      pending(rig).close();
      List<Long> tags = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        if (i != missing) {
          tags.add(T + i);
        }
      }
      Path file = dir.resolve("without");
      WkspCheckpt.write(rig.wksp, file, WkspCheckptOptions.DEFAULT.withTags(tags));
      try (Arena arena = Arena.ofShared()) {
        Wksp target = workspace(arena, StoreRig.PART_MAX, 8 << 20);
        WkspRestore.restore(target, file, WkspRestoreOptions.DEFAULT);
        CorruptDataException e =
            assertThrows(CorruptDataException.class, () -> RecordStore.open(target, T));
        String tag = "0x" + Long.toHexString(T + missing);
        assertTrue(e.getMessage().contains(tag), e.getMessage());
      }
    }
  }

  /** What lies where the header says has to be the part, in its tag and its size. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anAllocationOfSomebodyElseIsNoPart(int part) {
    try (StoreRig rig = StoreRig.small()) {
      rig.store.close();
      Partition was = rig.wksp.tagQuery(1, T + part).getFirst();
      for (int smaller = 0; smaller < 2; smaller++) {
        rig.wksp.free(was.gaddrLo());
        long tag = smaller == 0 ? T + 99 : T + part;
        assertEquals(was.gaddrLo(), rig.wksp.alloc(1, was.size() - smaller, tag));
        CorruptDataException e =
            assertThrows(CorruptDataException.class, () -> RecordStore.open(rig.wksp, T));
        assertTrue(e.getMessage().contains("0x" + Long.toHexString(T + part)), e.getMessage());
      }
    }
  }

  @Test
  void aStoreHasOneOwner() {
    try (StoreRig rig = StoreRig.small()) {
      Txn txn = rig.store.prepare(null, new Xid(1, 1));
      rig.store.put(txn, key(1), value(1));
      IllegalStateException mine =
          assertThrows(IllegalStateException.class, () -> RecordStore.open(rig.wksp, T));
      assertTrue(mine.getMessage().contains("this process"), mine.getMessage());
      rig.store.close();
      long owner = rig.wksp.tagQuery(1, T).getFirst().gaddrLo() + StoreHeader.OWNER_OFFSET;
      assertEquals(0, Mem.getLong(rig.region, owner));
      long alive = ProcessHandle.current().parent().orElseThrow().pid();
      Mem.putLong(rig.region, owner, alive);
      IllegalStateException other =
          assertThrows(IllegalStateException.class, () -> RecordStore.open(rig.wksp, T));
      assertTrue(other.getMessage().contains("process " + alive), other.getMessage());
      assertEquals(alive, Mem.getLong(rig.region, owner));
      Mem.putLong(rig.region, owner, 1L << 23); // above any id that Linux gives out
      RecordStore store = RecordStore.open(rig.wksp, T);
      assertTrue(store.wasUnclean());
      assertValue(1, store, store.find(new Xid(1, 1)), 1);
      store.close();
      assertFalse(rig.open().wasUnclean());
    }
  }

  @Test
  void twoStoresShareAWorkspace() {
    try (StoreRig rig = StoreRig.small()) {
      RecordStoreConfig same = RecordStoreConfig.builder(10).build();
      assertThrows(IllegalArgumentException.class, () -> RecordStore.create(rig.wksp, same));
      RecordStore other =
          RecordStore.create(rig.wksp, RecordStoreConfig.builder(10).baseTag(T + 8).build());
      Txn one = rig.store.prepare(null, new Xid(1, 1));
      Txn two = other.prepare(null, new Xid(1, 1));
      rig.store.put(one, key(1), value(1));
      other.put(two, key(1), value(2));
      assertThrows(IllegalArgumentException.class, () -> other.put(one, key(1), value(2)));
      assertValue(1, rig.store, one, 1);
      assertValue(2, other, two, 1);
      rig.store.verify();
      other.verify();
      other.close();
      RecordStore again = RecordStore.open(rig.wksp, T + 8);
      assertValue(2, again, again.find(new Xid(1, 1)), 1);
    }
  }

  @Test
  void aStoreInAMappedFileIsThereAfterTheFileWasClosed() throws IOException {
    Path file = dir.resolve("mapped");
    try (Wksp wksp = Wksp.create(file, "mapped", 1, 64, 4 << 20);
        RecordStore store = RecordStore.create(wksp, RecordStoreConfig.builder(100).build())) {
      Txn txn = store.prepare(null, new Xid(1, 1));
      store.put(txn, key(1), value(1));
      store.publish(txn, 1);
    }
    try (Wksp wksp = Wksp.open(file);
        RecordStore store = RecordStore.open(wksp, T)) {
      assertFalse(store.wasUnclean());
      assertValue(1, store, null, 1);
      store.verify();
    }
  }

  /** The wrong order, and nobody can open it in this process until the store was closed, too. */
  @Test
  void aWorkspaceThatIsClosedFirstLeavesTheStoreBehind() throws IOException {
    Path file = dir.resolve("order");
    Wksp wksp = Wksp.create(file, "order", 1, 64, 4 << 20);
    RecordStore store = RecordStore.create(wksp, RecordStoreConfig.builder(100).build());
    Txn txn = store.prepare(null, new Xid(1, 1));
    store.put(txn, key(1), value(1));
    store.publish(txn, 1);
    FrozenRoot frozen = store.tryFreeze().orElseThrow();
    wksp.close();
    assertThrows(IllegalStateException.class, store::verify);
    store.close();
    store.close();
    frozen.close();
    try (Wksp again = Wksp.open(file);
        RecordStore next = RecordStore.open(again, T)) {
      assertTrue(next.wasUnclean());
      assertValue(1, next, null, 1);
      next.verify();
    }
  }
}
