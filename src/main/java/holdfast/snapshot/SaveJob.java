package holdfast.snapshot;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One file that a service makes: how far it is, and a way to give it up. {@link #run} is called
 * once, by the thread of the service or of a merge; everything else may be by any thread.
 */
abstract sealed class SaveJob permits SnapshotJob, MergeJob {
  /** Parts of a file that are told about. */
  private static final int STEPS = 100;

  /** Bytes between two events when nobody knows how many there will be. */
  private static final long STEP_BYTES = 16L << 20;

  private final Consumer<SnapshotEvent> events;
  private final long start = System.nanoTime();
  private volatile SnapshotKind kind;
  private volatile long seq;
  private volatile boolean cancelled;
  private volatile long done;
  private volatile long total = -1;
  private volatile Runnable canceller = () -> {};
  private long told;

  SaveJob(SnapshotKind kind, long seq, Consumer<SnapshotEvent> events) {
    this.kind = kind;
    this.seq = seq;
    this.events = events;
  }

  /**
   * Does the work.
   *
   * @return the snapshot; null when nothing was ever published
   */
  abstract SnapshotInfo run(UUID id, long wallClock) throws IOException;

  /** Whether a file was written: not so when there is one of this state already. */
  abstract boolean wrote();

  /** For how long the state was frozen. */
  abstract Duration frozen();

  /** What it became. */
  final SnapshotKind kind() {
    return kind;
  }

  /** Sequence number of the state. */
  final long seq() {
    return seq;
  }

  final long done() {
    return done;
  }

  final long total() {
    return total;
  }

  final Duration duration() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Nanoseconds since 1970, for the header of a file. */
  static long clock() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** Ends the job soon. */
  final void cancel() {
    cancelled = true;
    canceller.run();
  }

  final boolean isCancelled() {
    return cancelled;
  }

  // For those who do the work.

  final void kind(SnapshotKind value) {
    kind = value;
  }

  final void seq(long value) {
    seq = value;
  }

  /** Says that a file is being written. */
  final void begin(long bytes) {
    total = bytes;
    events.accept(new SnapshotEvent.Started(kind, seq));
  }

  /** Says who has to be told when somebody cancels. */
  final void onCancel(Runnable action) {
    canceller = action;
    if (cancelled) {
      action.run();
    }
  }

  /** Told about bytes of data. */
  final boolean progress(long now, long all) {
    done = now;
    long step = all < 0 ? STEP_BYTES : Math.max(1, all / STEPS);
    if (now - told >= step) {
      told = now;
      events.accept(new SnapshotEvent.Progressed(kind, seq, now, all));
    }
    return !cancelled;
  }
}
