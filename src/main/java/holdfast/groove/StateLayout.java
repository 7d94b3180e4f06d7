package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The shared state of an allocator: everything that is not inside the volumes.
 *
 * <pre>{@code
 * byte 0       8      16         28      128           16512             pool        size
 *      +-------+------+----------+-------+-------------+-----------------+-----------+
 *      | magic | mark | numbers  | zeros | activeSlot  | inactiveStack   | pool      |
 *      +-------+------+----------+-------+-------------+-----------------+-----------+
 *
 *                 standard                          compact
 * numbers         zeros                             16 u32 log2 block, 20 u32 log2 volume,
 *                                                   24 u32 classes
 * activeSlot      2048 u64, class + 32 * group      2048 u64, class + 64 * group
 * inactiveStack   32 u64 from 16512                 64 u64 from 16512
 * pool            128 bytes from 16768              128 bytes from 17024
 * size            16896                             17152
 * }</pre>
 *
 * <p>{@code activeSlot} is the offset of the superblock that a group allocates from, or 0; slots of
 * groups that a class does not have stay 0. {@code mark} is 1 while a process owns the state and 0
 * after a clean close; the original writes 0 there and never looks. Words of {@code inactiveStack}
 * are described in {@link InactiveStack}, the pool in {@link VolumePool}.
 */
final class StateLayout {
  static final long MAGIC_OFFSET = 0;
  static final long MARK_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long BLOCK_SHIFT_OFFSET = MARK_OFFSET + Long.BYTES;
  static final long VOLUME_SHIFT_OFFSET = BLOCK_SHIFT_OFFSET + Integer.BYTES;
  static final long CLASS_COUNT_OFFSET = VOLUME_SHIFT_OFFSET + Integer.BYTES;
  static final long ACTIVE_SLOT_OFFSET = 128;
  static final int ACTIVE_SLOTS = 2048;
  static final long INACTIVE_STACK_OFFSET =
      ACTIVE_SLOT_OFFSET + (long) ACTIVE_SLOTS * Long.BYTES; // 16512

  /** Alignment of the state in memory. */
  static final long ALIGN = 128;

  static final long MARK_CLOSED = 0;
  static final long MARK_OWNED = 1;

  private StateLayout() {}

  /** Where the pool lies, in a state of so many classes at most. */
  static long poolOffset(int classMax) {
    return INACTIVE_STACK_OFFSET + (long) classMax * Long.BYTES;
  }

  static long size(int classMax) {
    return poolOffset(classMax) + VolumePool.SIZE;
  }

  static long activeSlot(int classMax, int sizeClass, int group) {
    return ACTIVE_SLOT_OFFSET + ((long) group * classMax + sizeClass) * Long.BYTES;
  }

  static long inactiveStack(int sizeClass) {
    return INACTIVE_STACK_OFFSET + (long) sizeClass * Long.BYTES;
  }

  /** Formats a state: zeros, the numbers, an empty pool, and the magic at last. */
  static void format(MemorySegment state, GrooveGeometry geometry) {
    Mem.fill(state, 0, geometry.stateSize(), (byte) 0);
    if (!geometry.isStandard()) {
      Mem.putInt(state, BLOCK_SHIFT_OFFSET, geometry.blockShift);
      Mem.putInt(state, VOLUME_SHIFT_OFFSET, geometry.volumeShift);
      Mem.putInt(state, CLASS_COUNT_OFFSET, geometry.classCount());
    }
    VolumePool.format(state, geometry.poolOffset);
    Mem.putLongRelease(state, MAGIC_OFFSET, geometry.stateMagic);
  }

  static long mark(MemorySegment state) {
    return Mem.getLong(state, MARK_OFFSET);
  }

  static void mark(MemorySegment state, long mark) {
    Mem.putLongRelease(state, MARK_OFFSET, mark);
  }
}
