package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The first frame of a checkpoint of style 2, always RAW.
 *
 * <pre>{@code
 * byte 0       8       12      16         20           60      64         72         80
 *      +-------+-------+-------+----------+------------+-------+----------+----------+
 *      | magic | style | frame | reserved | name, zero | seed  | part_max | data_max |
 *      |       |   2   | style |    0     | padded, 40 |       |          |          |
 *      +-------+-------+-------+----------+------------+-------+----------+----------+
 *      frame style: 1 RAW, 2 LZ4, of all frames but this one and the last
 * }</pre>
 *
 * <p>A region begins with the same magic; there, bytes 12 to 15 are the high half of part_max,
 * which is always 0.
 */
final class CkptHeader {
  static final int STYLE = 2;

  static final long MAGIC_OFFSET = 0;
  static final long STYLE_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long FRAMES_OFFSET = STYLE_OFFSET + Integer.BYTES;
  static final long RESERVED_OFFSET = FRAMES_OFFSET + Integer.BYTES;
  static final long NAME_OFFSET = RESERVED_OFFSET + Integer.BYTES;
  static final long SEED_OFFSET = NAME_OFFSET + WkspHeader.NAME_SIZE;
  static final long PART_MAX_OFFSET = SEED_OFFSET + Integer.BYTES;
  static final long DATA_MAX_OFFSET = PART_MAX_OFFSET + Long.BYTES;
  static final long FOOTPRINT = DATA_MAX_OFFSET + Long.BYTES; // 80

  private CkptHeader() {}

  static void put(MemorySegment mem, CkptMeta meta) {
    Mem.putLong(mem, MAGIC_OFFSET, WkspHeader.MAGIC);
    Mem.putInt(mem, STYLE_OFFSET, STYLE);
    Mem.putInt(mem, FRAMES_OFFSET, meta.frames().code());
    Mem.putInt(mem, RESERVED_OFFSET, 0);
    WkspName.write(mem, NAME_OFFSET, meta.name());
    Mem.putInt(mem, SEED_OFFSET, meta.seed());
    Mem.putLong(mem, PART_MAX_OFFSET, meta.partMax());
    Mem.putLong(mem, DATA_MAX_OFFSET, meta.dataMax());
  }

  /** Whether a file that begins so claims to be of this format. */
  static boolean matches(MemorySegment mem) {
    return mem.byteSize() >= FRAMES_OFFSET + Integer.BYTES
        && Mem.getLong(mem, MAGIC_OFFSET) == WkspHeader.MAGIC
        && Mem.getInt(mem, FRAMES_OFFSET) != 0;
  }

  /**
   * Reads and checks the header.
   *
   * @throws CorruptDataException when a field is impossible
   * @throws UnsupportedFormatException when style or frame style is none of those known
   */
  static CkptMeta read(MemorySegment mem) {
    long magic = Mem.getLong(mem, MAGIC_OFFSET);
    if (magic != WkspHeader.MAGIC) {
      throw corrupt(MAGIC_OFFSET, Region.hex(WkspHeader.MAGIC), Region.hex(magic));
    }
    int style = Mem.getInt(mem, STYLE_OFFSET);
    if (style != STYLE) {
      throw new UnsupportedFormatException(
          format(), STYLE_OFFSET, "style " + style + " is not known");
    }
    int code = Mem.getInt(mem, FRAMES_OFFSET);
    FrameStyle frames = code == 0 ? null : FrameStyle.of(code);
    if (frames == null) {
      throw new UnsupportedFormatException(
          format(), FRAMES_OFFSET, "frame style " + code + " is not known");
    }
    int reserved = Mem.getInt(mem, RESERVED_OFFSET);
    if (reserved != 0) {
      throw corrupt(RESERVED_OFFSET, "0", "" + reserved);
    }
    String name = WkspName.read(mem, NAME_OFFSET);
    if (name == null) {
      throw corrupt(NAME_OFFSET, "a name of 1 to 39 allowed characters", "none");
    }
    long partMax = Mem.getLong(mem, PART_MAX_OFFSET);
    long dataMax = Mem.getLong(mem, DATA_MAX_OFFSET);
    requireGeometry(format(), PART_MAX_OFFSET, partMax, dataMax);
    return new CkptMeta(STYLE, frames, Mem.getInt(mem, SEED_OFFSET), partMax, dataMax, name);
  }

  static void requireGeometry(String format, long offset, long partMax, long dataMax) {
    if (WkspGeometry.footprint(partMax, dataMax) == 0) {
      throw new CorruptDataException(
          format,
          offset,
          "a possible part_max and data_max",
          Long.toUnsignedString(partMax) + " and " + Long.toUnsignedString(dataMax));
    }
  }

  static String format() {
    return CkptMeta.format(STYLE);
  }

  /** Requires that two numbers agree. */
  static void same(long at, long expected, long found, String what) {
    if (expected != found) {
      throw corrupt(at, Long.toUnsignedString(expected) + " " + what, Long.toUnsignedString(found));
    }
  }

  static CorruptDataException corrupt(long offset, String expected, String found) {
    return new CorruptDataException(format(), offset, expected, found);
  }
}
