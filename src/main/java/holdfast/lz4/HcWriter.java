package holdfast.lz4;

/**
 * Writes the sequences of one block into an array, as far as there is room.
 *
 * <p>Knows the anchor: the first index that is not yet written. In fill mode the block ends early
 * instead of failing; the room for its last literals is set aside until then.
 *
 * <p>The tests for room are those of the original. They are stricter than needed in places, which
 * decides where a filled block ends and whether a limited one fails.
 */
final class HcWriter {
  /** Bytes that a filled block sets aside for its last literals. */
  private static final int ASIDE = Lz4Block.LAST_LITERALS;

  /** Literals that are copied with two moves of 8 bytes. */
  private static final int SHORT_RUN = 16;

  private byte[] source;
  private int shift;
  private int begin;
  private int anchor;
  private int end;

  private byte[] target;
  private int targetStart;
  private int out;
  private int limit;
  private boolean fill;

  /** Whether there is room for the worst case, so that nothing needs to be tested. */
  private boolean roomy;

  private int consumed;

  // The sequence that did not fit.
  private int failedStart;
  private int failedLength;
  private int failedOffset;

  /**
   * Begins a block.
   *
   * @param state the block is its last {@code size} bytes
   * @param capacity bytes that may be written
   * @param fill whether to take as much input as fits, instead of all or nothing
   */
  void open(HcState state, int size, byte[] target, int position, int capacity, boolean fill) {
    source = state.prefix;
    shift = state.prefixShift;
    end = state.end;
    begin = anchor = end - size;
    this.target = target;
    targetStart = out = position;
    limit = position + capacity - (fill ? ASIDE : 0);
    this.fill = fill;
    roomy = !fill && capacity >= Lz4Block.maxCompressedSize(size);
    consumed = 0;
  }

  /** Lets go of the caller's arrays. */
  void release() {
    source = target = HcState.NO_BYTES;
  }

  /** Index of the first byte of the block. */
  int begin() {
    return begin;
  }

  /** Index after the last byte of the block. */
  int end() {
    return end;
  }

  /** Index of the first byte that is not yet written. */
  int anchor() {
    return anchor;
  }

  /** Bytes of input that the finished block stands for. */
  int consumed() {
    return consumed;
  }

  /**
   * Writes the literals before {@code p} and a match there.
   *
   * @return false if there is no room; then nothing has changed, and only {@link #overflow} may
   *     follow
   */
  boolean sequence(int p, int length, int offset) {
    if (!roomy && !fits(p - anchor, length)) {
      failedStart = p;
      failedLength = length;
      failedOffset = offset;
      return false;
    }
    write(p, length, offset);
    return true;
  }

  private boolean fits(int literals, int length) {
    int extra = lengthBytes(literals);
    // The token is counted, then 8 bytes of slack.
    return literals / 255 + literals + 8 <= limit - (out + 1)
        && (length - Lz4Block.MATCH_MIN) / 255 + 6 <= limit - (out + 1 + extra + literals + 2);
  }

  private void write(int p, int length, int offset) {
    int literals = p - anchor;
    int code = length - Lz4Block.MATCH_MIN;
    byte[] to = target;
    int token = out;
    int o = putLength(token + 1, literals);
    int from = anchor + shift;
    if (literals <= SHORT_RUN && o + SHORT_RUN <= limit && from + SHORT_RUN <= end + shift) {
      HcBytes.putLong(to, o, HcBytes.getLong(source, from));
      HcBytes.putLong(to, o + 8, HcBytes.getLong(source, from + 8));
    } else {
      System.arraycopy(source, from, to, o, literals);
    }
    o += literals;
    to[o] = (byte) offset;
    to[o + 1] = (byte) (offset >>> 8);
    out = putLength(o + 2, code);
    to[token] = (byte) ((nibble(literals) << 4) | nibble(code));
    anchor = p + length;
  }

  /**
   * Ends a block after a sequence that did not fit.
   *
   * <p>In fill mode the match is shortened to what fits, unless the little that is left is better
   * used by literals alone.
   *
   * @return size of the block, or 0 if it was to hold all of the input
   */
  int overflow() {
    if (!fill) {
      return 0;
    }
    int literals = failedStart - anchor;
    int cost = 1 + lengthBytes(literals) + literals;
    int room = limit - 3 - out - cost;
    if (room >= 0) {
      int shortened = Math.min(failedLength, Lz4Block.MATCH_MIN + 14 + 255 * room);
      if (limit + ASIDE - (out + cost + 2) - 1 + shortened >= Lz4Block.MATCH_START_MARGIN) {
        write(failedStart, shortened, failedOffset);
      }
    }
    return lastLiterals();
  }

  /**
   * Ends the block with the literals that are left, in fill mode with as many as fit.
   *
   * @return size of the block, or 0 if there is no room
   */
  int lastLiterals() {
    int room = limit + (fill ? ASIDE : 0) - out;
    int literals = end - anchor;
    if (1 + (literals + 240) / 255 + literals > room) {
      if (!fill) {
        return 0;
      }
      literals = room - 1;
      literals -= (literals + 241) / 256;
    }
    int o = putLength(out + 1, literals);
    target[out] = (byte) (nibble(literals) << 4);
    System.arraycopy(source, anchor + shift, target, o, literals);
    consumed = anchor + literals - begin;
    return o + literals - targetStart;
  }

  private static int nibble(int length) {
    return Math.min(length, Lz4Block.LENGTH_MASK);
  }

  /** How many length bytes follow for a length of the block format. */
  private static int lengthBytes(int length) {
    return (length + 240) / 255;
  }

  private int putLength(int o, int length) {
    if (length >= Lz4Block.LENGTH_MASK) {
      int rest = length - Lz4Block.LENGTH_MASK;
      for (; rest >= 255; rest -= 255) {
        target[o++] = (byte) 255;
      }
      target[o++] = (byte) rest;
    }
    return o;
  }
}
