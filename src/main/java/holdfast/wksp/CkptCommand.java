package holdfast.wksp;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Three words that say what comes next in a frame of a checkpoint.
 *
 * <pre>{@code
 *           byte 0            8                  16                24
 *                +------------+------------------+-----------------+
 * meta           | tag, not 0 | gaddr_lo         | gaddr_hi        |  one allocation
 * data           | 0          | 2^64-1           | 2^64-1          |  the bytes of all those before
 * appendix       | 0          | number of groups | appendix before |  0: there is none before
 * volumes        | 0          | 2^64-1           | last appendix   |  0: there is none at all
 *                +------------+------------------+-----------------+
 * }</pre>
 */
final class CkptCommand {
  static final long TAG_OFFSET = 0;
  static final long LO_OFFSET = TAG_OFFSET + Long.BYTES;
  static final long HI_OFFSET = LO_OFFSET + Long.BYTES;
  static final long FOOTPRINT = HI_OFFSET + Long.BYTES; // 24

  /** What stands where a meta command has its addresses, to tell the others apart. */
  static final long MAX = -1L;

  private CkptCommand() {}

  static void put(MemorySegment mem, long a, long b, long c) {
    Mem.putLong(mem, TAG_OFFSET, a);
    Mem.putLong(mem, LO_OFFSET, b);
    Mem.putLong(mem, HI_OFFSET, c);
  }

  static long a(MemorySegment mem) {
    return Mem.getLong(mem, TAG_OFFSET);
  }

  static long b(MemorySegment mem) {
    return Mem.getLong(mem, LO_OFFSET);
  }

  static long c(MemorySegment mem) {
    return Mem.getLong(mem, HI_OFFSET);
  }

  static boolean is(MemorySegment mem, long a, long b, long c) {
    return a(mem) == a && b(mem) == b && c(mem) == c;
  }

  static boolean isMeta(MemorySegment mem) {
    return a(mem) != 0;
  }

  static boolean isData(MemorySegment mem) {
    return is(mem, 0, MAX, MAX);
  }

  static boolean isAppendix(MemorySegment mem) {
    return a(mem) == 0 && b(mem) != MAX && c(mem) != MAX;
  }

  static boolean isVolumes(MemorySegment mem) {
    return a(mem) == 0 && b(mem) == MAX && c(mem) != MAX;
  }

  static String text(MemorySegment mem) {
    return "0x"
        + Long.toHexString(a(mem))
        + " 0x"
        + Long.toHexString(b(mem))
        + " 0x"
        + Long.toHexString(c(mem));
  }
}
