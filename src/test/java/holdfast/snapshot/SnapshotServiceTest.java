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
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service beside a store that goes on. */
@Timeout(120)
class SnapshotServiceTest {
  private final LinkedBlockingQueue<SnapshotEvent> events = new LinkedBlockingQueue<>();

  /** What the listener does beside taking the event. */
  private volatile Consumer<SnapshotEvent> hook = event -> {};

  private SimDisk disk;
  private StoreRig rig;
  private RecordStore store;

  @BeforeEach
  void make() throws IOException {
    disk = SnapshotSeries.disk();
    rig = rig();
    store = rig.store;
  }

  @AfterEach
  void nothingIsLeft() {
    SnapshotFileTest.assertNoThreads();
    assertEquals(List.of(), disk.openFiles());
    store.verify();
    rig.close();
  }

  private static StoreRig rig() {
    return new StoreRig(RecordStoreConfig.builder(2048).txnMax(16), 32 << 20);
  }

  private static SnapshotPolicy.Builder policy() {
    return SnapshotPolicy.builder().every(0, 0).style(FrameStyle.LZ4, SnapHeader.BATCH_MIN);
  }

  private SnapshotService start(SnapshotPolicy.Builder policy) throws IOException {
    return SnapshotService.start(
        disk,
        store,
        SnapshotSeries.DIR,
        policy.build(),
        event -> {
          events.add(event);
          hook.accept(event);
        });
  }

  private void publish(long seq, long... keys) {
    Txn txn = store.prepare(null, new Xid(5, seq));
    for (long key : keys) {
      store.put(txn, StoreRig.key(key), StoreRig.value(seq * 100 + key, 300));
    }
    store.publish(txn, seq);
  }

  private void remove(long seq, long key) {
    Txn txn = store.prepare(null, new Xid(5, seq));
    assertTrue(store.remove(txn, StoreRig.key(key)));
    store.publish(txn, seq);
  }

  /** The next event of a kind; others are passed over. */
  private <T extends SnapshotEvent> T await(Class<T> type) throws InterruptedException {
    while (true) {
      SnapshotEvent event = events.poll(60, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no " + type.getSimpleName());
      }
      if (type.isInstance(event)) {
        return type.cast(event);
      }
    }
  }

  private LoadReport assertLoads(long seq, ContentHash hash) throws IOException {
    try (StoreRig other = rig()) {
      LoadReport report =
          SnapshotLoader.load(
              disk, SnapshotSeries.DIR, new StoreTarget(other.store), LoadOptions.DEFAULT);
      assertEquals(seq, report.seq());
      assertEquals(hash, other.store.contentHash(null));
      other.store.verify();
      return report;
    }
  }

