package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One chain, a few records and a transaction of a store, in memory that is made in no time: as much
 * as its protocols need.
 *
 * <pre>{@code
 * 0        256      264           +128 each            +128 each       +16 each
 * | header | chain  | ... records | transaction slots  | values        |
 * }</pre>
 */
final class SmallStore {
  static final int KEY_SIZE = 8;
  static final int RECORDS = 4;
  private static final long CHAINS = StoreHeader.FOOTPRINT;
  private static final long SLOTS = CHAINS + 128;
  private static final long TXNS = SLOTS + RECORDS * RecordSlot.INLINE_OFFSET;
  private static final long VALUES = TXNS + StoreMemory.txnsSize(1);
  private static final long VALUE_SIZE = 16;
  private static final long SIZE = VALUES + RECORDS * VALUE_SIZE;

  final MemorySegment mem = MemorySegment.ofArray(new long[(int) SIZE / Long.BYTES]);
  final StoreMemory parts;
  final Chains chains;
  final TxnRecords records;
  final Reads reads;
  final long chain;
  final long txn;

  SmallStore() {
    Mem.putInt(mem, StoreHeader.KEY_SIZE_OFFSET, KEY_SIZE);
    Mem.putInt(mem, StoreHeader.REC_MAX_OFFSET, RECORDS);
    Mem.putInt(mem, StoreHeader.TXN_MAX_OFFSET, 1);
    Mem.putLong(mem, StoreHeader.CHAINS_OFFSET, CHAINS);
    Mem.putLong(mem, StoreHeader.CHAIN_COUNT_OFFSET, 1);
    Mem.putLong(mem, StoreHeader.RECORDS_OFFSET, SLOTS);
    Mem.putLong(mem, StoreHeader.TXNS_OFFSET, TXNS);
    Mem.putShort(mem, StoreHeader.RECORD_OFFSET, (short) 7);
    Mem.putInt(mem, StoreHeader.PENDING_OFFSET, StoreMemory.NONE);
    Mem.putLong(mem, CHAINS, Integer.toUnsignedLong(StoreMemory.NONE));
    parts = new StoreMemory(mem, SIZE, 0);
    TxnTree tree = new TxnTree(parts);
    chains = new Chains(parts, tree);
    records = new TxnRecords(parts, SetHash.of(HashKind.NONE));
    reads = new Reads(parts, chains, tree, 0);
    chain = chains.at(0);
    txn = parts.txn(0);
    records.clear(txn);
  }

  /** Where the value of a record lies. */
  private static long valueAt(int index) {
    return VALUES + index * VALUE_SIZE;
  }

  /** Writes both words of a value. */
  void mark(int index, long mark) {
    Mem.putLong(mem, valueAt(index), mark);
    Mem.putLong(mem, valueAt(index) + Long.BYTES, mark);
  }

  /** Writes a version of the root, which is in no chain yet. */
  void fill(int index, long key, int next, long mark) {
    long record = parts.record(index);
    mark(index, mark);
    Mem.putInt(mem, record + RecordSlot.MAP_NEXT_OFFSET, next);
    Mem.putInt(mem, record + RecordSlot.TXN_OFFSET, StoreMemory.NONE);
    Mem.putLong(mem, record + RecordSlot.HASH_OFFSET, key);
    Mem.putLong(mem, record + RecordSlot.KEY_OFFSET, key);
    Mem.putLong(mem, record + RecordSlot.VALUE_OFFSET, valueAt(index));
    Mem.putInt(mem, record + RecordSlot.SIZE_OFFSET, (int) VALUE_SIZE);
  }

  /** Puts a version at the front of the chain. */
  void link(int index, long key, long mark) {
    long word = chains.lock(chain);
    fill(index, key, (int) word, mark);
    chains.publish(chain, word, index);
  }

  /** Looks once: the mark; -1 absent, -2 again, -3 torn. */
  int look(long key) {
    MemorySegment wanted = MemorySegment.ofArray(new long[] {key});
    MemorySegment target = MemorySegment.ofArray(new long[2]);
    long size = reads.tryGet(StoreMemory.NONE, key, wanted, target);
    if (size < 0) {
      return (int) size;
    }
    long mark = Mem.getLong(target, 0);
    return size == VALUE_SIZE && mark == Mem.getLong(target, Long.BYTES) ? (int) mark : -3;
  }
}
