package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Puts in order what an owner that died left behind, as far as that is beyond doubt: locks, free
 * slots, memory of nobody, records that were linked but not yet listed, and the sums of
 * transactions in preparation. Whether the rest is sound the verifier says afterwards.
 *
 * <pre>{@code
 * prepare, put, update, remove          a death in the middle is always repaired: done, or not done
 * freeze, thaw, retain, trim, close     the same
 * publish, publishIntoParent, cancel    refused: the mark in the published number is still there
 * drain                                 repaired between two records, else refused by the verifier
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
  private final Writes writes;
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
      Writes writes,
      SetHash sums) {
    this.parts = parts;
    this.mem = parts.mem;
    this.chains = chains;
    this.tree = tree;
    this.records = records;
    this.roots = roots;
    this.values = values;
    this.writes = writes;
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
    findTxns(NONE);
    forgetTheUnlinked();
    mark(roots.firstLive());
    mark(roots.firstTombstone());
    for (long t = txns.next(0); t >= 0; t = txns.next(t + 1)) {
      relist(parts.txn((int) t));
    }
    listTheLinked();
    rebuildPools();
    sumAgain();
    freeTheLost();
  }

  /**
   * Finds every transaction of the tree, from the top, along the links that are stored last. The
   * links back follow from them.
   */
  private void findTxns(int parent) {
    int above = parent;
    int prev = NONE;
    int i = tree.firstChild(parent);
    while (true) {
      long at = i == NONE ? 0 : parts.txn(i);
      if (i != NONE && txns.add(i)) {
        TxnSlot.put(mem, at, TxnSlot.SIB_PREV_OFFSET, prev);
        above = i;
        prev = NONE;
        i = tree.firstChild(i);
      } else {
        // The end of the children, or a cycle, which stays for the verifier.
        tree.lastChild(above, prev);
        if (above == parent) {
          return;
        }
        prev = above;
        above = tree.parent(above);
        if (above != parent && !txns.contains(above)) {
          return; // not sound
        }
        i = tree.nextSibling(prev);
      }
    }
  }

  /** A transaction that can be found but is not in the tree was not yet in it. */
  private void forgetTheUnlinked() {
    for (long head = 0; head <= parts.txnHeadMask; head++) {
      long at = parts.txnHeads + head * Integer.BYTES;
      long left = parts.txnMax;
      for (int i = Mem.getInt(mem, at); i != NONE && left-- > 0; i = Mem.getInt(mem, at)) {
        long next = parts.txn(i) + TxnSlot.MAP_NEXT_OFFSET;
        if (txns.contains(i)) {
          at = next;
        } else {
          Mem.putInt(mem, at, Mem.getInt(mem, next));
        }
      }
    }
  }

  private void mark(int head) {
    for (int i = head; i != NONE; ) {
      long record = parts.record(i);
      if (!listed.add(i)) {
        return;
      }
      i = RecordSlot.next(mem, record);
    }
  }

  /** Marks the records of a transaction. What else its list says follows from the links forward. */
  private void relist(long txn) {
    int prev = NONE;
    int count = 0;
    for (int i = records.head(txn); i != NONE; ) {
      long record = parts.record(i);
      if (!listed.add(i)) {
        break;
      }
      Mem.putInt(mem, record + RecordSlot.PREV_OFFSET, prev);
      writes.undo(record);
      prev = i;
      count++;
      i = RecordSlot.next(mem, record);
    }
    TxnSlot.put(mem, txn, TxnSlot.REC_TAIL_OFFSET, prev);
    TxnSlot.put(mem, txn, TxnSlot.REC_COUNT_OFFSET, count);
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
          writes.undo(record);
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
        Mem.putInt(mem, record + RecordSlot.UNDO_SIZE_OFFSET, 0);
        Mem.putLong(mem, record + RecordSlot.UNDO_PLACE_OFFSET, 0);
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
      if (RecordSlot.isInline(mem, record)) {
        continue;
      }
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
