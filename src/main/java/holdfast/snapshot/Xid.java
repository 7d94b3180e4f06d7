package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The name of a transaction, chosen by its user: 128 bits, unique among the transactions that are
 * in preparation in a store at the same time.
 *
 * @param hi any 64 bits
 * @param lo any 64 bits; not 0 together with {@code hi}, which is the root
 */
public record Xid(long hi, long lo) {
  /** The name of the root, which no transaction can have. */
  public static final Xid ROOT = new Xid(0, 0);

  /** Whether it is the root's. */
  boolean isRoot() {
    return hi == 0 && lo == 0;
  }

  /** What its chain is found by. Names are the user's own, so nobody aims. */
  long mix() {
    long x = hi * 0x9e37_79b9_7f4a_7c15L ^ lo;
    x ^= x >>> 32;
    x *= 0xff51_afd7_ed55_8ccdL;
    return x ^ x >>> 32;
  }

  static Xid read(MemorySegment mem, long at) {
    return new Xid(Mem.getLong(mem, at), Mem.getLong(mem, at + Long.BYTES));
  }

  boolean isAt(MemorySegment mem, long at) {
    return Mem.getLong(mem, at) == hi && Mem.getLong(mem, at + Long.BYTES) == lo;
  }

  void write(MemorySegment mem, long at) {
    Mem.putLong(mem, at, hi);
    Mem.putLong(mem, at + Long.BYTES, lo);
  }

  /** For messages: 32 hexadecimal digits. */
  @Override
  public String toString() {
    return String.format("%016x%016x", hi, lo);
  }
}
