package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import java.nio.file.Path;
import java.util.UUID;

/**
 * What header and footer of a snapshot file say. Immutable.
 *
 * @param path where it is
 * @param kind full or incremental
 * @param seq sequence number of the state
 * @param baseSeq that of the full snapshot beneath; 0 for a full one
 * @param id names the file
 * @param baseId names the full snapshot beneath; all zero for a full one
 * @param storeId names the store that made it
 * @param keySize bytes of every key
 * @param style how records are stored
 * @param batchBytes most data bytes in a batch
 * @param wallClock nanoseconds since 1970, UTC, by the clock of the machine that wrote it
 * @param fileSize bytes
 * @param batches how many frames there are
 * @param records live records in the file
 * @param tombstones removed keys in the file
 * @param valueBytes of the live records in the file
 * @param storeRecords live records of the store at that time
 * @param storeValueBytes value bytes of the store at that time
 * @param hash content of the store at that time
 */
public record SnapshotInfo(
    Path path,
    SnapshotKind kind,
    long seq,
    long baseSeq,
    UUID id,
    UUID baseId,
    UUID storeId,
    int keySize,
    FrameStyle style,
    int batchBytes,
    long wallClock,
    long fileSize,
    long batches,
    long records,
    long tombstones,
    long valueBytes,
    long storeRecords,
    long storeValueBytes,
    ContentHash hash) {
  static SnapshotInfo of(Path path, SnapFooter footer) {
    SnapHeader header = footer.header();
    return new SnapshotInfo(
        path,
        header.kind(),
        header.seq(),
        header.baseSeq(),
        header.id(),
        header.baseId(),
        header.storeId(),
        header.keySize(),
        header.style(),
        header.batchBytes(),
        header.wallClock(),
        footer.fileSize(),
        footer.frames(),
        footer.records(),
        footer.tombstones(),
        footer.valueBytes(),
        footer.storeRecords(),
        footer.storeValueBytes(),
        footer.hash());
  }
}
