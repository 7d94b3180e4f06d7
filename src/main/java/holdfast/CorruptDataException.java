package holdfast;

import java.io.Serial;

/**
 * Bytes from outside broke a rule of their format.
 *
 * <p>Says what was being read, where the rule was broken, what the rule asks for and what was found
 * instead, so that a message reads {@code lz4 frame at byte 24: expected block checksum 0x5d06,
 * found 0x1f3a}.
 */
public final class CorruptDataException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The thing being read. */
  private final String format;

  /** Bytes from its start to the broken rule. */
  private final long offset;

  /** What the format asks for. */
  private final String expected;

  /** What stands there. */
  private final String found;

  /**
   * Reports damage.
   *
   * @param format the thing being read, for example {@code lz4 block}
   * @param offset bytes from the start of that thing to the first byte that breaks the rule
   * @param expected what the format asks for at that place
   * @param found what stands there
   */
  public CorruptDataException(String format, long offset, String expected, String found) {
    super(format + " at byte " + offset + ": expected " + expected + ", found " + found);
    this.format = format;
    this.offset = offset;
    this.expected = expected;
    this.found = found;
  }

  /**
   * The thing being read.
   *
   * @return for example {@code lz4 block}
   */
  public String format() {
    return format;
  }

  /**
   * Where the rule was broken.
   *
   * @return bytes from the start of the thing being read
   */
  public long offset() {
    return offset;
  }

  /**
   * What the format asks for.
   *
   * @return a phrase that follows "expected"
   */
  public String expected() {
    return expected;
  }

  /**
   * What stands there instead.
   *
   * @return a phrase that follows "found"
   */
  public String found() {
    return found;
  }
}
