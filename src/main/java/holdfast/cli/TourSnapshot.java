package holdfast.cli;

import holdfast.snapshot.LoadOptions;
import holdfast.snapshot.LoadReport;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.RecordStoreConfig;
import holdfast.snapshot.SnapshotEvent;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.SnapshotPolicy;
import holdfast.snapshot.SnapshotService;
import holdfast.snapshot.Txn;
import holdfast.snapshot.Xid;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptOptions;
import holdfast.wksp.WkspCheckptReport;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The record store on the tour: forks load the input side by side, one of them is published, the
 * others end with it; then a publisher goes on, while snapshots are written and the workspace is
 * checkpointed, until the kill. One fresh store comes from the checkpoint, another one from the
 * snapshots, and both have what was published then.
 */
final class TourSnapshot implements TourAct {
  static final String CHECKPT = "records.ckpt";
  static final String SNAPSHOTS = "snapshots";
  static final String COMPLETED = "snapshots.completed";

  private static final int FORKS = 3;

  /** Forks that are not published load this part of the input. */
  private static final int LOSERS_PART = 4;

  private static final Xid LEFT_OPEN = new Xid(4, 4);
  private static final int PART_MAX = 4096;
  private static final long ALIGN = 4096;
  private static final int INCREMENTALS = 3;

  /** The first one comes after so many publications, and is full. */
  private static final SnapshotPolicy POLICY =
      SnapshotPolicy.builder().every(0, 3_000).promoteRatio(1).build();

  @Override
  public String name() {
    return "snapshot";
  }

  private static long recMax(TourStage stage) throws IOException {
    return 2 * TourRecords.blocks(stage) + 4L * TourRecords.COUNTERS + 1024;
  }

  /** A workspace with room for a store of the input and its changes, in memory. */
  private static Wksp wksp(TourStage stage, Arena arena) throws IOException {
    long dataMax = stage.sample().bytes() * 3 / 2 + 256 * recMax(stage) + (48L << 20);
    MemorySegment region = arena.allocate(Wksp.footprint(PART_MAX, dataMax), ALIGN);
    return Wksp.create(region, "tour", 1, PART_MAX, dataMax);
  }

  private static RecordStore store(TourStage stage, Wksp wksp) throws IOException {
    return RecordStore.create(
        wksp,
        RecordStoreConfig.builder(recMax(stage)).keySize(TourRecords.KEY_SIZE).txnMax(64).build());
  }

  @Override
  public void live(TourStage stage) throws IOException {
    Wksp wksp = wksp(stage, Arena.global());
    RecordStore store = store(stage, wksp);
    fork(stage, store);
    KeptNumbers completed = KeptNumbers.create(stage.file(COMPLETED), 1);
    Publisher publisher = new Publisher(stage, wksp, store);
    SnapshotService.start(
        store,
        stage.file(SNAPSHOTS),
        POLICY,
        event -> {
          publisher.hear(event);
          if (event instanceof SnapshotEvent.Completed done) {
            // Counted only now: from here on this state may not be lost.
            completed.set(0, done.info().seq());
          }
        });
    Thread thread = new Thread(publisher, "tour-publisher");
    thread.setDaemon(true);
    thread.start();
    publisher.awaitReady();
  }

