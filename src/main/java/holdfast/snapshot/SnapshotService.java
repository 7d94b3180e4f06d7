package holdfast.snapshot;

import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import holdfast.internal.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

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
 * <p>With {@link FullMode#MERGE} a second thread is there while files are merged, and the first one
 * goes on with what is due:
 *
 * <pre>{@code
 *               full                     merge is over: base and tombstones move on
 * ALONE -----------------------> MERGING -------------------------------------------> ALONE
 *        incremental, then start    |  ^
 *                                   '--'  incremental: of the old base, never promoted
 *                                         full: has to wait
 *
 * time ----->
 * full 10    incr 10-20              full 20 is durable
 *            merge of these ........ |
 *                  incr 10-23   incr 10-26   incr 20-29    (10-26 is newer than full 20,
 *                                                           and stays until there is 20-29)
 * }</pre>
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

  // What goes on; written by the thread, read by whoever cancels or asks.
  private volatile SaveJob running;
  private volatile Merging merging;

  /** What is left of the rate for a merge. */
  private final ByteRate mergeRate;

  private volatile SnapshotInfo base;
  private volatile SnapshotInfo last;
  private volatile int failures;
  private volatile long nextFull = -1;
  private volatile long nextIncremental = -1;

  // What was asked for and not begun; guarded by the first list.
  private final List<Ask> wanted = new ArrayList<>();
  private final List<CompletableFuture<byte[]>> hashes = new ArrayList<>();

  /** Due points to let pass before the next try. */
  private int letPass;

  private boolean listenerFailed;

  /** Somebody wants a snapshot. */
  private record Ask(SnapshotKind kind, CompletableFuture<SnapshotInfo> future) {}

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
    this.mergeRate = new ByteRate(policy.bytesPerSecond());
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
      try {
        service.begin(newestFull, newest);
      } catch (Throwable e) {
        store.watch(null);
        throw e;
      }
      return service;
    } catch (Throwable e) {
      directory.close();
      throw e;
    }
  }

  private void begin(long newestFull, long newest) {
    long pending = policy.maxPendingBytes() == 0 ? store.dataMax() / 4 : policy.maxPendingBytes();
    store.freezeLimits(
        new FreezeLimits(
            policy.maxPendingRecords(), pending, policy.maxFreeze(), FreezeLimits.DRAIN_MORE));
    plan(newestFull, newest);
    thread.start();
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
   * the answer. While files are merged, an incremental one is made at once, and a full one when
   * they are.
   *
   * @param kind full or incremental; an incremental one becomes a full one where there is no base,
   *     or too much changed
   * @return what was written, when it is durable; null when nothing was ever published. Fails with
   *     what was thrown, with a {@link CancellationException} after {@link #close}
   */
  public CompletableFuture<SnapshotInfo> trigger(SnapshotKind kind) {
    Objects.requireNonNull(kind, "kind");
    CompletableFuture<SnapshotInfo> future = new CompletableFuture<>();
    synchronized (wanted) {
      if (!closed) {
        wanted.add(new Ask(kind, future));
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
   * Gives up what is being written, also what is being merged; these snapshots fail with {@link
   * Reason#CANCELLED}.
   *
   * @return whether there was one
   */
  public boolean cancel() {
    SaveJob job = running;
    Merging beside = merging;
    if (job != null) {
      job.cancel();
    }
    if (beside != null) {
      beside.job.cancel();
    }
    return job != null || beside != null;
  }

  /**
   * How the service is at the moment.
   *
   * @return a copy
   */
  public SnapshotStatus status() {
    SaveJob job = running;
    if (job == null) {
      Merging beside = merging;
      job = beside == null ? null : beside.job;
    }
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
   * Cancels what is being written and ends the threads; what was asked for and not done fails. The
   * files that are complete stay. Has no effect the second time.
   */
  @Override
  public void close() {
    synchronized (wanted) {
      closed = true;
    }
    cancel();
    LockSupport.unpark(thread);
    Workers.join(thread);
  }

  // ------------------------------------------------------------------------- the thread

  private void run() {
    try {
      while (!closed) {
        // By a listener, or by whoever found the thread: it has ended one snapshot, and no more.
        Thread.interrupted();
        look();
      }
    } finally {
      try {
        if (merging != null) {
          merging.job.cancel();
          merged();
        }
      } finally {
        end();
      }
    }
  }

  /** Does what there is to do, or waits a little for more. */
  private void look() {
    if (merging != null) {
      merging.tell(this::tell);
      if (merging.isOver()) {
        merged();
      }
    }
    List<Ask> asked;
    List<CompletableFuture<byte[]>> roots;
    synchronized (wanted) {
      Predicate<Ask> now = ask -> merging == null || ask.kind() == SnapshotKind.INCREMENTAL;
      asked = wanted.stream().filter(now).toList();
      wanted.removeIf(now);
      roots = List.copyOf(hashes);
      hashes.clear();
    }
    SnapshotKind kind = asked.isEmpty() ? due() : strongest(asked);
    if (kind != null) {
      save(kind, asked);
    }
    if (!roots.isEmpty()) {
      hash(roots);
    }
    if (kind == null && roots.isEmpty()) {
      LockSupport.parkNanos(this, SnapshotJob.drain(store) ? SnapshotJob.TURN_NANOS : LOOK_NANOS);
    }
  }

  /** One snapshot for all who asked; tells the others that theirs is the same. */
  private SnapshotKind strongest(List<Ask> asked) {
    boolean full = asked.stream().anyMatch(ask -> ask.kind() == SnapshotKind.FULL);
    SnapshotKind kind = full ? SnapshotKind.FULL : SnapshotKind.INCREMENTAL;
    List<SnapshotKind> others = new ArrayList<>(asked.stream().map(Ask::kind).toList());
    others.remove(kind);
    for (SnapshotKind other : others) {
      tell(new SnapshotEvent.Skipped(other, store.publishedSeq(), "the next one does it as well"));
    }
    return kind;
  }

  private void hash(List<CompletableFuture<byte[]>> asked) {
    FrozenRoot root = null;
    try {
      root = SnapshotJob.freeze(store, policy.maxFreeze(), () -> closed);
      byte[] hash = SortedMerkle.root(root, MERKLE_BUDGET, (done, total) -> !closed);
      asked.forEach(future -> future.complete(hash));
    } catch (RuntimeException | Error e) { // of errors: no memory for sorting
      asked.forEach(future -> future.completeExceptionally(e));
    } finally {
      if (root != null) {
        root.close();
      }
    }
  }

  private void end() {
    List<CompletableFuture<?>> left = new ArrayList<>();
    synchronized (wanted) {
      closed = true;
      wanted.forEach(ask -> left.add(ask.future()));
      left.addAll(hashes);
      wanted.clear();
      hashes.clear();
    }
    if (merging != null) { // an error was its end
      left.addAll(merging.asked);
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
    boolean full = merging == null && nextFull >= 0 && seq >= nextFull;
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

  /**
   * Sets the next due points: the next multiples, so that no gap can hide one. Never back: what was
   * merged is older than incremental ones that were made meanwhile. -1 leaves one.
   */
  private void plan(long fullSeq, long incrementalSeq) {
    nextFull = Math.max(nextFull, next(fullSeq, policy.fullEvery()));
    nextIncremental = Math.max(nextIncremental, next(incrementalSeq, policy.incrementalEvery()));
    watch();
  }

  /** Tells the publisher what to look for. While files are merged a full one has to wait. */
  private void watch() {
    long due = Long.MAX_VALUE;
    due = nextFull >= 0 && merging == null ? nextFull : due;
    due = nextIncremental >= 0 ? Math.min(due, nextIncremental) : due;
    dueSeq = due; // read by the publisher; a late look costs one publication
  }

  private static long next(long seq, long every) {
    return every == 0 || seq < 0 ? -1 : (seq / every + 1) * every;
  }

  private void save(SnapshotKind kind, List<Ask> asked) {
    try {
      SnapshotInfo before = last;
      boolean merge = kind == SnapshotKind.FULL && policy.fullMode() == FullMode.MERGE;
      SnapshotInfo info = walk(merge ? SnapshotKind.INCREMENTAL : kind);
      if (merge && info != null && info.kind() == SnapshotKind.INCREMENTAL) {
        merge(info, asked);
        return;
      }
      if (last == before) {
        long seq = info == null ? 0 : info.seq();
        tell(new SnapshotEvent.Skipped(kind, seq, "nothing changed since the last one"));
      } else {
        prune(info);
      }
      asked.forEach(ask -> ask.future().complete(info));
    } catch (IOException | RuntimeException e) {
      asked.forEach(ask -> ask.future().completeExceptionally(e));
    } catch (Error e) {
      asked.forEach(ask -> ask.future().completeExceptionally(e));
      throw e;
    }
  }

  /** Makes a snapshot of the store. */
  private SnapshotInfo walk(SnapshotKind kind) throws IOException {
    try {
      return perform(walkJob(kind));
    } catch (SnapshotException e) {
      if (merging == null || e.reason() != Reason.NO_BASE) {
        throw e;
      }
    }
    // Somebody deleted the base, and there is nothing that could replace it sooner than the merge.
    merged();
    return perform(walkJob(kind));
  }

  private SnapshotJob walkJob(SnapshotKind kind) {
    ByteRate rate = ByteRate.before(mergeRate);
    boolean promote = merging == null;
    return new SnapshotJob(store, directory, policy, rate, base, last, kind, promote, this::tell);
  }

  /**
   * Makes a full one of the last one and of what changed since, and returns when that has begun.
   * Whoever asked for an incremental one has it already.
   */
  private void merge(SnapshotInfo changes, List<Ask> asked) {
    List<CompletableFuture<SnapshotInfo>> full = new ArrayList<>();
    for (Ask ask : asked) {
      if (ask.kind() == SnapshotKind.FULL) {
        full.add(ask.future());
      } else {
        ask.future().complete(changes);
      }
    }
    Runnable wake = () -> LockSupport.unpark(thread);
    Merging begun = new Merging(directory, policy, mergeRate, base, changes, full, wake);
    merging = begun;
    watch();
    prune(changes);
    if (closed) {
      begun.job.cancel();
    }
    begun.start(this::tell);
  }

  /** Waits for the end of the merge, and does what follows from it. */
  private void merged() {
    Merging over = merging;
    try {
      SnapshotInfo info = outcome(over);
      prune(info);
      over.asked.forEach(future -> future.complete(info));
    } catch (IOException | RuntimeException e) {
      over.asked.forEach(future -> future.completeExceptionally(e));
    }
  }

  /**
   * What was merged; what a walk makes where a merge cannot be, for want of a sound base.
   *
   * <p>Only here, between two incremental ones, base and tombstones move on to what was merged: one
   * that is being written needs all tombstones behind the old base. When the process ends before,
   * the store still has them, and the old base is still there.
   */
  private SnapshotInfo outcome(Merging over) throws IOException {
    SnapshotInfo info;
    try {
      info = over.outcome();
    } catch (IOException | RuntimeException e) {
      over.tell(this::tell);
      merging = null;
      watch();
      failed(over.job, e);
      if (closed || !isOfTheFiles(e)) {
        throw e;
      }
      return perform(walkJob(SnapshotKind.FULL));
    }
    over.tell(this::tell);
    merging = null;
    store.retainTombstonesSince(info.seq());
    completed(over.job, info);
    return info;
  }

  /** Whether the files are the reason: one is damaged, or somebody deleted it. */
  private static boolean isOfTheFiles(Exception e) {
    return e instanceof NoSuchFileException
        || (e instanceof SnapshotException s
            && (s.reason().isDamage() || s.reason() == Reason.NO_BASE));
  }

  /** Does a job, and tells what became of it. */
  private SnapshotInfo perform(SaveJob job) throws IOException {
    running = job;
    if (closed) {
      job.cancel();
    }
    SnapshotInfo info;
    try {
      info = job.run(UUID.randomUUID(), SaveJob.clock());
    } catch (IOException | RuntimeException e) {
      running = null;
      failed(job, e);
      throw e;
    } catch (Error e) {
      running = null;
      SnapshotException other = SnapshotException.other(e);
      failed(job, other);
      throw other;
    }
    running = null;
    if (job.wrote()) {
      completed(job, info);
    }
    return info;
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

  /** The next incremental one needs its base, which need not be the newest; a merge its files. */
  private List<SnapshotInfo> inUse() {
    Merging beside = merging;
    if (beside != null) {
      return List.of(base, beside.job.incremental());
    }
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
    } catch (Throwable e) {
      if (!listenerFailed) {
        listenerFailed = true;
        LOGGER.log(System.Logger.Level.WARNING, "a listener of snapshots failed", e);
      }
    }
  }
}
