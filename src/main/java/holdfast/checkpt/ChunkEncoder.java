package holdfast.checkpt;

import holdfast.internal.Mem;
import holdfast.lz4.Lz4Level;
import holdfast.lz4.Lz4StreamEncoder;
import java.lang.foreign.MemorySegment;

/**
 * Makes the blocks of LZ4 frames, each from at most 64 KiB of one buffer.
 *
 * <p>The plain bytes go through a ring, like those of the original, and are compressed there:
 *
 * <pre>{@code
 * ring 0        65536       131072      196608
 *      [ chunk ][  chunk  ][ chunk ]..gap.|      a chunk that does not fit behind the last one
 *      [ chunk ]                                 goes to the start
 * }</pre>
 *
 * <p>A block refers to what lies just before it in the ring; the first one at the start refers to
 * the 64 KiB before the wrap, and the next one only to that first one. All this shows in the bytes,
 * so the sizes of ring and chunks are part of the format.
 */
final class ChunkEncoder {
  /** The window of 64 KiB for matches, and two chunks. */
  static final int RING_SIZE = 3 * Block.PLAIN_MAX;

  private final byte[] ring = new byte[RING_SIZE];
  private final byte[] block = new byte[Block.STORED_MAX];
  private final Lz4StreamEncoder encoder = Lz4StreamEncoder.of(Lz4Level.FAST);
  private int cursor;

  /**
   * Begins a frame.
   *
   * @param first whether in the first state, see {@link History}
   */
  void open(boolean first) {
    if (first) {
      encoder.reset();
    } else {
      encoder.restart();
    }
    cursor = 0;
  }

  /**
   * Makes the next block, in {@link #block}.
   *
   * @param size 1 to {@link Block#PLAIN_MAX}
   * @return its stored size
   */
  int encode(MemorySegment source, long offset, int size) {
    if (RING_SIZE - cursor < size) {
      cursor = 0;
    }
    Mem.getBytes(source, offset, ring, cursor, size);
    int packed =
        encoder.compress(
            ring, cursor, size, block, Block.DATA_OFFSET, block.length - Block.DATA_OFFSET);
    assert packed > 0 : "the worst case does not fit, size=" + size;
    cursor += size;
    Block.putSize(block, packed);
    return Block.DATA_OFFSET + packed;
  }

  /** The latest block, from its first byte on; valid until the next one. */
  byte[] block() {
    return block;
  }
}
