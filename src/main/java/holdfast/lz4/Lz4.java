package holdfast.lz4;

import holdfast.internal.Check;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Blocks in one call, and the numbers of the format.
 *
 * <pre>{@code
 * byte[] packed = Lz4.compress(plain);
 * byte[] again = Lz4.decompress(packed, plain.length);
 * }</pre>
 *
 * <p>A block says neither how large it is nor how large it becomes: keep both sizes beside it, or
 * write a frame ({@code Lz4FrameOutputStream}), which does. For many blocks, for memory segments
 * and for buffers take {@link Lz4Compressor} and {@link Lz4Decompressor}; they do not allocate.
 */
public final class Lz4 {
  /** Largest plain size of a block, in bytes. */
  public static final int INPUT_SIZE_MAX = Lz4Block.PLAIN_MAX;

  /** Longest array that every JVM can make. */
  private static final int ARRAY_MAX = Integer.MAX_VALUE - 8;

  private Lz4() {}

  /**
   * The largest compressed size of a block: what a destination must hold so that every block fits.
   *
   * @param size plain bytes, 0 to {@link #INPUT_SIZE_MAX}
   * @return bytes
   * @throws IllegalArgumentException when the size lies outside
   */
  public static int maxCompressedSize(int size) {
    return Lz4Block.maxCompressedSize(Check.range(size, 0, INPUT_SIZE_MAX, "size"));
  }

  /**
   * Compresses an array into a block, fast.
   *
   * @param plain the bytes
   * @return a new array of exactly the size of the block
   */
  public static byte[] compress(byte[] plain) {
    return compress(plain, Lz4Level.FAST);
  }

  /**
   * Compresses an array into a block.
   *
   * @param plain the bytes
   * @param level how
   * @return a new array of exactly the size of the block
   */
  public static byte[] compress(byte[] plain, Lz4Level level) {
    byte[] block = new byte[maxCompressedSize(plain.length)];
    int size = Lz4Compressor.of(level).compress(plain, 0, plain.length, block, 0, block.length);
    return Arrays.copyOf(block, size);
  }

  /**
   * Decompresses a block.
   *
   * @param block the whole block and nothing else
   * @param sizeMax largest plain size to accept. The block is measured first, so a damaged one
   *     allocates nothing
   * @return a new array of exactly the plain size
   * @throws holdfast.CorruptDataException when the bytes are not a block, or one of more than
   *     {@code sizeMax} bytes
   */
  public static byte[] decompress(byte[] block, int sizeMax) {
    long most = Math.min(Check.range(sizeMax, 0, Integer.MAX_VALUE, "sizeMax"), ARRAY_MAX);
    long size = PlainSize.of(block);
    if (size < 0 || size > most) {
      throw BlockFault.explain(MemorySegment.ofArray(block), most, 0, false);
    }
    // Blocks that end closer to a match than encoders are allowed to are taken where there is room.
    byte[] plain = new byte[(int) Math.min(most, size + Lz4Block.MATCH_START_MARGIN)];
    int produced =
        Lz4Decompressor.create().decompress(block, 0, block.length, plain, 0, plain.length);
    return produced == plain.length ? plain : Arrays.copyOf(plain, produced);
  }
}
