package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Computes from the records what the sum of a transaction has to be. */
final class TxnSums {
  private static final int NONE = StoreMemory.NONE;

  private TxnSums() {}

  /** Adds the changes of a transaction to a sum: what it holds, without what that hides. */
  static void compute(
      StoreMemory parts,
      Chains chains,
      TxnTree tree,
      TxnRecords records,
      SetHash sums,
      int txn,
      MemorySegment sum) {
    MemorySegment mem = parts.mem;
    int parent = tree.parent(txn);
    int next;
    for (int i = records.head(parts.txn(txn)); i != NONE; i = next) {
      long record = parts.record(i);
      next = RecordSlot.next(mem, record);
      if (!RecordSlot.isTombstone(mem, record)) {
        add(parts, sums, record, sum);
      }
      long hash = RecordSlot.hash(mem, record);
      long at = chains.at(hash);
      long word = chains.lockAlone(at);
      int hidden = chains.visible(word, hash, mem, record + RecordSlot.KEY_OFFSET, parent);
      chains.release(at, word);
      if (hidden != NONE && !RecordSlot.isTombstone(mem, parts.record(hidden))) {
        long old = parts.record(hidden);
        sums.subtractStored(
            sum,
            0,
            mem,
            old + RecordSlot.KEY_OFFSET,
            parts.keySize,
            mem,
            RecordSlot.valueOffset(mem, old),
            RecordSlot.size(mem, old));
      }
    }
  }

  /** Adds a record that lives to a sum. */
  static void add(StoreMemory parts, SetHash sums, long record, MemorySegment sum) {
    MemorySegment mem = parts.mem;
    sums.addStored(
        sum,
        0,
        mem,
        record + RecordSlot.KEY_OFFSET,
        parts.keySize,
        mem,
        RecordSlot.valueOffset(mem, record),
        RecordSlot.size(mem, record));
  }
}
