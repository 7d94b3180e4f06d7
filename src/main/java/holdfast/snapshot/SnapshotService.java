package holdfast.snapshot;

import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Saves a store in the background while it goes on.
 *
 * <pre>{@code
 * try (var service = SnapshotService.start(store, directory, SnapshotPolicy.DEFAULT, listener)) {
 *   store.publish(txn, seq);                                  // saved when a multiple is passed
 *   service.trigger(SnapshotKind.FULL).get();                 // or now
 * }
 * }</pre>
 *
 * <p>One thread of its own freezes the store, writes a file, thaws the store; helpers compress. The
 * publisher never waits for it, and pays one comparison when nothing is due. A snapshot that fails
 * is an event: the older ones stay, the store stays, and the next due point tries again (after
 * several failures only each second, fourth, up to each 64th).
 *
 * <p>Each incremental snapshot refers to the newest full one of this service, or of the one before
 * a restart. There is one service for a directory, and one for a store. All methods may be called
 * by any thread.
 */
public final class SnapshotService implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger("holdfast.snapshot");

  /** How often a resting service looks whether it missed a call: never needed, costs nothing. */
  private static final long LOOK_NANOS = 1_000_000_000L;

  private static final int BACKOFF_MAX = 64;

  /** Memory for the sorting of records: 16 million at a time. */
  private static final long MERKLE_BUDGET = 1L << 28;

  private final RecordStore store;
  private final Disk disk;
  private final Path path;
  private final SnapshotDirectory directory;
  private final SnapshotPolicy policy;
  private final SnapshotListener listener;
  private final Thread thread;

  /** The next sequence number of interest to the publisher; read by it, written by the thread. */
  private volatile long dueSeq;

  private volatile boolean closed;
  private volatile SaveJob running;

  private volatile SnapshotInfo base;
  private volatile SnapshotInfo last;
  private volatile int failures;
  private volatile long nextFull;
  private volatile long nextIncremental;

  // What was asked for and not begun; guarded by the first list.
  private final List<CompletableFuture<SnapshotInfo>> wanted = new ArrayList<>();
  private SnapshotKind wantedKind;
  private final List<SnapshotKind> lost = new ArrayList<>();
  private final List<CompletableFuture<byte[]>> hashes = new ArrayList<>();

  /** Due points to let pass before the next try. */
  private int letPass;

  private boolean listenerFailed;

  private SnapshotService(
      RecordStore store,
      Disk disk,
      Path path,
      SnapshotDirectory directory,
      SnapshotPolicy policy,
      SnapshotListener listener,
      SnapshotInfo base) {
    this.store = store;
    this.disk = disk;
    this.path = path;
    this.directory = directory;
    this.policy = policy;
    this.listener = listener;
    this.base = base;
    this.thread = Thread.ofPlatform().name("holdfast-snapshot").daemon().unstarted(this::run);
  }

  /**
   * Starts a service.
   *
   * @param store to save; has to outlive the service
   * @param directory where the files go; made when it is not there, but its parent has to be
   * @param policy when and how
   * @param listener told what happens
   * @return the service, running
   * @throws SnapshotException {@link Reason#LOCKED} when another service has the directory
   * @throws IllegalStateException when the directory has a newer state of this store than the store
   *     itself: load it, or move those files away; when the store has a service already
   * @throws IOException when the directory cannot be used
   */
  public static SnapshotService start(
      RecordStore store, Path directory, SnapshotPolicy policy, SnapshotListener listener)
      throws IOException {
    return start(OsDisk.INSTANCE, store, directory, policy, listener);
  }

  static SnapshotService start(
      Disk disk, RecordStore store, Path path, SnapshotPolicy policy, SnapshotListener listener)
      throws IOException {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(listener, "listener");
    if (!disk.exists(path)) {
      disk.createDirectory(path);
    }
    SnapshotDirectory directory = SnapshotDirectory.open(disk, path);
    try {
      SnapshotInfo base = null;
      long newestFull = 0;
      long newest = 0;
      for (SnapshotInfo info : SnapshotListing.of(disk, path, false).snapshots()) {
        if (!info.storeId().equals(store.storeId())) {
          continue;
        }
        if (info.seq() > store.publishedSeq()) {
          throw new IllegalStateException(
              info.path()
                  + " is newer than the store, which is at "
                  + store.publishedSeq()
                  + ": load it, or move it away");
        }
        newest = info.seq(); // they come oldest first
        if (info.kind() == SnapshotKind.FULL) {
          newestFull = info.seq();
          // The store still has the tombstones behind this one, and behind no other.
          base = info.seq() == store.tombstoneFloor() ? info : base;
        }
      }
      SnapshotService service =
          new SnapshotService(store, disk, path, directory, policy, listener, base);
      store.watch(service::published);
      long pending = policy.maxPendingBytes() == 0 ? store.dataMax() / 4 : policy.maxPendingBytes();
      store.freezeLimits(
          new FreezeLimits(
              policy.maxPendingRecords(), pending, policy.maxFreeze(), FreezeLimits.DRAIN_MORE));
      service.plan(newestFull, newest);
      service.thread.start();
      return service;
    } catch (Throwable e) {
      directory.close();
      throw e;
    }
  }

  // ------------------------------------------------------------------------- from outside

  /** Called by the publisher after each publication. */
  private void published(long seq) {
    if (seq >= dueSeq) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Asks for a snapshot of the present state. Several calls before it begins are one; a full one
   * serves those who asked for an incremental one. When the state is in a file already, that one is
   * the answer.
   *
   * @param kind full or incremental; an incremental one becomes a full one where there is no base,
   *     or too much changed
   * @return what was written, when it is durable; fails with what was thrown, with a {@link
   *     CancellationException} after {@link #close}
   */
  public CompletableFuture<SnapshotInfo> trigger(SnapshotKind kind) {
    Objects.requireNonNull(kind, "kind");
    CompletableFuture<SnapshotInfo> future = new CompletableFuture<>();
    synchronized (wanted) {
      if (!closed) {
        wanted.add(future);
        if (wantedKind != null) {
          lost.add(wantedKind == SnapshotKind.FULL ? kind : wantedKind);
        }
        wantedKind = wantedKind == SnapshotKind.FULL ? wantedKind : kind;
        LockSupport.unpark(thread);
        return future;
      }
    }
    future.completeExceptionally(new CancellationException("the service is closed"));
    return future;
  }

  /**
   * Asks for the root of a tree over all records in the order of their keys, see {@link
   * SortedMerkle}. The state is frozen while it is computed, like for a snapshot.
   *
   * @return its 32 bytes; fails with what was thrown, with a {@link CancellationException} after
   *     {@link #close}
   */
  public CompletableFuture<byte[]> merkle() {
    CompletableFuture<byte[]> future = new CompletableFuture<>();
    synchronized (wanted) {
      if (!closed) {
        hashes.add(future);
        LockSupport.unpark(thread);
        return future;
      }
    }
    future.completeExceptionally(new CancellationException("the service is closed"));
    return future;
  }

  /**
   * Gives up what is being written; that snapshot fails with {@link Reason#CANCELLED}.
   *
   * @return whether there was one
   */
  public boolean cancel() {
    SaveJob job = running;
    if (job != null) {
      job.cancel();
    }
    return job != null;
  }

  /**
   * How the service is at the moment.
   *
   * @return a copy
   */
  public SnapshotStatus status() {
    SaveJob job = running;
    return new SnapshotStatus(
        job == null ? null : job.kind(),
        job == null ? 0 : job.done(),
        job == null ? -1 : job.total(),
        base,
        last,
        failures,
        nextFull,
        nextIncremental);
  }

  /**
   * Cancels what is being written and ends the thread; what was asked for and not done fails. The
   * files that are complete stay. Has no effect the second time.
   */
  @Override
  public void close() {
    synchronized (wanted) {
      closed = true;
    }
    cancel();
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ------------------------------------------------------------------------- the thread

  private void run() {
    try {
      while (!closed) {
        List<CompletableFuture<SnapshotInfo>> asked;
        List<CompletableFuture<byte[]>> roots;
        List<SnapshotKind> shared;
        SnapshotKind kind;
        synchronized (wanted) {
          asked = List.copyOf(wanted);
          roots = List.copyOf(hashes);
          shared = List.copyOf(lost);
          kind = wantedKind;
          forget();
        }
        if (asked.isEmpty()) {
          kind = due();
        }
        for (SnapshotKind one : shared) {
          tell(
              new SnapshotEvent.Skipped(one, store.publishedSeq(), "the next one does it as well"));
        }
        if (kind != null) {
          save(kind, asked);
        }
        if (!roots.isEmpty()) {
          hash(roots);
        }
        if (kind == null && roots.isEmpty()) {
          LockSupport.parkNanos(this, catchUp() ? SnapshotJob.TURN_NANOS : LOOK_NANOS);
        }
      }
    } finally {
      end();
    }
  }

  /** Moves what a freeze left, for a publisher that rests; whether there is more to move. */
  private boolean catchUp() {
    try {
      return SnapshotJob.drain(store);
    } catch (IllegalStateException e) {
      return false; // the store was closed before its service
    }
  }

  /** Nothing is asked for any more; the caller has the lock. */
  private void forget() {
    wanted.clear();
    wantedKind = null;
    lost.clear();
    hashes.clear();
  }

  private void hash(List<CompletableFuture<byte[]>> asked) {
    FrozenRoot root = null;
    try {
      root = SnapshotJob.freeze(store, policy.maxFreeze(), () -> closed);
      byte[] hash = SortedMerkle.root(root, MERKLE_BUDGET, (done, total) -> !closed);
      asked.forEach(future -> future.complete(hash));
    } catch (RuntimeException e) {
      asked.forEach(future -> future.completeExceptionally(e));
    } finally {
      if (root != null) {
        root.close();
      }
    }
  }

  private void end() {
    List<CompletableFuture<?>> left;
    synchronized (wanted) {
      closed = true;
      left = new ArrayList<>(wanted);
      left.addAll(hashes);
      forget();
    }
    store.watch(null);
    try {
      store.freezeLimits(FreezeLimits.NONE);
    } catch (IllegalStateException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "the store was closed before its service", e);
    }
    left.forEach(f -> f.completeExceptionally(new CancellationException("the service is closed")));
    try {
      directory.close();
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.WARNING, "the lock of the snapshots", e);
    }
  }

  /** The kind that is due, null for none; a due point that has to be let pass is taken back. */
  private SnapshotKind due() {
    long seq = store.publishedSeq();
    boolean full = nextFull >= 0 && seq >= nextFull;
    boolean incremental = nextIncremental >= 0 && seq >= nextIncremental;
    if (!full && !incremental) {
      return null;
    }
    SnapshotKind kind = full ? SnapshotKind.FULL : SnapshotKind.INCREMENTAL;
    plan(full ? seq : -1, seq);
    if (letPass > 0) {
      letPass--;
      tell(new SnapshotEvent.Skipped(kind, seq, "after " + failures + " failures in a row"));
      return null;
    }
    return kind;
  }

  /** Sets the next due points: the next multiples, so that no gap can hide one. -1 leaves one. */
  private void plan(long fullSeq, long incrementalSeq) {
    if (fullSeq >= 0) {
      nextFull = next(fullSeq, policy.fullEvery());
    }
    nextIncremental = next(incrementalSeq, policy.incrementalEvery());
    long due = Long.MAX_VALUE;
    due = nextFull >= 0 ? nextFull : due;
    due = nextIncremental >= 0 ? Math.min(due, nextIncremental) : due;
    dueSeq = due; // read by the publisher; a late look costs one publication
  }

  private static long next(long seq, long every) {
    return every == 0 ? -1 : (seq / every + 1) * every;
  }

  private void save(SnapshotKind kind, List<CompletableFuture<SnapshotInfo>> asked) {
    try {
      SnapshotInfo before = last;
      SnapshotInfo info =
          kind == SnapshotKind.FULL && policy.fullMode() == FullMode.MERGE
              ? merge()
              : perform(walk(kind));
      if (last == before) {
        long seq = info == null ? 0 : info.seq();
        tell(new SnapshotEvent.Skipped(kind, seq, "nothing changed since the last one"));
      } else {
        prune(info);
      }
      asked.forEach(future -> future.complete(info));
    } catch (IOException | RuntimeException e) {
      asked.forEach(future -> future.completeExceptionally(e));
    }
  }

  private SnapshotJob walk(SnapshotKind kind) {
    return new SnapshotJob(store, directory, policy, base, last, kind, this::tell);
  }

  /**
   * Makes a full one of the last one and of what changed since. Where that cannot be, for want of a
   * sound one, of the store.
   */
  private SnapshotInfo merge() throws IOException {
    SnapshotInfo changes = perform(walk(SnapshotKind.INCREMENTAL));
    if (changes == null || changes.kind() == SnapshotKind.FULL) {
      return changes;
    }
    try {
      return perform(new MergeJob(store, directory, policy, base, changes, this::tell));
    } catch (SnapshotException e) {
      if (!e.reason().isDamage() && e.reason() != Reason.NO_BASE) {
        throw e;
      }
    } catch (NoSuchFileException e) {
      // Somebody deleted one of the two: the store has all of it.
    }
    return perform(walk(SnapshotKind.FULL));
  }

  /** Does a job, and tells what became of it. */
  private SnapshotInfo perform(SaveJob job) throws IOException {
    running = job;
    if (closed) {
      job.cancel();
    }
    SnapshotInfo info;
    try {
      info = job.run(UUID.randomUUID(), clock());
    } catch (IOException | RuntimeException e) {
      running = null;
      failed(job, e);
      throw e;
    }
    running = null;
    if (job.wrote()) {
      completed(job, info);
    }
    return info;
  }

  private static long clock() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private void completed(SaveJob job, SnapshotInfo info) {
    failures = 0;
    letPass = 0;
    last = info;
    boolean full = info.kind() == SnapshotKind.FULL;
    if (full) {
      base = info;
    }
    plan(full ? info.seq() : -1, info.seq());
    tell(new SnapshotEvent.Completed(info, job.frozen(), job.duration()));
  }

  private void prune(SnapshotInfo newest) {
    try {
      List<Path> gone =
          directory.prune(store.storeId(), policy.keepFull(), policy.keepIncremental(), inUse());
      if (!gone.isEmpty()) {
        tell(new SnapshotEvent.Pruned(gone));
      }
    } catch (IOException | RuntimeException e) {
      tell(new SnapshotEvent.Failed(newest.kind(), newest.seq(), reason(e), e));
    }
  }

  /** The next incremental one needs its base, which need not be the newest full one. */
  private List<SnapshotInfo> inUse() {
    return base == null ? List.of() : List.of(base);
  }

  private void failed(SaveJob job, Exception failure) {
    int inARow = failures + 1;
    failures = inARow; // written by this thread only
    letPass = (inARow > 6 ? BACKOFF_MAX : 1 << (inARow - 1)) - 1;
    tell(new SnapshotEvent.Failed(job.kind(), job.seq(), reason(failure), failure));
  }

  /** Why, in a word. */
  private Reason reason(Exception e) {
    return switch (e) {
      case SnapshotException s -> s.reason();
      case FreezeRevokedException f -> Reason.PRESSURE;
      case CancellationException c -> Reason.CANCELLED;
      case IOException i -> system();
      case UncheckedIOException u -> system();
      default -> Reason.OTHER;
    };
  }

  /** The system refused something: for want of room, or for another reason. */
  private Reason system() {
    try {
      return disk.usableSpace(path) < policy.batchBytes() ? Reason.NO_SPACE : Reason.IO;
    } catch (IOException e) {
      return Reason.IO;
    }
  }

  private void tell(SnapshotEvent event) {
    try {
      listener.on(event);
    } catch (RuntimeException e) {
      if (!listenerFailed) {
        listenerFailed = true;
        LOGGER.log(System.Logger.Level.WARNING, "a listener of snapshots failed", e);
      }
    }
  }
}
