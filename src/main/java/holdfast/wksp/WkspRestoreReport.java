package holdfast.wksp;

/**
 * What a restore did.
 *
 * @param preview what the file said it is of
 * @param info what it said about its making
 * @param fileSize bytes of the file; of a stream, those that belong to the checkpoint
 * @param allocCount allocations restored
 * @param dataSize their bytes
 * @param skippedCount allocations that the options left out
 * @param sidecar whether the whole file was compared with its sidecar
 */
public record WkspRestoreReport(
    WkspCheckptPreview preview,
    WkspCheckptInfo info,
    long fileSize,
    long allocCount,
    long dataSize,
    long skippedCount,
    boolean sidecar) {}
