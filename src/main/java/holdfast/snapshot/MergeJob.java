package holdfast.snapshot;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A full snapshot that is made of files, while the store goes on: the last full one, and the
 * incremental one of the state that is wanted.
 *
 * <p>Only when it is durable, the tombstones up to its state are given up.
 */
final class MergeJob extends SaveJob {
  private final RecordStore store;
  private final SnapshotDirectory directory;
  private final SnapshotPolicy policy;
  private final SnapshotInfo base;
  private final SnapshotInfo incremental;
  private boolean wrote;

  MergeJob(
      RecordStore store,
      SnapshotDirectory directory,
      SnapshotPolicy policy,
      SnapshotInfo base,
      SnapshotInfo incremental,
      Consumer<SnapshotEvent> events) {
    super(SnapshotKind.FULL, incremental.seq(), events);
    this.store = store;
    this.directory = directory;
    this.policy = policy;
    this.base = base;
    this.incremental = incremental;
  }

  @Override
  boolean wrote() {
    return wrote;
  }

  @Override
  Duration frozen() {
    return Duration.ZERO;
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
          new SnapshotMerge(
              full,
              later,
              policy.workers(),
              policy.bytesPerSecond(),
              Long.MAX_VALUE,
              this::progress);
      onCancel(merge::cancel);
      begin(merge.payload());
      directory.requireSpace(merge.payload(), policy.minFreeBytes());
      SnapHeader header = merge.header(id, wallClock, policy.style(), policy.batchBytes());
      SnapshotInfo info =
          directory.publish(header, policy.verifyAfterWrite(), file -> merge.write(file, header));
      wrote = true;
      store.retainTombstonesSince(info.seq());
      return info;
    }
  }
}
