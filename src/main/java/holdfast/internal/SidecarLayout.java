package holdfast.internal;

import holdfast.CorruptDataException;
import holdfast.Structure;
import holdfast.UnsupportedFormatException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a sidecar {@code FILE.hfs}: checksums of the blocks of {@code FILE}.
 *
 * <pre>{@code
 * byte 0        8       12       16       24       32       36      60       64             64+4n   68+4n
 *      +--------+-------+--------+--------+--------+--------+-------+--------+------ - - ----+-------+
 *      | magic  |version| block  | length |   n    | CRC of | zeros | CRC of | CRC of block  | CRC of|
 *      |HFSIDEC1|   1   | size   | of FILE| blocks |  FILE  |       | 0..59  | 0, 1, .. n-1  | 0..   |
 *      +--------+-------+--------+--------+--------+--------+-------+--------+------ - - ----+-------+
 *      little-endian; every CRC is CRC32C; n = ceil(length / block size), the last block may be short
 * }</pre>
 *
 * <p>No name and no time: the same file has the same sidecar.
 */
final class SidecarLayout {
  static final String FORMAT = "sidecar";

  static final long MAGIC = 0x3143454449534648L; // "HFSIDEC1"
  static final int VERSION = 1;
  static final int BLOCK_SIZE_MIN = 1 << 12;
  static final int BLOCK_SIZE_MAX = 1 << 24;
  static final int BLOCK_SIZE = 1 << 16; // what is written: 4 bytes in 65,536 are 0.006 %

  static final long MAGIC_OFFSET = 0;
  static final long VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long BLOCK_SIZE_OFFSET = VERSION_OFFSET + Integer.BYTES;
  static final long LENGTH_OFFSET = BLOCK_SIZE_OFFSET + Integer.BYTES;
  static final long COUNT_OFFSET = LENGTH_OFFSET + Long.BYTES;
  static final long WHOLE_OFFSET = COUNT_OFFSET + Long.BYTES;
  static final long ZEROS_OFFSET = WHOLE_OFFSET + Integer.BYTES;
  static final long ZEROS_SIZE = 24;
  static final long HEADER_CRC_OFFSET = ZEROS_OFFSET + ZEROS_SIZE;
  static final long TABLE_OFFSET = HEADER_CRC_OFFSET + Integer.BYTES;

  /** Blocks that an inspection lists one by one. */
  private static final long LISTED_MAX = 1024;

  private SidecarLayout() {}

  /** What the first 64 bytes say. */
  record Header(int blockSize, long length, int whole) {
    long count() {
      return blockCount(length, blockSize);
    }

    long size() {
      return crcOffset(count()) + Integer.BYTES;
    }
  }

  static long blockCount(long length, int blockSize) {
    return length / blockSize + (length % blockSize == 0 ? 0 : 1);
  }

  static long entryOffset(long block) {
    return TABLE_OFFSET + block * Integer.BYTES;
  }

  /** Where the checksum of everything before it stands. */
  static long crcOffset(long count) {
    return entryOffset(count);
  }

  static void put(MemorySegment bytes, Header header) {
    Mem.putLong(bytes, MAGIC_OFFSET, MAGIC);
    Mem.putInt(bytes, VERSION_OFFSET, VERSION);
    Mem.putInt(bytes, BLOCK_SIZE_OFFSET, header.blockSize());
    Mem.putLong(bytes, LENGTH_OFFSET, header.length());
    Mem.putLong(bytes, COUNT_OFFSET, header.count());
    Mem.putInt(bytes, WHOLE_OFFSET, header.whole());
    Mem.fill(bytes, ZEROS_OFFSET, ZEROS_SIZE, (byte) 0);
    Mem.putInt(bytes, HEADER_CRC_OFFSET, Crc32c.of(bytes.asSlice(0, HEADER_CRC_OFFSET)));
  }

