package holdfast.snapshot;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A snapshot that is made of the store, from the freeze to the thaw.
 *
 * <pre>{@code
 * tombstones kept from now on -> freeze -> which kind? -> room on the disk?
 *   -> write -> thaw -> force, check, rename
 * }</pre>
 *
 * <p>Tombstones have to be kept before the freeze: a key that is removed while the first full
 * snapshot is being written has to be in the first incremental one.
 */
final class SnapshotJob extends SaveJob {
  /** Records that a service moves at a time: publishers wait meanwhile. */
  private static final int DRAIN = 32;

  /** Between two moves, so that publishers get their turn: the lock prefers who asks again. */
  static final long TURN_NANOS = 50_000;

  private static final long WAIT_NANOS = 1_000_000;

  /** The part of the time of a freeze that the job gives, before the file is made durable. */
  private static final int CATCH_UP_PART = 4;

  private final RecordStore store;
  private final SnapshotDirectory directory;
  private final SnapshotPolicy policy;
  private final ByteRate rate;
  private final SnapshotInfo base;
  private final SnapshotInfo last;
  private final boolean promote;
  private boolean wrote;
  private Duration frozen = Duration.ZERO;

  /**
   * Prepares a snapshot of the state that will be published when {@link #run} freezes it.
   *
   * @param promote whether an incremental one may become a full one
   */
  SnapshotJob(
      RecordStore store,
      SnapshotDirectory directory,
      SnapshotPolicy policy,
      ByteRate rate,
      SnapshotInfo base,
      SnapshotInfo last,
      SnapshotKind kind,
      boolean promote,
      Consumer<SnapshotEvent> events) {
    super(kind, store.publishedSeq(), events);
    this.store = store;
    this.directory = directory;
    this.policy = policy;
    this.rate = rate;
    this.base = base;
    this.last = last;
    this.promote = promote;
  }

  @Override
  boolean wrote() {
    return wrote;
  }

  @Override
  Duration frozen() {
    return frozen;
  }

  /**
   * Does the work.
   *
   * @throws SnapshotException also, {@link Reason#NO_BASE}, when the base of an incremental one is
   *     gone that may not become a full one
   */
  @Override
  SnapshotInfo run(UUID id, long wallClock) throws IOException {
    long floor = store.tombstoneFloor();
    if (floor == StoreHeader.KEEP_NONE) {
      store.retainTombstonesSince(store.publishedSeq());
    }
    boolean durable = false;
    FrozenRoot root = null;
    try {
      root = freeze(store, policy.maxFreeze(), this::isCancelled);
      seq(root.seq());
      SnapshotInfo info = make(root, id, wallClock);
      durable = wrote && info.kind() == SnapshotKind.FULL;
      return info;
    } finally {
      if (root != null) {
        root.close(); // of no effect when the file was written
      }
      if (durable) {
        store.retainTombstonesSince(seq());
      } else if (floor == StoreHeader.KEEP_NONE) {
        store.retainTombstonesSince(floor);
      }
    }
  }

  /**
   * Freezes a store as soon as that is possible: waits for what an earlier freeze left, which it
   * moves for a publisher that rests, and for others who have the store frozen.
   */
  static FrozenRoot freeze(RecordStore store, Duration patience, BooleanSupplier cancelled) {
    long begin = System.nanoTime();
    long most = TimeUnit.NANOSECONDS.convert(patience); // the largest number for what is longer
    while (true) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("cancelled before the freeze");
      }
      var root = store.tryFreeze();
      if (root.isPresent()) {
        return root.get();
      }
      if (System.nanoTime() - begin > most) {
        throw new SnapshotException(
            Reason.PRESSURE, "the store was not free to be frozen for " + patience);
      }
      LockSupport.parkNanos(drain(store) ? TURN_NANOS : WAIT_NANOS);
    }
  }

  /** Moves some of what a freeze left; false when nothing is left, or the store is frozen. */
  static boolean drain(RecordStore store) {
    try {
      return store.drain(DRAIN) > 0;
    } catch (IllegalStateException e) {
      return false; // the store was closed before its service, or broke
    }
  }

  /** Moves what was published meanwhile, so that publishers do not have to; so long at most. */
  private void catchUp(Duration patience) {
    long begin = System.nanoTime();
    while (!isCancelled() && System.nanoTime() - begin < patience.toNanos() && drain(store)) {
      LockSupport.parkNanos(TURN_NANOS);
    }
  }

  private SnapshotInfo make(FrozenRoot root, UUID id, long wallClock) throws IOException {
    long seq = root.seq();
    if (seq == 0) {
      return null;
    }
    long begin = System.nanoTime();
    FrozenRoot.Changes changes = decide(root);
    SnapshotKind kind = kind();
    boolean full = kind == SnapshotKind.FULL;
    if (!full && base.seq() == seq) {
      return base;
    }
    if (last != null && last.seq() == seq && last.kind() == kind && directory.has(last)) {
      return last;
    }
    SnapHeader header =
        new SnapHeader(
            kind,
            seq,
            full ? 0 : base.seq(),
            id,
            full ? SnapId.NONE : base.id(),
            store.storeId(),
            root.keySize(),
            policy.style(),
            root.hashKind(),
            policy.batchBytes(),
            wallClock);
    long total =
        full ? SnapshotFileWriter.payload(root.keySize(), root.liveCount(), root.valueBytes()) : -1;
    begin(total);
    directory.requireSpace(Math.max(0, total), policy.minFreeBytes());
    var writer = new SnapshotFileWriter(header, policy.workers(), rate, total, this::progress);
    onCancel(writer::cancel);
    SnapshotInfo info =
        directory.publish(
            header,
            policy.verifyAfterWrite(),
            file -> {
              SnapFooter footer =
                  writer.write(
                      file,
                      full ? root.live() : changes.live(),
                      full ? null : changes.tombstones(),
                      root.liveCount(),
                      root.valueBytes(),
                      root.contentHash());
              root.close(); // the rest needs the file alone
              frozen = Duration.ofNanos(System.nanoTime() - begin);
              catchUp(frozen.dividedBy(CATCH_UP_PART));
              return footer;
            });
    wrote = true;
    return info;
  }

  /** An incremental one needs its base, and has to be worth it; what it saves, else null. */
  private FrozenRoot.Changes decide(FrozenRoot root) throws IOException {
    if (kind() == SnapshotKind.FULL) {
      return null;
    }
    // The tombstones are the store's, and its user may have given them up.
    boolean possible = base != null && store.tombstoneFloor() == base.seq() && directory.has(base);
    if (!possible && !promote) {
      throw new SnapshotException(Reason.NO_BASE, "the base of an incremental snapshot is gone");
    }
    if (possible) {
      FrozenRoot.Changes changes = root.changesSince(base.seq());
      if (!promote || changes.count() <= policy.promoteRatio() * root.liveCount()) {
        return changes;
      }
    }
    kind(SnapshotKind.FULL);
    return null;
  }
}
