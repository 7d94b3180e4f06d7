package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Moves the records of transactions: into the root, into the pending root, into a parent, away.
 *
 * <p>The caller has the tree lock in write mode, so there are no other writers, and readers without
 * a lock only. Each record moves under the lock of its chain, so a reader sees it before or after.
 * Nothing here allocates, so nothing here can be full.
 *
 * <pre>{@code
 * root:    k@3          k@3                    k@5
 * txn:     k     move   k   ---- label --->           one version less, its value freed
 * }</pre>
 */
final class Publication {
  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final Chains chains;
  private final TxnTree tree;
  private final TxnRecords records;
  private final RootLists roots;
  private final Writes writes;
  private final Values values;

  /** Where records go that nobody needs any more. */
  private final SlotPool pool;

  private final RootAhead ahead;

  // Those of the operation at work, linked from the first to the last one: given back together,
  // because each time costs a locked instruction that waits for all stores before it.
  private int dropped = NONE;
  private int droppedLast;

  /** Bytes of the values that the pending root holds. */
  private long pendingBytes;

  Publication(
      StoreMemory parts,
      Chains chains,
      TxnTree tree,
      TxnRecords records,
      RootLists roots,
      Writes writes,
      Values values) {
    this.parts = parts;
    this.mem = parts.mem;
    this.chains = chains;
    this.tree = tree;
    this.records = records;
    this.roots = roots;
    this.writes = writes;
    this.values = values;
    this.pool = parts.recordPool();
    this.ahead = new RootAhead(parts, chains);
  }

  /** Has a record that is in no chain and no list given back, at {@link #giveBack}. */
  private void drop(int index) {
    writes.empty(index);
    if (dropped == NONE) {
      droppedLast = index;
    } else {
      pool.link(index, dropped);
    }
    dropped = index;
  }

  /** Ends every operation that drops records. */
  private void giveBack() {
    if (dropped != NONE) {
      pool.pushAll(dropped, droppedLast);
      dropped = NONE;
    }
  }

  // Into the root.

  /**
   * Moves all records of a transaction, which is a child of the root, and its sum.
   *
   * @param seq what the records are stamped with; 0: they have their numbers
   */
  void toRoot(int txn, long seq) {
    long at = parts.txn(txn);
    Cursor cursor = new Cursor(at);
    int moved = 0;
    for (int i = cursor.next(); i != NONE; i = cursor.next()) {
      readAhead(i, moved++, Integer.MAX_VALUE);
      toRootOne(i, seq);
    }
    giveBack();
    records.clear(at);
    giveSum(records.rootSumAt(), at);
  }

  /** For the record that is moved next, and some more. */
  private void readAhead(int index, int moved, int max) {
    if (moved % RootAhead.GROUP == 0) {
      ahead.read(index, max - moved);
    }
  }

  private void toRootOne(int index, long seq) {
    long record = parts.record(index);
    long hash = RecordSlot.hash(mem, record);
    int flags = RecordSlot.flags(mem, record);
    boolean tombstone = (flags & RecordSlot.TOMBSTONE) != 0;
    long at = chains.at(hash);
    long word = chains.lockAlone(at);
    int head = (int) word;
    int old = chains.owned(word, hash, mem, record + RecordSlot.KEY_OFFSET, NONE);
    if (old != NONE) {
      head = chains.unlink(head, old);
    }
    boolean drop =
        tombstone
            && (parts.getLong(StoreHeader.FLOOR_OFFSET) == StoreHeader.KEEP_NONE
                || (old == NONE && (flags & RecordSlot.KEEP) == 0));
    if (drop) {
      head = chains.unlink(head, index);
    } else {
      label(record, NONE, flags & ~RecordSlot.KEEP);
      if (seq != 0) {
        Mem.putLong(mem, record + RecordSlot.MOD_SEQ_OFFSET, seq);
      }
    }
    chains.publish(at, word, head);
    if (old != NONE) {
      roots.remove(old);
      drop(old);
    }
    if (drop) {
      drop(index);
    } else {
      roots.append(index);
    }
  }

  private void label(long record, int owner, int flags) {
    if (owner == NONE) {
      Xid.ROOT.write(mem, record + RecordSlot.XID_OFFSET);
    } else {
      Mem.copy(mem, parts.txn(owner) + TxnSlot.XID_OFFSET, mem, record, 2 * Long.BYTES);
    }
    Mem.putInt(mem, record + RecordSlot.TXN_OFFSET, owner);
    Mem.putInt(mem, record + RecordSlot.FLAGS_OFFSET, flags);
  }

  /** Adds the sum of a transaction to the root's, and leaves the transaction none. */
  private void giveSum(long rootSum, long at) {
    if (!records.addSum(rootSum, at)) {
      throw StoreHeader.corrupt(parts.header + StoreHeader.LATTICE_OFFSET, "a sum of the root", 0);
    }
    dropSum(at);
  }

