package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One record of the partition table: where a partition lies, whose it is, and how it hangs in the
 * list and the trees.
 *
 * <pre>{@code
 * byte 0      8      16     24    28    32    36    40    44     48    52    56      64
 *      +------+------+------+-----+-----+-----+-----+-----+------+-----+-----+-------+
 *      |  lo  |  hi  | tag  |prio | prev| next| left|right|parent| same|stack| cycle |
 *      +------+------+------+-----+-----+-----+-----+-----+------+-----+-----+-------+
 *      prio: bits 0..30 heap priority (30 are used), bit 31 "inside a same-size list"
 *
 * state  tag   lo,hi   linked in
 * IDLE    0    0,0     the idle stack, through parent
 * FREE    0    lo<hi   the list of partitions and the tree ordered by size
 * USED   !=0   lo<hi   the list of partitions and the tree ordered by address
 * }</pre>
 *
 * <p>{@code lo}, {@code hi} and {@code tag} of the records whose tag is not 0 are the truth; all
 * else can be built again from them. So a store into one of the three is a <em>release</em>: a
 * process that dies right after it has done, in this order, all stores before it. {@code stack} and
 * {@code cycle} are scratch of the original and never read here.
 *
 * <p>Links are indices of records, unsigned, {@link #NULL} for none. {@code at} is the offset of a
 * record in the region.
 */
final class Pinfo {
  /** No record. */
  static final int NULL = -1;

  /** Bits of the field at {@link #PRIO_OFFSET} that hold the priority. */
  static final int PRIO_MASK = 0x7FFF_FFFF;

  /** The bit of the same field that says "in a list of equal sizes, not in the tree". */
  static final int IN_SAME = 0x8000_0000;

  /** Priorities are drawn from 30 bits, so that they compare alike signed and unsigned. */
  static final int DRAWN_MASK = (1 << 30) - 1;

  static final long LO_OFFSET = 0;
  static final long HI_OFFSET = LO_OFFSET + Long.BYTES;
  static final long TAG_OFFSET = HI_OFFSET + Long.BYTES;
  static final long PRIO_OFFSET = TAG_OFFSET + Long.BYTES;
  static final long PREV_OFFSET = PRIO_OFFSET + Integer.BYTES;
  static final long NEXT_OFFSET = PREV_OFFSET + Integer.BYTES;
  static final long LEFT_OFFSET = NEXT_OFFSET + Integer.BYTES;
  static final long RIGHT_OFFSET = LEFT_OFFSET + Integer.BYTES;
  static final long PARENT_OFFSET = RIGHT_OFFSET + Integer.BYTES;
  static final long SAME_OFFSET = PARENT_OFFSET + Integer.BYTES;
  static final long STACK_OFFSET = SAME_OFFSET + Integer.BYTES;
  static final long CYCLE_OFFSET = STACK_OFFSET + Integer.BYTES;
  static final long FOOTPRINT = CYCLE_OFFSET + Long.BYTES; // 64: one cache line

  private static final int FOOTPRINT_LOG2 = 6;

  private Pinfo() {}

  /** Where a record lies in the region. */
  static long at(int index) {
    return WkspHeader.FOOTPRINT + ((index & 0xFFFF_FFFFL) << FOOTPRINT_LOG2);
  }

  static long lo(MemorySegment mem, long at) {
    return Mem.getLong(mem, at + LO_OFFSET);
  }

  static void lo(MemorySegment mem, long at, long gaddr) {
    Mem.putLongRelease(mem, at + LO_OFFSET, gaddr);
  }

  static long hi(MemorySegment mem, long at) {
    return Mem.getLong(mem, at + HI_OFFSET);
  }

  static void hi(MemorySegment mem, long at, long gaddr) {
    Mem.putLongRelease(mem, at + HI_OFFSET, gaddr);
  }

  static long size(MemorySegment mem, long at) {
    return hi(mem, at) - lo(mem, at);
  }

  static long tag(MemorySegment mem, long at) {
    return Mem.getLong(mem, at + TAG_OFFSET);
  }

  /** The point at which an allocation happens, and at which a free does. */
  static void tag(MemorySegment mem, long at, long tag) {
    Mem.putLongRelease(mem, at + TAG_OFFSET, tag);
  }

  static int prio(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + PRIO_OFFSET) & PRIO_MASK;
  }

  static boolean inSame(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + PRIO_OFFSET) < 0;
  }

  static void prio(MemorySegment mem, long at, int prio, boolean inSame) {
    Mem.putInt(mem, at + PRIO_OFFSET, inSame ? prio | IN_SAME : prio);
  }

  static int prev(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + PREV_OFFSET);
  }

  static void prev(MemorySegment mem, long at, int index) {
    Mem.putInt(mem, at + PREV_OFFSET, index);
  }

  static int next(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + NEXT_OFFSET);
  }

  static void next(MemorySegment mem, long at, int index) {
    Mem.putInt(mem, at + NEXT_OFFSET, index);
  }

  static int left(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + LEFT_OFFSET);
  }

  static void left(MemorySegment mem, long at, int index) {
    Mem.putInt(mem, at + LEFT_OFFSET, index);
  }

  static int right(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + RIGHT_OFFSET);
  }

  static void right(MemorySegment mem, long at, int index) {
    Mem.putInt(mem, at + RIGHT_OFFSET, index);
  }

  static int parent(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + PARENT_OFFSET);
  }

  static void parent(MemorySegment mem, long at, int index) {
    Mem.putInt(mem, at + PARENT_OFFSET, index);
  }

  static int same(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + SAME_OFFSET);
  }

  static void same(MemorySegment mem, long at, int index) {
    Mem.putInt(mem, at + SAME_OFFSET, index);
  }
}
