package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The first 512 bytes of a volume.
 *
 * <pre>{@code
 * byte 0        8        16       24         32                  512
 *      +--------+--------+--------+----------+-------------------+--------------------+
 *      | magic  | index  |  next  | infoSize | info, then zeros  | root superblock ...
 *      +--------+--------+--------+----------+-------------------+--------------------+
 *
 * magic             the volume
 * that of its kind  belongs to the allocator and may hold objects
 * its complement    is empty; it hangs in the pool
 * anything else     is not a volume; 0 after it was removed
 * }</pre>
 *
 * <p>{@code next} is the number of the next volume in the pool, or {@link VolumePool#NONE}; stale
 * outside the pool. Volume i lies at offset i times the volume size.
 */
final class VolumeHeader {
  static final long MAGIC_OFFSET = 0;
  static final long INDEX_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long NEXT_OFFSET = INDEX_OFFSET + Long.BYTES;
  static final long INFO_SIZE_OFFSET = NEXT_OFFSET + Long.BYTES;
  static final long INFO_OFFSET = INFO_SIZE_OFFSET + Long.BYTES;

  /** Bytes, for every block size; the root superblock begins here. */
  static final long SIZE = 512;

  /** Most bytes of info. */
  static final int INFO_MAX = (int) (SIZE - INFO_OFFSET);

  private VolumeHeader() {}

  static long magic(MemorySegment volumes, long volume) {
    return Mem.getLong(volumes, volume + MAGIC_OFFSET);
  }

  /** Release: what the magic says holds for the stores before it, whenever the process dies. */
  static void magic(MemorySegment volumes, long volume, long magic) {
    Mem.putLongRelease(volumes, volume + MAGIC_OFFSET, magic);
  }

  static long index(MemorySegment volumes, long volume) {
    return Mem.getLong(volumes, volume + INDEX_OFFSET);
  }

  /** Opaque: a thread that is too late reads it while the new owner writes. */
  static long next(MemorySegment volumes, long volume) {
    return Mem.getLongOpaque(volumes, volume + NEXT_OFFSET);
  }

  static void next(MemorySegment volumes, long volume, long next) {
    Mem.putLong(volumes, volume + NEXT_OFFSET, next);
  }

  static long infoSize(MemorySegment volumes, long volume) {
    return Mem.getLong(volumes, volume + INFO_SIZE_OFFSET);
  }

  /** A copy of the info bytes; the size is checked by the caller. */
  static MemorySegment info(MemorySegment volumes, long volume) {
    byte[] info = new byte[(int) infoSize(volumes, volume)];
    Mem.copy(volumes, volume + INFO_OFFSET, MemorySegment.ofArray(info), 0, info.length);
    return MemorySegment.ofArray(info).asReadOnly();
  }

  /** Writes everything but the magic and the link. */
  static void format(MemorySegment volumes, long volume, long index, byte[] info) {
    Mem.putLong(volumes, volume + INDEX_OFFSET, index);
    Mem.putLong(volumes, volume + INFO_SIZE_OFFSET, info.length);
    Mem.fill(volumes, volume + INFO_OFFSET, INFO_MAX, (byte) 0);
    Mem.copy(MemorySegment.ofArray(info), 0, volumes, volume + INFO_OFFSET, info.length);
  }
}
