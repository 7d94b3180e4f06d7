package holdfast.lz4;

/**
 * Matches closer than 8 bytes: what they repeat, in one word.
 *
 * <pre>{@code
 * offset 3   bytes  a b c a b c a b | c a b ...
 *            word   a b c a b c a b             stored again after 6 bytes, where "a" is due
 * }</pre>
 *
 * <p>Constants for the loops of the decoders, which must not call anything: {@code pattern = (word
 * & ((1L << (offset << 3)) - 1)) * SPREAD[offset]} and {@code period = (PERIODS >>> (offset << 2))
 * & 15}.
 */
final class Pattern {
  /** Copies the lowest bytes of a word, as many as the index says, into all of it. */
  static final long[] SPREAD = {
    0,
    0x0101_0101_0101_0101L,
    0x0001_0001_0001_0001L,
    0x0001_0000_0100_0001L,
    0x0000_0001_0000_0001L,
    0x0000_0100_0000_0001L,
    0x0001_0000_0000_0001L,
    0x0100_0000_0000_0001L
  };

  /** A nibble for each offset: after how many bytes, at most 8, the pattern may be stored again. */
  static final long PERIODS = 0x7658_6880L;

  private Pattern() {}
}
