package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Services and publishers move what a freeze left, and do not get into each other's way. */
class SnapshotDrainTest {
  private static final int PENDING = 40_000;

  private final SimDisk disk;
  private final StoreRig rig =
      new StoreRig(RecordStoreConfig.builder(2 * PENDING).txnMax(16), 64 << 20);
  private final RecordStore store = rig.store;

  SnapshotDrainTest() throws IOException {
    disk = SnapshotSeries.disk();
  }

  @AfterEach
  void close() {
    store.close();
    rig.close();
  }

  private SnapshotService start() throws IOException {
    return SnapshotService.start(
        disk,
        store,
        SnapshotSeries.DIR,
        SnapshotPolicy.builder().every(0, 0).build(),
        SnapshotListener.NONE);
  }

  private void publish(long seq, int first, int count) {
    Txn txn = store.prepare(null, new Xid(1, seq));
    for (int i = first; i < first + count; i++) {
      store.put(txn, StoreRig.key(i), StoreRig.value(i, 8));
    }
    store.publish(txn, seq);
  }

  /** Leaves much to move. */
  private void leave() {
    publish(1, 0, PENDING / 2);
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      publish(2, 0, PENDING);
      assertEquals(PENDING / 2, root.liveCount());
    }
    assertEquals(Optional.empty(), store.tryFreeze());
  }

  @Test
  void publishersGetTheirTurnWhileAServiceWaitsForTheFreeze() throws Exception {
    leave();
    long seq = 2;
    try (SnapshotService service = start()) {
      CompletableFuture<SnapshotInfo> asked = service.trigger(SnapshotKind.FULL);
      while (service.status().running() == null && !asked.isDone()) {
        Thread.onSpinWait();
      }
      while (service.status().total() < 0 && !asked.isDone()) {
        publish(++seq, (int) seq, 1); // no file has been begun: the service waits
      }
      assertTrue(asked.get(60, TimeUnit.SECONDS).seq() <= seq);
    }
    // Some six hundred times the service lets go of the lock, and then rests.
    assertTrue(seq > 50, () -> "the publisher waited all the time");
    store.drain(Integer.MAX_VALUE);
    store.verify();
  }

  @Test
  void aServiceThatRestsMovesWhatAFreezeLeft() throws Exception {
    leave();
    try (SnapshotService service = start()) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      Optional<FrozenRoot> root = store.tryFreeze();
      while (root.isEmpty() && System.nanoTime() < end) {
        LockSupport.parkNanos(1_000_000);
        root = store.tryFreeze();
      }
      assertEquals(PENDING, root.orElseThrow().liveCount());
      root.get().close();
      assertEquals(0, service.status().failures());
    }
    store.verify();
  }
}
