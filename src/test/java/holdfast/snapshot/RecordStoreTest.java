package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.testkit.Allocated;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documented examples and each edge of the contract. */
class RecordStoreTest {
  private final StoreRig rig = StoreRig.small();
  private RecordStore store = rig.store;
  private long nextXid = 1;

  @AfterEach
  void end() {
    rig.close();
  }

  private Txn prepare(Txn parent) {
    return store.prepare(parent, new Xid(0, nextXid++));
  }

  private void put(Txn txn, long key, long number) {
    store.put(txn, StoreRig.key(key), StoreRig.value(number, 20));
  }

  private void assertSees(Txn txn, long key, long number) {
    assertArrayEquals(StoreRig.bytes(number, 20), rig.get(txn, key));
  }

  @Test
  void ofTwoForksTheOneThatIsPublishedIsTheState() {
    Txn one = prepare(null);
    Txn other = prepare(null);
    put(one, 1, 10);
    put(other, 1, 20);
    assertSees(one, 1, 10);
    assertSees(other, 1, 20);
    assertNull(rig.get(null, 1));
    assertEquals(1, store.publish(one, 7));
    assertSees(null, 1, 10);
    assertEquals(7, store.publishedSeq());
    assertThrows(
        StaleTxnException.class, () -> store.get(one, StoreRig.key(1), MemorySegment.NULL));
    assertThrows(StaleTxnException.class, () -> store.cancel(other));
    store.verify();
  }

