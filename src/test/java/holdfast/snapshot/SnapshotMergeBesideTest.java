package holdfast.snapshot;

import static holdfast.snapshot.SnapshotKind.FULL;
import static holdfast.snapshot.SnapshotKind.INCREMENTAL;
import static holdfast.testkit.Latches.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.testkit.CutState;
import holdfast.testkit.HeldDisk;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service does while files are merged: the merge stands still, and everything goes on. */
@Timeout(120)
class SnapshotMergeBesideTest {
  private HeldDisk held;
  private ServiceRig rig;
  private SnapshotService service;

  @BeforeEach
  void make() {
    try {
      rig = new ServiceRig(this::around);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Disk around(Disk sim) {
    held = new HeldDisk(sim, "holdfast-snapshot-merge");
    return held.disk();
  }

  @AfterEach
  void nothingIsLeft() {
    held.release();
    rig.close();
  }

  private static SnapshotPolicy.Builder policy() {
    return ServiceRig.policy(0, 0).promoteRatio(1).fullMode(FullMode.MERGE).keep(1, 1);
  }

  private static String full(long seq) {
    return "full-%020d.snap".formatted(seq);
  }

  private static String incr(long base, long seq) {
    return "incr-%020d-%020d.snap".formatted(base, seq);
  }

  /** The merge of FULL 1 and INCREMENTAL 2 stands still in front of an operation. */
  private CompletableFuture<SnapshotInfo> merging(
      SnapshotPolicy.Builder policy, String operation, int n) throws Exception {
    service = rig.start(policy);
    rig.change(1);
    service.trigger(FULL).get();
    rig.change(2);
    held.hold(operation, n);
    CompletableFuture<SnapshotInfo> merge = service.trigger(FULL);
    assertTrue(held.await(merge::isDone), operation);
    return merge;
  }

  private SnapshotInfo saved(long seq, SnapshotKind kind) throws Exception {
    rig.change(seq);
    SnapshotInfo info = service.trigger(kind).get();
    assertEquals(seq, info.seq());
    assertEquals(kind, info.kind());
    return info;
  }

  /** Nothing else goes on, so what a load finds is what there is. */
  private void assertStands(long seq, String... names) throws IOException {
    assertEquals(List.of(names), rig.names());
    rig.assertLoads(seq);
  }

  @Test
  void whatComesDueIsMade() throws Exception {
    service = rig.start(policy().every(10, 2));
    rig.changeSettled(1, 9);
    held.hold("force", 1);
    rig.change(10);
    assertTrue(held.await(() -> false));
    for (long seq = 11; seq <= 24; seq++) {
      rig.change(seq);
      service.merkle().get(); // behind what is due
      if (seq % 2 == 0) {
        assertEquals("INCREMENTAL " + seq, rig.completed().getLast());
        assertStands(seq, "." + full(10) + ".tmp", full(2), incr(2, 10), incr(2, seq));
      }
      assertEquals(2, service.status().base().seq());
      assertEquals(2, rig.store().tombstoneFloor());
      assertEquals(FULL, service.status().running());
    }
    assertFalse(rig.completed().contains("FULL 10"));
    held.release();
    rig.settle();
    // The full one that came due at 20 had to wait.
    List<String> completed = rig.completed();
    assertEquals(
        List.of("INCREMENTAL 24", "FULL 10", "INCREMENTAL 24", "FULL 24"),
        completed.subList(completed.size() - 4, completed.size()));
    assertEquals(24, rig.store().tombstoneFloor());
    assertEquals(30, service.status().nextFull());
    assertEquals(26, service.status().nextIncremental());
    assertStands(24, full(24));
  }

  /** They are newer than the full one, and of a base that would be too old. */
  @Test
  void whatWasMadeMeanwhileStaysUntilThereIsANewerState() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "force", 1);
    SnapshotInfo old = service.status().base();
    for (long seq = 3; seq <= 4; seq++) {
      assertEquals(old.id(), saved(seq, INCREMENTAL).baseId());
    }
    held.release();
    assertEquals(merge.get(), service.status().base());
    assertStands(4, full(1), full(2), incr(1, 4));
    assertEquals(2, rig.store().tombstoneFloor());
    assertEquals(2, saved(5, INCREMENTAL).baseSeq());
    rig.settle();
    assertStands(5, full(2), incr(2, 5));
  }

