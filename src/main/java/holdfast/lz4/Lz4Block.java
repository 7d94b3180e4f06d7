package holdfast.lz4;

/**
 * The block format: constants of the layout and the rules that encoders and decoders share.
 *
 * <pre>{@code
 * block    = sequence* last
 * sequence = token  [length bytes]  literals  offset  [length bytes]
 * last     = token  [length bytes]  literals
 *
 * token    bits 7..4  literal count, 15 = length bytes follow
 *          bits 3..0  match length - 4, 15 = length bytes follow the offset
 * length   bytes are added up until one of them is not 255
 * offset   2 bytes, little-endian, 1..65535, back from the end of the literals
 * }</pre>
 */
final class Lz4Block {
  /** Shortest match. */
  static final int MATCH_MIN = 4;

  /** A block ends with at least that many literals, unless it is shorter. */
  static final int LAST_LITERALS = 5;

  /** No match starts in the last so many bytes of the plain data. */
  static final int MATCH_START_MARGIN = 12;

  /** Plain data shorter than this is stored as one run of literals. */
  static final int COMPRESSIBLE_MIN = MATCH_START_MARGIN + 1;

  /** Largest plain size of a block. */
  static final int PLAIN_MAX = 0x7E00_0000;

  /** Longest distance of a match. */
  static final int DISTANCE_MAX = 65_535;

  /** History that a match can reach, rounded up. */
  static final int HISTORY = 65_536;

  /** A literal count or match code of this value in the token means that length bytes follow. */
  static final int LENGTH_MASK = 15;

  /** Plain data below this size, without history, is indexed with 16 bits: 65 536 + 11. */
  static final int SMALL_INPUT_LIMIT = HISTORY + MATCH_START_MARGIN - 1;

  private Lz4Block() {}

  /**
   * Worst case: every 255 literals cost one length byte, and 16 for token, tail and wild copies.
   */
  static int maxCompressedSize(int plain) {
    return plain + plain / 255 + 16;
  }

  /**
   * Whether a sequence fits, and what has to follow it: the rule of the original for a destination
   * below the worst case, so that both accept and refuse the same.
   *
   * @param literals their count
   * @param code match length - 4
   * @param room bytes left before the token
   */
  static boolean fits(int literals, int code, int room) {
    int afterToken = room - 1;
    int afterOffset = afterToken - literals - (literals + 240) / 255 - 2;
    return literals + 2 + 1 + LAST_LITERALS + literals / 255 <= afterToken
        && 1 + LAST_LITERALS + (code + 240) / 255 <= afterOffset;
  }
}
