package holdfast.lz4;

/**
 * Matches closer than 8 bytes: what they repeat, in one word.
 *
 * <pre>{@code
 * offset 3   bytes  a b c a b c a b | c a b ...
 *            word   a b c a b c a b             stored again after 6 bytes, where "a" is due
 * }</pre>
 */
final class Pattern {
  /** Copies the lowest bytes of a word, as many as the index says, into all of it. */
  private static final long[] SPREAD = {
    0,
    0x0101_0101_0101_0101L,
    0x0001_0001_0001_0001L,
    0x0001_0000_0100_0001L,
    0x0000_0001_0000_0001L,
    0x0000_0100_0000_0001L,
    0x0001_0000_0000_0001L,
    0x0100_0000_0000_0001L
  };

  /** A nibble for each offset: the largest multiple of it up to 8. */
  private static final long PERIODS = 0x7658_6880L;

  private Pattern() {}

  /** The bytes of a word repeated with a period of 1 to 7. */
  static long of(long word, int offset) {
    return (word & ((1L << (offset << 3)) - 1)) * SPREAD[offset];
  }

  /** After how many bytes the pattern may be stored again. */
  static int period(int offset) {
    return (int) (PERIODS >>> (offset << 2)) & 15;
  }
}
