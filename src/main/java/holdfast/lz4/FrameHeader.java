package holdfast.lz4;

import static holdfast.lz4.FrameLayout.FORMAT;
import static holdfast.lz4.FrameLayout.WORD_SIZE;

import holdfast.CorruptDataException;
import holdfast.Structure;
import holdfast.UnsupportedFormatException;
import java.util.ArrayList;
import java.util.List;

/**
 * The header of a frame.
 *
 * <pre>{@code
 * byte 0       4     5    6              6/14              ..
 *      +-------+-----+----+--------------+---------------+----------+
 *      | magic | FLG | BD | content size | dictionary id | checksum |
 *      +-------+-----+----+--------------+---------------+----------+
 *      |   4   |  1  | 1  |   0 or 8     |    0 or 4     |    1     |   7 to 19 bytes
 *
 * FLG  bits 7..6  version, 01        BD  bit 7      reserved, 0
 *      bit 5      independent            bits 6..4  block size id, 4..7
 *      bit 4      block checksums        bits 3..0  reserved, 0
 *      bit 3      content size present
 *      bit 2      content checksum   checksum: second byte of the xxh32 of everything
 *      bit 1      reserved, 0                  from FLG up to the checksum
 *      bit 0      dictionary id present
 * }</pre>
 *
 * @param blockSize most plain bytes of a block
 * @param linked whether blocks refer to those before them
 * @param blockChecksum whether each block has a checksum
 * @param contentChecksum whether the content has one
 * @param contentSize the content size field, {@link #ABSENT} when there is none; the original
 *     writes and reads 0 as "unknown"
 * @param dictionaryId the dictionary id field, {@link #ABSENT} when there is none
 */
