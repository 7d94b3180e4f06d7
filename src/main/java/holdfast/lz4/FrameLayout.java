package holdfast.lz4;

/**
 * The frames that an LZ4 stream is made of, and what lies between them. All numbers are
 * little-endian.
 *
 * <pre>{@code
 * stream    = frame+                      in any mixture; the plain data is their concatenation
 *
 * frame     04 22 4D 18 | header fields | block* | 00 00 00 00 | [content checksum]
 *           magic         FrameHeader              end mark      xxh32 of all plain bytes
 *
 * block     +------+-- ... --+----------+
 *           | word |  data   | checksum |    word: bit 31 the data is stored, not compressed
 *           +------+-- ... --+----------+          bits 0..30 size of the data; 0 = end mark
 *           0      4         4 + size        checksum: xxh32 of the data as stored, if FLG says so
 *
 * skippable 5x 2A 4D 18 | size, 4 bytes unsigned | that many bytes of something else
 *
 * legacy    02 21 4C 18 | (size, 4 bytes | compressed data)*
 *           no end mark: ends with the input, or where the next size is larger than 8 421 520,
 *           which is then the magic of the next frame
 * }</pre>
 *
 * <p>A block decodes to at most the block size of its frame, and may decode to less anywhere. In
 * independent mode each block stands alone (or begins with the dictionary); in linked mode it may
 * refer to the 64 KiB of plain data before it, stored blocks included.
 */
final class FrameLayout {
  /** How error messages call what is read. */
  static final String FORMAT = "lz4 frame";

  /** Every magic, size and checksum of the format. */
  static final int WORD_SIZE = 4;

  static final int MAGIC = 0x184D2204;
  static final int LEGACY_MAGIC = 0x184C2102;

  /** The first of sixteen. */
  static final int SKIPPABLE_MAGIC = 0x184D2A50;

  private static final int SKIPPABLE_MASK = 0xFFFF_FFF0;

  static final int END_MARK = 0;

  /** Bit of a block word: the data is not compressed. */
  static final int STORED = 0x8000_0000;

  static final int LEGACY_BLOCK_MAX = 8 << 20;

  /** Worst case of a compressed legacy block: 8 388 608 + 32 896 + 16. */
  static final int LEGACY_SIZE_MAX = 8_421_520;

  private FrameLayout() {}

  static boolean isSkippable(int magic) {
    return (magic & SKIPPABLE_MASK) == SKIPPABLE_MAGIC;
  }

  static boolean isStored(int blockWord) {
    return (blockWord & STORED) != 0;
  }

  static int dataSize(int blockWord) {
    return blockWord & ~STORED;
  }

  /** Whether the word after a legacy block is no size, so that the frame is over. */
  static boolean endsLegacy(int word) {
    return Integer.compareUnsigned(word, LEGACY_SIZE_MAX) > 0;
  }

  static int getWord(byte[] bytes, int at) {
    return (int) StripeHash.INT.get(bytes, at);
  }

  static void putWord(byte[] bytes, int at, int word) {
    StripeHash.INT.set(bytes, at, word);
  }

  /** A word as messages and listings show it. */
  static String hex(int word) {
    return "0x%08x".formatted(word);
  }
}
