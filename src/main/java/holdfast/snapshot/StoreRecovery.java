package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Puts in order what an owner that died left behind, as far as that is beyond doubt: locks, free
 * slots, memory of nobody, records that were linked but not yet listed, and the sums of
 * transactions in preparation. Whether the rest is sound the verifier says afterwards.
 *
 * <pre>{@code
 * put:     value | digest | sum | chain | list | sum | free      a death here is always repaired
 * change of a version in place, publish, publishIntoParent, cancel:
 *          repaired if it had not begun to move, refused by the verifier if it had
 * }</pre>
 */
final class StoreRecovery {
  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final Chains chains;
  private final TxnTree tree;
  private final TxnRecords records;
  private final RootLists roots;
  private final Values values;
  private final SetHash sums;

  /** Records that are in a list. */
  private final IndexSet listed;

  private final IndexSet txns;

  StoreRecovery(
      StoreMemory parts,
      Chains chains,
      TxnTree tree,
      TxnRecords records,
      RootLists roots,
      Values values,
      SetHash sums) {
    this.parts = parts;
    this.mem = parts.mem;
    this.chains = chains;
    this.tree = tree;
    this.records = records;
    this.roots = roots;
    this.values = values;
    this.sums = sums;
    this.listed = new IndexSet(parts.recMax);
    this.txns = new IndexSet(parts.txnMax);
  }

  /** Opens all locks. */
  static void unlock(StoreMemory parts) {
    MemorySegment mem = parts.mem;
    for (long i = 0; i <= parts.chainMask; i++) {
      long at = parts.chains + i * Long.BYTES;
      long word = Mem.getLong(mem, at);
      if ((word & Chains.LOCKED) != 0) {
        Mem.putLong(mem, at, word + Chains.LOCKED);
      }
    }
    for (long i = 0; i < parts.txnMax; i++) {
      long lock = parts.txnAt((int) i) + TxnSlot.LOCK_OFFSET;
      if (Mem.getInt(mem, lock) != 0) {
        Mem.putInt(mem, lock, 0);
      }
    }
  }

  void run() {
    findTxns();
    mark(roots.firstLive());
    mark(roots.firstTombstone());
    for (long t = txns.next(0); t >= 0; t = txns.next(t + 1)) {
      mark(records.head(parts.txn((int) t)));
    }
    listTheLinked();
    rebuildPools();
    sumAgain();
    freeTheLost();
  }

  /**
   * Every transaction of the tree, found from the top; what is not sound stays for the verifier.
   */
  private void findTxns() {
    int i = tree.firstChild(NONE);
    long left = parts.txnMax;
    while (i != NONE && left-- > 0) {
      txns.add(i);
      int next = tree.firstChild(i);
      for (long up = parts.txnMax; next == NONE && i != NONE && up > 0; up--) {
        next = tree.nextSibling(i);
        i = tree.parent(i);
      }
      i = next;
    }
  }

  private void mark(int head) {
    for (int i = head; i != NONE && listed.add(i); ) {
      long record = parts.record(i);
      i = RecordSlot.next(mem, record);
    }
  }

  /** The writer died between chain and list. */
  private void listTheLinked() {
    for (long chain = 0; chain <= parts.chainMask; chain++) {
      long left = parts.recMax;
      for (int i = (int) Mem.getLong(mem, parts.chains + chain * Long.BYTES);
          i != NONE && left > 0;
          left--) {
        long record = parts.record(i);
        int owner = RecordSlot.txn(mem, record);
        if (!listed.contains(i) && owner != NONE && parts.isTxn(owner) && txns.contains(owner)) {
          records.append(parts.txn(owner), i);
          listed.add(i);
        }
        i = RecordSlot.mapNext(mem, record);
      }
    }
  }

  private void rebuildPools() {
    SlotPool recordPool = parts.recordPool();
    recordPool.clear();
    for (long i = parts.recMax - 1; i >= 0; i--) {
      if (!listed.contains((int) i)) {
        long record = parts.recordAt((int) i);
        Mem.putLong(mem, record + RecordSlot.VALUE_OFFSET, 0);
        Mem.putInt(mem, record + RecordSlot.FLAGS_OFFSET, 0);
        recordPool.push((int) i);
      }
    }
    SlotPool txnPool = parts.txnPool();
    txnPool.clear();
    for (long i = parts.txnMax - 1; i >= 0; i--) {
      if (!txns.contains((int) i)) {
        txnPool.push((int) i);
      }
    }
  }

  /** Whoever died may have had a part of a change in the sum. */
  private void sumAgain() {
    if (sums.sumSize() == 0) {
      return;
    }
    for (long t = txns.next(0); t >= 0; t = txns.next(t + 1)) {
      int i = (int) t;
      long sum = records.sumAt(parts.txn(i));
      if (i != tree.pending() && sum != 0) {
        Mem.fill(mem, sum, sums.sumSize(), (byte) 0);
        TxnSums.compute(parts, chains, tree, records, sums, i, mem.asSlice(sum, sums.sumSize()));
      }
    }
  }

  /** What had just been allocated, or was about to be freed. */
  private void freeTheLost() {
    ValueCensus census = values.census();
    for (long i = listed.next(0); i >= 0; i = listed.next(i + 1)) {
      long record = parts.record((int) i);
      census.takeValue(
          RecordSlot.place(mem, record),
          RecordSlot.isTombstone(mem, record)
              ? 0
              : sums.digestSize() + (long) RecordSlot.size(mem, record));
    }
    if (parts.hash == HashKind.LATTICE16) {
      census.takeAccumulator(records.rootSumAt());
      for (long t = txns.next(0); t >= 0; t = txns.next(t + 1)) {
        census.takeAccumulator(records.sumAt(parts.txn((int) t)));
      }
    }
    census.freeLeft();
  }
}
