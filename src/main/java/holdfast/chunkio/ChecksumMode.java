package holdfast.chunkio;

/** How checksums of chunk files are kept and looked at. */
public enum ChecksumMode {
  /**
   * The checksum is right after every append, and is looked at when a chunk comes up. Chunks that
   * were written without one are taken as they are, and get one with the first change.
   */
  MAINTAIN,
  /**
   * As {@link #MAINTAIN}, but a chunk without a checksum is a damaged one, as the original says.
   */
  STRICT,
  /**
   * New chunks have no checksum, and none is looked at. A chunk that has one keeps it up to date
   * when it is appended to.
   *
   * <p>A power cut may then leave a chunk with content that was never written.
   */
  OFF
}
