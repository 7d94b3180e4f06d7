package holdfast.chunkio;

/**
 * What a store has and did, at one moment.
 *
 * @param streams streams
 * @param chunks chunks of all kinds
 * @param memoryChunks chunks in memory
 * @param fileChunks chunks in files
 * @param filesUp chunks in files that are up
 * @param filesDown chunks in files that are down
 * @param diskBytes bytes that the files take, as the limits count them
 * @param quarantined files moved to the quarantine since the store was opened
 * @param deleted damaged files deleted since then
 * @param dropped chunks dropped for a limit since then
 * @param rejected how often a limit refused something since then
 * @param evicted how often a chunk went down for another one since then
 */
public record ChunkStatistics(
    int streams,
    int chunks,
    int memoryChunks,
    int fileChunks,
    int filesUp,
    int filesDown,
    long diskBytes,
    long quarantined,
    long deleted,
    long dropped,
    long rejected,
    long evicted) {}
