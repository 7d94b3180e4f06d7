package holdfast.wksp;

/**
 * What writing a checkpoint did.
 *
 * @param fileSize bytes of the file
 * @param allocCount allocations in it
 * @param dataSize their bytes
 * @param groupCount groups that they were dealt to; 0 in a file of style 1
 * @param lockedNanos how long the workspace was locked
 * @param sealedNanos how long it took after that to make the file durable, with its sidecar if
 *     wanted
 */
public record WkspCheckptReport(
    long fileSize,
    long allocCount,
    long dataSize,
    int groupCount,
    long lockedNanos,
    long sealedNanos) {}
