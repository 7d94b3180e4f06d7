package holdfast;

import java.io.Serial;

/**
 * The bytes may be sound, but need something that this version of Holdfast, or this call, does not
 * have: another version of the format, a dictionary that was not given.
 */
public final class UnsupportedFormatException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The thing being read. */
  private final String format;

  /** Bytes from its start to the field that asks for the feature. */
  private final long offset;

  /**
   * Reports a missing feature.
   *
   * @param format the thing being read, for example {@code lz4 frame}
   * @param offset bytes from the start of that thing to the field that asks for the feature
   * @param what what is missing, and what can be done about it
   */
  public UnsupportedFormatException(String format, long offset, String what) {
    super(format + " at byte " + offset + ": " + what);
    this.format = format;
    this.offset = offset;
  }

  /**
   * The thing being read.
   *
   * @return for example {@code lz4 frame}
   */
  public String format() {
    return format;
  }

  /**
   * Where the feature is asked for.
   *
   * @return bytes from the start of the thing being read
   */
  public long offset() {
    return offset;
  }
}