  private void dropSum(long at) {
    long lattice = Mem.getLong(mem, at + TxnSlot.LATTICE_OFFSET);
    if (lattice != 0) {
      Mem.putLong(mem, at + TxnSlot.LATTICE_OFFSET, 0);
      values.freeAccumulator(lattice);
    }
    Mem.fill(mem, at + TxnSlot.SUM_OFFSET, TxnSlot.LATTICE_OFFSET - TxnSlot.SUM_OFFSET, (byte) 0);
  }

  // Into another transaction.

  /** Moves all records and the sum of a transaction into its parent. */
  void toParent(int txn) {
    int parent = tree.parent(txn);
    long at = parts.txn(txn);
    long target = parts.txn(parent);
    Cursor cursor = new Cursor(at);
    for (int i = cursor.next(); i != NONE; i = cursor.next()) {
      moveOne(i, parent, target, 0, false);
    }
    giveBack();
    records.clear(at);
    handSum(target, at);
  }

  /** Moves all records and the sum of a transaction, which is its child, into the pending root. */
  int toPending(int txn, long seq) {
    int pending = tree.pending();
    long at = parts.txn(txn);
    long target = parts.txn(pending);
    int count = records.count(at);
    Cursor cursor = new Cursor(at);
    for (int i = cursor.next(); i != NONE; i = cursor.next()) {
      moveOne(i, pending, target, seq, true);
    }
    giveBack();
    records.clear(at);
    handSum(target, at);
    return count;
  }

  private void moveOne(int index, int owner, long target, long seq, boolean published) {
    long record = parts.record(index);
    long key = record + RecordSlot.KEY_OFFSET;
    long hash = RecordSlot.hash(mem, record);
    int flags = RecordSlot.flags(mem, record);
    long at = chains.at(hash);
    long word = chains.lockAlone(at);
    int head = (int) word;
    int old = chains.owned(word, hash, mem, key, owner);
    boolean drop = false;
    if (old != NONE) {
      head = chains.unlink(head, old);
    }
    if (published && (flags & RecordSlot.TOMBSTONE) != 0) {
      // As if it had gone to the root: kept when it hides something that had been published.
      if (old != NONE && hidPublished(old)) {
        flags |= RecordSlot.KEEP;
      } else if ((flags & RecordSlot.KEEP) == 0) {
        drop = chains.owned(Integer.toUnsignedLong(head), hash, mem, key, NONE) == NONE;
      }
    }
    if (drop) {
      head = chains.unlink(head, index);
    } else {
      label(record, owner, flags);
      if (seq != 0) {
        Mem.putLong(mem, record + RecordSlot.MOD_SEQ_OFFSET, seq);
      }
    }
    chains.publish(at, word, head);
    if (old != NONE) {
      if (published) {
        pendingBytes -= RecordSlot.size(mem, parts.record(old));
      }
      records.remove(target, old);
      drop(old);
    }
    if (drop) {
      drop(index);
      return;
    }
    records.append(target, index);
    if (published) {
      pendingBytes += RecordSlot.size(mem, record);
    }
  }

  private boolean hidPublished(int old) {
    int flags = RecordSlot.flags(mem, parts.record(old));
    return (flags & RecordSlot.TOMBSTONE) == 0 || (flags & RecordSlot.KEEP) != 0;
  }

  /** Adds the sum of a transaction to that of another one, or hands its memory over. */
  private void handSum(long target, long at) {
    if (!records.addSum(records.sumAt(target), at)) {
      long lattice = Mem.getLong(mem, at + TxnSlot.LATTICE_OFFSET);
      Mem.putLong(mem, target + TxnSlot.LATTICE_OFFSET, lattice);
      Mem.putLong(mem, at + TxnSlot.LATTICE_OFFSET, 0);
    }
    dropSum(at);
  }

  // The pending root.

  /** Makes a transaction, a child of the root without siblings, the pending root. */
  int becomePending(int txn, long seq) {
    long at = parts.txn(txn);
    pendingBytes = 0;
    Cursor cursor = new Cursor(at);
    for (int i = cursor.next(); i != NONE; i = cursor.next()) {
      long record = parts.record(i);
      if (seq != 0) {
        Mem.putLong(mem, record + RecordSlot.MOD_SEQ_OFFSET, seq);
      }
      pendingBytes += RecordSlot.size(mem, record);
    }
    tree.makePending(txn);
    return records.count(at);
  }

