package holdfast.chunkio;

/** How appended bytes get to the file. */
public enum Engine {
  /** At once, through a map: a killed process loses nothing. */
  MAPPED,
  /**
   * Through a buffer, with large writes: for many small records, and for file systems on which a
   * store into a map can fail. A killed process loses what is in the buffer; a sync writes it.
   */
  STAGED
}
