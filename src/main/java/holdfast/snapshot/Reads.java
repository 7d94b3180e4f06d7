package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Looks records up without a lock, beside any number of writers.
 *
 * <pre>{@code
 * generation of the transaction, epoch of the tree     stale: throw
 * version of the chain                                 odd: again
 * walk the chain, copy the value                       may be garbage: every link is checked
 * fence
 * version, epoch, generation as before?                no: again, or stale
 * }</pre>
 *
 * <p>What is read between the two looks may belong to other keys by then, may be half written or
 * free; it is used for nothing but finding more of it inside the workspace, and for filling the
 * destination, until the second look says that all of it was true.
 */
final class Reads {
  /** Something changed meanwhile. */
  static final long AGAIN = -2;

  /** There is no such key, or it was removed. */
  static final long ABSENT = -1;

  /** A walk into a chain that is being changed looks at the version this often, minus 1. */
  private static final int GLANCE_MASK = 31;

  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final Chains chains;
  private final TxnTree tree;
  private final int digestSize;

  Reads(StoreMemory parts, Chains chains, TxnTree tree, int digestSize) {
    this.parts = parts;
    this.mem = parts.mem;
    this.chains = chains;
    this.tree = tree;
    this.digestSize = digestSize;
  }

  /**
   * Copies a value, once.
   *
   * @param top a transaction; none: the root alone
   * @return its size, {@link #ABSENT} or {@link #AGAIN}
   */
  long tryGet(int top, long hash, MemorySegment key, MemorySegment target) {
    long at = chains.at(hash);
    // Acquires what was changed under earlier versions; pairs with the release in Chains.publish.
    long word = Mem.getLongAcquire(mem, at);
    if ((word & Chains.LOCKED) != 0) {
      return AGAIN;
    }
    long found = ABSENT;
    int i = (int) word;
    for (long hops = 1; i != NONE; hops++) {
      if (!parts.isRecord(i)) {
        return AGAIN;
      }
      long record = parts.recordAt(i);
      if (RecordSlot.hash(mem, record) == hash
          && RecordSlot.hasKey(mem, record, key, 0, parts.keySize)
          && tree.sees(top, RecordSlot.txn(mem, record))) {
        found = copy(record, target);
        break;
      }
      i = RecordSlot.mapNext(mem, record);
      if ((hops & GLANCE_MASK) == 0 && (hops > parts.recMax || changed(at, word))) {
        return AGAIN;
      }
    }
    // All reads above come before the look below.
    Mem.loadFence();
    return changed(at, word) ? AGAIN : found;
  }

  private boolean changed(long at, long word) {
    return Mem.getLongOpaque(mem, at) != word;
  }

  private long copy(long record, MemorySegment target) {
    if (RecordSlot.isTombstone(mem, record)) {
      return ABSENT;
    }
    long size = RecordSlot.size(mem, record);
    // A guess that the processor can make before it has the record: that its value is beside it.
    long beside = record + RecordSlot.INLINE_OFFSET;
    long offset = RecordSlot.valueOffset(mem, record);
    long at = (offset == beside ? beside : offset) + digestSize;
    if (size < 0 || at < 0 || at > parts.limit - size) {
      return AGAIN;
    }
    Mem.copy(mem, at, target, 0, Math.min(size, target.byteSize()));
    return size;
  }

  /** Copies a value with the chain locked. The caller has the tree lock in read mode. */
  long getLocked(int top, long hash, MemorySegment key, MemorySegment target) {
    long at = chains.at(hash);
    long word = chains.lock(at);
    try {
      int index = chains.visible(word, hash, key, 0, top);
      if (index == NONE) {
        return ABSENT;
      }
      long record = parts.record(index);
      long found = copy(record, target);
      if (found == AGAIN) {
        throw StoreHeader.corrupt(
            record + RecordSlot.VALUE_OFFSET,
            "a value inside the workspace",
            RecordSlot.valueOffset(mem, record) + ", " + RecordSlot.size(mem, record) + " bytes");
      }
      return found;
    } finally {
      chains.release(at, word);
    }
  }
}
