package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The parts of a store that never move: where its header, chains, records and transactions are.
 *
 * <p>Read once, when the store is opened, and checked then. Links are read again at each use, and
 * not believed: {@link #record} and {@link #txn} refuse those that lead nowhere.
 */
final class StoreMemory {
  /** The index of no record and no transaction; as the owner of a record, the root. */
  static final int NONE = -1;

  /** Offsets are gaddrs of the workspace. */
  final MemorySegment mem;

  /** What lies above is not data of the workspace. */
  final long limit;

  final long header;
  final int keySize;
  final long seed;
  final long recMax;
  final long txnMax;
  final long chains;
  final long chainMask;
  final long records;

  /** Base 2 logarithm of the bytes of a record. */
  final int recordLog2;

  final long txnHeads;
  final long txnHeadMask;
  final long txns;
  final HashKind hash;

  StoreMemory(MemorySegment mem, long limit, long header) {
    this.mem = mem;
    this.limit = limit;
    this.header = header;
    keySize = Mem.getInt(mem, header + StoreHeader.KEY_SIZE_OFFSET);
    seed = Mem.getLong(mem, header + StoreHeader.SEED_OFFSET);
    recMax = Integer.toUnsignedLong(Mem.getInt(mem, header + StoreHeader.REC_MAX_OFFSET));
    txnMax = Integer.toUnsignedLong(Mem.getInt(mem, header + StoreHeader.TXN_MAX_OFFSET));
    chains = Mem.getLong(mem, header + StoreHeader.CHAINS_OFFSET);
    chainMask = Mem.getLong(mem, header + StoreHeader.CHAIN_COUNT_OFFSET) - 1;
    recordLog2 = Mem.getShort(mem, header + StoreHeader.RECORD_OFFSET);
    records = Mem.getLong(mem, header + StoreHeader.RECORDS_OFFSET);
    txnHeads = Mem.getLong(mem, header + StoreHeader.TXNS_OFFSET);
    txnHeadMask = txnHeadCount(txnMax) - 1;
    txns = txnHeads + txnHeadsSize(txnMax);
    hash = HashKind.of(Mem.getInt(mem, header + StoreHeader.HASH_OFFSET));
  }

  /** How many chains so many records have at least: a power of two. */
  static long chainCount(long recMax) {
    return powerOfTwo(recMax);
  }

  static long txnHeadCount(long txnMax) {
    return powerOfTwo(txnMax);
  }

  /** The smallest power of two that is not less. */
  private static long powerOfTwo(long value) {
    return value <= 1 ? 1 : Long.highestOneBit(value - 1) << 1;
  }

  private static long txnHeadsSize(long txnMax) {
    return (txnHeadCount(txnMax) * Integer.BYTES + StoreHeader.ALIGN - 1) & -StoreHeader.ALIGN;
  }

  /** Bytes of the transactions and the heads of their chains. */
  static long txnsSize(long txnMax) {
    return txnHeadsSize(txnMax) + txnMax * TxnSlot.FOOTPRINT;
  }

  SlotPool recordPool() {
    return new SlotPool(
        mem,
        header + StoreHeader.RECORD_POOL_OFFSET,
        records,
        recordSize(),
        RecordSlot.NEXT_OFFSET,
        recMax);
  }

  SlotPool txnPool() {
    return new SlotPool(
        mem,
        header + StoreHeader.TXN_POOL_OFFSET,
        txns,
        TxnSlot.FOOTPRINT,
        TxnSlot.SIB_NEXT_OFFSET,
        txnMax);
  }

  boolean isRecord(int index) {
    return Integer.toUnsignedLong(index) < recMax;
  }

  boolean isTxn(int index) {
    return Integer.toUnsignedLong(index) < txnMax;
  }

  /** Where a record is, of an index that is known to be one. */
  long recordAt(int index) {
    return records + (Integer.toUnsignedLong(index) << recordLog2);
  }

  /** Bytes of a record. */
  long recordSize() {
    return 1L << recordLog2;
  }

  /** Bytes of digest and value that a record has room for. */
  long inlineMax() {
    return recordSize() - RecordSlot.INLINE_OFFSET;
  }

  /** Whether there is the memory of a record at an address. */
  boolean inRecords(long at) {
    return at >= records && at < records + (recMax << recordLog2);
  }

  /** The record that has the memory at an address. */
  int recordIndex(long at) {
    return (int) ((at - records) >>> recordLog2);
  }

  /** Where a transaction is, of an index that is known to be one. */
  long txnAt(int index) {
    return txns + Integer.toUnsignedLong(index) * TxnSlot.FOOTPRINT;
  }

  /** Where a record is. */
  long record(int index) {
    if (!isRecord(index)) {
      throw StoreHeader.corrupt(
          header, "links to " + recMax + " records", Integer.toUnsignedString(index));
    }
    return recordAt(index);
  }

  /** Where a transaction is. */
  long txn(int index) {
    if (!isTxn(index)) {
      throw StoreHeader.corrupt(
          header, "links to " + txnMax + " transactions", Integer.toUnsignedString(index));
    }
    return txnAt(index);
  }

  int getShort(long field) {
    return Mem.getShort(mem, header + field);
  }

  int getInt(long field) {
    return Mem.getInt(mem, header + field);
  }

  long getLong(long field) {
    return Mem.getLong(mem, header + field);
  }

  void putInt(long field, int value) {
    Mem.putInt(mem, header + field, value);
  }

  void putLong(long field, long value) {
    Mem.putLong(mem, header + field, value);
  }
}
