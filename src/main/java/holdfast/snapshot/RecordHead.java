package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One record of a batch.
 *
 * <pre>{@code
 * byte 0        key size   +8           +12     +16
 *      +--------+----------+------------+-------+---------+------------------+
 *      |  key   | mod seq  | value size | flags |  value  | zeros, up to 8 n |
 *      +--------+----------+------------+-------+---------+------------------+
 *
 * flags: bit 0 tombstone, whose value size is 0
 * }</pre>
 *
 * <p>In a JUMBO batch the value is a buffer of its own, without zeros behind it.
 */
final class RecordHead {
  static final int MOD_SEQ_OFFSET = 0;
  static final int VALUE_SIZE_OFFSET = MOD_SEQ_OFFSET + Long.BYTES;
  static final int FLAGS_OFFSET = VALUE_SIZE_OFFSET + Integer.BYTES;

  /** Bytes behind the key. */
  static final int SIZE = 16;

  static final int TOMBSTONE = 1;
  static final int ALIGN = 8;

  private RecordHead() {}

  /** Bytes of a record, those that fill it up included. */
  static long size(int keySize, int valueSize) {
    return keySize + SIZE + ((long) valueSize + ALIGN - 1 & -ALIGN);
  }

  /** Writes what stands behind the key. */
  static void put(MemorySegment mem, long at, long modSeq, int valueSize, boolean tombstone) {
    Mem.putLong(mem, at + MOD_SEQ_OFFSET, modSeq);
    Mem.putInt(mem, at + VALUE_SIZE_OFFSET, valueSize);
    Mem.putInt(mem, at + FLAGS_OFFSET, tombstone ? TOMBSTONE : 0);
  }

  static long modSeq(MemorySegment mem, long at) {
    return Mem.getLong(mem, at + MOD_SEQ_OFFSET);
  }

  static int valueSize(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + VALUE_SIZE_OFFSET);
  }

  /**
   * The size of a value in bytes that nobody has checked yet.
   *
   * @param at where the head would be
   * @param end behind the bytes that the record may have
   * @return -1 when there cannot be such a record
   */
  static int plausibleSize(MemorySegment mem, long at, long end) {
    long room = end - at - SIZE;
    if (room < 0) {
      return -1;
    }
    int size = valueSize(mem, at);
    return size < 0 || size > room ? -1 : size;
  }

  static int flags(MemorySegment mem, long at) {
    return Mem.getInt(mem, at + FLAGS_OFFSET);
  }
}