  private List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (Disk.Entry entry : disk.list(SnapshotSeries.DIR)) {
      if (!entry.name().equals(".lock")) {
        names.add(entry.name());
      }
    }
    return names;
  }

  /** What a future failed with. */
  private static Throwable cause(CompletableFuture<?> future) {
    return future.handle((result, failure) -> failure).join();
  }

  @Test
  void whatIsAskedForIsSaved() throws Exception {
    publish(5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo full = service.trigger(INCREMENTAL).get();
      assertEquals(FULL, full.kind(), "there was no base");
      assertEquals(5, full.seq());
      publish(7, 3);
      remove(8, 4);
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
      assertLoads(8, store.contentHash(null));
    }
    assertInstanceOf(SnapshotEvent.Started.class, events.poll());
    await(SnapshotEvent.Completed.class);
    await(SnapshotEvent.Completed.class);
    await(SnapshotEvent.Skipped.class);
  }

  @Test
  void passingAMultipleIsEnough() throws Exception {
    try (SnapshotService service = start(policy().every(20, 5).promoteRatio(1))) {
      publish(4, 1, 2, 3, 4, 5, 6, 7, 8);
      publish(6, 1);
      assertEquals(FULL, await(SnapshotEvent.Completed.class).info().kind());
      assertEquals(20, service.status().nextFull());
      assertEquals(10, service.status().nextIncremental());
      publish(13, 2);
      SnapshotInfo incremental = await(SnapshotEvent.Completed.class).info();
      assertEquals(INCREMENTAL, incremental.kind());
      assertEquals(13, incremental.seq());
      publish(47, 3); // from residue 13 to residue 7, two multiples at once
      SnapshotInfo full = await(SnapshotEvent.Completed.class).info();
      assertEquals(FULL, full.kind());
      assertEquals(47, full.seq());
      assertEquals(60, service.status().nextFull());
      assertEquals(50, service.status().nextIncremental());
    }
  }

  @Test
  void theStoreGoesOnWhileItIsSaved() throws Exception {
    publish(1, 1, 2, 3, 4, 5, 6, 7, 8);
    ContentHash first = store.contentHash(null);
    hook =
        event -> {
          if (event instanceof SnapshotEvent.Started started && started.seq() == 1) {
            publish(2, 1, 20, 21);
            remove(3, 2);
            remove(4, 20);
          }
        };
    try (SnapshotService service = start(policy())) {
      assertEquals(first, service.trigger(FULL).get().hash());
      assertEquals(1, service.status().base().seq());
      assertLoads(1, first);
      // What was removed during the first full one is in the first incremental one.
      SnapshotInfo next = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, next.kind());
      assertEquals(2, next.records());
      assertTrue(next.tombstones() >= 1);
      assertLoads(4, store.contentHash(null));
    }
  }

  @Test
  void muchChangeMakesAFullOne() throws Exception {
    publish(1, 1, 2, 3, 4);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      publish(2, 1, 2, 3);
      assertEquals(FULL, service.trigger(INCREMENTAL).get().kind());
      disk.delete(SnapshotSeries.DIR.resolve("full-%020d.snap".formatted(2)));
      publish(3, 1);
      assertEquals(FULL, service.trigger(INCREMENTAL).get().kind(), "the base is gone");
    }
  }

  @Test
  void aFailureIsAnEventAndTheNextOneSucceeds() throws Exception {
    publish(1, 1, 2, 3, 4);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo full = service.trigger(FULL).get();
      publish(2, 1);
      for (Effect effect : List.of(Effect.IO_ERROR, Effect.NO_SPACE)) {
        disk.faults().fail(2, EnumSet.of(SimFaults.Op.WRITE), "*", effect);
        assertInstanceOf(IOException.class, cause(service.trigger(INCREMENTAL)));
        SnapshotEvent.Failed failed = await(SnapshotEvent.Failed.class);
        assertEquals(Reason.IO, failed.reason());
        assertEquals(1, names().size(), names().toString());
        assertEquals(full, service.status().base());
      }
      assertEquals(2, service.status().failures());
      assertEquals(2, service.trigger(INCREMENTAL).get().seq());
      assertEquals(0, service.status().failures());
    }
    disk.capacity(20_000);
    publish(3, 50, 51, 52);
    try (SnapshotService service = start(policy().minFreeBytes(1 << 20))) {
      SnapshotException e = assertInstanceOf(SnapshotException.class, cause(service.trigger(FULL)));
      assertEquals(Reason.NO_SPACE, e.reason());
    }
    disk.capacity(Long.MAX_VALUE);
    assertLoads(
        2, SnapshotListing.of(disk, SnapshotSeries.DIR, false).snapshots().getLast().hash());
  }

  @Test
  void afterFailuresDuePointsAreLetPass() throws Exception {
    publish(1, 1);
    disk.faults().fail(1, EnumSet.of(SimFaults.Op.RENAME), "*", Effect.IO_ERROR);
    disk.faults().fail(1, EnumSet.of(SimFaults.Op.RENAME), "*", Effect.IO_ERROR);
    try (SnapshotService service = start(policy().every(0, 1))) {
      await(SnapshotEvent.Failed.class);
      publish(2, 1);
      await(SnapshotEvent.Failed.class); // the first failure lets none pass
      publish(3, 1);
      assertEquals(3, await(SnapshotEvent.Skipped.class).seq());
      publish(4, 1);
      assertEquals(4, await(SnapshotEvent.Completed.class).info().seq());
      assertEquals(0, service.status().failures());
    }
  }

  @Test
  void theStoreTakesItsRootBack() throws Exception {
    publish(1, 1, 2, 3, 4, 5, 6, 7, 8);
    hook =
        event -> {
          if (event instanceof SnapshotEvent.Started && store.publishedSeq() == 1) {
            publish(2, 10, 11, 12, 13, 14, 15);
            publish(3, 16);
          }
        };
    var tight = policy().freezeMax(Duration.ofMinutes(1), 4, 0);
    try (SnapshotService service = start(tight)) {
      assertInstanceOf(FreezeRevokedException.class, cause(service.trigger(FULL)));
      assertEquals(Reason.PRESSURE, await(SnapshotEvent.Failed.class).reason());
      assertEquals(List.of(), names());
      assertEquals(3, service.trigger(FULL).get().seq());
      assertLoads(3, store.contentHash(null));
    }
  }

  @Test
  void closingEndsWhateverIsGoingOn() throws Exception {
    for (int i = 1; i <= 40; i++) {
      publish(i, i, i + 100, i + 200);
    }
    for (int point = 0; point < 3; point++) {
      CountDownLatch reached = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      int wanted = point;
      hook =
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
      assertInstanceOf(CancellationException.class, cause(future));
      assertInstanceOf(CancellationException.class, cause(second));
      assertEquals(List.of(), names());
      assertEquals(Reason.CANCELLED, await(SnapshotEvent.Failed.class).reason());
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
      publish(1, 1);
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
                  disk, store, Path.of("other"), policy().build(), SnapshotListener.NONE));
      publish(1, 1);
      service.trigger(FULL).get();
    }
    SnapshotService.start(disk, store, Path.of("other"), policy().build(), SnapshotListener.NONE)
        .close();
    assertTrue(disk.exists(Path.of("other")), "it was made");
  }

  /** The file is forced, read again and renamed while the store is free again. */
  @Test
  void theStoreIsFreeWhileTheFileIsForced() throws Exception {
    publish(1, 1, 2, 3);
    AtomicBoolean free = new AtomicBoolean();
    Disk watched =
        (Disk)
            Proxy.newProxyInstance(
                Disk.class.getClassLoader(),
                new Class<?>[] {Disk.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("rename")) {
                    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
                      free.set(root.seq() == 1);
                    }
                  }
                  try {
                    return method.invoke(disk, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    try (SnapshotService service =
        SnapshotService.start(
            watched, store, SnapshotSeries.DIR, policy().build(), SnapshotListener.NONE)) {
      service.trigger(FULL).get();
    }
    assertTrue(free.get(), "the store was still frozen");
  }

  @Test
  void whatIsGivenUpLeavesNothing() throws Exception {
    publish(1, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    CountDownLatch started = new CountDownLatch(1);
    hook = event -> started.countDown();
    try (SnapshotService service = start(policy().bytesPerSecond(100))) {
      CompletableFuture<SnapshotInfo> future = service.trigger(FULL);
      started.await();
      assertTrue(service.cancel());
      assertInstanceOf(CancellationException.class, cause(future));
      assertEquals(Reason.CANCELLED, await(SnapshotEvent.Failed.class).reason());
      assertEquals(List.of(), names());
    }
  }

  @Test
  void thoseWhoAskMeanwhileShareTheNextOne() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    hook =
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
    publish(1, 1);
    try (SnapshotService service = start(policy())) {
      CompletableFuture<SnapshotInfo> first = service.trigger(FULL);
      started.await();
      publish(2, 2);
      CompletableFuture<SnapshotInfo> second = service.trigger(INCREMENTAL);
      CompletableFuture<SnapshotInfo> third = service.trigger(FULL);
      CompletableFuture<SnapshotInfo> fourth = service.trigger(INCREMENTAL);
      go.countDown();
      assertEquals(1, first.get().seq());
      assertEquals(FULL, second.get().kind());
      assertEquals(2, second.get().seq());
      assertEquals(second.get(), third.get());
      assertEquals(second.get(), fourth.get());
      assertEquals(2, events.stream().filter(SnapshotEvent.Skipped.class::isInstance).count());
    }
  }

  @Test
  void theRootOfTheSortedRecordsComesFromTheService() throws Exception {
    publish(1, 1, 2, 3, 4, 5);
    long budget = SortedMerkle.BUDGET_MIN;
    SnapshotService last;
    try (SnapshotService service = start(policy())) {
      last = service;
      byte[] root = service.merkle().get();
      assertArrayEquals(SortedMerkle.root(store, null, budget, Progress.NONE), root);
      Txn fork = store.prepare(null, new Xid(6, 6));
      store.put(fork, StoreRig.key(3), StoreRig.value(1, 1));
      byte[] forked = SortedMerkle.root(store, fork, budget, Progress.NONE);
      assertFalse(Arrays.equals(root, forked));
      store.publish(fork, 2);
      assertArrayEquals(forked, service.merkle().get());
    }
    assertInstanceOf(CancellationException.class, cause(last.merkle()));
  }

  @Test
  void aServiceGoesOnAfterARestart() throws Exception {
    publish(1, 1, 2, 3, 4, 5, 6, 7, 8);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      publish(2, 1);
      service.trigger(INCREMENTAL).get();
    }
    remove(3, 2);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo info = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, info.kind());
      assertEquals(1, info.baseSeq());
    }
    ContentHash hash = store.contentHash(null);
    rig.close();
    rig = rig();
    store = rig.store;
    SnapshotLoader.load(disk, SnapshotSeries.DIR, new StoreTarget(store), LoadOptions.DEFAULT);
    assertEquals(hash, store.contentHash(null));
    publish(5, 3);
    try (SnapshotService service = start(policy())) {
      SnapshotInfo info = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, info.kind());
      assertEquals(1, info.baseSeq());
      assertEquals(1, info.tombstones());
      assertLoads(5, store.contentHash(null));
    }
  }

  @Test
  void aStoreOlderThanItsSnapshotsIsNotSaved() throws Exception {
    publish(1, 1, 2, 3);
    try (SnapshotService service = start(policy())) {
      service.trigger(FULL).get();
      publish(2, 1, 2, 3);
      service.trigger(FULL).get();
    }
    rig.close();
    rig = rig();
    store = rig.store;
    LoadOptions first = LoadOptions.DEFAULT.withAsOf(1);
    SnapshotLoader.load(disk, SnapshotSeries.DIR, new StoreTarget(store), first);
    assertThrows(IllegalStateException.class, () -> start(policy()));
    disk.delete(SnapshotSeries.DIR.resolve("full-%020d.snap".formatted(2)));
    start(policy()).close();
  }

  @Test
  void aListenerThatFailsHarmsNobody() throws Exception {
    publish(1, 1);
    hook =
        event -> {
          throw new IllegalStateException("a bad listener");
        };
    try (SnapshotService service = start(policy())) {
      assertEquals(1, service.trigger(FULL).get().seq());
    }
  }

  @Test
  void everyStateThatWasCompletedLoads() throws Exception {
    long seed = Tier.seed(3);
    SplittableRandom random = new SplittableRandom(seed);
    System.out.println("snapshot service: seed " + seed);
    Map<Long, ContentHash> hashes = new HashMap<>();
    long seq = 0;
    int completed = 0;
    try (SnapshotService service = start(policy().every(40, 7).workers(2))) {
      for (int i = 0; i < Tier.of(600, 20_000); i++) {
        Txn txn = store.prepare(null, new Xid(5, i + 1));
        for (int n = random.nextInt(6); n >= 0; n--) {
          long key = random.nextInt(400);
          if (random.nextInt(4) == 0) {
            store.remove(txn, StoreRig.key(key));
          } else {
            int size = random.nextInt(200) == 0 ? 70_000 : random.nextInt(500);
            store.put(txn, StoreRig.key(key), StoreRig.value(i, size));
          }
        }
        seq += 1 + random.nextInt(3);
        hashes.put(seq, store.contentHash(txn));
        store.publish(txn, seq);
        if (i % 100 == 99) {
          SnapshotInfo info = service.trigger(random.nextBoolean() ? FULL : INCREMENTAL).get();
          assertEquals(hashes.get(info.seq()), info.hash());
          assertEquals(seq, info.seq());
          assertLoads(seq, hashes.get(seq));
        }
      }
    }
    for (SnapshotEvent event : events) {
      assertFalse(event instanceof SnapshotEvent.Failed, event.toString());
      if (event instanceof SnapshotEvent.Completed done) {
        completed++;
        assertEquals(hashes.get(done.info().seq()), done.info().hash());
      }
    }
    assertTrue(completed > 8, completed + " snapshots");
    assertLoads(seq, store.contentHash(null));
  }
}
