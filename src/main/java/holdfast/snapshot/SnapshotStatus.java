package holdfast.snapshot;

/**
 * How a service is. Immutable.
 *
 * @param running kind of the snapshot that is being written; null when there is none. Of an
 *     incremental one beside a merge, the incremental one
 * @param done bytes of data of it that are written
 * @param total bytes of data of it in all; -1 when nobody knows
 * @param base the full snapshot that incremental ones refer to; null before there is one
 * @param last what was completed last by this service; null before there is anything
 * @param failures how many failed since then
 * @param nextFull sequence number at which the next full one is due; -1 for never
 * @param nextIncremental the same for the next incremental one
 */
public record SnapshotStatus(
    SnapshotKind running,
    long done,
    long total,
    SnapshotInfo base,
    SnapshotInfo last,
    int failures,
    long nextFull,
    long nextIncremental) {}
