package holdfast.lz4;

/**
 * What can be said about one frame of a stream without decoding it.
 *
 * @param kind which of the three
 * @param offset where its magic begins
 * @param size bytes that it occupies, magic and checksums included
 * @param blockSize most plain bytes of a block as the header says it; {@code null} unless the kind
 *     is {@link Kind#FRAME}
 * @param linked whether its blocks refer to those before them
 * @param blockChecksum whether each block has a checksum
 * @param contentChecksum whether the content has one
 * @param dictionaryId the dictionary that the header names, 0 to 2^32 - 1; {@link #UNKNOWN} for
 *     none
 * @param contentSize the content size that the header announces; {@link #UNKNOWN} for none
 * @param plainSize plain bytes: the announced size, or a count when all blocks are stored or there
 *     are none; else {@link #UNKNOWN}
 * @param blockCount number of blocks, empty ones included
 * @param storedCount how many of them are not compressed
 */
public record Lz4FrameInfo(
    Kind kind,
    long offset,
    long size,
    Lz4BlockSize blockSize,
    boolean linked,
    boolean blockChecksum,
    boolean contentChecksum,
    long dictionaryId,
    long contentSize,
    long plainSize,
    long blockCount,
    long storedCount) {
  /** Stands for a number that the frame does not tell. */
  public static final long UNKNOWN = -1;

  /** The three kinds of frames. */
  public enum Kind {
    /** A frame of the current format. */
    FRAME,
    /** A frame of something else, to be skipped. */
    SKIPPABLE,
    /** A frame of the format before. */
    LEGACY
  }
}
