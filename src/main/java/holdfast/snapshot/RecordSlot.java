package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One version of a record: its key, where its value lies, whose it is.
 *
 * <pre>{@code
 * byte 0                 16       20       24       28       32                40        48
 *   0  +-----------------+--------+--------+--------+--------+-----------------+----------+
 *      |   xid hi, lo    |mapNext |  txn   |  prev  |  next  |    key hash     |  modSeq  |
 *  48  +-----------------+--------+--------+--------+--------+-------- ... +-----+--------+
 *      |  value offset   |valSize |capacity| flags  |  undo  | key, zeros to 120 |  undo  |
 * 128  +-----------------+--------+--------+--------+--------+-------- ... +-----+--------+
 *      |  digest and value, if they fit                                         |
 *      +-------------------------------------------------------------------------+
 *
 * flags   bit  meaning
 *          0   tombstone: the key is removed in this version; there is no value
 *          1   the value is an allocation of the workspace, not of the groove
 *          2   tombstone over a version that had been published: kept even if the root has none
 * }</pre>
 *
 * <p>{@code txn} is the transaction that the version belongs to, all ones for the root, whose xid
 * is zero. {@code mapNext} links the chain of the key hash; {@code prev, next} link the list of the
 * transaction, or one of the two lists of the root. A free slot has no value, and {@code next} is
 * its link in the pool.
 *
 * <p>A value that fits lies behind the head of its record, where a reader that found the key has it
 * at hand; the value offset is then that of this memory. It is written while nobody else knows of
 * the record, and not again: a value that replaces it lies elsewhere, until the record is given
 * back.
 *
 * <p>Both undo fields are zero, but while the value of a version is replaced by another one: then
 * the first is the old size, with bit 31 set, and the second the old offset, with bit 0 for DIRECT
 * and bit 1 for TOMBSTONE. They are stored before, and cleared after everything else.
 *
 * <p>A version changes only while its chain is locked, except for {@code prev, next}, which belong
 * to whoever has the lock of the list, and {@code modSeq}, which belongs to the publisher.
 */
final class RecordSlot {
  static final long XID_OFFSET = 0;
  static final long MAP_NEXT_OFFSET = XID_OFFSET + 2 * Long.BYTES;
  static final long TXN_OFFSET = MAP_NEXT_OFFSET + Integer.BYTES;
  static final long PREV_OFFSET = TXN_OFFSET + Integer.BYTES;
  static final long NEXT_OFFSET = PREV_OFFSET + Integer.BYTES;
  static final long HASH_OFFSET = NEXT_OFFSET + Integer.BYTES;
  static final long MOD_SEQ_OFFSET = HASH_OFFSET + Long.BYTES;
  static final long VALUE_OFFSET = MOD_SEQ_OFFSET + Long.BYTES;
  static final long SIZE_OFFSET = VALUE_OFFSET + Long.BYTES;
  static final long CAPACITY_OFFSET = SIZE_OFFSET + Integer.BYTES;
  static final long FLAGS_OFFSET = CAPACITY_OFFSET + Integer.BYTES;
  static final long UNDO_SIZE_OFFSET = FLAGS_OFFSET + Integer.BYTES;
  static final long KEY_OFFSET = UNDO_SIZE_OFFSET + Integer.BYTES;
  static final long UNDO_PLACE_OFFSET = KEY_OFFSET + 6 * Long.BYTES;

  /** Where the record has room for digest and value; the size of a record without any. */
  static final long INLINE_OFFSET = UNDO_PLACE_OFFSET + Long.BYTES;

  /** In the undo field of the size: there is something to undo. */
  static final int UNDO = 1 << 31;

  static final int TOMBSTONE = 1;
  static final int DIRECT = 2;
  static final int KEEP = 4;

  /** Largest value, in bytes. */
  static final int SIZE_MAX = Integer.MAX_VALUE;

  private RecordSlot() {}

  static int mapNext(MemorySegment mem, long record) {
    return Mem.getInt(mem, record + MAP_NEXT_OFFSET);
  }

  static int txn(MemorySegment mem, long record) {
    return Mem.getInt(mem, record + TXN_OFFSET);
  }

  static int prev(MemorySegment mem, long record) {
    return Mem.getInt(mem, record + PREV_OFFSET);
  }

  static int next(MemorySegment mem, long record) {
    return Mem.getInt(mem, record + NEXT_OFFSET);
  }

  static long hash(MemorySegment mem, long record) {
    return Mem.getLong(mem, record + HASH_OFFSET);
  }

  static long modSeq(MemorySegment mem, long record) {
    return Mem.getLong(mem, record + MOD_SEQ_OFFSET);
  }

  static long valueOffset(MemorySegment mem, long record) {
    return Mem.getLong(mem, record + VALUE_OFFSET);
  }

  static int size(MemorySegment mem, long record) {
    return Mem.getInt(mem, record + SIZE_OFFSET);
  }

  static int flags(MemorySegment mem, long record) {
    return Mem.getInt(mem, record + FLAGS_OFFSET);
  }

  /** Whether the value lies in the record itself. */
  static boolean isInline(MemorySegment mem, long record) {
    return valueOffset(mem, record) == record + INLINE_OFFSET;
  }

  static boolean isTombstone(MemorySegment mem, long record) {
    return (flags(mem, record) & TOMBSTONE) != 0;
  }

  /** What {@link Values} calls the place of the value: its address, and whether it is direct. */
  static long place(MemorySegment mem, long record) {
    return valueOffset(mem, record) | (flags(mem, record) & DIRECT) >>> 1;
  }

  static boolean hasKey(MemorySegment mem, long record, MemorySegment key, long keyAt, int size) {
    long at = record + KEY_OFFSET;
    for (int i = 0; i < size; i += Long.BYTES) {
      if (Mem.getLong(mem, at + i) != Mem.getLong(key, keyAt + i)) {
        return false;
      }
    }
    return true;
  }
}