  @Test
  void afterALoadThingsGoOnWithTheBaseOfTheNewestState() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "force", 1);
    saved(3, INCREMENTAL);
    held.release();
    merge.get();
    service.close();
    assertStands(3, full(1), full(2), incr(1, 3));
    rig.newStore();
    SnapshotLoader.load(rig.sim, rig.dir, new StoreTarget(rig.store()), LoadOptions.DEFAULT);
    assertGoesOnWithTheOldBase();
  }

  /** As when the process ends between the rename and what follows from it, and the store stays. */
  @Test
  void aRestartBeforeTheTombstonesMovedGoesOnWithTheOldBase() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "forceDirectory", 1);
    saved(3, INCREMENTAL);
    held.release();
    merge.get();
    service.close();
    rig.store().retainTombstonesSince(1); // nothing was published, so they are still there
    assertGoesOnWithTheOldBase();
  }

  private void assertGoesOnWithTheOldBase() throws Exception {
    service = rig.start(policy());
    assertEquals(1, service.status().base().seq());
    assertEquals(1, saved(4, INCREMENTAL).baseSeq());
    rig.settle();
    assertStands(4, full(1), full(2), incr(1, 4));
    saved(5, FULL);
    assertStands(5, full(5));
  }

  @Test
  void aFullOneWhoseNameIsNotDurableIsNoBase() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "forceDirectory", 1);
    rig.sim.faults().fail(1, EnumSet.of(Op.FORCE_DIRECTORY), "*", Effect.IO_ERROR);
    held.release();
    assertInstanceOf(IOException.class, ServiceRig.cause(merge));
    assertEquals(1, rig.store().tombstoneFloor());
    assertEquals(1, saved(3, INCREMENTAL).baseSeq());
    rig.settle();
    assertStands(3, full(1), incr(1, 3));
    saved(4, FULL);
    assertStands(4, full(4));
  }

  /** It is there already, but nobody knows whether it would be after a power cut. */
  @Test
  void whatIsNotYetDurableDoesNotCount() throws Exception {
    service = rig.start(policy().keep(2, 0));
    saved(1, FULL);
    saved(2, FULL);
    rig.change(3);
    held.hold("forceDirectory", 1);
    CompletableFuture<SnapshotInfo> merge = service.trigger(FULL);
    assertTrue(held.await(merge::isDone));
    saved(4, INCREMENTAL);
    assertStands(4, full(1), full(2), full(3), incr(2, 3), incr(2, 4));
    held.release();
    merge.get();
    assertStands(4, full(2), full(3), incr(2, 4));
  }

  @Test
  void aFullOneThatIsAskedForFollows() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "rename", 1);
    rig.change(3);
    CompletableFuture<SnapshotInfo> next = service.trigger(FULL);
    CompletableFuture<SnapshotInfo> same = service.trigger(FULL);
    SnapshotInfo now = service.trigger(INCREMENTAL).get();
    assertEquals(INCREMENTAL, now.kind());
    assertEquals(3, now.seq());
    service.merkle().get();
    assertFalse(merge.isDone() || next.isDone());
    rig.change(4);
    held.release();
    assertEquals(2, merge.get().seq());
    assertEquals(4, next.get().seq());
    assertEquals(next.get(), same.get());
    assertEquals(
        List.of("FULL 1", "INCREMENTAL 2", "INCREMENTAL 3", "FULL 2", "INCREMENTAL 4", "FULL 4"),
        rig.completed());
    assertStands(4, full(4));
  }

  /** Who asks for both at once: the incremental one is not kept back by the full one. */
  @Test
  void theFirstStepIsTheAnswerForThoseWhoWantedNoMore() throws Exception {
    service = rig.start(policy());
    rig.change(1);
    service.trigger(FULL).get();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    rig.also =
        event -> {
          if (event instanceof SnapshotEvent.Started one && one.seq() == 2) {
            started.countDown();
            await(go);
          }
        };
    rig.change(2);
    CompletableFuture<SnapshotInfo> before = service.trigger(INCREMENTAL);
    started.await();
    rig.change(3);
    CompletableFuture<SnapshotInfo> changes = service.trigger(INCREMENTAL);
    CompletableFuture<SnapshotInfo> full = service.trigger(FULL);
    held.hold("", 1);
    go.countDown();
    assertEquals(INCREMENTAL, changes.get().kind());
    assertEquals(3, changes.get().seq());
    assertTrue(held.await(full::isDone));
    held.release();
    assertEquals(2, before.get().seq());
    assertEquals(FULL, full.get().kind());
    assertEquals(3, full.get().seq());
  }

  /** A store that changes much is not walked while a full one is nearly there. */
  @Test
  void muchChangeIsNotWalkedMeanwhile() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy().promoteRatio(0.5), "force", 1);
    long[] all = LongStream.range(0, ServiceRig.KEYS).toArray();
    rig.put(3, all);
    SnapshotInfo info = service.trigger(INCREMENTAL).get();
    assertEquals(INCREMENTAL, info.kind());
    assertEquals(all.length, info.records());
    rig.assertLoads(3);
    held.release();
    merge.get();
    rig.put(4, all);
    assertEquals(FULL, service.trigger(INCREMENTAL).get().kind(), "much changed since 2");
  }

  @Test
  void theListenerIsCalledByOneThread() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    rig.also = event -> threads.add(Thread.currentThread().getName());
    CompletableFuture<SnapshotInfo> merge = merging(policy().workers(2), "write", 2);
    saved(3, INCREMENTAL);
    held.release();
    merge.get();
    assertEquals(Set.of("holdfast-snapshot"), threads);
    List<SnapshotEvent> events = rig.events();
    int begin = events.indexOf(new SnapshotEvent.Started(FULL, 2));
    int between = events.indexOf(new SnapshotEvent.Started(INCREMENTAL, 3));
    assertTrue(begin > 0 && begin < between, events.toString());
    assertEquals("FULL 2", rig.completed().getLast());
    assertTrue(
        rig.events(SnapshotEvent.Progressed.class).stream()
            .anyMatch(event -> event.kind() == FULL && event.seq() == 2));
  }

  @Test
  void aMergeThatFailsHarmsNoIncrementalOne() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "", 1);
    rig.sim.faults().fail(2, EnumSet.of(Op.WRITE), ".full-*.tmp", Effect.NO_SPACE);
    saved(3, INCREMENTAL);
    held.release();
    assertInstanceOf(IOException.class, ServiceRig.cause(merge));
    assertEquals(1, service.status().failures());
    assertStands(3, full(1), incr(1, 2), incr(1, 3));
    assertEquals(1, saved(4, INCREMENTAL).baseSeq());
    saved(5, FULL);
    assertStands(5, full(5));
  }

  @Test
  void anIncrementalOneThatFailsHarmsNoMerge() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "rename", 1);
    rig.change(3);
    // Its temporary file cannot even be deleted; the next one tidies up, but not what is in use.
    rig.sim.faults().fail(1, EnumSet.of(Op.WRITE), ".incr-*.tmp", Effect.IO_ERROR);
    rig.sim.faults().fail(2, EnumSet.of(Op.DELETE), ".incr-*.tmp", Effect.IO_ERROR);
    assertInstanceOf(IOException.class, ServiceRig.cause(service.trigger(INCREMENTAL)));
    assertStands(2, "." + full(2) + ".tmp", "." + incr(1, 3) + ".tmp", full(1), incr(1, 2));
    saved(4, INCREMENTAL);
    assertStands(4, "." + full(2) + ".tmp", full(1), incr(1, 2), incr(1, 4));
    held.release();
    merge.get();
    assertEquals(0, service.status().failures());
    assertStands(4, full(1), full(2), incr(1, 4));
  }

  @Test
  void damageIsFoundAndWalkedAround() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "", 1);
    saved(3, INCREMENTAL);
    try (Disk.File file = rig.sim.open(service.status().base().path(), Disk.Mode.WRITE)) {
      file.write(MemorySegment.ofArray(new byte[9]), SnapHeader.SIZE + 200);
    }
    held.release();
    assertEquals(FULL, merge.get().kind());
    assertEquals(3, merge.get().seq());
    assertEquals(Reason.BAD_FRAME, rig.events(SnapshotEvent.Failed.class).getFirst().reason());
    assertEquals(0, service.status().failures());
    assertStands(3, full(3));
  }

  /** Without a base there is no incremental one: what is being merged comes first. */
  @ParameterizedTest
  @ValueSource(strings = {"", "force"})
  void aBaseThatGoesIsReplaced(String operation) throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), operation, 1);
    rig.sim.delete(service.status().base().path());
    rig.change(3);
    CompletableFuture<SnapshotInfo> next = service.trigger(INCREMENTAL);
    assertEquals(Reason.NO_BASE, rig.await(SnapshotEvent.Failed.class).reason());
    assertFalse(merge.isDone() || next.isDone());
    held.release();
    boolean read = operation.equals("force"); // its files were open
    assertEquals(read ? 2 : 3, merge.get().seq());
    assertEquals(read ? INCREMENTAL : FULL, next.get().kind());
    assertEquals(3, next.get().seq());
    rig.settle();
    rig.assertLoads(3);
    assertEquals(0, service.status().failures());
  }

  /** Both stand still, and somebody gives up. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bothAreGivenUp(boolean close) throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    rig.also =
        event -> {
          if (event instanceof SnapshotEvent.Started one && one.seq() == 3) {
            started.countDown();
            await(go);
          }
        };
    CompletableFuture<SnapshotInfo> merge = merging(policy().workers(2), "write", 2);
    rig.change(3);
    CompletableFuture<SnapshotInfo> changes = service.trigger(INCREMENTAL);
    CompletableFuture<SnapshotInfo> waiting = service.trigger(FULL);
    started.await();
    Thread giver = new Thread(close ? service::close : () -> assertTrue(service.cancel()));
    giver.start();
    while (close && giver.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    if (!close) {
      giver.join();
    }
    held.release();
    go.countDown();
    giver.join();
    assertInstanceOf(CancellationException.class, ServiceRig.cause(merge));
    assertInstanceOf(CancellationException.class, ServiceRig.cause(changes));
    List<Reason> reasons =
        rig.events(SnapshotEvent.Failed.class).stream().map(SnapshotEvent.Failed::reason).toList();
    assertEquals(List.of(Reason.CANCELLED, Reason.CANCELLED), reasons);
    if (close) {
      assertInstanceOf(CancellationException.class, ServiceRig.cause(waiting));
      SnapshotFileTest.assertNoThreads();
      assertStands(2, full(1), incr(1, 2));
    } else {
      assertEquals(3, waiting.get().seq());
      assertStands(3, full(3));
    }
  }

  /** It is durable in a moment: that is told, and base and tombstones follow. */
  @Test
  void aMergeThatIsNearlyOverIsTakenOverByClose() throws Exception {
    CompletableFuture<SnapshotInfo> merge = merging(policy(), "forceDirectory", 1);
    saved(3, INCREMENTAL);
    Thread closer = new Thread(service::close);
    closer.start();
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    held.release();
    closer.join();
    assertEquals(2, merge.get().seq());
    assertEquals("FULL 2", rig.completed().getLast());
    assertEquals(2, rig.store().tombstoneFloor());
    assertStands(3, full(1), full(2), incr(1, 3));
  }

  /**
   * Wherever the merge is when incremental ones are made, and whatever a power cut leaves: the last
   * completed snapshot loads, or a newer one.
   */
  @Test
  void everyCutLeavesWhatWasCompleted() throws Exception {
    long states = 0;
    int n = 0;
    boolean wasHeld = true;
    while (wasHeld) {
      if (n > 0) {
        nothingIsLeft();
        make();
      }
      n++;
      Thread[] own = new Thread[1];
      rig.also =
          event -> {
            own[0] = Thread.currentThread();
            if (event instanceof SnapshotEvent.Completed completed) {
              rig.sim.ack(completed.info().seq());
            }
          };
      service = rig.start(policy().workers(1));
      rig.change(1);
      service.trigger(FULL).get();
      rig.change(2);
      held.hold("", n);
      CompletableFuture<SnapshotInfo> merge = service.trigger(FULL);
      wasHeld = held.await(merge::isDone);
      int before = rig.sim.length();
      for (int seq = 3; seq <= 4; seq++) {
        rig.change(seq);
        CompletableFuture<SnapshotInfo> changes = service.trigger(INCREMENTAL);
        // Only while the merge makes its temporary file, nobody else can make one.
        while (!changes.isDone() && own[0].getState() != Thread.State.BLOCKED) {
          Thread.onSpinWait();
        }
      }
      held.release();
      merge.get();
      saved(5, INCREMENTAL);
      service.close();
      int from = before;
      states +=
          PowerCuts.check(
              rig.sim.states(Tier.of(200, 100_000)).filter(state -> state.position() >= from),
              this::checkCut);
    }
    System.out.println("merge beside: " + n + " operations, " + states + " states");
    assertTrue(n > 20, n + " operations");
    assertTrue(states > n, states + " states");
  }

  /** Loads what a cut left, and goes on with it. */
  private void checkCut(CutState state) throws IOException {
    List<Object> acknowledged = state.acknowledged();
    long promised = acknowledged.stream().mapToLong(seq -> (long) seq).max().orElse(0);
    long seq = rig.check(state.disk()).seq();
    assertTrue(seq >= promised, "loaded " + seq + ", promised " + promised);
  }
}
