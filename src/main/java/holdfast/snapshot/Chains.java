package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The chains of records with equal parts of their key hashes: all versions of a key are in one.
 *
 * <pre>{@code
 * chain   bits  width  field
 *         0-31   32    index of its first record, all ones: none
 *        32-63   32    version: odd while somebody changes the chain, or looks at it in peace
 *
 * lock:  even v --> odd v+1 --> release ---> v      nothing has changed
 *                           \-> publish ---> v+2    something has
 * }</pre>
 *
 * <p>Of the versions of a key, those of a transaction come before those of its ancestors, so that
 * the first one whose transaction lies on the way to the root is the one that a transaction sees.
 * That holds because only transactions without children write, at the front, and because a version
 * that moves to an ancestor stays where it is and the older one leaves.
 *
 * <p>Those who change a chain hold its lock and the tree lock, in read mode at least. Readers hold
 * neither: they look at the version before and after.
 */
final class Chains {
  static final long LOCKED = 1L << 32;
  private static final long CHANGED = 2L << 32;
  private static final long HEAD_MASK = 0xffff_ffffL;

  /** The upper bits of a hash, which do not choose the chain, choose one of 31 of a version. */
  private static final int TRACE_SHIFT = Long.SIZE - 5;

  private static final int TRACE_MAX = 30;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final TxnTree tree;

  Chains(StoreMemory parts, TxnTree tree) {
    this.parts = parts;
    this.mem = parts.mem;
    this.tree = tree;
  }

  /** Where the chain of a key is. */
  long at(long hash) {
    return parts.chains + (hash & parts.chainMask) * Long.BYTES;
  }

  // Locks.

  /**
   * Locks a chain.
   *
   * @return its word before, to be given to {@link #release} or {@link #publish}
   */
  long lock(long at) {
    for (int round = 0; ; round++) {
      long word = Mem.getLongOpaque(mem, at);
      // Acquires what the last holder did; pairs with the releases below.
      if ((word & LOCKED) == 0 && Mem.casLong(mem, at, word, word + LOCKED)) {
        // The odd version has to be seen before anything that is changed under it.
        Mem.storeFence();
        return word;
      }
      Patience.pause(round, "a chain of records");
    }
  }

  /** Locks a chain while the tree is locked in write mode: there are readers only. */
  long lockAlone(long at) {
    long word = Mem.getLong(mem, at);
    if ((word & LOCKED) != 0) {
      throw StoreHeader.corrupt(at, "a chain that nobody holds", Long.toHexString(word));
    }
    Mem.putLong(mem, at, word + LOCKED);
    // The odd version has to be seen before anything that is changed under it.
    Mem.storeFence();
    return word;
  }

  /** Unlocks a chain in which nothing has changed. */
  void release(long at, long word) {
    Mem.putLongRelease(mem, at, word);
  }

  /** Unlocks a chain, with what has changed in it, and another head. */
  void publish(long at, long word, int head) {
    // Pairs with the acquires in lock and of the readers.
    Mem.putLongRelease(mem, at, (word & ~HEAD_MASK) + CHANGED | Integer.toUnsignedLong(head));
  }

  // Loading: who fills an empty store asks for each key whether it has come before. Nearly all have
  // not, and to look at the other keys of a chain costs a miss. So the version of a chain, which
  // may be any even number, takes a bit for each key that came: no bit, no look.

  /** The bit of a key in the version of its chain. */
  private static long trace(long hash) {
    return LOCKED << (1 + Math.min(hash >>> TRACE_SHIFT, TRACE_MAX));
  }

  /**
   * Whether a key may be in a chain.
   *
   * @param word of the chain, changed by {@link #enter} alone since it was empty
   * @return false when it is not
   */
  static boolean mayHold(long word, long hash) {
    return (word & trace(hash)) != 0;
  }

  /** Unlocks a chain whose new head has a key that was not there. */
  void enter(long at, long word, int head, long hash) {
    // Pairs with the acquires of the readers. The head is another one, so they notice.
    Mem.putLongRelease(mem, at, (word & ~HEAD_MASK) | trace(hash) | Integer.toUnsignedLong(head));
  }

  // Walks, for those who have the lock.

  /**
   * The version of a key that a transaction sees, tombstones included.
   *
   * @param word of the chain, as {@link #lock} returned it
   * @param top the transaction; the pending root, or none, for the published state
   * @return its index; {@link StoreMemory#NONE} when there is none
   */
  int visible(long word, long hash, MemorySegment key, long keyAt, int top) {
    long hops = 0;
    for (int i = (int) word; i != StoreMemory.NONE; ) {
      long record = parts.record(i);
      if (RecordSlot.hash(mem, record) == hash
          && RecordSlot.hasKey(mem, record, key, keyAt, parts.keySize)
          && tree.sees(top, RecordSlot.txn(mem, record))) {
        return i;
      }
      i = RecordSlot.mapNext(mem, record);
      limit(++hops);
    }
    return StoreMemory.NONE;
  }

  /** The version of a key that belongs to a transaction, or to the root. */
  int owned(long word, long hash, MemorySegment key, long keyAt, int txn) {
    long hops = 0;
    for (int i = (int) word; i != StoreMemory.NONE; ) {
      long record = parts.record(i);
      if (RecordSlot.txn(mem, record) == txn
          && RecordSlot.hash(mem, record) == hash
          && RecordSlot.hasKey(mem, record, key, keyAt, parts.keySize)) {
        return i;
      }
      i = RecordSlot.mapNext(mem, record);
      limit(++hops);
    }
    return StoreMemory.NONE;
  }

  /**
   * Reads what {@link #mayHold} and {@link #owned} will look at first for some keys, so that it is
   * in the caches then: here all misses are under way at the same time, there one waits for the
   * other. As many as the processor can see: so these loops do nothing else, and hash no keys.
   *
   * @param hashes of the keys
   * @param count how many
   * @return a number of no meaning, to be kept, else the compiler would leave out the reads
   */
  long approach(long[] hashes, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Mem.getLong(mem, at(hashes[i]));
    }
    for (int i = 0; i < count; i++) {
      long word = Mem.getLong(mem, at(hashes[i]));
      if (mayHold(word, hashes[i]) && parts.isRecord((int) word)) {
        sum += RecordSlot.hash(mem, parts.recordAt((int) word));
      }
    }
    return sum;
  }

  /**
   * Takes a record out of its chain.
   *
   * @param head of the chain now
   * @return the head afterwards
   */
  int unlink(int head, int index) {
    int after = RecordSlot.mapNext(mem, parts.record(index));
    if (head == index) {
      return after;
    }
    long hops = 0;
    for (int i = head; ; ) {
      long record = parts.record(i); // refuses none, too: the record is not in the chain
      int next = RecordSlot.mapNext(mem, record);
      if (next == index) {
        Mem.putInt(mem, record + RecordSlot.MAP_NEXT_OFFSET, after);
        return head;
      }
      i = next;
      limit(++hops);
    }
  }

  private void limit(long hops) {
    if (hops > parts.recMax) {
      throw StoreHeader.corrupt(parts.chains, "chains without cycles", "a cycle");
    }
  }
}
