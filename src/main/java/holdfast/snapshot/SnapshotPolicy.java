package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import holdfast.internal.Check;
import java.time.Duration;
import java.util.Objects;

/**
 * When a service saves, how, and what it keeps. Immutable; start from {@link #DEFAULT}, or {@link
 * #builder}.
 *
 * @param fullEvery a full snapshot when a multiple of this sequence number was passed; 0 for never
 * @param incrementalEvery the same for incremental ones
 * @param fullMode how full ones are made
 * @param keepFull how many full snapshots are kept, at least 1
 * @param keepIncremental how many incremental ones are kept of each of them, at least 0; the newest
 *     state, and the base of the next incremental one, are kept in any case
 * @param style how records are stored
 * @param batchBytes most data bytes of a batch, 64 KiB to 64 MiB
 * @param workers how many threads work at a snapshot, the service's own and 1 to 1024; as many at a
 *     merge beside it. Each takes about two and a half times {@code batchBytes} of memory while it
 *     does, and two more are taken. With more than one, another thread that computes nothing waits
 *     for the disk every 64 MiB
 * @param bytesPerSecond limit on what is written; 0 for none. It lengthens the time that the store
 *     is frozen; a merge gets what others leave of it
 * @param promoteRatio an incremental snapshot becomes a full one when more than this part of the
 *     records changed, 0 to 1; not while files are merged
 * @param maxFreeze how long the store may be frozen; longer, and the snapshot fails
 * @param maxPendingRecords how many records may be published meanwhile
 * @param maxPendingBytes how many bytes; 0 for a quarter of the workspace
 * @param verifyAfterWrite whether a file is read again before it becomes visible
 * @param minFreeBytes free space that has to be left on the disk
 */
