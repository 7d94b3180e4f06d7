package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The header of a record store: its parameters, where its parts lie, and the state of its root.
 *
 * <pre>{@code
 * byte 0        4        8        12       16       20       24       28       32
 *   0  +-----------------+--------+--------+-----------------+-----------------+
 *      |   "HFRECST1"    |version |keySize |   own offset    |    hash seed    |
 *  32  +--------+--------+--------+--------+-----------------+-----------------+
 *      | recMax | txnMax |     chains      |   chain count   |     records     |
 *  64  +--------+--------+--------+--------+--------+--------+--------+--------+
 *      |  transactions   |liveHead|liveTail|tombHead|tombTail|firstTxn|last Txn|
 *  96  +-----------------+--------+--------+--------+--------+--------+--------+
 *      |   live count    | tombstone count |   value bytes   |      gate       |
 * 128  +-----------------+--------+--------+-----------------+-----------------+
 *      |  published seq  |pending |  hash  | tombstone floor |  free records   |
 * 160  +-----------------+--------+--------+-----------------+-----------------+
 *      |free transactions|             store id              |    base tag     |
 * 192  +-----------------+-----------------------------------+-----------------+
 *      |                            SUM256 of the root                         |
 * 224  +-----------------+-----------------+----+---+--------+-----------------+
 *      | lattice of root |  groove state   |blk |rec| volume |      owner      |
 * 256  +-----------------+-----------------+----+---+--------+-----------------+
 *      blk, rec, volume: base 2 logarithms of the bytes of a block, a record, a volume
 *
 * gate    bits  width  field
 *         0-61   62    sequence number at which the root was frozen
 *        62-63    2    0 OPEN, 1 FROZEN, 2 DRAINING
 *
 * published seq   bit 63 while records move from one owner to another
 * }</pre>
 *
 * <p>Indices of records and transactions are 32 bits, unsigned; all ones are none. Everything from
 * {@code liveHead} on changes under the tree lock in write mode only, but for the heads of the
 * pools.
 */
final class StoreHeader {
  static final String FORMAT = "record store";

  /** The bytes {@code HFRECST1}. */
  static final long MAGIC = 0x3154_5343_4552_4648L;

  static final int VERSION = 2;
  static final long ALIGN = 128;

  /** The highest sequence number: what fits beside the state of the gate. */
  static final long SEQ_MAX = (1L << 62) - 1;

  static final int OPEN = 0;
  static final int FROZEN = 1;
  static final int DRAINING = 2;
  static final int GATE_SHIFT = 62;

  /**
   * Beside the published sequence number: records are on their way from one owner to another. A
   * store that was left with it is beyond repair.
   */
  static final long MOVING = 1L << 63;

  /** Tombstone floor: keep none. */
  static final long KEEP_NONE = -1;

  static final long MAGIC_OFFSET = 0;
  static final long VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long KEY_SIZE_OFFSET = VERSION_OFFSET + Integer.BYTES;
  static final long SELF_OFFSET = KEY_SIZE_OFFSET + Integer.BYTES;
  static final long SEED_OFFSET = SELF_OFFSET + Long.BYTES;
  static final long REC_MAX_OFFSET = SEED_OFFSET + Long.BYTES;
  static final long TXN_MAX_OFFSET = REC_MAX_OFFSET + Integer.BYTES;
  static final long CHAINS_OFFSET = TXN_MAX_OFFSET + Integer.BYTES;
  static final long CHAIN_COUNT_OFFSET = CHAINS_OFFSET + Long.BYTES;
  static final long RECORDS_OFFSET = CHAIN_COUNT_OFFSET + Long.BYTES;
  static final long TXNS_OFFSET = RECORDS_OFFSET + Long.BYTES;
  static final long LIVE_HEAD_OFFSET = TXNS_OFFSET + Long.BYTES;
  static final long LIVE_TAIL_OFFSET = LIVE_HEAD_OFFSET + Integer.BYTES;
  static final long TOMBSTONE_HEAD_OFFSET = LIVE_TAIL_OFFSET + Integer.BYTES;
  static final long TOMBSTONE_TAIL_OFFSET = TOMBSTONE_HEAD_OFFSET + Integer.BYTES;
  static final long CHILD_HEAD_OFFSET = TOMBSTONE_TAIL_OFFSET + Integer.BYTES;
  static final long CHILD_TAIL_OFFSET = CHILD_HEAD_OFFSET + Integer.BYTES;
  static final long LIVE_COUNT_OFFSET = CHILD_TAIL_OFFSET + Integer.BYTES;
  static final long TOMBSTONE_COUNT_OFFSET = LIVE_COUNT_OFFSET + Long.BYTES;
  static final long VALUE_BYTES_OFFSET = TOMBSTONE_COUNT_OFFSET + Long.BYTES;
  static final long GATE_OFFSET = VALUE_BYTES_OFFSET + Long.BYTES;
  static final long PUBLISHED_OFFSET = GATE_OFFSET + Long.BYTES;
  static final long PENDING_OFFSET = PUBLISHED_OFFSET + Long.BYTES;
  static final long HASH_OFFSET = PENDING_OFFSET + Integer.BYTES;
  static final long FLOOR_OFFSET = HASH_OFFSET + Integer.BYTES;
  static final long RECORD_POOL_OFFSET = FLOOR_OFFSET + Long.BYTES;
  static final long TXN_POOL_OFFSET = RECORD_POOL_OFFSET + Long.BYTES;
  static final long STORE_ID_OFFSET = TXN_POOL_OFFSET + Long.BYTES;
  static final long BASE_TAG_OFFSET = STORE_ID_OFFSET + 2 * Long.BYTES;
  static final long SUM_OFFSET = BASE_TAG_OFFSET + Long.BYTES;
  static final long LATTICE_OFFSET = SUM_OFFSET + 4 * Long.BYTES;
  static final long GROOVE_OFFSET = LATTICE_OFFSET + Long.BYTES;
  static final long BLOCK_OFFSET = GROOVE_OFFSET + Long.BYTES;
  static final long RECORD_OFFSET = BLOCK_OFFSET + Short.BYTES;
  static final long VOLUME_OFFSET = RECORD_OFFSET + Short.BYTES;
  static final long OWNER_OFFSET = VOLUME_OFFSET + Integer.BYTES;
  static final long FOOTPRINT = OWNER_OFFSET + Long.BYTES;

  // What the tags of a store's allocations add to its base tag.

  static final int HEADER_TAG = 0;
  static final int CHAINS_TAG = 1;
  static final int RECORDS_TAG = 2;
  static final int TXNS_TAG = 3;
  static final int GROOVE_TAG = 4;
  static final int VOLUME_TAG = 5;
  static final int DIRECT_TAG = 6;

  private StoreHeader() {}

  static int state(long gate) {
    return (int) (gate >>> GATE_SHIFT);
  }

  static long seq(long gate) {
    return gate & SEQ_MAX;
  }

  static long gate(int state, long seq) {
    return (long) state << GATE_SHIFT | seq;
  }

  static long getLong(MemorySegment mem, long header, long field) {
    return Mem.getLong(mem, header + field);
  }

  static CorruptDataException corrupt(long offset, String expected, Object found) {
    return new CorruptDataException(FORMAT, offset, expected, String.valueOf(found));
  }
}