  /** Finds out how much an inherited pending root holds. */
  void weighPending() {
    pendingBytes = 0;
    if (tree.pending() != NONE) {
      Cursor cursor = new Cursor(parts.txn(tree.pending()));
      for (int i = cursor.next(); i != NONE; i = cursor.next()) {
        pendingBytes += RecordSlot.size(mem, parts.record(i));
      }
    }
  }

  long pendingBytes() {
    return tree.pending() == NONE ? 0 : pendingBytes;
  }

  long pendingRecords() {
    return tree.pending() == NONE
        ? 0
        : Integer.toUnsignedLong(records.count(parts.txn(tree.pending())));
  }

  /**
   * Moves records from the pending root to the root, the oldest first. No lookup has another
   * outcome after that.
   *
   * @return how many; the pending root is gone when it was empty after that
   */
  int drain(int max) {
    long at = parts.txn(tree.pending());
    int moved = 0;
    for (int i = records.head(at); i != NONE && moved < max; i = records.head(at)) {
      readAhead(i, moved++, max);
      pendingBytes -= RecordSlot.size(mem, parts.record(i));
      records.remove(at, i);
      toRootOne(i, 0);
    }
    giveBack();
    if (records.head(at) == NONE) {
      giveSum(records.rootSumAt(), at);
      tree.removePending();
    }
    return moved;
  }

  // Away.

  /** Cancels the other children of a transaction's parent. */
  void cancelSiblings(int txn) {
    int parent = tree.parent(txn);
    long left = parts.txnMax;
    for (int i = tree.firstChild(parent); i != NONE && left-- > 0; ) {
      int next = tree.nextSibling(i);
      if (i != txn) {
        cancel(i);
      }
      i = next;
    }
  }

  /** Ends a transaction and its descendants, and throws away what they hold; how many. */
  int cancel(int txn) {
    // First all handles become stale, so that no reader misses what goes after that.
    int count = 0;
    for (int i = txn; i != NONE; i = after(i, txn)) {
      if (count++ > parts.txnMax) {
        throw StoreHeader.corrupt(parts.txns, "transactions without cycles", "a cycle");
      }
      tree.end(i);
    }
    for (int i = youngest(txn); ; ) {
      int parent = tree.parent(i);
      discard(i);
      tree.remove(i);
      if (i == txn) {
        return count;
      }
      i = youngest(parent); // all that was younger is gone, so not from the top again
    }
  }

  /** The descendant, or the transaction itself, that has no children and comes last. */
  private int youngest(int txn) {
    int i = txn;
    while (tree.hasChildren(i)) {
      i = tree.lastChild(i);
    }
    return i;
  }

  /** The next one of a subtree, parents first. */
  private int after(int index, int top) {
    if (tree.hasChildren(index)) {
      return tree.firstChild(index);
    }
    for (int i = index; i != top; i = tree.parent(i)) {
      int sibling = tree.nextSibling(i);
      if (sibling != NONE) {
        return sibling;
      }
    }
    return NONE;
  }

  private void discard(int txn) {
    long at = parts.txn(txn);
    Cursor cursor = new Cursor(at);
    for (int i = cursor.next(); i != NONE; i = cursor.next()) {
      unlink(i);
      drop(i);
    }
    giveBack();
    records.clear(at);
    dropSum(at);
  }

  private void unlink(int index) {
    long at = chains.at(RecordSlot.hash(mem, parts.record(index)));
    long word = chains.lockAlone(at);
    chains.publish(at, word, chains.unlink((int) word, index));
  }

  /** Drops the oldest tombstones that nobody needs: at most so many. */
  void reap(int max) {
    long floor = parts.getLong(StoreHeader.FLOOR_OFFSET);
    for (int left = max; left > 0; left--) {
      int index = roots.firstTombstone();
      if (index == NONE
          || Long.compareUnsigned(RecordSlot.modSeq(mem, parts.record(index)), floor) > 0) {
        break;
      }
      dropRoot(index);
    }
    giveBack();
  }

  /** Drops everything that the root holds. */
  void clearRoot() {
    for (int i = roots.firstLive(); i != NONE; i = roots.firstLive()) {
      dropRoot(i);
    }
    for (int i = roots.firstTombstone(); i != NONE; i = roots.firstTombstone()) {
      dropRoot(i);
    }
    giveBack();
  }

  private void dropRoot(int index) {
    unlink(index);
    roots.remove(index);
    drop(index);
  }

  /** The list of a transaction, whose records may leave it while it is walked. */
  private final class Cursor {
    private int next;
    private long left = parts.recMax;

    Cursor(long txn) {
      next = records.head(txn);
    }

    int next() {
      int index = next;
      if (index != NONE) {
        if (left-- == 0) {
          throw StoreHeader.corrupt(parts.records, "lists without cycles", "a cycle");
        }
        next = RecordSlot.next(mem, parts.record(index));
      }
      return index;
    }
  }
}