  /**
   * Reads and checks the header.
   *
   * @param bytes the first {@link #TABLE_OFFSET} bytes, or fewer when the file is shorter
   * @param size of the whole sidecar, or -1 when it is not known
   */
  static Header header(MemorySegment bytes, long size) {
    if (bytes.byteSize() < TABLE_OFFSET) {
      throw corrupt(bytes.byteSize(), "a header of 64 bytes", "the end of the file");
    }
    long magic = Mem.getLong(bytes, MAGIC_OFFSET);
    if (magic != MAGIC) {
      throw corrupt(MAGIC_OFFSET, hex(MAGIC), hex(magic));
    }
    // Before the version, so that a damaged version is not taken for a newer one. Every version
    // keeps this checksum at this place.
    int crc = Crc32c.of(bytes.asSlice(0, HEADER_CRC_OFFSET));
    requireCrc(HEADER_CRC_OFFSET, crc, Mem.getInt(bytes, HEADER_CRC_OFFSET));
    int version = Mem.getInt(bytes, VERSION_OFFSET);
    if (version != VERSION) {
      throw new UnsupportedFormatException(
          FORMAT, VERSION_OFFSET, "version " + Integer.toUnsignedString(version) + " is not known");
    }
    int blockSize = Mem.getInt(bytes, BLOCK_SIZE_OFFSET);
    if (blockSize < BLOCK_SIZE_MIN || blockSize > BLOCK_SIZE_MAX || !Bits.isPowerOfTwo(blockSize)) {
      throw corrupt(
          BLOCK_SIZE_OFFSET,
          "a power of two from 4096 to 2^24",
          Integer.toUnsignedString(blockSize));
    }
    long length = Mem.getLong(bytes, LENGTH_OFFSET);
    if (length < 0) {
      throw corrupt(LENGTH_OFFSET, "at most 2^63 - 1", Long.toUnsignedString(length));
    }
    Header header = new Header(blockSize, length, Mem.getInt(bytes, WHOLE_OFFSET));
    long count = Mem.getLong(bytes, COUNT_OFFSET);
    if (count != header.count()) {
      throw corrupt(COUNT_OFFSET, header.count() + " blocks", Long.toUnsignedString(count));
    }
    for (long i = 0; i < ZEROS_SIZE; i++) {
      if (Mem.getByte(bytes, ZEROS_OFFSET + i) != 0) {
        throw corrupt(ZEROS_OFFSET + i, "0", "" + Mem.getByte(bytes, ZEROS_OFFSET + i));
      }
    }
    if (size >= 0 && size != header.size()) {
      throw corrupt(
          Math.min(size, header.size()), header.size() + " bytes in all", size + " bytes");
    }
    return header;
  }

  static void requireCrc(long offset, int expected, int found) {
    if (expected != found) {
      throw corrupt(offset, "CRC32C " + hex(expected), hex(found));
    }
  }

  static CorruptDataException corrupt(long offset, String expected, String found) {
    return new CorruptDataException(FORMAT, offset, expected, found);
  }

  static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** The parts of a sidecar, from its header and its first entries. */
  static Structure structure(Header header, MemorySegment table, int crc) {
    List<Structure> blocks = new ArrayList<>();
    for (long i = 0; i < Math.min(header.count(), table.byteSize() / Integer.BYTES); i++) {
      blocks.add(
          Structure.leaf(
              "block " + i, entryOffset(i), 4, hex(Mem.getInt(table, i * Integer.BYTES))));
    }
    long tableSize = header.count() * Integer.BYTES;
    String note = header.count() > LISTED_MAX ? "the first " + LISTED_MAX + " are listed" : "";
    return new Structure(
        FORMAT,
        0,
        header.size(),
        "",
        List.of(
            Structure.leaf("magic", MAGIC_OFFSET, 8, "HFSIDEC1"),
            Structure.leaf("version", VERSION_OFFSET, 4, "" + VERSION),
            Structure.leaf("block size", BLOCK_SIZE_OFFSET, 4, "" + header.blockSize()),
            Structure.leaf("length of the file", LENGTH_OFFSET, 8, "" + header.length()),
            Structure.leaf("blocks", COUNT_OFFSET, 8, "" + header.count()),
            Structure.leaf("CRC32C of the file", WHOLE_OFFSET, 4, hex(header.whole())),
            Structure.leaf("zeros", ZEROS_OFFSET, ZEROS_SIZE, ""),
            Structure.leaf("CRC32C of the header", HEADER_CRC_OFFSET, 4, "compared"),
            new Structure("CRC32C of blocks", TABLE_OFFSET, tableSize, note, blocks),
            Structure.leaf("CRC32C of all before", crcOffset(header.count()), 4, hex(crc))));
  }

  /** Bytes of the table that {@link #structure} can show. */
  static long listedSize(Header header) {
    return Math.min(header.count(), LISTED_MAX) * Integer.BYTES;
  }
}
