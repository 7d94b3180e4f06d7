package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.UUID;

/** A random name of 16 bytes: in memory as {@link UUID} prints it, from left to right. */
final class SnapId {
  static final int SIZE = 16;

  /** All bytes zero. */
  static final UUID NONE = new UUID(0, 0);

  private SnapId() {}

  static UUID get(MemorySegment mem, long at) {
    return new UUID(Mem.getLongBe(mem, at), Mem.getLongBe(mem, at + Long.BYTES));
  }

  static void put(MemorySegment mem, long at, UUID id) {
    Mem.putLongBe(mem, at, id.getMostSignificantBits());
    Mem.putLongBe(mem, at + Long.BYTES, id.getLeastSignificantBits());
  }

  /** Fails at the first byte of a reserved range that is not zero. */
  static void requireZeros(
      MemorySegment mem, long lo, long hi, Reason reason, String part, long partAt) {
    for (long at = lo; at < hi; at++) {
      if (Mem.getByte(mem, at) != 0) {
        throw SnapshotException.damaged(
            reason, part, partAt + at, "zero", String.valueOf(Mem.getByte(mem, at) & 0xFF));
      }
    }
  }
}
