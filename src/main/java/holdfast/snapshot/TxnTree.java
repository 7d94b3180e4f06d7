package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The transactions in preparation: how they hang together, and which of them can be found.
 *
 * <pre>{@code
 *     root                              root
 *    /    \        while the gate         |
 *   a      b       is not OPEN         (pending)     what was published meanwhile
 *  / \                                  /    \
 * c   d                                c      d
 * }</pre>
 *
 * <p>The root is not a slot: {@link StoreMemory#NONE} stands for it, and its children hang on the
 * header. The pending root is a slot, the only child of the root, but no transaction: it has no
 * handle and cannot be found. Whoever changes the tree has the tree lock in write mode.
 */
final class TxnTree {
  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final SlotPool pool;

  /**
   * Grows when slots were given back. Readers without a lock, who follow the links to the parents,
   * look at it before and after: when it is the same, no slot that they met was given to another
   * transaction meanwhile. Stale links that lead to slots not yet given away do no harm, because
   * the records of such a slot have moved to where its own parent link leads.
   */
  private volatile long epoch;

  /** Copy of the header's; volatile, because readers have no lock. */
  private volatile int pending;

  TxnTree(StoreMemory parts) {
    this.parts = parts;
    this.mem = parts.mem;
    this.pool = parts.txnPool();
    this.pending = parts.getInt(StoreHeader.PENDING_OFFSET);
  }

  long epoch() {
    return epoch;
  }

  /** The pending root, or none. */
  int pending() {
    return pending;
  }

  private void pending(int index) {
    parts.putInt(StoreHeader.PENDING_OFFSET, index);
    pending = index;
  }

  // Looking. These may meet garbage when the caller has no lock.

  /** Whether a version that belongs to {@code owner} lies on the way from a transaction to root. */
  boolean sees(int top, int owner) {
    if (owner == NONE || owner == top) {
      return true;
    }
    return top != NONE && ancestor(top, owner);
  }

  private boolean ancestor(int top, int owner) {
    int i = top;
    for (long hops = 0; hops <= parts.txnMax && parts.isTxn(i); hops++) {
      i = TxnSlot.get(mem, parts.txnAt(i), TxnSlot.PARENT_OFFSET);
      if (i == owner) {
        return true;
      }
    }
    return false;
  }

  int generation(int index) {
    // Acquire: pairs with the release in end, which comes before the records change.
    return Mem.getIntAcquire(mem, parts.txnAt(index) + TxnSlot.GENERATION_OFFSET);
  }

  int parent(int index) {
    return TxnSlot.get(mem, parts.txn(index), TxnSlot.PARENT_OFFSET);
  }

  boolean hasChildren(int index) {
    return firstChild(index) != NONE;
  }

  int firstChild(int index) {
    return Mem.getInt(mem, childHeadAt(index));
  }

  int lastChild(int index) {
    return Mem.getInt(mem, childTailAt(index));
  }

  /** Repairs the link to the youngest child. */
  void lastChild(int parent, int index) {
    Mem.putInt(mem, childTailAt(parent), index);
  }

  int nextSibling(int index) {
    return TxnSlot.get(mem, parts.txn(index), TxnSlot.SIB_NEXT_OFFSET);
  }

  Xid xid(int index) {
    return Xid.read(mem, parts.txn(index) + TxnSlot.XID_OFFSET);
  }

  /** The transaction with an id; none when there is none. */
  int find(Xid xid) {
    long hops = 0;
    for (int i = Mem.getInt(mem, headAt(xid)); i != NONE; ) {
      long txn = parts.txn(i);
      if (xid.isAt(mem, txn + TxnSlot.XID_OFFSET)) {
        return i;
      }
      i = TxnSlot.get(mem, txn, TxnSlot.MAP_NEXT_OFFSET);
      limit(++hops);
    }
    return NONE;
  }

  long headAt(Xid xid) {
    return parts.txnHeads + (xid.mix() & parts.txnHeadMask) * Integer.BYTES;
  }

  // Changes.

  /** A new transaction, the youngest child of its parent; none when there is no slot. */
  int add(int parent, Xid xid) {
    int index = pool.pop();
    if (index == NONE) {
      return NONE;
    }
    long txn = parts.txn(index);
    // Not the generation: stale handles look at it at any time.
    Mem.fill(mem, txn + TxnSlot.PARENT_OFFSET, TxnSlot.FOOTPRINT - TxnSlot.PARENT_OFFSET, (byte) 0);
    xid.write(mem, txn + TxnSlot.XID_OFFSET);
    TxnSlot.put(mem, txn, TxnSlot.CHILD_HEAD_OFFSET, NONE);
    TxnSlot.put(mem, txn, TxnSlot.CHILD_TAIL_OFFSET, NONE);
    TxnSlot.put(mem, txn, TxnSlot.STACK_OFFSET, NONE);
    TxnSlot.put(mem, txn, TxnSlot.REC_HEAD_OFFSET, NONE);
    TxnSlot.put(mem, txn, TxnSlot.REC_TAIL_OFFSET, NONE);
    long head = headAt(xid);
    TxnSlot.put(mem, txn, TxnSlot.MAP_NEXT_OFFSET, Mem.getInt(mem, head));
    Mem.putInt(mem, head, index);
    // Last: what is in the tree is there, whoever dies.
    append(parent, index);
    return index;
  }

  /** Makes a transaction the youngest child of another one, or of the root. */
  private void append(int parent, int index) {
    long txn = parts.txn(index);
    long tailAt = childTailAt(parent);
    int tail = Mem.getInt(mem, tailAt);
    TxnSlot.put(mem, txn, TxnSlot.PARENT_OFFSET, parent);
    TxnSlot.put(mem, txn, TxnSlot.SIB_PREV_OFFSET, tail);
    TxnSlot.put(mem, txn, TxnSlot.SIB_NEXT_OFFSET, NONE);
    // Release: whoever dies now leaves a tree that can be walked forward.
    Mem.putIntRelease(
        mem, tail == NONE ? childHeadAt(parent) : parts.txn(tail) + TxnSlot.SIB_NEXT_OFFSET, index);
    Mem.putInt(mem, tailAt, index);
  }

  /** Gives the children of a transaction to its parent, as the youngest, in their order. */
  void giveChildren(int index) {
    int parent = parent(index);
    long hops = 0;
    for (int child = firstChild(index); child != NONE; ) {
      int next = nextSibling(child);
      append(parent, child);
      child = next;
      limit(++hops);
    }
    TxnSlot.put(mem, parts.txn(index), TxnSlot.CHILD_HEAD_OFFSET, NONE);
    TxnSlot.put(mem, parts.txn(index), TxnSlot.CHILD_TAIL_OFFSET, NONE);
  }

  /** Ends a transaction for its handles: they are stale from here on, and it cannot be found. */
  void end(int index) {
    long txn = parts.txn(index);
    // Release: whoever sees a change of its records from now on sees this, too; pairs with the
    // acquire in generation.
    int generation = TxnSlot.get(mem, txn, TxnSlot.GENERATION_OFFSET);
    Mem.putIntRelease(mem, txn + TxnSlot.GENERATION_OFFSET, generation + 1);
    Mem.storeFence();
    long at = headAt(xid(index));
    long hops = 0;
    for (int i = Mem.getInt(mem, at); i != index; i = Mem.getInt(mem, at)) {
      at = parts.txn(i) + TxnSlot.MAP_NEXT_OFFSET;
      limit(++hops);
    }
    Mem.putInt(mem, at, TxnSlot.get(mem, txn, TxnSlot.MAP_NEXT_OFFSET));
  }

  /** Takes a transaction without children out of the tree, and gives its slot back. */
  void remove(int index) {
    long txn = parts.txn(index);
    int parent = TxnSlot.get(mem, txn, TxnSlot.PARENT_OFFSET);
    int prev = TxnSlot.get(mem, txn, TxnSlot.SIB_PREV_OFFSET);
    int next = TxnSlot.get(mem, txn, TxnSlot.SIB_NEXT_OFFSET);
    if (prev == NONE) {
      Mem.putInt(mem, childHeadAt(parent), next);
    } else {
      TxnSlot.put(mem, parts.txn(prev), TxnSlot.SIB_NEXT_OFFSET, next);
    }
    if (next == NONE) {
      Mem.putInt(mem, childTailAt(parent), prev);
    } else {
      TxnSlot.put(mem, parts.txn(next), TxnSlot.SIB_PREV_OFFSET, prev);
    }
    pool.push(index);
    nextEpoch();
  }

  /** Makes a transaction, which has no siblings and was ended, the pending root. */
  void makePending(int index) {
    pending(index);
  }

  /** The pending root, which has no records left, goes; its children are the root's. */
  void removePending() {
    int index = pending;
    giveChildren(index);
    pending(NONE);
    remove(index);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // under the tree lock in write mode
  private void nextEpoch() {
    epoch++;
  }

  private long childHeadAt(int parent) {
    return parent == NONE
        ? parts.header + StoreHeader.CHILD_HEAD_OFFSET
        : parts.txn(parent) + TxnSlot.CHILD_HEAD_OFFSET;
  }

  private long childTailAt(int parent) {
    return parent == NONE
        ? parts.header + StoreHeader.CHILD_TAIL_OFFSET
        : parts.txn(parent) + TxnSlot.CHILD_TAIL_OFFSET;
  }

  private void limit(long hops) {
    if (hops > parts.txnMax) {
      throw StoreHeader.corrupt(parts.txnHeads, "transactions without cycles", "a cycle");
    }
  }
}
