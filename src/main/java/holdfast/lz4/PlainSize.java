package holdfast.lz4;

import static holdfast.lz4.Lz4Block.LAST_LITERALS;
import static holdfast.lz4.Lz4Block.LENGTH_MASK;
import static holdfast.lz4.Lz4Block.MATCH_MIN;

/**
 * Measures a block without decoding it, so that memory is taken only for bytes that will come.
 *
 * <p>A block of a megabyte can stand for 255 of them, and a damaged one can look as if it did. This
 * checks all that a decoder checks, but for the room.
 */
final class PlainSize {
  private final byte[] block;
  private int position;

  private PlainSize(byte[] block) {
    this.block = block;
  }

  /** Plain size of a block without history; -1 when it is damaged. */
  static long of(byte[] block) {
    return new PlainSize(block).measure();
  }

  private long measure() {
    long produced = 0;
    while (position < block.length) {
      int token = block[position++] & 0xff;
      long literals = length(token >>> 4, block.length - LENGTH_MASK);
      int left = block.length - position;
      if (literals < 0 || literals > left) {
        return -1;
      }
      produced += literals;
      if (literals > left - (2 + 1 + LAST_LITERALS)) {
        return literals == left ? produced : -1;
      }
      position += (int) literals;
      int offset = (block[position] & 0xff) | (block[position + 1] & 0xff) << 8;
      position += 2;
      long match = length(token & LENGTH_MASK, block.length - LAST_LITERALS + 1);
      if (match < 0 || offset == 0 || offset > produced) {
        return -1;
      }
      produced += match + MATCH_MIN;
    }
    return -1;
  }

  /** The length that starts with this nibble; -1 when its bytes run into {@code limit}. */
  private long length(int nibble, int limit) {
    long length = nibble;
    for (int more = nibble == LENGTH_MASK ? 255 : 0; more == 255; length += more) {
      if (position >= limit) {
        return -1;
      }
      more = block[position++] & 0xff;
    }
    return length;
  }
}