  @Test
  void publishingAGrandchildPublishesItsAncestorsAsOne() {
    Txn a = prepare(null);
    put(a, 1, 1);
    Txn b = prepare(a);
    put(b, 2, 2);
    Txn uncle = prepare(a);
    Txn c = prepare(b);
    put(c, 1, 3);
    Txn child = prepare(c);
    assertEquals(3, store.publish(c, 4));
    assertSees(null, 1, 3);
    assertSees(child, 2, 2);
    assertThrows(StaleTxnException.class, () -> put(uncle, 1, 1));
    List<Long> seqs = new ArrayList<>();
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      root.forEachLive((key, value, modSeq) -> seqs.add(modSeq));
    }
    assertEquals(List.of(4L, 4L), seqs);
    put(child, 5, 5);
    assertSees(child, 5, 5);
  }

  /** Whoever ends a transaction of many generations pays for each of them once. */
  @Test
  void longLinesOfTransactionsEndAsFastAsTheyBegin() {
    int depth = 30_000;
    try (StoreRig deep = new StoreRig(RecordStoreConfig.builder(16).txnMax(depth), 16 << 20)) {
      long prepared = Long.MAX_VALUE;
      long cancelled = Long.MAX_VALUE;
      for (int round = 0; round < 3; round++) {
        long start = System.nanoTime();
        Txn first = deep.store.prepare(null, new Xid(1, 1));
        Txn last = first;
        for (int i = 2; i <= depth; i++) {
          last = deep.store.prepare(last, new Xid(1, i));
        }
        long middle = System.nanoTime();
        assertEquals(depth, deep.store.cancel(first));
        prepared = Math.min(prepared, middle - start);
        cancelled = Math.min(cancelled, System.nanoTime() - middle);
      }
      assertTrue(cancelled < 20 * prepared, cancelled + " ns after " + prepared);
      deep.store.verify();
    }
  }

  @Test
  void aStateIsNamedByItsContentNotItsHistory() {
    Txn a = prepare(null);
    for (long i = 0; i < 5; i++) {
      put(a, i, i);
    }
    store.publish(a, 1);
    ContentHash before = store.contentHash(null);
    Txn b = prepare(null);
    put(b, 3, 99);
    assertNotEquals(before, store.contentHash(b));
    put(b, 3, 3);
    store.remove(b, StoreRig.key(4));
    put(b, 4, 4);
    assertEquals(before, store.contentHash(b));
    store.publish(b, 2);
    assertEquals(before, store.contentHash(null));
    try (StoreRig other = StoreRig.small()) {
      Txn c = other.store.prepare(null, new Xid(4, 4));
      for (long i = 4; i >= 0; i--) {
        other.store.put(c, StoreRig.key(i), StoreRig.value(i, 20));
      }
      assertEquals(before, other.store.contentHash(c));
    }
  }

  @Test
  void aFrozenRootStandsStillWhileTheStoreGoesOn() {
    Txn a = prepare(null);
    put(a, 1, 1);
    store.publish(a, 1);
    FrozenRoot root = store.tryFreeze().orElseThrow();
    assertTrue(store.tryFreeze().isEmpty());
    Txn b = prepare(null);
    put(b, 1, 2);
    put(b, 2, 2);
    store.publish(b, 2);
    assertSees(null, 1, 2);
    byte[] found = new byte[20];
    assertEquals(20, root.get(StoreRig.key(1), MemorySegment.ofArray(found)));
    assertArrayEquals(StoreRig.bytes(1, 20), found);
    assertEquals(-1, root.get(StoreRig.key(2), MemorySegment.NULL));
    assertEquals(1, root.seq());
    assertEquals(1, root.liveCount());
    assertEquals(20, root.valueBytes());
    root.close();
    root.close();
    assertThrows(IllegalStateException.class, () -> root.get(StoreRig.key(1), MemorySegment.NULL));
    assertTrue(store.tryFreeze().isEmpty(), "two records have to move");
    assertEquals(2, store.drain(100));
    assertEquals(0, store.drain(100));
    try (FrozenRoot next = store.tryFreeze().orElseThrow()) {
      assertEquals(2, next.seq());
    }
  }

  @Test
  void afterAThawEachPublicationMovesMoreThanItBrings() {
    store.freezeLimits(new FreezeLimits(1000, 1 << 20, Duration.ofDays(1), 2));
    FrozenRoot root = store.tryFreeze().orElseThrow();
    Txn a = prepare(null);
    for (long i = 0; i < 20; i++) {
      put(a, i, i);
    }
    store.publish(a, 1);
    root.close();
    Txn b = prepare(null);
    put(b, 100, 1);
    put(b, 101, 1);
    store.publish(b, 2); // brings 2, moves 4
    Txn c = prepare(null);
    for (long i = 0; i < 12; i++) {
      put(c, 200 + i, i);
    }
    store.publish(c, 3); // brings 12, moves 15
    assertEquals(10, store.drain(10));
    Txn d = prepare(null);
    put(d, 300, 1);
    store.publish(d, 4); // brings 1, need not move 3
    Txn e = prepare(null);
    for (long i = 0; i < 8; i++) {
      put(e, 400 + i, i);
    }
    store.publish(e, 5); // brings 8, and moves 3 of 10
    assertEquals(20 + 2 - 4 + 12 - 15 - 10 + 1 + 8 - 3, store.drain(Integer.MAX_VALUE));
    for (long i = 0; i < 20; i++) {
      assertSees(null, i, i);
    }
    store.verify();
  }

  @ParameterizedTest
  @CsvSource({"3, 1000000, 1000, 4 records", "1000, 50, 1000, bytes", "1000, 1000000, 0, longer"})
  void aFreezeThatCostsTooMuchIsTakenBack(long records, long bytes, long millis, String why) {
    store.freezeLimits(new FreezeLimits(records, bytes, Duration.ofMillis(millis), 1));
    Txn first = prepare(null);
    put(first, 77, 7);
    store.publish(first, 1);
    FrozenRoot root = store.tryFreeze().orElseThrow();
    Txn a = prepare(null);
    for (long i = 0; i < 4; i++) {
      put(a, i, i);
    }
    store.publish(a, 2);
    FreezeRevokedException e =
        assertThrows(
            FreezeRevokedException.class,
            () -> root.forEachLive((key, value, modSeq) -> assertFalse(true)));
    assertTrue(e.getMessage().contains(why), e.getMessage());
    root.close();
    assertEquals(4, store.drain(10));
    store.verify();
  }

  @Test
  void aRootThatWasTakenBackEndsNoOtherFreeze() {
    store.freezeLimits(new FreezeLimits(1, 1 << 20, Duration.ofDays(1), 100));
    FrozenRoot first = store.tryFreeze().orElseThrow();
    Txn a = prepare(null);
    put(a, 1, 1);
    put(a, 2, 2);
    store.publish(a, 1); // more than it may cost
    store.drain(100);
    FrozenRoot second = store.tryFreeze().orElseThrow();
    first.close();
    Txn b = prepare(null);
    put(b, 3, 3);
    store.publish(b, 2);
    assertEquals(2, second.liveCount());
    assertEquals(-1, second.get(StoreRig.key(3), MemorySegment.NULL));
    store.verify();
    second.close();
    assertEquals(1, store.drain(100));
  }

  /** F13: whoever walks finds out between two batches, and has seen nothing newer. */
  @Test
  void aWalkThatIsOvertakenEndsBetweenTwoBatches() {
    store.freezeLimits(new FreezeLimits(2, 1 << 20, Duration.ofDays(1), 1));
    Txn a = prepare(null);
    for (long i = 0; i < 200; i++) {
      put(a, i, i);
    }
    store.publish(a, 1);
    for (int batch = 0; batch < 20; batch++) {
      FrozenRoot root = store.tryFreeze().orElseThrow();
      RootCursor cursor = root.live();
      for (int i = 0; i < batch; i++) {
        root.enterBatch();
        for (int r = 0; r < 10; r++) {
          assertTrue(cursor.next());
        }
        root.exitBatch();
      }
      long seq = store.publishedSeq() + 1;
      Txn b = prepare(null);
      for (long i = 0; i < 3; i++) {
        put(b, 10L * batch + i, 1000 + batch);
      }
      store.publish(b, seq);
      assertThrows(FreezeRevokedException.class, root::enterBatch);
      assertThrows(FreezeRevokedException.class, () -> root.liveSince(0));
      assertThrows(FreezeRevokedException.class, () -> root.changesSince(0));
      store.drain(Integer.MAX_VALUE);
      store.verify();
      root.close();
    }
  }

  @Test
  void aBatchHoldsARevocationUp() throws InterruptedException {
    store.freezeLimits(new FreezeLimits(0, 1 << 20, Duration.ofDays(1), 1));
    Txn a = prepare(null);
    put(a, 1, 1);
    store.publish(a, 1);
    FrozenRoot root = store.tryFreeze().orElseThrow();
    root.enterBatch();
    RootCursor cursor = root.live();
    Txn b = prepare(null);
    put(b, 1, 2);
    Thread publisher = new Thread(() -> store.publish(b, 2));
    publisher.start();
    while (!root.isRevoked()) {
      Thread.onSpinWait();
    }
    assertTrue(cursor.next());
    byte[] seen = new byte[20];
    MemorySegment.copy(cursor.memory(), ValueLayout.JAVA_BYTE, cursor.valueAt(), seen, 0, 20);
    assertArrayEquals(StoreRig.bytes(1, 20), seen);
    assertTrue(publisher.isAlive());
    root.exitBatch();
    publisher.join();
    assertSees(null, 1, 2);
  }

  /** A visitor may wait for a network; a publisher that finds it inside goes on. */
  @Test
  void aReaderThatStaysInsideBreaksNoPublication() {
    store.freezeLimits(new FreezeLimits(0, 1 << 20, Duration.ofDays(1), 1));
    Txn a = prepare(null);
    put(a, 1, 1);
    store.publish(a, 1);
    FrozenRoot root = store.tryFreeze().orElseThrow();
    root.enterBatch();
    for (long seq = 2; seq <= 20; seq++) { // the first one waits a little, the others do not
      Txn b = prepare(null);
      put(b, 1, seq);
      store.publish(b, seq);
    }
    assertSees(null, 1, 20);
    assertEquals(-1, store.tryFreeze().map(FrozenRoot::seq).orElse(-1L));
    assertEquals(0, store.drain(10), "somebody still reads");
    root.exitBatch();
    assertThrows(FreezeRevokedException.class, root::enterBatch);
    Txn c = prepare(null);
    put(c, 2, 2);
    store.publish(c, 21);
    store.drain(10);
    store.tryFreeze().orElseThrow().close();
    store.verify();
  }

  @Test
  void whatIsClosedByItsReaderIsThawedInTheEnd() {
    store.freezeLimits(new FreezeLimits(0, 1 << 20, Duration.ofDays(1), 1));
    FrozenRoot root = store.tryFreeze().orElseThrow();
    root.enterBatch();
    Txn a = prepare(null);
    put(a, 1, 1);
    store.publish(a, 1);
    root.exitBatch();
    root.close(); // the store asked for it, but could not take it
    assertEquals(1, store.drain(10));
    store.tryFreeze().orElseThrow().close();
  }

  /** {@code Duration.ofSeconds(Long.MAX_VALUE)} is how many say forever. */
  @Test
  void aFreezeMayTakeForever() {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    store.freezeLimits(new FreezeLimits(10, 1 << 20, forever, 1));
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      Txn a = prepare(null);
      put(a, 1, 1);
      store.publish(a, 1);
      assertEquals(0, root.seq());
    }
    assertEquals(1, SnapshotJob.freeze(store, forever, () -> store.drain(10) < 0).seq());
  }

  @Test
  void tombstonesAreKeptFromTheFloorOnAndNoLonger() {
    store.retainTombstonesSince(0);
    Txn a = prepare(null);
    put(a, 1, 1);
    put(a, 2, 2);
    store.publish(a, 1);
    Txn b = prepare(null);
    store.remove(b, StoreRig.key(1));
    put(b, 3, 3);
    store.remove(b, StoreRig.key(3)); // the root never had it
    store.publish(b, 2);
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      assertEquals(1, root.tombstoneCount());
      List<Long> seqs = new ArrayList<>();
      root.forEachTombstoneSince(1, (key, value, modSeq) -> seqs.add(modSeq));
      assertEquals(List.of(2L), seqs);
      root.forEachTombstoneSince(2, (key, value, modSeq) -> seqs.add(modSeq));
      assertEquals(1, seqs.size());
    }
    store.retainTombstonesSince(2);
    store.publish(prepare(null), 3);
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      assertEquals(0, root.tombstoneCount());
    }
    store.verify();
  }

  /** What a frozen root delays must be as if it had not: the tombstone hides what was published. */
  @Test
  void aTombstoneOverAVersionThatWasPendingIsKept() {
    store.retainTombstonesSince(0);
    FrozenRoot root = store.tryFreeze().orElseThrow();
    Txn a = prepare(null);
    put(a, 1, 1);
    store.publish(a, 1);
    Txn b = prepare(null);
    store.remove(b, StoreRig.key(1));
    store.publish(b, 2);
    root.close();
    store.verify();
    store.drain(10);
    store.verify();
    try (FrozenRoot next = store.tryFreeze().orElseThrow()) {
      assertEquals(1, next.tombstoneCount());
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    Txn a = prepare(null);
    assertThrows(IllegalArgumentException.class, () -> store.prepare(null, Xid.ROOT));
    assertThrows(IllegalArgumentException.class, () -> store.prepare(null, a.xid()));
    MemorySegment small = StoreRig.key(1, 16);
    assertThrows(IllegalArgumentException.class, () -> store.get(null, small, small));
    assertThrows(IllegalArgumentException.class, () -> store.put(a, small, small));
    assertThrows(IllegalArgumentException.class, () -> store.remove(a, small));
    assertThrows(IllegalArgumentException.class, () -> store.read(a, small, value -> value));
    assertThrows(IllegalArgumentException.class, () -> store.update(a, small, 1, value -> value));
    MemorySegment key = StoreRig.key(1);
    assertThrows(IllegalArgumentException.class, () -> store.update(a, key, -1, v -> v));
    assertThrows(IllegalArgumentException.class, () -> store.update(a, key, 1L << 31, v -> v));
    assertThrows(IllegalArgumentException.class, () -> store.publish(a, 0));
    assertThrows(IllegalArgumentException.class, () -> store.publish(a, 1L << 62));
    assertThrows(IllegalArgumentException.class, () -> store.publishIntoParent(a));
    assertThrows(IllegalArgumentException.class, () -> store.drain(0));
    assertThrows(IllegalArgumentException.class, () -> store.retainTombstonesSince(-2));
    assertThrows(NullPointerException.class, () -> store.put(null, key, key));
    assertThrows(IllegalArgumentException.class, () -> RecordStoreConfig.builder(0).build());
    assertThrows(
        IllegalArgumentException.class, () -> RecordStoreConfig.builder(1).keySize(9).build());
    assertThrows(
        IllegalArgumentException.class, () -> RecordStoreConfig.builder(1).keySize(56).build());
    assertThrows(
        IllegalArgumentException.class, () -> RecordStoreConfig.builder(1).baseTag(4).build());
    assertThrows(
        IllegalArgumentException.class, () -> RecordStoreConfig.builder(1).groove(65, 0).build());
    store.verify();
    assertEquals(1, store.publish(a, (1L << 62) - 1));
  }

  @Test
  void theStoreTellsWhatItIs() {
    assertEquals(32, store.keySize());
    assertEquals(HashKind.SUM256, store.hashKind());
    assertEquals(new UUID(3, 5), store.storeId());
    assertFalse(store.wasUnclean());
    assertEquals("00000000000000010000000000000002", new Xid(1, 2).toString());
  }

  @Test
  void theWriterOfAnUpdateFindsTheOldBytesAndMayThrow() {
    Txn a = prepare(null);
    put(a, 1, 1);
    ContentHash before = store.contentHash(a);
    assertThrows(
        AssertionError.class,
        () ->
            store.update(
                a,
                StoreRig.key(1),
                40,
                memory -> {
                  throw new AssertionError("by the writer");
                }));
    assertEquals(before, store.contentHash(a));
    int last =
        store.update(a, StoreRig.key(1), 40, memory -> (int) memory.get(ValueLayout.JAVA_BYTE, 39));
    assertEquals(0, last);
    assertEquals(40, rig.get(a, 1).length);
    store.verify();
  }

  @Test
  void memoryThatNoValueNeedsGoesBack() {
    Txn a = prepare(null);
    for (long i = 0; i < 100; i++) {
      store.put(a, StoreRig.key(i), StoreRig.value(i, 5000));
    }
    long used = rig.wksp.usage(0).freeSize();
    store.cancel(a);
    assertTrue(store.trim(true) > 0);
    assertTrue(rig.wksp.usage(0).freeSize() > used);
    store.verify();
  }

  @Test
  void lookingUpMakesNoGarbage() {
    if (!Allocated.isCounted()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(32, 8);
      key.copyFrom(StoreRig.key(3));
      MemorySegment target = arena.allocate(64, 8);
      Txn a = prepare(null);
      put(a, 3, 3);
      store.publish(a, 1);
      Txn b = prepare(null);
      long sum = 0;
      for (int i = 0; i < 20_000; i++) {
        sum += store.get(null, key, target) + store.get(b, key, target);
      }
      long before = Allocated.byThisThread();
      for (int i = 0; i < 20_000; i++) {
        sum += store.get(null, key, target) + store.get(b, key, target);
      }
      long bytes = Allocated.byThisThread() - before;
      assertEquals(40_000 * 40, sum);
      assertTrue(bytes < 20_000, bytes + " bytes for 40 000 lookups");
    }
  }

  @Test
  void loadingTakesAscendingRecordsOnce() {
    RecordSink sink = store.bulkLoad();
    for (long i = 1; i <= 10; i++) {
      sink.put(StoreRig.key(i), 0, StoreRig.value(i, 20), 0, 20, i / 2 + 1);
    }
    assertThrows(
        SnapshotException.class,
        () -> sink.put(StoreRig.key(3), 0, StoreRig.value(3, 20), 0, 20, 9));
    assertThrows(
        CorruptDataException.class,
        () -> sink.put(StoreRig.key(30), 0, StoreRig.value(3, 20), 0, 20, 2));
    store.setPublished(8);
    store.verify();
    assertSees(null, 10, 10);
    assertThrows(IllegalStateException.class, () -> store.bulkLoad());
    store.retainTombstonesSince(8);
    Txn child = prepare(null);
    RecordSink changes = store.applyInto(child);
    changes.put(StoreRig.key(2), 0, StoreRig.value(200, 20), 0, 20, 9);
    changes.put(StoreRig.key(50), 0, StoreRig.value(50, 20), 0, 20, 11);
    changes.remove(StoreRig.key(4), 0, 10);
    changes.remove(StoreRig.key(60), 0, 11);
    assertThrows(SnapshotException.class, () -> changes.remove(StoreRig.key(4), 0, 11));
    store.verify();
    assertEquals(1, store.publishPreserving(child, 12));
    store.verify();
    assertSees(null, 2, 200);
    assertNull(rig.get(null, 4));
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      List<Long> seqs = new ArrayList<>();
      root.forEachLiveSince(8, (key, value, modSeq) -> seqs.add(modSeq));
      root.forEachTombstoneSince(8, (key, value, modSeq) -> seqs.add(modSeq));
      assertEquals(List.of(9L, 11L, 10L, 11L), seqs);
      assertEquals(4, root.changesSince(8).count());
    }
    store.clear();
    store.verify();
    assertEquals(0, store.publishedSeq());
    assertNull(rig.get(null, 10));
    assertTrue(store.bulkLoad() != null);
  }

  /** In a chain of all keys and in short ones, also where other keys were before. */
  @ParameterizedTest
  @ValueSource(longs = {1, 16, 1024})
  void aLoadFindsEachKeyThatCameBefore(long chains) {
    SplittableRandom random = new SplittableRandom(3);
    var config = RecordStoreConfig.builder(300).txnMax(4);
    try (StoreRig loaded = new StoreRig(config, 8 << 20, chains)) {
      for (int round = 0; round < 3; round++) {
        RecordSink sink = loaded.store.bulkLoad();
        for (long i = 1; i <= 200; i++) {
          long key = 1000L * round + i;
          sink.put(StoreRig.key(key), 0, StoreRig.value(key, 20), 0, 20, i);
          long old = 1000L * round + 1 + random.nextLong(i);
          assertThrows(
              SnapshotException.class,
              () -> sink.put(StoreRig.key(old), 0, StoreRig.value(9, 9), 0, 9, 300));
        }
        loaded.store.setPublished(200);
        loaded.store.verify();
        for (long i = 1; i <= 200; i++) {
          assertArrayEquals(
              StoreRig.bytes(1000L * round + i, 20), loaded.get(null, 1000L * round + i));
        }
        loaded.store.clear();
      }
      loaded.store.close();
    }
  }

  /** What a load knows of the chains holds while nobody else changes them. */
  @Test
  void aLoadEndsWithTheFirstTransaction() {
    RecordSink sink = store.bulkLoad();
    sink.put(StoreRig.key(1), 0, StoreRig.value(1, 20), 0, 20, 1);
    store.cancel(prepare(null));
    assertThrows(
        IllegalStateException.class,
        () -> sink.put(StoreRig.key(2), 0, StoreRig.value(2, 20), 0, 20, 2));
    store.clear();
    store.verify();
    store.bulkLoad().put(StoreRig.key(2), 0, StoreRig.value(2, 20), 0, 20, 2);
  }

  @Test
  void aStoreThatTookOverAnIdentityStillHasOneOwner() {
    UUID other = new UUID(8, 9);
    store.adopt(other);
    assertEquals(other, store.storeId());
    assertThrows(
        IllegalStateException.class, () -> RecordStore.open(rig.wksp, RecordStoreConfig.BASE_TAG));
    store.close();
    rig.open().close();
  }

  /** Equal content has one root over its sorted keys, whatever its history and where it is. */
  @ParameterizedTest
  @EnumSource
  void theSortedRootIsThatOfTheContent(HashKind hash) {
    long budget = SortedMerkle.BUDGET_MIN;
    try (StoreRig one = StoreRig.of(hash);
        StoreRig two = StoreRig.of(hash == HashKind.NONE ? HashKind.SUM256 : HashKind.NONE)) {
      Txn a = one.store.prepare(null, new Xid(1, 1));
      for (long i = 0; i < 100; i++) {
        one.store.put(a, StoreRig.key(i), StoreRig.value(i, (int) i));
      }
      one.store.publish(a, 1);
      Txn b = one.store.prepare(null, new Xid(1, 2));
      one.store.put(b, StoreRig.key(7), StoreRig.value(70, 7));
      one.store.remove(b, StoreRig.key(8));
      byte[] view = SortedMerkle.root(one.store, b, budget, Progress.NONE);
      byte[] before = SortedMerkle.root(one.store, null, budget, Progress.NONE);
      try (FrozenRoot root = one.store.tryFreeze().orElseThrow()) {
        one.store.publish(b, 2);
        assertArrayEquals(before, SortedMerkle.root(root, budget, Progress.NONE));
      }
      Txn c = two.store.prepare(null, new Xid(1, 1));
      for (long i = 99; i >= 0; i--) {
        if (i != 8) {
          two.store.put(c, StoreRig.key(i), StoreRig.value(i == 7 ? 70 : i, (int) i));
        }
      }
      assertArrayEquals(view, SortedMerkle.root(two.store, c, budget, Progress.NONE));
      two.store.publish(c, 5);
      try (FrozenRoot root = two.store.tryFreeze().orElseThrow()) {
        assertArrayEquals(view, SortedMerkle.root(root, budget, Progress.NONE));
        two.store.freezeLimits(new FreezeLimits(0, 0, Duration.ofDays(1), 10));
        Txn d = two.store.prepare(null, new Xid(1, 1));
        two.store.put(d, StoreRig.key(1), StoreRig.value(1, 5));
        two.store.publish(d, 6);
        assertThrows(
            FreezeRevokedException.class, () -> SortedMerkle.root(root, budget, Progress.NONE));
      }
    }
  }

  @Test
  void afterCloseEverythingThrows() {
    Txn a = prepare(null);
    FrozenRoot root = store.tryFreeze().orElseThrow();
    store.close();
    store.close();
    MemorySegment key = StoreRig.key(1);
    assertThrows(FreezeRevokedException.class, () -> root.get(key, key));
    root.close();
    assertThrows(IllegalStateException.class, () -> store.get(null, key, key));
    assertThrows(IllegalStateException.class, () -> store.put(a, key, key));
    assertThrows(IllegalStateException.class, () -> store.find(a.xid()));
    assertThrows(IllegalStateException.class, () -> store.tryFreeze());
    RecordStore again = rig.open();
    assertThrows(IllegalArgumentException.class, () -> again.put(a, key, key));
    again.put(again.find(a.xid()), key, key);
  }
}
