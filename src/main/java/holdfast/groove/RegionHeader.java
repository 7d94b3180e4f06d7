package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * The first page of a region file, and where its parts lie.
 *
 * <pre>{@code
 * byte 0        4096     24576        65536
 *      +--------+--------+------------+----------+----------+-----
 *      | header | state  | backed map | volume 0 | volume 1 | ...
 *      +--------+--------+------------+----------+----------+-----
 *
 * header  offset  type  field
 *              0  u64   "HFGRREG1"
 *              8  u32   version 1
 *             12  u32   kind: 0 standard, 1 compact
 *             16  u32   log2 of the block
 *             20  u32   log2 of the volume
 *             24  u64   offset of the state: 4096
 *             32  u64   bytes of the state
 *             40  u64   offset of volume 0: 65536
 *             48  u64   most volumes, up to 5120
 *             56        zeros
 *           4092  u32   CRC32C of all before
 *
 * backed map  a word for each volume: bit i, root object i has storage; bit 63, the headers have
 * }</pre>
 *
 * <p>The header is written once, when the file is made.
 */
record RegionHeader(GrooveGeometry geometry, int volumeMax) {
  static final String FORMAT = "groove region";

  static final long MAGIC_OFFSET = 0;
  static final long VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long KIND_OFFSET = VERSION_OFFSET + Integer.BYTES;
  static final long BLOCK_SHIFT_OFFSET = KIND_OFFSET + Integer.BYTES;
  static final long VOLUME_SHIFT_OFFSET = BLOCK_SHIFT_OFFSET + Integer.BYTES;
  static final long STATE_OFFSET_OFFSET = VOLUME_SHIFT_OFFSET + Integer.BYTES;
  static final long STATE_SIZE_OFFSET = STATE_OFFSET_OFFSET + Long.BYTES;
  static final long VOLUMES_OFFSET_OFFSET = STATE_SIZE_OFFSET + Long.BYTES;
  static final long VOLUME_MAX_OFFSET = VOLUMES_OFFSET_OFFSET + Long.BYTES;
  static final long ZEROS_OFFSET = VOLUME_MAX_OFFSET + Long.BYTES;
  static final long CHECKSUM_OFFSET = 4092;
  static final long SIZE = CHECKSUM_OFFSET + Integer.BYTES;

  /** Where the state begins. */
  static final long STATE_OFFSET = SIZE;

  /** Where the backed map begins. */
  static final long BACKED_OFFSET = 24576;

  /** Where volume 0 begins. */
  static final long VOLUMES_OFFSET = 65536;

  /** As many words as the backed map has. */
  static final int VOLUMES_LIMIT = (int) ((VOLUMES_OFFSET - BACKED_OFFSET) / Long.BYTES);

  static final long MAGIC = 0x3147455252474648L; // "HFGRREG1"
  static final int VERSION = 1;

  void write(MemorySegment page) {
    Mem.fill(page, 0, SIZE, (byte) 0);
    Mem.putLong(page, MAGIC_OFFSET, MAGIC);
    Mem.putInt(page, VERSION_OFFSET, VERSION);
    Mem.putInt(page, KIND_OFFSET, geometry.isStandard() ? 0 : 1);
    Mem.putInt(page, BLOCK_SHIFT_OFFSET, geometry.blockShift);
    Mem.putInt(page, VOLUME_SHIFT_OFFSET, geometry.volumeShift);
    Mem.putLong(page, STATE_OFFSET_OFFSET, STATE_OFFSET);
    Mem.putLong(page, STATE_SIZE_OFFSET, geometry.stateSize());
    Mem.putLong(page, VOLUMES_OFFSET_OFFSET, VOLUMES_OFFSET);
    Mem.putLong(page, VOLUME_MAX_OFFSET, volumeMax);
    Mem.putInt(page, CHECKSUM_OFFSET, checksum(page));
  }

  private static int checksum(MemorySegment page) {
    CRC32C crc = new CRC32C();
    crc.update(page.asSlice(0, CHECKSUM_OFFSET).asByteBuffer());
    return (int) crc.getValue();
  }

  /** Reads and believes nothing. */
  static RegionHeader read(MemorySegment page) {
    expect(MAGIC_OFFSET, MAGIC, Mem.getLong(page, MAGIC_OFFSET));
    int version = Mem.getInt(page, VERSION_OFFSET);
    if (version != VERSION) {
      throw new UnsupportedFormatException(
          FORMAT, VERSION_OFFSET, "version " + version + " is not known, only " + VERSION);
    }
    expect(CHECKSUM_OFFSET, checksum(page), Mem.getInt(page, CHECKSUM_OFFSET));
    GrooveGeometry geometry =
        geometry(
            Mem.getInt(page, KIND_OFFSET),
            Mem.getInt(page, BLOCK_SHIFT_OFFSET),
            Mem.getInt(page, VOLUME_SHIFT_OFFSET));
    expect(STATE_OFFSET_OFFSET, STATE_OFFSET, Mem.getLong(page, STATE_OFFSET_OFFSET));
    expect(STATE_SIZE_OFFSET, geometry.stateSize(), Mem.getLong(page, STATE_SIZE_OFFSET));
    expect(VOLUMES_OFFSET_OFFSET, VOLUMES_OFFSET, Mem.getLong(page, VOLUMES_OFFSET_OFFSET));
    long volumeMax = Mem.getLong(page, VOLUME_MAX_OFFSET);
    if (volumeMax < 1 || volumeMax > VOLUMES_LIMIT) {
      throw new CorruptDataException(
          FORMAT,
          VOLUME_MAX_OFFSET,
          "1 to " + VOLUMES_LIMIT + " volumes",
          Long.toString(volumeMax));
    }
    for (long offset = ZEROS_OFFSET; offset < CHECKSUM_OFFSET; offset += Integer.BYTES) {
      expect(offset, 0, Mem.getInt(page, offset));
    }
    return new RegionHeader(geometry, (int) volumeMax);
  }

  private static void expect(long offset, long value, long found) {
    if (found != value) {
      throw new CorruptDataException(FORMAT, offset, Groove.hex(value), Groove.hex(found));
    }
  }

  private static GrooveGeometry geometry(int kind, int blockShift, int volumeShift) {
    if (kind == 0 && blockShift == 9 && volumeShift == 30) {
      return GrooveGeometry.STANDARD;
    }
    if (kind == 1 && blockShift >= 6 && blockShift <= 9 && volumeShift >= 20 && volumeShift <= 30) {
      return GrooveGeometry.compact(1 << blockShift, 1L << volumeShift);
    }
    throw new CorruptDataException(
        FORMAT,
        KIND_OFFSET,
        "a geometry",
        "kind " + kind + ", log2 of block " + blockShift + ", of volume " + volumeShift);
  }
}
