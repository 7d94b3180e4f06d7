package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A store, a simulated disk, and services that save the one to the other. */
final class ServiceRig implements AutoCloseable {
  static final Path DIR = Path.of("snapshots");
  static final int KEYS = 200;

  final StoreRig stores = rig();
  final SimDisk sim = new SimDisk();
  final List<SnapshotEvent> events = new CopyOnWriteArrayList<>();

  /** Content at each sequence number. */
  final Map<Long, ContentHash> history = new HashMap<>();

  /** What the listener does beside remembering. */
  volatile SnapshotListener also = SnapshotListener.NONE;

  private SnapshotService service;

  private static StoreRig rig() {
    return new StoreRig(RecordStoreConfig.builder(1024).txnMax(16), 8 << 20);
  }

  static SnapshotPolicy policy(long full, long incremental) {
    return SnapshotPolicy.builder()
        .every(full, incremental)
        .promoteRatio(1)
        .workers(0)
        .style(FrameStyle.LZ4, SnapHeader.BATCH_MIN)
        .build();
  }

  RecordStore store() {
    return stores.store;
  }

  SnapshotService service() {
    return service;
  }

  SnapshotService start(SnapshotPolicy policy) throws IOException {
    service =
        SnapshotService.start(
            sim,
            store(),
            DIR,
            policy,
            event -> {
              events.add(event);
              also.on(event);
            });
    return service;
  }

  /** Three changes and a removal; all keys at first. */
  void publish(long seq) {
    Txn txn = store().prepare(null, new Xid(1, seq));
    for (int i = 0; seq == 1 && i < KEYS; i++) {
      store().put(txn, StoreRig.key(i), StoreRig.value(i, i % 90));
    }
    for (int i = 0; i < 3; i++) {
      MemorySegment key = StoreRig.key((seq * 7 + i * 3L) % KEYS);
      store().put(txn, key, StoreRig.value(seq + i, (int) ((seq * 31 + i) % 90)));
    }
    store().remove(txn, StoreRig.key(seq * 5 % KEYS));
    store().publish(txn, seq);
    history.put(seq, store().contentHash(null));
  }

  void publish(long first, long last) {
    for (long seq = first; seq <= last; seq++) {
      publish(seq);
    }
  }

  /** Until the service has seen what was published, and made of it what is due. */
  void settle() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    long seq = store().publishedSeq();
    while (true) {
      SnapshotStatus status = service.status();
      boolean due =
          (status.nextFull() >= 0 && seq >= status.nextFull())
              || (status.nextIncremental() >= 0 && seq >= status.nextIncremental());
      if (!due && !service.isBusy()) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("the service does not come to rest: " + status);
      }
      Thread.sleep(1);
    }
  }

  /** Publishes, and lets each snapshot that becomes due be made at once. */
  void publishSettled(long first, long last) throws InterruptedException {
    for (long seq = first; seq <= last; seq++) {
      publish(seq);
      settle();
    }
  }

  /** Events of a kind. */
  <T extends SnapshotEvent> List<T> events(Class<T> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** What was completed: {@code FULL 100}. */
  List<String> completed() {
    return events(SnapshotEvent.Completed.class).stream()
        .map(event -> event.info().kind() + " " + event.info().seq())
        .toList();
  }

  /** Names of all files. */
  List<String> files() throws IOException {
    return sim.list(DIR).stream().map(Disk.Entry::name).sorted().toList();
  }

  /** Loads the newest state into a new store; its content is what it was. */
  LoadReport check(Disk disk) throws IOException {
    try (StoreRig other = rig()) {
      LoadReport report =
          SnapshotLoader.load(
              disk, DIR, new StoreTarget(other.store), LoadOptions.DEFAULT.withThreads(0));
      other.store.verify();
      ContentHash hash = other.store.contentHash(null);
      if (report.seq() != other.store.publishedSeq()
          || (report.seq() != 0 && !hash.equals(history.get(report.seq())))) {
        throw new AssertionError("loaded " + report + " with " + hash);
      }
      other.store.close();
      return report;
    }
  }

  @Override
  public void close() {
    if (service != null) {
      service.close();
    }
    store().close();
    stores.close();
  }
}
