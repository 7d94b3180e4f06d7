package holdfast.snapshot;

import static holdfast.snapshot.SnapshotKind.FULL;
import static holdfast.snapshot.SnapshotKind.INCREMENTAL;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service that makes its full snapshots of files. */
@Timeout(120)
class SnapshotMergeModeTest {
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
    return ServiceRig.policy(0, 0).promoteRatio(1).fullMode(FullMode.MERGE);
  }

  /** The bytes that a walk over the store writes now, with the id and the clock of a file. */
  private byte[] walked(Path file) throws IOException {
    SnapHeader header;
    try (var reader = SnapshotFileReader.open(rig.sim, file, 1 << 24)) {
      header = reader.header();
    }
    Path own = rig.dir.resolveSibling("walked");
    try (FrozenRoot root = rig.store().tryFreeze().orElseThrow();
        Disk.File out = rig.sim.open(own, Disk.Mode.CREATE_NEW)) {
      new SnapshotFileWriter(header, 1, 0, -1, Progress.NONE)
          .write(out, root.live(), null, root.liveCount(), root.valueBytes(), root.contentHash());
    }
    byte[] bytes = rig.sim.content().get(own.toString());
    rig.sim.delete(own);
    return bytes;
  }

  private void assertAsWalked(SnapshotInfo info) throws IOException {
    assertArrayEquals(walked(info.path()), rig.sim.content().get(info.path().toString()));
    rig.assertLoads(info.seq());
  }

  @Test
  void theFileIsTheOneThatAWalkWrites() throws Exception {
    long seed = Tier.seed(11);
    System.out.println("merge mode: seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int workers = 1; workers < 4; workers++) {
      FrameStyle style = workers == 2 ? FrameStyle.RAW : FrameStyle.LZ4;
      var own = policy().workers(workers).style(style, SnapHeader.BATCH_MIN);
      try (SnapshotService service = rig.start(own)) {
        for (int round = 0; round < Tier.of(8, 200); round++) {
          for (int i = random.nextInt(4); i >= 0; i--) {
            long seq = rig.store().publishedSeq() + 1 + random.nextInt(2);
            if (rig.store().publishedSeq() == 0) {
              seq = 1;
            }
            rig.change(seq);
            if (random.nextInt(3) == 0) {
              large(seq + 1, random);
            }
            if (random.nextInt(4) == 0) {
              service.trigger(INCREMENTAL).get();
            }
          }
          int before = rig.completed().size();
          SnapshotInfo info = service.trigger(FULL).get();
          assertEquals(rig.store().publishedSeq(), info.seq());
          assertAsWalked(info);
          assertEquals(info, service.status().base());
          if (before > 0 && round > 0) {
            // Merged, never walked; the changes may have had their file already.
            List<String> made = rig.completed().subList(before, rig.completed().size());
            assertEquals("FULL " + info.seq(), made.getLast());
            String last = rig.completed().get(rig.completed().size() - 2);
            assertEquals("INCREMENTAL " + info.seq(), last);
          }
        }
      }
    }
  }

  /** A value that is larger than a batch. */
  private void large(long seq, SplittableRandom random) {
    Txn txn = rig.store().prepare(null, new Xid(3, seq));
    MemorySegment value = StoreRig.value(seq, SnapHeader.BATCH_MIN + random.nextInt(3) - 20);
    rig.store().put(txn, StoreRig.key(random.nextInt(5)), value);
    rig.publish(txn, seq);
  }

  @Test
  void theStoreIsFrozenForTheChangesOnly() throws Exception {
    try (SnapshotService service = rig.start(policy())) {
      rig.change(1);
      service.trigger(FULL).get();
      rig.change(2);
      boolean[] free = new boolean[1];
      rig.also =
          event -> {
            if (event instanceof SnapshotEvent.Started started && started.kind() == FULL) {
              try (FrozenRoot root = rig.store().tryFreeze().orElseThrow()) {
                free[0] = root.seq() == 2;
              }
              rig.change(3);
            }
          };
      SnapshotInfo full = service.trigger(FULL).get();
      assertEquals(2, full.seq());
      assertTrue(free[0], "the store was frozen");
      assertEquals(List.of("FULL 1", "INCREMENTAL 2", "FULL 2"), rig.completed());
      assertEquals(Duration.ZERO, rig.events(SnapshotEvent.Completed.class).getLast().frozen());
      // Tombstones of what was published meanwhile are there for the next one.
      SnapshotInfo next = service.trigger(INCREMENTAL).get();
      assertEquals(INCREMENTAL, next.kind());
      assertEquals(2, next.baseSeq());
      assertEquals(1, next.tombstones());
      rig.assertLoads(3);
    }
  }

  @Test
  void whatIsDueIsMerged() throws Exception {
    try (SnapshotService service = rig.start(policy().every(10, 4).keep(2, 1))) {
      rig.changeSettled(1, 21);
      assertEquals(
          List.of(
              "FULL 4",
              "INCREMENTAL 8",
              "INCREMENTAL 10",
              "FULL 10",
              "INCREMENTAL 12",
              "INCREMENTAL 16",
              "INCREMENTAL 20",
              "FULL 20"),
          rig.completed());
      assertEquals(20, service.status().base().seq());
      // Of each full one the newest incremental one: 20 of 10, none yet of 20.
      assertEquals(3, rig.names().size(), rig.names().toString());
      rig.assertLoads(20);
    }
  }

  @Test
  void withoutRoomForIncrementalOnesTheStepIsDeleted() throws Exception {
    try (SnapshotService service = rig.start(policy().keep(1, 0))) {
      for (int seq = 1; seq <= 3; seq++) {
        rig.change(seq);
        assertEquals(FULL, service.trigger(FULL).get().kind());
        assertEquals(List.of("full-%020d.snap".formatted(seq)), rig.names());
      }
      assertEquals(5, rig.completed().size());
    }
  }

  @Test
  void withoutChangesNothingIsWritten() throws Exception {
    try (SnapshotService service = rig.start(policy())) {
      assertEquals(null, service.trigger(FULL).get(), "nothing was ever published");
      rig.change(1);
      SnapshotInfo full = service.trigger(FULL).get();
      assertEquals(full, service.trigger(FULL).get());
      assertEquals(1, rig.completed().size());
      assertEquals(2, rig.events(SnapshotEvent.Skipped.class).size());
    }
  }

  @Test
  void muchChangeIsWalked() throws Exception {
    try (SnapshotService service = rig.start(policy().promoteRatio(0.001))) {
      rig.change(1);
      service.trigger(FULL).get();
      rig.change(2);
      service.trigger(FULL).get();
      assertEquals(List.of("FULL 1", "FULL 2"), rig.completed());
    }
  }

  @Test
  void aServiceMergesIntoTheFileOfTheOneBefore() throws Exception {
    rig.change(1);
    try (SnapshotService service = rig.start(policy().fullMode(FullMode.WALK))) {
      service.trigger(FULL).get();
    }
    rig.change(2);
    try (SnapshotService service = rig.start(policy())) {
      assertAsWalked(service.trigger(FULL).get());
    }
    assertEquals(List.of("FULL 1", "INCREMENTAL 2", "FULL 2"), rig.completed());
  }

  /** What a merge finds out about its base: that is said, and the store is walked. */
  @Test
  void aDamagedBaseIsReplacedByAWalk() throws Exception {
    try (SnapshotService service = rig.start(policy())) {
      rig.change(1);
      SnapshotInfo base = service.trigger(FULL).get();
      flip(base.path(), SnapHeader.SIZE + 200);
      rig.change(2);
      SnapshotInfo full = service.trigger(FULL).get();
      assertEquals(List.of("FULL 1", "INCREMENTAL 2", "FULL 2"), rig.completed());
      SnapshotEvent.Failed failed = rig.events(SnapshotEvent.Failed.class).getFirst();
      assertEquals(Reason.BAD_FRAME, failed.reason());
      assertEquals(1, rig.events(SnapshotEvent.Failed.class).size());
      assertEquals(0, service.status().failures());
      assertNotEquals(Duration.ZERO, rig.events(SnapshotEvent.Completed.class).getLast().frozen());
      assertAsWalked(full);
      rig.change(3);
      assertAsWalked(service.trigger(FULL).get()); // merged into the sound one
      assertEquals("INCREMENTAL 3", rig.completed().get(3));
    }
  }

  private void flip(Path file, long at) throws IOException {
    try (Disk.File out = rig.sim.open(file, Disk.Mode.WRITE)) {
      MemorySegment one = MemorySegment.ofArray(new byte[1]);
      out.read(one, at);
      one.set(ValueLayout.JAVA_BYTE, 0, (byte) ~one.get(ValueLayout.JAVA_BYTE, 0));
      out.write(one, at);
    }
  }

  /** The base is deleted when the changes are written already. */
  @Test
  void aBaseThatGoesIsReplacedByAWalk() throws Exception {
    try (SnapshotService service = rig.start(policy())) {
      rig.change(1);
      SnapshotInfo base = service.trigger(FULL).get();
      rig.change(2);
      rig.also =
          event -> {
            if (event instanceof SnapshotEvent.Completed done
                && done.info().kind() == INCREMENTAL) {
              try {
                rig.sim.delete(base.path());
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            }
          };
      assertAsWalked(service.trigger(FULL).get());
      assertEquals(List.of("FULL 1", "INCREMENTAL 2", "FULL 2"), rig.completed());
    }
  }

  /** A disk that refuses is no reason to walk: what is durable stays, the next one is tried. */
  @Test
  void aMergeThatFailsLeavesTheStateOfItsStep() throws Exception {
    try (SnapshotService service = rig.start(policy())) {
      rig.change(1);
      SnapshotInfo base = service.trigger(FULL).get();
      rig.change(2);
      rig.also =
          event -> {
            if (event instanceof SnapshotEvent.Started started && started.kind() == FULL) {
              rig.sim.faults().fail(1, EnumSet.of(SimFaults.Op.WRITE), "*", Effect.IO_ERROR);
            }
          };
      assertInstanceOf(IOException.class, ServiceRig.cause(service.trigger(FULL)));
      assertEquals(1, service.status().failures());
      assertEquals(base, service.status().base());
      rig.assertLoads(2);
      rig.also = SnapshotListener.NONE;
      rig.change(3);
      assertAsWalked(service.trigger(FULL).get());
    }
  }

  @Test
  void aMergeCanBeCancelledAndClosed() throws Exception {
    SnapshotService service = rig.start(policy().bytesPerSecond(1 << 20));
    rig.change(1);
    service.trigger(FULL).get();
    for (int seq = 2; seq <= 3; seq++) {
      rig.change(seq);
      boolean close = seq == 3;
      rig.also =
          event -> {
            if (event instanceof SnapshotEvent.Started started && started.kind() == FULL) {
              if (close) {
                service.close(); // on the service's own thread: does not wait for itself
              } else {
                service.cancel();
              }
            }
          };
      assertInstanceOf(CancellationException.class, ServiceRig.cause(service.trigger(FULL)));
      assertEquals(Reason.CANCELLED, rig.events(SnapshotEvent.Failed.class).getLast().reason());
      rig.assertLoads(seq);
    }
    service.close();
  }
}
