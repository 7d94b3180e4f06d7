package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One transaction in preparation.
 *
 * <pre>{@code
 * byte 0                 16       20         24       28        32        36      40      44
 *   0  +-----------------+--------+----------+--------+---------+---------+-------+-------+
 *      |   xid hi, lo    |mapNext |generation| parent |childHead|childTail|sibPrev|sibNext|
 *  44  +--------+--------+--------+----------+--------+---------+---------+-------+-------+
 *      | stack  |recHead |recTail |recCount  |  lock  |
 *  64  +--------+--------+--------+----------+--------+---------+---------+-----------------
 *      |              SUM256 of the changes           | lattice |  zeros to byte 128
 *      +----------------------------------------------+---------+---------------------------
 * }</pre>
 *
 * <p>{@code parent, childHead, childTail, sibPrev, sibNext} are the tree, {@code mapNext} the chain
 * of the xid, {@code stack} scratch of the operation at work: all of them change under the tree
 * lock in write mode only. {@code recHead, recTail, recCount} and both sums belong to whoever has
 * {@code lock}. {@code generation} grows when the slot's transaction ends, and tells old handles.
 * In a free slot {@code sibNext} is the link in the pool.
 */
final class TxnSlot {
  static final long XID_OFFSET = 0;
  static final long MAP_NEXT_OFFSET = XID_OFFSET + 2 * Long.BYTES;
  static final long GENERATION_OFFSET = MAP_NEXT_OFFSET + Integer.BYTES;
  static final long PARENT_OFFSET = GENERATION_OFFSET + Integer.BYTES;
  static final long CHILD_HEAD_OFFSET = PARENT_OFFSET + Integer.BYTES;
  static final long CHILD_TAIL_OFFSET = CHILD_HEAD_OFFSET + Integer.BYTES;
  static final long SIB_PREV_OFFSET = CHILD_TAIL_OFFSET + Integer.BYTES;
  static final long SIB_NEXT_OFFSET = SIB_PREV_OFFSET + Integer.BYTES;
  static final long STACK_OFFSET = SIB_NEXT_OFFSET + Integer.BYTES;
  static final long REC_HEAD_OFFSET = STACK_OFFSET + Integer.BYTES;
  static final long REC_TAIL_OFFSET = REC_HEAD_OFFSET + Integer.BYTES;
  static final long REC_COUNT_OFFSET = REC_TAIL_OFFSET + Integer.BYTES;
  static final long LOCK_OFFSET = REC_COUNT_OFFSET + Integer.BYTES;
  static final long SUM_OFFSET = LOCK_OFFSET + Integer.BYTES;
  static final long LATTICE_OFFSET = SUM_OFFSET + 4 * Long.BYTES;
  static final long ZERO_OFFSET = LATTICE_OFFSET + Long.BYTES;
  static final long FOOTPRINT = 128;

  private TxnSlot() {}

  static int get(MemorySegment mem, long txn, long field) {
    return Mem.getInt(mem, txn + field);
  }

  static void put(MemorySegment mem, long txn, long field, int value) {
    Mem.putInt(mem, txn + field, value);
  }
}
