package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The last frame of a checkpoint of style 2, always RAW: what all before it has to agree with.
 *
 * <pre>{@code
 * byte 0       8        16       24       32      40       48       56     60     100      104    108   112    120
 *      +-------+--------+--------+--------+-------+--------+--------+------+------+--------+------+-----+------+
 *      | alloc | cgroup | volume | volumes| file  | data_  | part_  | seed | name |reserved|frame |style|~magic|
 *      | count | count  | count  | offset | size  | max    | max    |      |      |   0    |style |  2  |      |
 *      +-------+--------+--------+--------+-------+--------+--------+------+------+--------+------+-----+------+
 *      the second half is the header's fields in reverse order
 * }</pre>
 *
 * @param allocCount allocations in all groups
 * @param groupCount groups of all volumes
 * @param volumeCount volumes
 * @param volumesOffset where the volumes frame begins
 */
record CkptFooter(long allocCount, long groupCount, long volumeCount, long volumesOffset) {
  static final long ALLOC_COUNT_OFFSET = 0;
  static final long GROUP_COUNT_OFFSET = ALLOC_COUNT_OFFSET + Long.BYTES;
  static final long VOLUME_COUNT_OFFSET = GROUP_COUNT_OFFSET + Long.BYTES;
  static final long VOLUMES_OFFSET = VOLUME_COUNT_OFFSET + Long.BYTES;
  static final long SIZE_OFFSET = VOLUMES_OFFSET + Long.BYTES;
  static final long DATA_MAX_OFFSET = SIZE_OFFSET + Long.BYTES;
  static final long PART_MAX_OFFSET = DATA_MAX_OFFSET + Long.BYTES;
  static final long SEED_OFFSET = PART_MAX_OFFSET + Long.BYTES;
  static final long NAME_OFFSET = SEED_OFFSET + Integer.BYTES;
  static final long RESERVED_OFFSET = NAME_OFFSET + WkspHeader.NAME_SIZE;
  static final long FRAMES_OFFSET = RESERVED_OFFSET + Integer.BYTES;
  static final long STYLE_OFFSET = FRAMES_OFFSET + Integer.BYTES;
  static final long UNMAGIC_OFFSET = STYLE_OFFSET + Integer.BYTES;
  static final long FOOTPRINT = UNMAGIC_OFFSET + Long.BYTES; // 120

  void put(MemorySegment mem, CkptMeta meta, long size) {
    Mem.putLong(mem, ALLOC_COUNT_OFFSET, allocCount);
    Mem.putLong(mem, GROUP_COUNT_OFFSET, groupCount);
    Mem.putLong(mem, VOLUME_COUNT_OFFSET, volumeCount);
    Mem.putLong(mem, VOLUMES_OFFSET, volumesOffset);
    Mem.putLong(mem, SIZE_OFFSET, size);
    Mem.putLong(mem, DATA_MAX_OFFSET, meta.dataMax());
    Mem.putLong(mem, PART_MAX_OFFSET, meta.partMax());
    Mem.putInt(mem, SEED_OFFSET, meta.seed());
    WkspName.write(mem, NAME_OFFSET, meta.name());
    Mem.putInt(mem, RESERVED_OFFSET, 0);
    Mem.putInt(mem, FRAMES_OFFSET, meta.frames().code());
    Mem.putInt(mem, STYLE_OFFSET, meta.style());
    Mem.putLong(mem, UNMAGIC_OFFSET, ~WkspHeader.MAGIC);
  }

  /**
   * Reads the footer and compares it with the header.
   *
   * @param mem the footer
   * @param at where it stands in the file
   * @param header the bytes of the header, checked before
   * @throws CorruptDataException when they disagree
   */
  static CkptFooter read(MemorySegment mem, long at, MemorySegment header) {
    same(mem, SIZE_OFFSET, at, at + FOOTPRINT);
    same(mem, DATA_MAX_OFFSET, at, Mem.getLong(header, CkptHeader.DATA_MAX_OFFSET));
    same(mem, PART_MAX_OFFSET, at, Mem.getLong(header, CkptHeader.PART_MAX_OFFSET));
    same4(mem, SEED_OFFSET, at, Mem.getInt(header, CkptHeader.SEED_OFFSET));
    long name =
        mem.asSlice(NAME_OFFSET, WkspHeader.NAME_SIZE)
            .mismatch(header.asSlice(CkptHeader.NAME_OFFSET, WkspHeader.NAME_SIZE));
    if (name >= 0) {
      throw CkptHeader.corrupt(at + NAME_OFFSET + name, "the name in the header", "another");
    }
    same4(mem, RESERVED_OFFSET, at, 0);
    same4(mem, FRAMES_OFFSET, at, Mem.getInt(header, CkptHeader.FRAMES_OFFSET));
    same4(mem, STYLE_OFFSET, at, Mem.getInt(header, CkptHeader.STYLE_OFFSET));
    same(mem, UNMAGIC_OFFSET, at, ~WkspHeader.MAGIC);
    return new CkptFooter(
        Mem.getLong(mem, ALLOC_COUNT_OFFSET),
        Mem.getLong(mem, GROUP_COUNT_OFFSET),
        Mem.getLong(mem, VOLUME_COUNT_OFFSET),
        Mem.getLong(mem, VOLUMES_OFFSET));
  }

  private static void same(MemorySegment mem, long offset, long at, long expected) {
    long found = Mem.getLong(mem, offset);
    if (found != expected) {
      throw CkptHeader.corrupt(
          at + offset, Long.toUnsignedString(expected), Long.toUnsignedString(found));
    }
  }

  private static void same4(MemorySegment mem, long offset, long at, int expected) {
    int found = Mem.getInt(mem, offset);
    if (found != expected) {
      throw CkptHeader.corrupt(
          at + offset, Integer.toUnsignedString(expected), Integer.toUnsignedString(found));
    }
  }
}
