package holdfast.checkpt;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One block of an LZ4 frame: what became of up to 64 KiB of one buffer.
 *
 * <pre>{@code
 * byte 0              3
 *      +--------------+------------------------+
 *      | size, 24 bit |  size bytes: LZ4 block |
 *      +--------------+------------------------+
 *      little-endian, the three bytes not counted, 1 to 2^24 - 1
 * }</pre>
 *
 * <p>How many plain bytes there are is not written: a buffer is cut into pieces of {@link
 * #PLAIN_MAX}, the last one shorter, and the reader is told how large the buffer is.
 */
final class Block {
  static final int SIZE_OFFSET = 0;
  static final int DATA_OFFSET = SIZE_OFFSET + 3;

  /** Most plain bytes in a block. */
  static final int PLAIN_MAX = 65_536;

  /** The prefix and one byte. */
  static final int STORED_MIN = DATA_OFFSET + 1;

  /** Largest stored size of any block: 65 536 + 257 + 19. */
  static final int STORED_MAX = storedMax(PLAIN_MAX);

  private Block() {}

  /** Largest stored size, prefix included, of a block of so many plain bytes. */
  static int storedMax(int plain) {
    return DATA_OFFSET + plain + plain / 255 + 16;
  }

  static void putSize(byte[] block, int size) {
    block[SIZE_OFFSET] = (byte) size;
    block[SIZE_OFFSET + 1] = (byte) (size >>> 8);
    block[SIZE_OFFSET + 2] = (byte) (size >>> 16);
  }

  /** Reads no fourth byte: a block may end one byte behind its prefix. */
  static int size(MemorySegment memory, long block) {
    return Short.toUnsignedInt(Mem.getShort(memory, block + SIZE_OFFSET))
        | Byte.toUnsignedInt(Mem.getByte(memory, block + SIZE_OFFSET + 2)) << 16;
  }
}
