package holdfast.lz4;

import static holdfast.lz4.FrameLayout.WORD_SIZE;

import java.util.Arrays;

/** Parts of a frame on their way out, in one array that grows: header, blocks, words. */
final class FrameBlocks {
  /** Kept free behind each block, so that the end of a frame never moves its last block. */
  private static final int END_MAX = 2 * WORD_SIZE;

  private byte[] bytes = {};
  private int size;

  byte[] bytes() {
    return bytes;
  }

  /** Bytes that wait. */
  int size() {
    return size;
  }

  /** Forgets what waited. */
  void clear() {
    size = 0;
  }

  /** Adds what stands before the first block. */
  void addHeader(Lz4FrameOptions options, FrameHeader header) {
    room(FrameHeader.SIZE_MAX);
    if (options.legacy()) {
      addWord(FrameLayout.LEGACY_MAGIC);
    } else {
      size += header.write(bytes, size);
    }
  }

  /** Adds a block: compressed when that saves a byte at least, else stored. */
  void addBlock(
      Lz4FrameOptions options, BlockCoder coder, byte[] plain, int offset, int plainSize) {
    // Legacy blocks are always compressed.
    int packedMax = options.legacy() ? Lz4Block.maxCompressedSize(plainSize) : plainSize - 1;
    room(WORD_SIZE + Math.max(packedMax, plainSize) + WORD_SIZE + END_MAX);
    int data = size + WORD_SIZE;
    int packed = coder.compress(plain, offset, plainSize, bytes, data, packedMax);
    int word = packed;
    if (packed == 0) {
      System.arraycopy(plain, offset, bytes, data, plainSize);
      packed = plainSize;
      word = plainSize | FrameLayout.STORED;
    }
    addWord(word);
    size += packed;
    if (options.blockChecksum()) {
      addWord(XxHash32.hash(bytes, data, packed, 0));
    }
  }

  /** Adds what stands behind the last block. */
  void addEnd(Lz4FrameOptions options, XxHash32 contentHash) {
    if (!options.legacy()) {
      addWord(FrameLayout.END_MARK);
      if (options.contentChecksum()) {
        addWord((int) contentHash.getValue());
      }
    }
  }

  private void addWord(int word) {
    room(WORD_SIZE);
    FrameLayout.putWord(bytes, size, word);
    size += WORD_SIZE;
  }

  private void room(int wanted) {
    if (size + wanted > bytes.length) {
      bytes = Arrays.copyOf(bytes, size + wanted);
    }
  }
}
