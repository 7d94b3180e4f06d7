package holdfast.lz4;

/**
 * High compression of independent blocks in arrays, levels 2 to 12.
 *
 * <p>The output depends on the parameters and the input alone, not on the calls before. Needs 256
 * KiB, at levels 10 and 11 304 KiB, at level 12 496 KiB, allocated by the constructor; calls make
 * no garbage and keep no reference to the arrays. Used by one thread. Arguments are ranges that the
 * caller has checked, sizes of input are at most {@link Lz4Block#PLAIN_MAX}.
 */
final class HcEncoder {
  private final HcState state;
  private final HcParser parser;
  private final boolean favorDecompressionSpeed;
  private int consumed;

  /**
   * Makes an encoder.
   *
   * @param level 2 to 12
   * @param favorDecompressionSpeed whether levels 10 to 12 prefer what decodes faster
   */
  HcEncoder(int level, boolean favorDecompressionSpeed) {
    HcLevel meaning = HcLevel.of(level);
    state = new HcState(meaning);
    parser = new HcParser(meaning);
    this.favorDecompressionSpeed = favorDecompressionSpeed;
  }

  /**
   * Compresses a block.
   *
   * @return the compressed size, or 0 if it does not fit
   */
  int compress(byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    return block(src, srcOffset, srcSize, dst, dstOffset, dstSize, false);
  }

  /**
   * Compresses as much from the start of the input as fits; {@link #consumed} tells how much.
   *
   * <p>The original does that with decompression speed not preferred; here it is as asked for,
   * which the original does in a stream only.
   *
   * @return the compressed size, or 0 if there is no room at all
   */
  int fill(byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    return block(src, srcOffset, srcSize, dst, dstOffset, dstSize, true);
  }

  /** Bytes of input that the last block stands for; 0 if it did not fit. */
  int consumed() {
    return consumed;
  }

  private int block(
      byte[] src,
      int srcOffset,
      int srcSize,
      byte[] dst,
      int dstOffset,
      int dstSize,
      boolean fill) {
    consumed = 0;
    if (dstSize < 1) {
      return 0;
    }
    state.begin(src, srcOffset);
    state.favorDecompressionSpeed = favorDecompressionSpeed;
    int produced = parser.compress(state, srcSize, dst, dstOffset, dstSize, fill);
    state.forget();
    if (produced > 0) {
      consumed = parser.consumed();
    }
    return produced;
  }
}
