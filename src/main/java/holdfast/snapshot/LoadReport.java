package holdfast.snapshot;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What a load did. Immutable.
 *
 * @param seq sequence number of the state that was loaded; 0 when the directory has no snapshot
 * @param full the full snapshot; null when there is none
 * @param incremental the incremental one on top; null when there is none
 * @param rejects what was passed over and why, in the order of the attempts
 * @param duration how long it took
 */
public record LoadReport(
    long seq,
    SnapshotInfo full,
    SnapshotInfo incremental,
    List<Reject> rejects,
    Duration duration) {
  /** Checks and copies. */
  public LoadReport {
    rejects = List.copyOf(rejects);
    Objects.requireNonNull(duration, "duration");
  }

  /**
   * Whether there was anything to load.
   *
   * @return false when the store is still empty
   */
  public boolean isLoaded() {
    return full != null;
  }
}
