package holdfast.snapshot;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A full snapshot that is made of files, while the store goes on: the last full one, and the
 * incremental one of the state that is wanted. The store has no part in it.
 */
final class MergeJob extends SaveJob {
  private final SnapshotDirectory directory;
  private final SnapshotPolicy policy;
  private final ByteRate rate;
  private final SnapshotInfo base;
  private final SnapshotInfo incremental;

  MergeJob(
      SnapshotDirectory directory,
      SnapshotPolicy policy,
      ByteRate rate,
      SnapshotInfo base,
      SnapshotInfo incremental,
      Consumer<SnapshotEvent> events) {
    super(SnapshotKind.FULL, incremental.seq(), events);
    this.directory = directory;
    this.policy = policy;
    this.rate = rate;
    this.base = base;
    this.incremental = incremental;
  }

  /** What is read beside the base. */
  SnapshotInfo incremental() {
    return incremental;
  }

  @Override
  boolean wrote() {
    return true;
  }

  @Override
  Duration frozen() {
    return Duration.ZERO;
  }

  /** Says that it begins, before {@link #run} on whatever thread. */
  void begin() {
    begin(
        SnapshotFileWriter.payload(
            incremental.keySize(), incremental.storeRecords(), incremental.storeValueBytes()));
  }

  /**
   * Does the work.
   *
   * @throws SnapshotException also when one of the two files is damaged
   */
  @Override
  SnapshotInfo run(UUID id, long wallClock) throws IOException {
    try (var full = directory.read(base);
        var later = directory.read(incremental)) {
      var merge =
          new SnapshotMerge(full, later, policy.workers(), rate, Long.MAX_VALUE, this::progress);
      onCancel(merge::cancel);
      directory.requireSpace(total(), policy.minFreeBytes());
      SnapHeader header = merge.header(id, wallClock, policy.style(), policy.batchBytes());
      return directory.publish(
          header, policy.verifyAfterWrite(), file -> merge.write(file, header));
    }
  }
}
