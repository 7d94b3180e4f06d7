package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The empty volumes: a lock-free stack, linked through the volume headers.
 *
 * <pre>{@code
 * byte 0        8        16                  128
 *      +--------+--------+--------------------+
 *      | magic  | verTop |  unused            |
 *      +--------+--------+--------------------+
 *
 * verTop  bits    field
 *         0-33    number of the top volume; 2^34 - 1 for none
 *         34      lock; nobody sets it here, and the original's allocator does not either
 *         35-63   version, grows with each acquire and release
 * }</pre>
 *
 * <p>29 bits of version suffice here: a volume changes hands after millions of allocations.
 */
final class VolumePool {
  static final long MAGIC_OFFSET = 0;
  static final long VER_TOP_OFFSET = MAGIC_OFFSET + Long.BYTES;

  /** Bytes that the pool occupies. */
  static final long SIZE = 128;

  static final long MAGIC = 0xfd67007e70190010L;

  private static final int INDEX_BITS = 34;

  /** The number that stands for no volume. */
  static final long NONE = (1L << INDEX_BITS) - 1;

  static final long LOCK = 1L << INDEX_BITS;
  private static final long VERSION_STEP = LOCK << 1;

  private VolumePool() {}

  static void format(MemorySegment state, long pool) {
    Mem.putLong(state, pool + MAGIC_OFFSET, MAGIC);
    Mem.putLong(state, pool + VER_TOP_OFFSET, NONE);
  }

  static long verTop(MemorySegment state, long pool) {
    return Mem.getLongAcquire(state, pool + VER_TOP_OFFSET);
  }

  /** For an owner that is alone. */
  static void verTop(MemorySegment state, long pool, long verTop) {
    Mem.putLongRelease(state, pool + VER_TOP_OFFSET, verTop);
  }

  static long index(long verTop) {
    return verTop & NONE;
  }

  /**
   * Takes an empty volume.
   *
   * @return its number, {@link #NONE} when the pool is empty
   * @throws CorruptDataException when the pool leads to something that is no volume; nothing
   *     changed
   */
  static long acquire(Groove groove) {
    long pool = groove.geometry.poolOffset;
    while (true) {
      long verTop = verTop(groove.state, pool);
      long index = checked(groove, verTop);
      if (index == NONE) {
        return NONE;
      }
      // Another thread may take the volume and write here: then the CAS fails.
      long next = VolumeHeader.next(groove.view.volumes, index << groove.geometry.volumeShift);
      if (next != NONE && !groove.view.lists(next)) {
        if (verTop(groove.state, pool) != verTop) {
          continue;
        }
        throw new CorruptDataException(
            "groove volume",
            (index << groove.geometry.volumeShift) + VolumeHeader.NEXT_OFFSET,
            "the number of a volume",
            Groove.hex(next));
      }
      // Acquires what the releaser did to the volume.
      if (Mem.casLong(groove.state, pool + VER_TOP_OFFSET, verTop, step(verTop) | next)) {
        return index;
      }
    }
  }

  /** Puts a volume into the pool. The caller owns it and loses it. */
  static void release(Groove groove, long index) {
    long pool = groove.geometry.poolOffset;
    long volume = index << groove.geometry.volumeShift;
    while (true) {
      long verTop = verTop(groove.state, pool);
      VolumeHeader.next(groove.view.volumes, volume, checked(groove, verTop));
      // Publishes the header; pairs with the acquire of verTop.
      if (Mem.casLong(groove.state, pool + VER_TOP_OFFSET, verTop, step(verTop) | index)) {
        return;
      }
    }
  }

  private static long step(long verTop) {
    return (verTop & ~NONE) + VERSION_STEP;
  }

  private static long checked(Groove groove, long verTop) {
    long index = index(verTop);
    if ((verTop & LOCK) != 0 || (index != NONE && !groove.view.lists(index))) {
      // The original waits for the lock bit; here one process owns the pool, and it never sets it.
      throw new CorruptDataException(
          "groove state",
          groove.geometry.poolOffset + VER_TOP_OFFSET,
          "an unlocked pool with a volume on top, or none",
          Groove.hex(verTop));
    }
    return index;
  }
}
