package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** A store, a disk, and services that save the one to the other. */
final class ServiceRig implements AutoCloseable {
  static final int KEYS = 200;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  /** Null for a disk that is not simulated. */
  final SimDisk sim;

  final Disk disk;
  final Path dir;

  /** Content at each sequence number. */
  final Map<Long, ContentHash> history = new ConcurrentHashMap<>();

  /** What the listener does beside remembering. */
  volatile SnapshotListener also = SnapshotListener.NONE;

  private StoreRig stores = rig();
  private SnapshotService service;

  /** All events so far; guarded by itself. */
  private final List<SnapshotEvent> events = new ArrayList<>();

  /** How many of them {@link #await} has passed; guarded by the list. */
  private int awaited;

  /** On a simulated disk, whose directory is there and survives a power cut. */
  ServiceRig() throws IOException {
    this(disk -> disk);
  }

  /** The same, and the services use another disk around that. */
  ServiceRig(UnaryOperator<Disk> around) throws IOException {
    sim = SnapshotSeries.disk();
    disk = around.apply(sim);
    dir = SnapshotSeries.DIR;
  }

  ServiceRig(Disk disk, Path dir) {
    this.sim = null;
    this.disk = disk;
    this.dir = dir;
  }

  private static StoreRig rig() {
    return new StoreRig(RecordStoreConfig.builder(2048).txnMax(16), 8 << 20);
  }

  static SnapshotPolicy.Builder policy(long full, long incremental) {
    return SnapshotPolicy.builder()
        .every(full, incremental)
        .style(FrameStyle.LZ4, SnapHeader.BATCH_MIN);
  }

  RecordStore store() {
    return stores.store;
  }

  /** Goes on with an empty store, as after the end of the process. */
  void newStore() {
    store().close();
    stores.close();
    stores = rig();
  }

  SnapshotService service() {
    return service;
  }

  SnapshotService start(SnapshotPolicy.Builder policy) throws IOException {
    service = SnapshotService.start(disk, store(), dir, policy.build(), this::on);
    return service;
  }

  private void on(SnapshotEvent event) {
    synchronized (events) {
      events.add(event);
      events.notifyAll();
    }
    also.on(event);
  }

  // Publishing.

  void put(long seq, long... keys) {
    Txn txn = store().prepare(null, new Xid(5, seq));
    for (long key : keys) {
      store().put(txn, StoreRig.key(key), StoreRig.value(seq * 100 + key, 300));
    }
    publish(txn, seq);
  }

  void remove(long seq, long key) {
    Txn txn = store().prepare(null, new Xid(5, seq));
    if (!store().remove(txn, StoreRig.key(key))) {
      throw new AssertionError("there was no " + key);
    }
    publish(txn, seq);
  }

  void publish(Txn txn, long seq) {
    history.put(seq, store().contentHash(txn));
    store().publish(txn, seq);
  }

  /** Three changes and a removal; all keys at first. */
  void change(long seq) {
    Txn txn = store().prepare(null, new Xid(1, seq));
    for (int i = 0; seq == 1 && i < KEYS; i++) {
      store().put(txn, StoreRig.key(i), StoreRig.value(i, i % 90));
    }
    for (int i = 0; i < 3; i++) {
      long key = (seq * 7 + i * 3L) % KEYS;
      store().put(txn, StoreRig.key(key), StoreRig.value(seq + i, (int) ((seq * 31 + i) % 90)));
    }
    store().remove(txn, StoreRig.key(seq * 5 % KEYS));
    publish(txn, seq);
  }

  /** Publishes, and lets each snapshot that becomes due be made at once. */
  void changeSettled(long first, long last) {
    for (long seq = first; seq <= last; seq++) {
      change(seq);
      settle();
    }
  }

  /**
   * Until the service has made of what was published what is due, pruning and merging included. A
   * root that is asked for comes after the jobs of the same look.
   */
  void settle() {
    do {
      service.merkle().join();
      while (service.status().running() != null) {
        LockSupport.parkNanos(50_000);
      }
      service.merkle().join();
    } while (service.status().running() != null);
  }

  // Events.

  /** The next event of a kind; others are passed over. */
  <T extends SnapshotEvent> T await(Class<T> type) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE;
    synchronized (events) {
      while (true) {
        while (awaited < events.size()) {
          SnapshotEvent event = events.get(awaited++);
          if (type.isInstance(event)) {
            return type.cast(event);
          }
        }
        if (System.nanoTime() > end) {
          throw new AssertionError("no " + type.getSimpleName() + " in " + events);
        }
        events.wait(1000);
      }
    }
  }

  List<SnapshotEvent> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  /** Events of a kind. */
  <T extends SnapshotEvent> List<T> events(Class<T> type) {
    return events().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** What was completed: {@code FULL 100}. */
  List<String> completed() {
    return events(SnapshotEvent.Completed.class).stream()
        .map(event -> event.info().kind() + " " + event.info().seq())
        .toList();
  }

  /** What a future failed with. */
  static Throwable cause(CompletableFuture<?> future) {
    return future.handle((result, failure) -> failure).join();
  }

  // Files.

  /** Names of all files but the lock. */
  List<String> names() throws IOException {
    return disk.list(dir).stream()
        .map(Disk.Entry::name)
        .filter(name -> !name.equals(SnapshotName.LOCK))
        .sorted()
        .toList();
  }

  /** Loads the newest state into a new store; its content is what it was. */
  LoadReport check(Disk from) throws IOException {
    try (StoreRig other = rig()) {
      LoadReport report =
          SnapshotLoader.load(
              from, dir, new StoreTarget(other.store), LoadOptions.DEFAULT.withThreads(1));
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

  /** The newest state that the disk has is the one of a sequence number. */
  void assertLoads(long seq) throws IOException {
    LoadReport report = check(disk);
    if (report.seq() != seq) {
      throw new AssertionError("expected " + seq + ", loaded " + report);
    }
  }

  /** Nothing may be left: no thread, no open file, no damage. */
  @Override
  public void close() {
    if (service != null) {
      service.close();
    }
    SnapshotFileTest.assertNoThreads();
    if (sim != null && !sim.openFiles().isEmpty()) {
      throw new AssertionError("open: " + sim.openFiles());
    }
    store().verify();
    store().close();
    stores.close();
  }
}
