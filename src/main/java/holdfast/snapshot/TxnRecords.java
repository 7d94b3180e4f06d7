package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * What a transaction holds: the list of its records in the order of their first change, and the sum
 * of what it changes in the content of the store.
 *
 * <p>Both belong to whoever has the lock of the transaction, under which nothing else is locked but
 * memory is allocated; or has the tree lock in write mode.
 *
 * <p>The sum of a transaction is the difference between the content that it sees and that of its
 * parent. What is subtracted can be computed at any time: the ancestors of a transaction that is
 * written to do not change.
 */
final class TxnRecords {
  /** No value, among addresses of values. */
  static final long NOTHING = -1;

  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final SetHash sums;

  TxnRecords(StoreMemory parts, SetHash sums) {
    this.parts = parts;
    this.mem = parts.mem;
    this.sums = sums;
  }

  void lock(long txn) {
    // Acquires what the last holder did; pairs with the release in unlock.
    for (int round = 0; !Mem.casInt(mem, txn + TxnSlot.LOCK_OFFSET, 0, 1); round++) {
      Patience.pause(round, "a transaction");
    }
  }

  void unlock(long txn) {
    // Publishes list and sum; pairs with the compare-and-set in lock.
    Mem.putIntRelease(mem, txn + TxnSlot.LOCK_OFFSET, 0);
  }

  int head(long txn) {
    return TxnSlot.get(mem, txn, TxnSlot.REC_HEAD_OFFSET);
  }

  int count(long txn) {
    return TxnSlot.get(mem, txn, TxnSlot.REC_COUNT_OFFSET);
  }

  /** Puts a record at the end of the list. */
  void append(long txn, int index) {
    long record = parts.record(index);
    int tail = TxnSlot.get(mem, txn, TxnSlot.REC_TAIL_OFFSET);
    Mem.putInt(mem, record + RecordSlot.PREV_OFFSET, tail);
    Mem.putInt(mem, record + RecordSlot.NEXT_OFFSET, NONE);
    // Release: whoever dies now leaves a list that can be walked forward.
    Mem.putIntRelease(
        mem,
        tail == NONE ? txn + TxnSlot.REC_HEAD_OFFSET : parts.record(tail) + RecordSlot.NEXT_OFFSET,
        index);
    TxnSlot.put(mem, txn, TxnSlot.REC_TAIL_OFFSET, index);
    TxnSlot.put(mem, txn, TxnSlot.REC_COUNT_OFFSET, count(txn) + 1);
  }

  /** Takes a record out of the list. */
  void remove(long txn, int index) {
    long record = parts.record(index);
    int prev = RecordSlot.prev(mem, record);
    int next = RecordSlot.next(mem, record);
    if (prev == NONE) {
      TxnSlot.put(mem, txn, TxnSlot.REC_HEAD_OFFSET, next);
    } else {
      Mem.putInt(mem, parts.record(prev) + RecordSlot.NEXT_OFFSET, next);
    }
    if (next == NONE) {
      TxnSlot.put(mem, txn, TxnSlot.REC_TAIL_OFFSET, prev);
    } else {
      Mem.putInt(mem, parts.record(next) + RecordSlot.PREV_OFFSET, prev);
    }
    TxnSlot.put(mem, txn, TxnSlot.REC_COUNT_OFFSET, count(txn) - 1);
  }

  /** Forgets the whole list: its records went elsewhere. */
  void clear(long txn) {
    TxnSlot.put(mem, txn, TxnSlot.REC_HEAD_OFFSET, NONE);
    TxnSlot.put(mem, txn, TxnSlot.REC_TAIL_OFFSET, NONE);
    TxnSlot.put(mem, txn, TxnSlot.REC_COUNT_OFFSET, 0);
  }

  // Sums.

  /** Where the sum of a transaction is; 0 when it is the sum of nothing and has no memory. */
  long sumAt(long txn) {
    if (parts.hash != HashKind.LATTICE16) {
      return txn + TxnSlot.SUM_OFFSET;
    }
    long lattice = Mem.getLong(mem, txn + TxnSlot.LATTICE_OFFSET);
    if (lattice < 0 || lattice > parts.limit - Values.ACCUMULATOR_SIZE) {
      throw StoreHeader.corrupt(
          txn + TxnSlot.LATTICE_OFFSET, "a sum inside the workspace", lattice);
    }
    return lattice;
  }

  /** Where the sum of the root is. */
  long rootSumAt() {
    return parts.hash == HashKind.LATTICE16
        ? parts.getLong(StoreHeader.LATTICE_OFFSET)
        : parts.header + StoreHeader.SUM_OFFSET;
  }

  /**
   * Takes over what became of one record, under the lock.
   *
   * @param fresh the record when it is new in the transaction, else none: goes to the end of the
   *     list
   * @param added the value that is seen from now on, or {@link #NOTHING}: goes into the sum
   * @param removed the value that was seen before, or {@link #NOTHING}: leaves the sum
   */
  void change(
      long txn,
      int fresh,
      MemorySegment key,
      long keyAt,
      long added,
      long addedSize,
      long removed,
      long removedSize) {
    boolean hashed = parts.hash != HashKind.NONE;
    if (fresh == NONE && !hashed) {
      return;
    }
    lock(txn);
    try {
      if (fresh != NONE) {
        append(txn, fresh);
      }
      if (hashed && added != NOTHING) {
        sums.addStored(mem, sumAt(txn), key, keyAt, parts.keySize, mem, added, addedSize);
      }
      if (hashed && removed != NOTHING) {
        sums.subtractStored(mem, sumAt(txn), key, keyAt, parts.keySize, mem, removed, removedSize);
      }
    } finally {
      unlock(txn);
    }
  }

  /**
   * Adds the changes of a transaction to a sum.
   *
   * @return false when there is nothing to add to: the sum has no memory, and may take that of the
   *     transaction
   */
  boolean addSum(long sum, long txn) {
    long other = sumAt(txn);
    if (other == 0 || parts.hash == HashKind.NONE) {
      return true;
    }
    if (sum == 0) {
      return false;
    }
    sums.addSum(mem, sum, mem, other);
    return true;
  }
}