public record SnapshotPolicy(
    long fullEvery,
    long incrementalEvery,
    FullMode fullMode,
    int keepFull,
    int keepIncremental,
    FrameStyle style,
    int batchBytes,
    int workers,
    long bytesPerSecond,
    double promoteRatio,
    Duration maxFreeze,
    long maxPendingRecords,
    long maxPendingBytes,
    boolean verifyAfterWrite,
    long minFreeBytes) {
  /**
   * A full snapshot, by a walk, each 100,000, an incremental one each 1,000; two full ones are kept
   * with two incremental ones each; LZ4, batches of 4 MiB, two workers, no limit on the rate, ten
   * minutes.
   */
  public static final SnapshotPolicy DEFAULT = builder().build();

  /** Checks the values. */
  public SnapshotPolicy {
    Check.range(fullEvery, 0, Long.MAX_VALUE, "fullEvery");
    Check.range(incrementalEvery, 0, Long.MAX_VALUE, "incrementalEvery");
    Objects.requireNonNull(fullMode, "fullMode");
    Check.range(keepFull, 1, Integer.MAX_VALUE, "keepFull");
    Check.range(keepIncremental, 0, Integer.MAX_VALUE, "keepIncremental");
    Objects.requireNonNull(style, "style");
    Check.range(batchBytes, SnapHeader.BATCH_MIN, SnapHeader.BATCH_MAX, "batchBytes");
    Check.range(workers, 1, 1024, "workers");
    Check.range(bytesPerSecond, 0, Long.MAX_VALUE, "bytesPerSecond");
    if (!(promoteRatio >= 0 && promoteRatio <= 1)) {
      throw new IllegalArgumentException("promoteRatio must be in [0, 1]: " + promoteRatio);
    }
    if (maxFreeze.isNegative() || maxFreeze.isZero()) {
      throw new IllegalArgumentException("maxFreeze must be positive: " + maxFreeze);
    }
    Check.range(maxPendingRecords, 1, Long.MAX_VALUE, "maxPendingRecords");
    Check.range(maxPendingBytes, 0, Long.MAX_VALUE, "maxPendingBytes");
    Check.range(minFreeBytes, 0, Long.MAX_VALUE, "minFreeBytes");
  }

  /**
   * Starts from the usual values.
   *
   * @return a new one
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Values of a policy, to be changed one by one. For one thread. */
  public static final class Builder {
    private long fullEvery = 100_000;
    private long incrementalEvery = 1_000;
    private FullMode fullMode = FullMode.WALK;
    private int keepFull = 2;
    private int keepIncremental = 2;
    private FrameStyle style = FrameStyle.LZ4;
    private int batchBytes = 4 << 20;
    private int workers = 2;
    private long bytesPerSecond;
    private double promoteRatio = 0.5;
    private Duration maxFreeze = Duration.ofMinutes(10);
    private long maxPendingRecords = Long.MAX_VALUE;
    private long maxPendingBytes;
    private boolean verifyAfterWrite = true;
    private long minFreeBytes;

    private Builder() {}

    /**
     * Sets how often to save.
     *
     * @param full sequence numbers between full snapshots, 0 for never
     * @param incremental the same for incremental ones
     * @return this
     */
    public Builder every(long full, long incremental) {
      fullEvery = full;
      incrementalEvery = incremental;
      return this;
    }

    /**
     * Sets how full snapshots are made.
     *
     * @param mode by walks, or by merging files
     * @return this
     */
    public Builder fullMode(FullMode mode) {
      fullMode = mode;
      return this;
    }

    /**
     * Sets what is kept.
     *
     * @param full snapshots
     * @param incremental ones of each full one
     * @return this
     */
    public Builder keep(int full, int incremental) {
      keepFull = full;
      keepIncremental = incremental;
      return this;
    }

    /**
     * Sets how records are stored.
     *
     * @param value raw or LZ4
     * @param bytes most data bytes of a batch
     * @return this
     */
    public Builder style(FrameStyle value, int bytes) {
      style = value;
      batchBytes = bytes;
      return this;
    }

    /**
     * Sets how many threads work at a snapshot.
     *
     * @param count the service's own and at least 1: 1 for no other
     * @return this
     */
    public Builder workers(int count) {
      workers = count;
      return this;
    }

    /**
     * Limits what is written.
     *
     * @param bytes per second, 0 for no limit
     * @return this
     */
    public Builder bytesPerSecond(long bytes) {
      bytesPerSecond = bytes;
      return this;
    }

    /**
     * Sets when an incremental snapshot becomes a full one.
     *
     * @param ratio part of the records that changed
     * @return this
     */
    public Builder promoteRatio(double ratio) {
      promoteRatio = ratio;
      return this;
    }

    /**
     * Limits what a frozen store may cost.
     *
     * @param time how long
     * @param records published meanwhile
     * @param bytes published meanwhile; 0 for a quarter of the workspace
     * @return this
     */
    public Builder freezeMax(Duration time, long records, long bytes) {
      maxFreeze = time;
      maxPendingRecords = records;
      maxPendingBytes = bytes;
      return this;
    }

    /**
     * Sets whether a file is read again before it becomes visible.
     *
     * @param value whether to read it
     * @return this
     */
    public Builder verifyAfterWrite(boolean value) {
      verifyAfterWrite = value;
      return this;
    }

    /**
     * Sets what has to be left on the disk.
     *
     * @param bytes of free space
     * @return this
     */
    public Builder minFreeBytes(long bytes) {
      minFreeBytes = bytes;
      return this;
    }

    /**
     * Makes the policy.
     *
     * @return immutable
     * @throws IllegalArgumentException when a value is out of its range
     */
    public SnapshotPolicy build() {
      return new SnapshotPolicy(
          fullEvery,
          incrementalEvery,
          fullMode,
          keepFull,
          keepIncremental,
          style,
          batchBytes,
          workers,
          bytesPerSecond,
          promoteRatio,
          maxFreeze,
          maxPendingRecords,
          maxPendingBytes,
          verifyAfterWrite,
          minFreeBytes);
    }
  }
}
