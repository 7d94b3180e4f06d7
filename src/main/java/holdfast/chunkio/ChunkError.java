package holdfast.chunkio;

/** What is wrong with a chunk, in the words and numbers of the original. */
public enum ChunkError {
  /** Nothing. */
  NONE(0, "no error"),
  /** The checksum does not match. */
  BAD_CHECKSUM(-10, "bad checksum"),
  /** It does not begin as a chunk does. */
  BAD_LAYOUT(-11, "bad layout or not a chunk"),
  /** It has to be written to, and may not be. */
  PERMISSION(-12, "permission error"),
  /** The file is shorter than its header says, or than a header. */
  BAD_FILE_SIZE(-13, "file size does not match the header");

  private final int code;
  private final String text;

  ChunkError(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /**
   * The number that the original uses.
   *
   * @return 0, or -10 to -13
   */
  public int code() {
    return code;
  }

  /**
   * A phrase for people.
   *
   * @return a few words
   */
  public String text() {
    return text;
  }
}
