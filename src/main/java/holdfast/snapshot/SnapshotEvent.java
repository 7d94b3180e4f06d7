package holdfast.snapshot;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a service tells its listener. */
public sealed interface SnapshotEvent {
  /**
   * A file is being written, and the store is frozen unless it is made of files. An incremental one
   * may start and end while a full one is merged: kind and sequence number tell them apart.
   *
   * @param kind full or incremental
   * @param seq sequence number of the state
   */
  record Started(SnapshotKind kind, long seq) implements SnapshotEvent {}

  /**
   * A part is written; at most a hundred of these for one file.
   *
   * @param kind full or incremental
   * @param seq sequence number of the state
   * @param done bytes of data
   * @param total bytes of data in all; -1 when nobody knows
   */
  record Progressed(SnapshotKind kind, long seq, long done, long total) implements SnapshotEvent {}

  /**
   * A snapshot is there, complete and durable.
   *
   * @param info what it is
   * @param frozen how long the state was frozen
   * @param duration until all was done
   */
  record Completed(SnapshotInfo info, Duration frozen, Duration duration)
      implements SnapshotEvent {}

  /**
   * There was nothing to do, or another one does it as well.
   *
   * @param kind what was wanted
   * @param seq sequence number of the store
   * @param why in words
   */
  record Skipped(SnapshotKind kind, long seq, String why) implements SnapshotEvent {}

  /**
   * A snapshot was not made; older ones and the store are as they were.
   *
   * @param kind what was wanted
   * @param seq sequence number of the state
   * @param reason why, in a word
   * @param cause what was thrown
   */
  record Failed(SnapshotKind kind, long seq, Reason reason, Exception cause)
      implements SnapshotEvent {}

  /**
   * Old snapshots were deleted.
   *
   * @param files those that are gone
   */
  record Pruned(List<Path> files) implements SnapshotEvent {
    /** Copies the list. */
    public Pruned {
      files = List.copyOf(files);
    }
  }
}