  /** Several futures of one state: one wins. */
  private static void fork(TourStage stage, RecordStore store) throws IOException {
    long start = System.nanoTime();
    List<Txn> forks = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < FORKS; i++) {
      Txn fork = store.prepare(null, new Xid(1, i + 1L));
      forks.add(fork);
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  load(stage, store, fork, number);
                } catch (IOException | RuntimeException e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              },
              "tour-fork-" + i);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      join(thread);
    }
    if (!failures.isEmpty()) {
      throw new IOException("a fork could not be loaded", failures.getFirst());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    store.publish(forks.getFirst(), 1);
    long records = TourRecords.blocks(stage) + TourRecords.COUNTERS;
    long rate = Math.round(records / Math.max(1e-9, seconds));
    stage.say(
        "record store: "
            + FORKS
            + " forks of an empty state loaded the input side by side, one was published: "
            + Numbers.count(records, "record")
            + ", "
            + Numbers.grouped(rate)
            + " a second, each with its SHA-256; the others ended");
    for (Txn fork : forks.subList(1, FORKS)) {
      if (store.find(fork.xid()) != null) {
        stage.differs("fork " + fork.xid() + " is still there");
      }
    }
    stage.fact("records", records);
    stage.fact("putsPerSecond", rate);
  }

  private static void join(Thread thread) throws IOException {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  /** Number 0 loads everything; the others a part, upside down. */
  private static void load(TourStage stage, RecordStore store, Txn fork, int number)
      throws IOException {
    TourRecords records = new TourRecords(stage);
    long[] left = {TourRecords.blocks(stage) / LOSERS_PART};
    records.eachBlock(
        (key, block) -> {
          if (number != 0) {
            block.fill((byte) number);
            left[0]--;
          }
          store.put(fork, key, block);
          return left[0] > 0;
        });
    records.change(store, fork, 1);
  }

  /** Publishes until there is enough to see, and goes on. */
  private static final class Publisher implements Runnable {
    private final TourStage stage;
    private final Wksp wksp;
    private final RecordStore store;
    private final TourRecords records;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final TourStalls quiet = new TourStalls();
    private final TourStalls saving = new TourStalls();
    private volatile boolean running;
    private final AtomicInteger incrementals = new AtomicInteger();
    private volatile Throwable failure;

    // Written by the service before the latch of the publisher is opened.
    private volatile SnapshotEvent.Completed full;

    private volatile SnapshotEvent.Completed incremental;

    Publisher(TourStage stage, Wksp wksp, RecordStore store) {
      this.stage = stage;
      this.wksp = wksp;
      this.store = store;
      this.records = new TourRecords(stage);
    }

    /** By the thread of the service alone. */
    void hear(SnapshotEvent event) {
      switch (event) {
        case SnapshotEvent.Started started -> running = true;
        case SnapshotEvent.Completed completed -> {
          running = false;
          if (completed.info().kind() == SnapshotKind.FULL) {
            full = completed;
          } else {
            incremental = completed;
            incrementals.incrementAndGet();
          }
        }
        case SnapshotEvent.Failed failed -> {
          running = false;
          failure = failed.cause();
          ready.countDown();
        }
        default -> {}
      }
    }

    @Override
    public void run() {
      try {
        boolean checkpointed = false;
        while (full == null || incrementals.get() < INCREMENTALS) {
          boolean beside = running;
          if (beside && !checkpointed) {
            checkpoint();
            checkpointed = true;
          }
          publish(beside ? saving : quiet);
        }
        report();
      } catch (IOException | RuntimeException e) {
        failure = e;
      } finally {
        ready.countDown();
      }
      while (failure == null) {
        publish(quiet);
      }
    }

    private void publish(TourStalls stalls) {
      long seq = store.publishedSeq() + 1;
      long start = System.nanoTime();
      Txn txn = store.prepare(null, new Xid(2, seq));
      records.change(store, txn, seq);
      store.publish(txn, seq);
      stalls.add(System.nanoTime() - start);
    }

    /** With a transaction in preparation, and while the first snapshot is written. */
    private void checkpoint() throws IOException {
      Txn open = store.prepare(null, LEFT_OPEN);
      records.change(store, open, store.publishedSeq() + 1);
      WkspCheckptReport report =
          WkspCheckpt.write(wksp, stage.file(CHECKPT), WkspCheckptOptions.DEFAULT.withThreads(2));
      store.cancel(open);
      stage.say(
          "checkpoint of the workspace with the live store in it: "
              + Numbers.size(report.fileSize())
              + ", with a transaction in preparation, while a snapshot was written");
    }

    private void report() {
      stage.say("snapshots beside a publisher: " + text(full) + "; " + text(incremental));
      stage.say("a publication of " + TourRecords.CHANGES + " records took");
      for (String line :
          TourStalls.picture("in between", quiet, "while a snapshot was written", saving)) {
        stage.say("  " + line);
      }
      for (double percent : new double[] {50, 99, 99.9, 100}) {
        stage.fact("quietNanosP" + percent, quiet.percentile(percent));
        stage.fact("savingNanosP" + percent, saving.percentile(percent));
      }
    }

    private static String text(SnapshotEvent.Completed completed) {
      return completed.info().kind().name().toLowerCase(Locale.ROOT)
          + " of "
          + Numbers.count(completed.info().records(), "record")
          + ", "
          + Numbers.size(completed.info().fileSize())
          + " in "
          + TourStalls.time(completed.duration().toNanos());
    }

    void awaitReady() throws IOException {
      try {
        ready.await();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
      if (failure != null) {
        throw new IOException("publishing failed", failure);
      }
    }
  }

  @Override
  public void revive(TourStage stage) throws IOException {
    reviveCheckpoint(stage);
    reviveSnapshots(stage);
  }

  private static void reviveCheckpoint(TourStage stage) throws IOException {
    var preview = WkspRestore.preview(stage.file(CHECKPT));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment region =
          arena.allocate(Wksp.footprint(preview.partMax(), preview.dataMax()), ALIGN);
      Wksp wksp = Wksp.create(region, preview.name(), 7, preview.partMax(), preview.dataMax());
      WkspRestore.restore(wksp, stage.file(CHECKPT), WkspRestoreOptions.DEFAULT.withThreads(2));
      try (RecordStore store = RecordStore.open(wksp, RecordStoreConfig.BASE_TAG)) {
        store.verify();
        long equal = new TourRecords(stage).compare(store, "checkpoint");
        Txn open = store.find(LEFT_OPEN);
        if (open == null) {
          stage.differs("checkpoint: the transaction in preparation is gone");
        } else {
          store.publish(open, store.publishedSeq() + 1);
          equal = new TourRecords(stage).compare(store, "checkpoint, published on");
        }
        stage.say(
            "  checkpoint: restored and opened at publication "
                + store.publishedSeq()
                + ", the transaction found and published; "
                + Numbers.size(equal)
                + " compared equal");
      }
    }
  }

  private static void reviveSnapshots(TourStage stage) throws IOException {
    long completed = KeptNumbers.open(stage.file(COMPLETED)).get(0);
    try (Arena arena = Arena.ofShared()) {
      try (RecordStore store = store(stage, wksp(stage, arena))) {
        LoadReport report =
            SnapshotLoader.load(stage.file(SNAPSHOTS), store, LoadOptions.DEFAULT.withThreads(2));
        store.verify();
        if (report.seq() < completed) {
          stage.differs(
              "publication "
                  + completed
                  + " was saved before the kill, "
                  + report.seq()
                  + " came back");
        }
        long records = records(store);
        long equal = new TourRecords(stage).compare(store, "snapshots");
        stage.say(
            "  snapshots: publication "
                + Numbers.grouped(report.seq())
                + " loaded from "
                + (report.incremental() == null ? "one file" : "a full and an incremental file")
                + " in "
                + TourStalls.time(report.duration().toNanos())
                + ", "
                + Numbers.grouped(completed)
                + " was complete before the kill; content hash as saved, "
                + Numbers.size(equal)
                + " compared equal");
        stage.fact("saved", completed);
        stage.fact("loaded", report.seq());
        stage.fact("loadedRecords", records);
        stage.fact("loadNanos", report.duration().toNanos());
      }
    }
  }

  /** How many there are, by walking over them. */
  private static long records(RecordStore store) {
    long[] count = {0};
    store.forEach(null, (key, value, modSeq) -> count[0]++);
    return count[0];
  }
}
