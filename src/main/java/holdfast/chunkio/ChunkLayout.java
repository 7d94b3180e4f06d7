package holdfast.chunkio;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32;

/**
 * The bytes of a chunk file. All numbers are big-endian.
 *
 * <pre>{@code
 * byte 0    1    2        6        10        14        18        22     24         24+M      24+M+N
 *      +----+----+--------+--------+---------+---------+---------+------+----------+---------+-------
 *      | C1 | 00 | CRC-32 | zeros  |    N    | anchor  | anchor  |  M   | metadata | content | slack
 *      |    |    |        |        | content | size    | CRC-32  | meta |          |         |
 *      +----+----+--------+--------+---------+---------+---------+------+----------+---------+-------
 *      |     word 0       |      word 1      |      word 2       |
 *                                                               [-------- CRC-32 --------)
 * }</pre>
 *
 * <p>The CRC-32 covers bytes 22 to 24+M+N: metadata size, metadata, content. Slack is anything up
 * to the end of the file and means nothing.
 *
 * <p>The original never looks at bytes 14 to 21 and keeps them. Holdfast stores the <em>anchor</em>
 * there: the size and the CRC-32 of the content as of the last successful force. A power cut may
 * keep a newer header and lose the content that it speaks of; the anchor then proves the content
 * that was promised. Eight zero bytes are no anchor. An anchor size of 2^32-1 is the mark of a
 * content that is one LZ4 frame.
 *
 * <p>An aligned word is never torn, by a kill or by a power cut; three of them are.
 */
final class ChunkLayout {
  static final String FORMAT = "chunk";

  static final long MAGIC_OFFSET = 0;
  static final long CRC_OFFSET = MAGIC_OFFSET + Short.BYTES;
  static final long ZEROS_OFFSET = CRC_OFFSET + Integer.BYTES;
  static final long SIZE_OFFSET = ZEROS_OFFSET + Integer.BYTES;
  static final long ANCHOR_SIZE_OFFSET = SIZE_OFFSET + Integer.BYTES;
  static final long ANCHOR_CRC_OFFSET = ANCHOR_SIZE_OFFSET + Integer.BYTES;
  static final long METADATA_SIZE_OFFSET = ANCHOR_CRC_OFFSET + Integer.BYTES;
  static final int HEADER = (int) METADATA_SIZE_OFFSET + Short.BYTES;

  static final int MAGIC = 0xC100;

  /** Where the checksum begins. */
  static final long COVERED_OFFSET = METADATA_SIZE_OFFSET;

  static final int METADATA_MAX = 0xFFFF;
  static final long SIZE_MAX = 0xFFFF_FFFFL;

  /** The CRC-32 of two zero bytes: no metadata, no content. */
  static final int EMPTY_CRC = 0x41D9_12FF;

  /** What the original leaves in the checksum field of a chunk that was never synced. */
  static final int FRESH_CRC = Integer.reverseBytes(EMPTY_CRC);

  /**
   * Stands in the place of an anchor when the content is one LZ4 frame: "HF", version 1, flag 1.
   */
  static final long LZ4_MARK = 0xFFFF_FFFF_4846_0101L;

  private ChunkLayout() {}

  /** Where the content begins. */
  static long start(int metadataSize) {
    return (long) HEADER + metadataSize;
  }

  /** Magic and checksum. */
  static long word0(int crc) {
    return (long) MAGIC << 48 | (crc & 0xFFFF_FFFFL) << 16;
  }

  /** Content size and the upper half of the anchor size. */
  static long word1(long size, long anchor) {
    return size << 16 | anchor >>> 48;
  }

  /** The rest of the anchor, and the metadata size. */
  static long word2(long anchor, int metadataSize) {
    return anchor << 16 | metadataSize;
  }

  static long anchor(long size, int crc) {
    return size << 32 | (crc & 0xFFFF_FFFFL);
  }

  static long anchorSize(long anchor) {
    return anchor >>> 32;
  }

  static int anchorCrc(long anchor) {
    return (int) anchor;
  }

  /** Stores a whole header. */
  static void putHeader(MemorySegment target, int crc, long size, long anchor, int metadataSize) {
    Mem.putLongBe(target, 0, word0(crc));
    Mem.putLongBe(target, 8, word1(size, anchor));
    Mem.putLongBe(target, 16, word2(anchor, metadataSize));
  }

  static int magic(MemorySegment header) {
    return Mem.getShortBe(header, MAGIC_OFFSET) & 0xFFFF;
  }

  static int crc(MemorySegment header) {
    return Mem.getIntBe(header, CRC_OFFSET);
  }

  static int zeros(MemorySegment header) {
    return Mem.getIntBe(header, ZEROS_OFFSET);
  }

  static long size(MemorySegment header) {
    return Mem.getIntBe(header, SIZE_OFFSET) & 0xFFFF_FFFFL;
  }

  static long anchor(MemorySegment header) {
    return Mem.getLongBe(header, ANCHOR_SIZE_OFFSET);
  }

  static int metadataSize(MemorySegment header) {
    return Mem.getShortBe(header, METADATA_SIZE_OFFSET) & 0xFFFF;
  }

  /** Adds a range of a segment to a checksum. Makes garbage: not for the fast path. */
  static void update(CRC32 crc, MemorySegment segment, long lo, long hi) {
    for (long at = lo; at < hi; ) {
      long piece = Math.min(1 << 30, hi - at);
      crc.update(segment.asSlice(at, piece).asByteBuffer());
      at += piece;
    }
  }
}
