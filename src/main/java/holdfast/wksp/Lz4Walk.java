package holdfast.wksp;

import holdfast.CorruptDataException;
import java.io.IOException;

/**
 * Finds the end of an LZ4 frame without decoding it, from the sizes before its blocks.
 *
 * <p>A buffer is cut into pieces of 64 KiB, the last one shorter; each is a block of three bytes
 * that tell its size and as many bytes as they tell (see {@link holdfast.checkpt}).
 */
final class Lz4Walk {
  private static final int PREFIX = 3;
  private static final int PLAIN_MAX = 65_536;

  /** A block has at most so many plain bytes for each of its own: each adds 255 to a length. */
  private static final long EXPANSION_MAX = 255;

  private Lz4Walk() {}

  /**
   * Passes over the blocks of one buffer.
   *
   * @param position where they begin
   * @param size plain bytes of the buffer
   * @param limit what they must not go beyond
   * @return where they end
   * @throws CorruptDataException when a size is impossible
   */
  static long pass(FileBytes file, long position, long size, long limit) throws IOException {
    long at = position;
    for (long rest = size; rest > 0; rest -= PLAIN_MAX) {
      int plain = (int) Math.min(PLAIN_MAX, rest);
      if (limit - at <= PREFIX) {
        throw CkptHeader.corrupt(at, "a block", "the end of the frame at " + limit);
      }
      int i = file.at(at, PREFIX);
      byte[] bytes = file.bytes();
      int packed = (bytes[i] & 0xFF) | ((bytes[i + 1] & 0xFF) << 8) | ((bytes[i + 2] & 0xFF) << 16);
      int packedMax = plain + plain / 255 + 16;
      if (packed > packedMax || packed * EXPANSION_MAX < plain) {
        throw CkptHeader.corrupt(
            at, "a block of " + plain + " plain bytes", "one of " + packed + " bytes");
      }
      at += PREFIX + packed;
      if (at > limit) {
        throw CkptHeader.corrupt(at, "a frame up to byte " + limit, "a block beyond");
      }
    }
    return at;
  }
}
