package holdfast.chunkio;

/**
 * What is known about one chunk file after a look at all of it.
 *
 * @param stream name of the stream it lies in; empty when it was looked at alone
 * @param name name of the file
 * @param state what the bytes say
 * @param error what is wrong with it; {@code NONE} for every state but {@code CORRUPT}
 * @param reason the same for people; null when there is nothing to say
 * @param fileSize bytes of the file
 * @param metadataSize bytes of metadata; -1 when the header cannot be believed
 * @param contentSize bytes of content that are proven, or that have to be believed; -1 when the
 *     header cannot be believed
 * @param droppedSize bytes of content that the header promises and that are not proven
 * @param crc the checksum field
 * @param lz4 whether the content is one LZ4 frame that Holdfast made
 */
public record ChunkInfo(
    String stream,
    String name,
    ChunkState state,
    ChunkError error,
    String reason,
    long fileSize,
    int metadataSize,
    long contentSize,
    long droppedSize,
    int crc,
    boolean lz4) {
  static ChunkInfo of(String stream, String name, ChunkScan scan) {
    boolean corrupt = scan.state == ChunkState.CORRUPT;
    return new ChunkInfo(
        stream,
        name,
        scan.state,
        scan.error,
        scan.reason,
        scan.fileSize,
        corrupt ? -1 : scan.metadataSize,
        corrupt ? -1 : scan.contentSize,
        corrupt ? scan.declaredSize : scan.dropped(),
        scan.storedCrc,
        scan.state == ChunkState.SEALED && scan.anchor == ChunkLayout.LZ4_MARK);
  }
}
