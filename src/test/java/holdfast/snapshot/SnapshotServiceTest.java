package holdfast.snapshot;

import static holdfast.snapshot.SnapshotKind.FULL;
import static holdfast.snapshot.SnapshotKind.INCREMENTAL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import holdfast.internal.Disk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A service beside a store that goes on. */
@Timeout(120)
class SnapshotServiceTest {
  private ServiceRig rig;

  @BeforeEach
  void make() throws IOException {
    rig = new ServiceRig();
  }

  @AfterEach
  void nothingIsLeft() {
    rig.close();
  }

  private static SnapshotPolicy.Builder policy() {
    return ServiceRig.policy(0, 0);
  }

  private SnapshotService start(SnapshotPolicy.Builder policy) throws IOException {
    return rig.start(policy);
  }

  @Test
  void whatIsAskedForIsSaved() throws Exception {
    rig.put(5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo full = service.trigger(INCREMENTAL).get();
      assertEquals(FULL, full.kind(), "there was no base");
      assertEquals(5, full.seq());
      rig.put(7, 3);
      rig.remove(8, 4);
      SnapshotInfo next = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, next.kind());
      assertEquals(5, next.baseSeq());
      assertEquals(1, next.records());
      assertEquals(1, next.tombstones());
      assertEquals(next, service.trigger(INCREMENTAL).get(), "nothing changed");
      SnapshotStatus status = service.status();
      assertEquals(full, status.base());
      assertEquals(next, status.last());
      assertEquals(0, status.failures());
      assertNull(status.running());
      rig.assertLoads(8);
    }
    assertInstanceOf(SnapshotEvent.Started.class, rig.events().getFirst());
    rig.await(SnapshotEvent.Completed.class);
    rig.await(SnapshotEvent.Completed.class);
    rig.await(SnapshotEvent.Skipped.class);
  }

  @Test
  void passingAMultipleIsEnough() throws Exception {
    try (SnapshotService service = start(policy().every(20, 5).promoteRatio(1))) {
      rig.put(4, 1, 2, 3, 4, 5, 6, 7, 8);
      rig.put(6, 1);
      assertEquals(FULL, rig.await(SnapshotEvent.Completed.class).info().kind());
      assertEquals(20, service.status().nextFull());
      assertEquals(10, service.status().nextIncremental());
      rig.put(13, 2);
      SnapshotInfo incremental = rig.await(SnapshotEvent.Completed.class).info();
      assertEquals(INCREMENTAL, incremental.kind());
      assertEquals(13, incremental.seq());
      rig.put(47, 3); // from residue 13 to residue 7, two multiples at once
      SnapshotInfo full = rig.await(SnapshotEvent.Completed.class).info();
      assertEquals(FULL, full.kind());
      assertEquals(47, full.seq());
      assertEquals(60, service.status().nextFull());
      assertEquals(50, service.status().nextIncremental());
    }
  }

  @Test
  void theStoreGoesOnWhileItIsSaved() throws Exception {
    rig.put(1, 1, 2, 3, 4, 5, 6, 7, 8);
    ContentHash first = rig.store().contentHash(null);
    rig.also =
        event -> {
          if (event instanceof SnapshotEvent.Started started && started.seq() == 1) {
            rig.put(2, 1, 20, 21);
            rig.remove(3, 2);
            rig.remove(4, 20);
          }
        };
    try (SnapshotService service = start(policy())) {
      assertEquals(first, service.trigger(FULL).get().hash());
      assertEquals(1, service.status().base().seq());
      rig.assertLoads(1);
      // What was removed during the first full one is in the first incremental one.
      SnapshotInfo next = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, next.kind());
      assertEquals(2, next.records());
      assertTrue(next.tombstones() >= 1);
      rig.assertLoads(4);
    }
  }

  @Test
  void muchChangeMakesAFullOne() throws Exception {
    rig.put(1, 1, 2, 3, 4);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      rig.put(2, 1, 2, 3);
      assertEquals(FULL, service.trigger(INCREMENTAL).get().kind());
      rig.sim.delete(rig.dir.resolve("full-%020d.snap".formatted(2)));
      rig.put(3, 1);
      assertEquals(FULL, service.trigger(INCREMENTAL).get().kind(), "the base is gone");
    }
  }

  @Test
  void aFailureIsAnEventAndTheNextOneSucceeds() throws Exception {
    rig.put(1, 1, 2, 3, 4);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo full = service.trigger(FULL).get();
      rig.put(2, 1);
      for (Effect effect : List.of(Effect.IO_ERROR, Effect.NO_SPACE)) {
        rig.sim.faults().fail(2, EnumSet.of(SimFaults.Op.WRITE), "*", effect);
        assertInstanceOf(IOException.class, ServiceRig.cause(service.trigger(INCREMENTAL)));
        SnapshotEvent.Failed failed = rig.await(SnapshotEvent.Failed.class);
        assertEquals(Reason.IO, failed.reason());
        assertEquals(1, rig.names().size(), rig.names().toString());
        assertEquals(full, service.status().base());
      }
      assertEquals(2, service.status().failures());
      assertEquals(2, service.trigger(INCREMENTAL).get().seq());
      assertEquals(0, service.status().failures());
    }
    rig.sim.capacity(20_000);
    rig.put(3, 50, 51, 52);
    try (SnapshotService service = start(policy().minFreeBytes(1 << 20))) {
      SnapshotException e =
          assertInstanceOf(SnapshotException.class, ServiceRig.cause(service.trigger(FULL)));
      assertEquals(Reason.NO_SPACE, e.reason());
    }
    rig.sim.capacity(Long.MAX_VALUE);
    rig.assertLoads(2);
  }

  /**
   * As when the process ends after a full one became visible and before its tombstones went, and
   * the store stays: what comes after it is of the one before.
   */
  @Test
  void whatIsBuiltUponAnOlderBaseStays() throws Exception {
    rig.put(1, 1, 2, 3, 4, 5, 6, 7, 8);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      rig.put(2, 1);
      service.trigger(FULL).get();
    }
    rig.store().retainTombstonesSince(1);
    try (SnapshotService service = start(policy().keep(1, 1))) {
      for (int seq = 2; seq <= 4; seq++) {
        SnapshotInfo info = service.trigger(INCREMENTAL).get(); // at first of a state that is there
        assertEquals(INCREMENTAL, info.kind());
        assertEquals(1, info.baseSeq());
        assertEquals(seq, info.seq());
        rig.assertLoads(seq);
        rig.put(seq + 1, 1);
      }
      service.trigger(FULL).get();
      assertEquals(1, rig.names().size(), rig.names().toString());
      rig.assertLoads(5);
    }
  }

  @Test
  void afterFailuresDuePointsAreLetPass() throws Exception {
    rig.put(1, 1);
    rig.sim.faults().fail(1, EnumSet.of(SimFaults.Op.RENAME), "*", Effect.IO_ERROR);
    rig.sim.faults().fail(1, EnumSet.of(SimFaults.Op.RENAME), "*", Effect.IO_ERROR);
    try (SnapshotService service = start(policy().every(0, 1))) {
      rig.await(SnapshotEvent.Failed.class);
      rig.put(2, 1);
      rig.await(SnapshotEvent.Failed.class); // the first failure lets none pass
      rig.put(3, 1);
      assertEquals(3, rig.await(SnapshotEvent.Skipped.class).seq());
      rig.put(4, 1);
      assertEquals(4, rig.await(SnapshotEvent.Completed.class).info().seq());
      assertEquals(0, service.status().failures());
    }
  }

  @Test
  void theStoreTakesItsRootBack() throws Exception {
    rig.put(1, 1, 2, 3, 4, 5, 6, 7, 8);
    rig.also =
        event -> {
          if (event instanceof SnapshotEvent.Started && rig.store().publishedSeq() == 1) {
            rig.put(2, 10, 11, 12, 13, 14, 15);
            rig.put(3, 16);
          }
        };
    var tight = policy().freezeMax(Duration.ofMinutes(1), 4, 0);
    try (SnapshotService service = start(tight)) {
      assertInstanceOf(FreezeRevokedException.class, ServiceRig.cause(service.trigger(FULL)));
      assertEquals(Reason.PRESSURE, rig.await(SnapshotEvent.Failed.class).reason());
      assertEquals(List.of(), rig.names());
      assertEquals(3, service.trigger(FULL).get().seq());
      rig.assertLoads(3);
    }
  }

  @Test
  void closingEndsWhateverIsGoingOn() throws Exception {
    for (int i = 1; i <= 40; i++) {
      rig.put(i, i, i + 100, i + 200);
    }
    for (int point = 0; point < 3; point++) {
      CountDownLatch reached = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      int wanted = point;
      rig.also =
          event -> {
            boolean here =
                wanted == 0
                    ? event instanceof SnapshotEvent.Started
                    : event instanceof SnapshotEvent.Progressed p && p.done() >= wanted * 10_000L;
            if (here) {
              reached.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            }
          };
      SnapshotService service = start(policy().bytesPerSecond(1 << 20));
      CompletableFuture<SnapshotInfo> future = service.trigger(FULL);
      CompletableFuture<SnapshotInfo> second;
      reached.await();
      second = service.trigger(INCREMENTAL);
      Thread closer = new Thread(service::close);
      closer.start();
      while (closer.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      go.countDown();
      closer.join();
      assertInstanceOf(CancellationException.class, ServiceRig.cause(future));
      assertInstanceOf(CancellationException.class, ServiceRig.cause(second));
      assertEquals(List.of(), rig.names());
      assertEquals(Reason.CANCELLED, rig.await(SnapshotEvent.Failed.class).reason());
      assertTrue(service.trigger(FULL).isCompletedExceptionally());
      service.close();
      SnapshotFileTest.assertNoThreads();
    }
  }

  @Test
  void oneServiceOwnsADirectory() throws Exception {
    try (SnapshotService service = start(policy())) {
      assertEquals(
          Reason.LOCKED, assertThrows(SnapshotException.class, () -> start(policy())).reason());
      rig.put(1, 1);
      service.trigger(FULL).get();
    }
  }

  @Test
  void oneServiceServesAStore() throws Exception {
    try (SnapshotService service = start(policy())) {
      assertThrows(
          IllegalStateException.class,
          () ->
              SnapshotService.start(
                  rig.sim, rig.store(), Path.of("other"), policy().build(), SnapshotListener.NONE));
      rig.put(1, 1);
      service.trigger(FULL).get();
    }
    SnapshotService.start(
            rig.sim, rig.store(), Path.of("other"), policy().build(), SnapshotListener.NONE)
        .close();
    assertTrue(rig.sim.exists(Path.of("other")), "it was made");
  }

  /** The file is forced, read again and renamed while the store is free again. */
  @Test
  void theStoreIsFreeWhileTheFileIsForced() throws Exception {
    rig.put(1, 1, 2, 3);
    AtomicBoolean free = new AtomicBoolean();
    Disk watched =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("rename")) {
                    try (FrozenRoot root = rig.store().tryFreeze().orElseThrow()) {
                      free.set(root.seq() == 1);
                    }
                  }
                  try {
                    return method.invoke(rig.sim, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try (SnapshotService service =
        SnapshotService.start(
            watched, rig.store(), rig.dir, policy().build(), SnapshotListener.NONE)) {
      service.trigger(FULL).get();
    }
    assertTrue(free.get(), "the store was still frozen");
  }

  @Test
  void whatIsGivenUpLeavesNothing() throws Exception {
    rig.put(1, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    CountDownLatch started = new CountDownLatch(1);
    rig.also = event -> started.countDown();
    try (SnapshotService service = start(policy().bytesPerSecond(100))) {
      CompletableFuture<SnapshotInfo> future = service.trigger(FULL);
      started.await();
      assertTrue(service.cancel());
      assertInstanceOf(CancellationException.class, ServiceRig.cause(future));
      assertEquals(Reason.CANCELLED, rig.await(SnapshotEvent.Failed.class).reason());
      assertEquals(List.of(), rig.names());
    }
  }

  @Test
  void thoseWhoAskMeanwhileShareTheNextOne() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    rig.also =
        event -> {
          if (event instanceof SnapshotEvent.Started) {
            started.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    rig.put(1, 1);
    try (SnapshotService service = start(policy())) {
      CompletableFuture<SnapshotInfo> first = service.trigger(FULL);
      started.await();
      rig.put(2, 2);
      CompletableFuture<SnapshotInfo> second = service.trigger(INCREMENTAL);
      CompletableFuture<SnapshotInfo> third = service.trigger(FULL);
      CompletableFuture<SnapshotInfo> fourth = service.trigger(INCREMENTAL);
      go.countDown();
      assertEquals(1, first.get().seq());
      assertEquals(FULL, second.get().kind());
      assertEquals(2, second.get().seq());
      assertEquals(second.get(), third.get());
      assertEquals(second.get(), fourth.get());
      assertEquals(2, rig.events(SnapshotEvent.Skipped.class).size());
    }
  }

  @Test
  void theRootOfTheSortedRecordsComesFromTheService() throws Exception {
    rig.put(1, 1, 2, 3, 4, 5);
    long budget = SortedMerkle.BUDGET_MIN;
    SnapshotService last;
    try (SnapshotService service = start(policy())) {
      last = service;
      byte[] root = service.merkle().get();
      assertArrayEquals(SortedMerkle.root(rig.store(), null, budget, Progress.NONE), root);
      Txn fork = rig.store().prepare(null, new Xid(6, 6));
      rig.store().put(fork, StoreRig.key(3), StoreRig.value(1, 1));
      byte[] forked = SortedMerkle.root(rig.store(), fork, budget, Progress.NONE);
      assertFalse(Arrays.equals(root, forked));
      rig.store().publish(fork, 2);
      assertArrayEquals(forked, service.merkle().get());
    }
    assertInstanceOf(CancellationException.class, ServiceRig.cause(last.merkle()));
  }

  @Test
  void aServiceGoesOnAfterARestart() throws Exception {
    rig.put(1, 1, 2, 3, 4, 5, 6, 7, 8);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      rig.put(2, 1);
      service.trigger(INCREMENTAL).get();
    }
    rig.remove(3, 2);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo info = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, info.kind());
      assertEquals(1, info.baseSeq());
    }
    ContentHash hash = rig.store().contentHash(null);
    rig.newStore();
    SnapshotLoader.load(rig.sim, rig.dir, new StoreTarget(rig.store()), LoadOptions.DEFAULT);
    assertEquals(hash, rig.store().contentHash(null));
    rig.put(5, 3);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo info = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, info.kind());
      assertEquals(1, info.baseSeq());
      assertEquals(1, info.tombstones());
      rig.assertLoads(5);
    }
  }

  /** Without the tombstones behind a full snapshot, removed keys would come back with it. */
  @Test
  void aFullSnapshotWhoseTombstonesAreGoneIsNoBase() throws Exception {
    rig.put(1, 1, 2, 3);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
    }
    rig.store().retainTombstonesSince(-1);
    rig.remove(2, 2);
    try (SnapshotService service = start(policy())) {
      assertEquals(FULL, service.trigger(INCREMENTAL).get().kind());
    }
    rig.assertLoads(2);
  }

  @Test
  void aStoreOlderThanItsSnapshotsIsNotSaved() throws Exception {
    rig.put(1, 1, 2, 3);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      rig.put(2, 1, 2, 3);
      service.trigger(FULL).get();
    }
    rig.newStore();
    LoadOptions first = LoadOptions.DEFAULT.withAsOf(1);
    SnapshotLoader.load(rig.sim, rig.dir, new StoreTarget(rig.store()), first);
    assertThrows(IllegalStateException.class, () -> start(policy()));
    rig.sim.delete(rig.dir.resolve("full-%020d.snap".formatted(2)));
    start(policy()).close();
  }

  @Test
  void aListenerThatFailsHarmsNobody() throws Exception {
    rig.put(1, 1);
    rig.also =
        event -> {
          throw new IllegalStateException("a bad listener");
        };
    try (SnapshotService service = start(policy())) {
      assertEquals(1, service.trigger(FULL).get().seq());
      rig.put(2, 1);
      rig.also =
          event -> {
            throw new AssertionError("one that was never tried");
          };
      assertEquals(2, service.trigger(FULL).get().seq());
      rig.put(3, 1);
      assertEquals(3, service.trigger(FULL).get().seq());
    }
  }

  /** There is no memory for buffers, or no thread: there may be the next time. */
  @ParameterizedTest
  @EnumSource
  void anErrorIsAnEventAndTheNextOneSucceeds(FullMode mode) throws Exception {
    AtomicReference<String> poor = new AtomicReference<>("nobody");
    try (ServiceRig other = new ServiceRig(disk -> poor(disk, poor))) {
      other.put(1, 1, 2, 3);
      SnapshotService service = other.start(policy().promoteRatio(1).fullMode(mode));
      assertEquals(1, service.trigger(FULL).get().seq());
      other.put(2, 1);
      poor.set(mode == FullMode.MERGE ? "holdfast-snapshot-merge" : "holdfast-snapshot");
      Throwable failure = ServiceRig.cause(service.trigger(FULL));
      assertEquals(Reason.OTHER, assertInstanceOf(SnapshotException.class, failure).reason());
      assertInstanceOf(OutOfMemoryError.class, failure.getCause());
      assertEquals(Reason.OTHER, other.await(SnapshotEvent.Failed.class).reason());
      poor.set("nobody");
      assertEquals(2, service.trigger(FULL).get().seq());
      other.assertLoads(2);
    }
  }

  /** A disk for which a thread has no memory. */
  private static Disk poor(Disk disk, AtomicReference<String> thread) {
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (proxy, method, arguments) -> {
              boolean space = method.getName().equals("usableSpace");
              if (space && Thread.currentThread().getName().equals(thread.get())) {
                throw new OutOfMemoryError("of a test");
              }
              try {
                return method.invoke(disk, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Without the tombstones behind the base, removed keys would come back with a load. */
  @Test
  void tombstonesThatSomebodyElseGaveUpMakeAFullOne() throws Exception {
    rig.put(1, 1, 2, 3, 4, 5, 6, 7, 8);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      rig.store().retainTombstonesSince(-1);
      rig.remove(2, 2);
      assertEquals(FULL, service.trigger(INCREMENTAL).get().kind());
      rig.assertLoads(2);
      rig.remove(3, 3);
      assertEquals(INCREMENTAL, service.trigger(INCREMENTAL).get().kind());
      rig.assertLoads(3);
    }
  }

  @Test
  void aServiceThatDidNotStartIsNone() throws Exception {
    try (StoreRig closed = StoreRig.small()) {
      closed.store.close();
      for (int i = 0; i < 2; i++) {
        Exception e =
            assertThrows(
                IllegalStateException.class,
                () ->
                    SnapshotService.start(
                        rig.disk,
                        closed.store,
                        rig.dir,
                        SnapshotPolicy.DEFAULT,
                        SnapshotListener.NONE));
        assertEquals("the record store is closed", e.getMessage());
      }
    }
    start(policy()).close();
  }

  @ParameterizedTest
  @EnumSource
  void everyStateThatWasCompletedLoads(FullMode mode) throws Exception {
    long seed = Tier.seed(3);
    SplittableRandom random = new SplittableRandom(seed);
    System.out.println("snapshot service: seed " + seed);
    long seq = 0;
    int completed = 0;
    int triggered = 0;
    try (SnapshotService service = start(policy().every(40, 7).workers(3).fullMode(mode))) {
      for (int i = 0; i < Tier.of(600, 20_000); i++) {
        Txn txn = rig.store().prepare(null, new Xid(5, i + 1));
        for (int n = random.nextInt(6); n >= 0; n--) {
          long key = random.nextInt(400);
          if (random.nextInt(4) == 0) {
            rig.store().remove(txn, StoreRig.key(key));
          } else {
            int size = random.nextInt(200) == 0 ? 70_000 : random.nextInt(500);
            rig.store().put(txn, StoreRig.key(key), StoreRig.value(i, size));
          }
        }
        seq += 1 + random.nextInt(3);
        rig.publish(txn, seq);
        if (i % 100 == 99) {
          SnapshotInfo info = service.trigger(random.nextBoolean() ? FULL : INCREMENTAL).get();
          triggered++;
          assertEquals(rig.history.get(info.seq()), info.hash());
          assertEquals(seq, info.seq());
          rig.settle(); // a load may be told to try again while files are deleted
          rig.assertLoads(seq);
        }
      }
    }
    for (SnapshotEvent event : rig.events()) {
      assertFalse(event instanceof SnapshotEvent.Failed, event.toString());
      if (event instanceof SnapshotEvent.Completed done) {
        completed++;
        assertEquals(rig.history.get(done.info().seq()), done.info().hash());
      }
    }
    assertTrue(completed >= triggered, completed + " snapshots of " + triggered + " and more");
    rig.assertLoads(seq);
  }
}