record FrameHeader(
    Lz4BlockSize blockSize,
    boolean linked,
    boolean blockChecksum,
    boolean contentChecksum,
    long contentSize,
    long dictionaryId) {
  static final long ABSENT = -1;

  static final int FLG_OFFSET = WORD_SIZE;
  static final int BD_OFFSET = FLG_OFFSET + 1;
  static final int FIELDS_OFFSET = BD_OFFSET + 1;

  private static final int CONTENT_SIZE_SIZE = 8;
  private static final int DICTIONARY_ID_SIZE = 4;
  private static final int CHECKSUM_SIZE = 1;

  static final int SIZE_MIN = FIELDS_OFFSET + CHECKSUM_SIZE;
  static final int SIZE_MAX = SIZE_MIN + CONTENT_SIZE_SIZE + DICTIONARY_ID_SIZE;

  private static final int VERSION_SHIFT = 6;
  private static final int VERSION = 1;
  private static final int INDEPENDENT = 1 << 5;
  private static final int BLOCK_CHECKSUM = 1 << 4;
  private static final int CONTENT_SIZE = 1 << 3;
  private static final int CONTENT_CHECKSUM = 1 << 2;
  private static final int FLG_RESERVED = 1 << 1;
  private static final int DICTIONARY_ID = 1;

  private static final int BLOCK_SIZE_SHIFT = 4;
  private static final int BD_RESERVED = 0x8F;

  /** Size of a whole header, known from its FLG byte. */
  static int size(int flg) {
    return SIZE_MIN
        + ((flg & CONTENT_SIZE) != 0 ? CONTENT_SIZE_SIZE : 0)
        + ((flg & DICTIONARY_ID) != 0 ? DICTIONARY_ID_SIZE : 0);
  }

  int size() {
    return size(flg());
  }

  /** Whether the header says how much plain data follows. */
  boolean knowsContentSize() {
    return contentSize > 0;
  }

  /** Size of the checksum behind each block. */
  int blockChecksumSize() {
    return blockChecksum ? WORD_SIZE : 0;
  }

  private int flg() {
    return VERSION << VERSION_SHIFT
        | (linked ? 0 : INDEPENDENT)
        | (blockChecksum ? BLOCK_CHECKSUM : 0)
        | (contentSize != ABSENT ? CONTENT_SIZE : 0)
        | (contentChecksum ? CONTENT_CHECKSUM : 0)
        | (dictionaryId != ABSENT ? DICTIONARY_ID : 0);
  }

  /**
   * Writes the header.
   *
   * @return its size
   */
  int write(byte[] to, int at) {
    FrameLayout.putWord(to, at, FrameLayout.MAGIC);
    to[at + FLG_OFFSET] = (byte) flg();
    to[at + BD_OFFSET] = (byte) (blockSize.id() << BLOCK_SIZE_SHIFT);
    int p = at + FIELDS_OFFSET;
    if (contentSize != ABSENT) {
      StripeHash.LONG.set(to, p, contentSize);
      p += CONTENT_SIZE_SIZE;
    }
    if (dictionaryId != ABSENT) {
      FrameLayout.putWord(to, p, (int) dictionaryId);
      p += DICTIONARY_ID_SIZE;
    }
    to[p] = checksum(to, at + FLG_OFFSET, p);
    return p + CHECKSUM_SIZE - at;
  }

  /**
   * Refuses a FLG byte whose frame cannot be read; nothing behind it means anything then.
   *
   * @param flg the byte
   * @param offset where it stands in the stream
   */
  static void checkFlg(int flg, long offset) {
    int version = (flg & 0xFF) >>> VERSION_SHIFT;
    if (version != VERSION) {
      throw new UnsupportedFormatException(
          FORMAT, offset, "version " + version + " of the frame format; version 1 is known here");
    }
    if ((flg & FLG_RESERVED) != 0) {
      throw new CorruptDataException(FORMAT, offset, "the reserved bit of FLG to be 0", "1");
    }
  }

  /**
   * Reads and checks a whole header.
   *
   * @param bytes array with the header, its size known from {@link #size(int)}
   * @param at where its magic begins
   * @param offset where that is in the stream, for messages
   */
  static FrameHeader read(byte[] bytes, int at, long offset) {
    int flg = bytes[at + FLG_OFFSET];
    checkFlg(flg, offset + FLG_OFFSET);
    int bd = bytes[at + BD_OFFSET] & 0xFF;
    int id = bd >>> BLOCK_SIZE_SHIFT;
    if ((bd & BD_RESERVED) != 0 || !Lz4BlockSize.isId(id)) {
      throw new CorruptDataException(
          FORMAT, offset + BD_OFFSET, "BD 0x40, 0x50, 0x60 or 0x70", "0x%02x".formatted(bd));
    }
    int p = at + FIELDS_OFFSET;
    long contentSize = ABSENT;
    int contentSizeAt = p;
    if ((flg & CONTENT_SIZE) != 0) {
      contentSize = (long) StripeHash.LONG.get(bytes, p);
      p += CONTENT_SIZE_SIZE;
    }
    long dictionaryId = ABSENT;
    if ((flg & DICTIONARY_ID) != 0) {
      dictionaryId = Integer.toUnsignedLong(FrameLayout.getWord(bytes, p));
      p += DICTIONARY_ID_SIZE;
    }
    byte checksum = checksum(bytes, at + FLG_OFFSET, p);
    if (bytes[p] != checksum) {
      throw new CorruptDataException(
          FORMAT,
          offset + p - at,
          "header checksum 0x%02x".formatted(checksum),
          "0x%02x".formatted(bytes[p]));
    }
    if (contentSize < 0 && (flg & CONTENT_SIZE) != 0) {
      throw new CorruptDataException(
          FORMAT,
          offset + contentSizeAt - at,
          "a content size below 2^63",
          Long.toUnsignedString(contentSize));
    }
    return new FrameHeader(
        Lz4BlockSize.ofId(id),
        (flg & INDEPENDENT) == 0,
        (flg & BLOCK_CHECKSUM) != 0,
        (flg & CONTENT_CHECKSUM) != 0,
        contentSize,
        dictionaryId);
  }

  private static byte checksum(byte[] bytes, int lo, int hi) {
    return (byte) (XxHash32.hash(bytes, lo, hi - lo, 0) >>> 8);
  }

  /** The parts of the header, for a reader; {@code checksum} is the byte that was found. */
  List<Structure> describe(long offset, byte checksum) {
    var parts = new ArrayList<Structure>();
    parts.add(Structure.leaf("magic", offset, WORD_SIZE, FrameLayout.hex(FrameLayout.MAGIC)));
    parts.add(
        Structure.leaf(
            "FLG",
            offset + FLG_OFFSET,
            1,
            "0x%02x: version 1, %s%s%s"
                .formatted(
                    flg(),
                    linked ? "linked blocks" : "independent blocks",
                    blockChecksum ? ", block checksums" : "",
                    contentChecksum ? ", content checksum" : "")));
    parts.add(
        Structure.leaf(
            "BD",
            offset + BD_OFFSET,
            1,
            "0x%02x: blocks of up to %d bytes"
                .formatted(blockSize.id() << BLOCK_SIZE_SHIFT, blockSize.bytes())));
    long p = offset + FIELDS_OFFSET;
    if (contentSize != ABSENT) {
      String value = contentSize == 0 ? "0: unknown" : Long.toString(contentSize);
      parts.add(Structure.leaf("content size", p, CONTENT_SIZE_SIZE, value));
      p += CONTENT_SIZE_SIZE;
    }
    if (dictionaryId != ABSENT) {
      parts.add(
          Structure.leaf(
              "dictionary id", p, DICTIONARY_ID_SIZE, FrameLayout.hex((int) dictionaryId)));
      p += DICTIONARY_ID_SIZE;
    }
    parts.add(Structure.leaf("header checksum", p, CHECKSUM_SIZE, "0x%02x".formatted(checksum)));
    return parts;
  }
}
