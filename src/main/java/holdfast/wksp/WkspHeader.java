package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The first bytes of a region: what it is, how large, and where its lists and trees begin.
 *
 * <pre>{@code
 * byte 0         8         16        24        32        40                  80     84
 *      +---------+---------+---------+---------+---------+-------------------+------+------+
 *      |  magic  |part_max |data_max |gaddr_lo |gaddr_hi | name, zero padded | seed | idle |
 *      +---------+---------+---------+---------+---------+-------------------+------+------+
 * byte 88     92     96     100    104       112       120       128
 *      +------+------+------+------+---------+---------+---------+
 *      | head | tail | used | free |  cycle  |  owner  |  zero   |  records follow
 *      +------+------+------+------+---------+---------+---------+
 * }</pre>
 *
 * <p>Numbers are little-endian. {@code idle} is the top of the stack of unused records; {@code
 * head} and {@code tail} are the ends of the list of partitions; {@code used} and {@code free} are
 * the roots of the two trees. {@code cycle} is scratch of the original's loop detection, at least
 * 4.
 *
 * <p>The owner word is {@link #UNLOCKED}, {@link #UNDER_CONSTRUCTION}, or the id of the process
 * whose operation is under way.
 */
final class WkspHeader {
  /** First eight bytes of every region. */
  static final long MAGIC = 0xF17EDA2C3731C591L;

  /** The owner word when nobody works on the region. */
  static final long UNLOCKED = -1L;

  /** The owner word while the region is being made. */
  static final long UNDER_CONSTRUCTION = 0L;

  /** Smallest value of the cycle field; the original keeps lower ones for itself. */
  static final long CYCLE_MIN = 4;

  /** Bytes of the name, with at least one zero at its end. */
  static final int NAME_SIZE = 40;

  static final long MAGIC_OFFSET = 0;
  static final long PART_MAX_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long DATA_MAX_OFFSET = PART_MAX_OFFSET + Long.BYTES;
  static final long GADDR_LO_OFFSET = DATA_MAX_OFFSET + Long.BYTES;
  static final long GADDR_HI_OFFSET = GADDR_LO_OFFSET + Long.BYTES;
  static final long NAME_OFFSET = GADDR_HI_OFFSET + Long.BYTES;
  static final long SEED_OFFSET = NAME_OFFSET + NAME_SIZE;
  static final long IDLE_TOP_OFFSET = SEED_OFFSET + Integer.BYTES;
  static final long PART_HEAD_OFFSET = IDLE_TOP_OFFSET + Integer.BYTES;
  static final long PART_TAIL_OFFSET = PART_HEAD_OFFSET + Integer.BYTES;
  static final long USED_ROOT_OFFSET = PART_TAIL_OFFSET + Integer.BYTES;
  static final long FREE_ROOT_OFFSET = USED_ROOT_OFFSET + Integer.BYTES;
  static final long CYCLE_OFFSET = FREE_ROOT_OFFSET + Integer.BYTES;
  static final long OWNER_OFFSET = CYCLE_OFFSET + Long.BYTES;
  static final long ZERO_OFFSET = OWNER_OFFSET + Long.BYTES;
  static final long FOOTPRINT = ZERO_OFFSET + Long.BYTES; // 128

  private WkspHeader() {}

  static long partMax(MemorySegment mem) {
    return Mem.getLong(mem, PART_MAX_OFFSET);
  }

  static long dataMax(MemorySegment mem) {
    return Mem.getLong(mem, DATA_MAX_OFFSET);
  }

  static long gaddrLo(MemorySegment mem) {
    return Mem.getLong(mem, GADDR_LO_OFFSET);
  }

  static long gaddrHi(MemorySegment mem) {
    return Mem.getLong(mem, GADDR_HI_OFFSET);
  }

  static int seed(MemorySegment mem) {
    return Mem.getInt(mem, SEED_OFFSET);
  }

  static int idleTop(MemorySegment mem) {
    return Mem.getInt(mem, IDLE_TOP_OFFSET);
  }

  static void idleTop(MemorySegment mem, int index) {
    Mem.putInt(mem, IDLE_TOP_OFFSET, index);
  }

  static int head(MemorySegment mem) {
    return Mem.getInt(mem, PART_HEAD_OFFSET);
  }

  static void head(MemorySegment mem, int index) {
    Mem.putInt(mem, PART_HEAD_OFFSET, index);
  }

  static int tail(MemorySegment mem) {
    return Mem.getInt(mem, PART_TAIL_OFFSET);
  }

  static void tail(MemorySegment mem, int index) {
    Mem.putInt(mem, PART_TAIL_OFFSET, index);
  }

  static long cycle(MemorySegment mem) {
    return Mem.getLong(mem, CYCLE_OFFSET);
  }
}
