package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Changes of records in transactions. The caller has the tree lock in read mode at least, so that
 * the tree stands still and the published state, too.
 *
 * <pre>{@code
 * allocate and fill the value, compute its digest         nobody sees it
 * find the version that is visible, take a record, link   lock of the chain
 * put the record into the list, change the sum            lock of the transaction
 * free the old value                                      its chain has another version now
 * }</pre>
 *
 * <p>A value that is linked never changes: a new one takes its place. So locks are held for a few
 * stores only, readers rarely have to begin again, and a process that dies leaves no half value.
 */
final class Writes {
  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final Chains chains;
  private final SlotPool pool;
  private final TxnRecords records;
  private final Values values;
  private final SetHash sums;
  private final int digestSize;

  Writes(
      StoreMemory parts,
      Chains chains,
      SlotPool pool,
      TxnRecords records,
      Values values,
      SetHash sums) {
    this.parts = parts;
    this.mem = parts.mem;
    this.chains = chains;
    this.pool = pool;
    this.records = records;
    this.values = values;
    this.sums = sums;
    this.digestSize = sums.digestSize();
  }

  /** Stores a value; true if the transaction saw none before. */
  boolean put(
      int txn,
      long hash,
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      long size,
      long modSeq) {
    long place = allocate(txn, size);
    try {
      Mem.copy(value, valueAt, mem, valueAt(place), size);
    } catch (Throwable e) {
      abandon(place);
      throw e;
    }
    return link(txn, hash, key, keyAt, place, (int) size, modSeq);
  }

  /**
   * Makes a value that begins as a copy of the visible one, for {@link #link}, or for {@link
   * #abandon}.
   *
   * @return its place
   */
  long draft(int txn, long hash, MemorySegment key, long size) {
    long place = allocate(txn, size);
    try {
      long at = valueAt(place);
      long old = copyVisible(txn, hash, key, at, size);
      Mem.fill(mem, at + old, size - old, (byte) 0);
    } catch (Throwable e) {
      abandon(place);
      throw e;
    }
    return place;
  }

  /** Copies as much of the visible value as there is and fits; the number of bytes. */
  private long copyVisible(int txn, long hash, MemorySegment key, long to, long size) {
    long at = chains.at(hash);
    long word = chains.lock(at);
    try {
      int index = chains.visible(word, hash, key, 0, txn);
      if (index == NONE || RecordSlot.isTombstone(mem, parts.record(index))) {
        return 0;
      }
      long record = parts.record(index);
      long count = Math.min(size, RecordSlot.size(mem, record));
      Mem.copy(mem, valueAt(RecordSlot.place(mem, record)), mem, to, count);
      return count;
    } finally {
      chains.release(at, word);
    }
  }

  /** Makes a key absent; false, with nothing changed, when it was. */
  boolean remove(int txn, long hash, MemorySegment key) {
    long at = chains.at(hash);
    long word = chains.lock(at);
    int head = (int) word;
    int fresh = NONE;
    long oldPlace;
    int oldSize;
    boolean own;
    try {
      int index = chains.visible(word, hash, key, 0, txn);
      if (index == NONE || RecordSlot.isTombstone(mem, parts.record(index))) {
        chains.release(at, word);
        return false;
      }
      long record = parts.record(index);
      oldPlace = RecordSlot.place(mem, record);
      oldSize = RecordSlot.size(mem, record);
      own = RecordSlot.txn(mem, record) == txn;
      if (own) {
        rewrite(record, 0, 0, RecordSlot.TOMBSTONE);
      } else {
        needSum(txn);
        fresh = take();
        head = fill(fresh, txn, hash, key, 0, head, 0);
        describe(parts.record(fresh), 0, 0, RecordSlot.TOMBSTONE);
      }
    } catch (Throwable e) {
      chains.release(at, word);
      throw e;
    }
    chains.publish(at, word, head);
    records.change(
        parts.txn(txn), fresh, key, 0, TxnRecords.NOTHING, 0, address(oldPlace), oldSize);
    if (own) {
      free(oldPlace);
    }
    return true;
  }

  /** Records that a key was removed, whether or not it was there: from a snapshot. */
  void bury(int txn, long hash, MemorySegment key, long keyAt, long modSeq) {
    long at = chains.at(hash);
    long word = chains.lock(at);
    int head = (int) word;
    int fresh;
    int old;
    try {
      old = chains.visible(word, hash, key, keyAt, txn);
      if (old != NONE && RecordSlot.txn(mem, parts.record(old)) == txn) {
        throw twice(key, keyAt);
      }
      needSum(txn);
      fresh = take();
      head = fill(fresh, txn, hash, key, keyAt, head, modSeq);
      describe(parts.record(fresh), 0, 0, RecordSlot.TOMBSTONE | RecordSlot.KEEP);
    } catch (Throwable e) {
      chains.release(at, word);
      throw e;
    }
    chains.publish(at, word, head);
    long removed = TxnRecords.NOTHING;
    int removedSize = 0;
    if (old != NONE && !RecordSlot.isTombstone(mem, parts.record(old))) {
      removed = RecordSlot.valueOffset(mem, parts.record(old));
      removedSize = RecordSlot.size(mem, parts.record(old));
    }
    records.change(parts.txn(txn), fresh, key, keyAt, TxnRecords.NOTHING, 0, removed, removedSize);
  }

  /** A file has a key twice: its damage, not the store's. */
  private SnapshotException twice(MemorySegment key, long keyAt) {
    String found = Keys.hex(key, keyAt, parts.keySize) + " again";
    return SnapshotException.damaged(Reason.BAD_RECORD, "records", keyAt, "each key once", found);
  }

  /**
   * Stores a record in the root, which has none with this key and none with a higher number.
   *
   * @param digest memory of the digest; null when it is not known
   */
  void load(
      RootLists roots,
      long hash,
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int size,
      long modSeq,
      MemorySegment digest,
      long digestAt) {
    int last = roots.lastLive();
    if (modSeq <= 0 || (last != NONE && RecordSlot.modSeq(mem, parts.record(last)) > modSeq)) {
      throw StoreHeader.corrupt(keyAt, "ascending sequence numbers from 1 on", modSeq);
    }
    long at = chains.at(hash);
    long before = Mem.getLong(mem, at);
    if (Chains.mayHold(before, hash) && chains.owned(before, hash, key, keyAt, NONE) != NONE) {
      throw twice(key, keyAt);
    }
    long place = allocateValue(size);
    int index;
    try {
      Mem.copy(value, valueAt, mem, valueAt(place), size);
      if (digest == null) {
        digest(key, keyAt, place, size);
      } else {
        Mem.copy(digest, digestAt, mem, address(place), digestSize);
      }
      index = isInRecord(place) ? parts.recordIndex(place) : take();
    } catch (Throwable e) {
      abandon(place);
      throw e;
    }
    long word = chains.lockAlone(at);
    int head = fill(index, NONE, hash, key, keyAt, (int) word, modSeq);
    describe(parts.record(index), place, size, 0);
    chains.enter(at, word, head, hash);
    roots.append(index);
    if (parts.hash != HashKind.NONE) {
      sums.addStored(
          mem, records.rootSumAt(), key, keyAt, parts.keySize, mem, address(place), size);
    }
  }

  /**
   * Makes a value, whose bytes are in place, the transaction's version of a key. When it lies in a
   * record, that becomes the version, unless the transaction has one.
   */
  boolean link(
      int txn, long hash, MemorySegment key, long keyAt, long draft, int size, long modSeq) {
    long place = draft;
    long txnAt = parts.txn(txn);
    digest(key, keyAt, place, size);
    // A value outside: before others can see it, replace it, and free it. One in a record: later,
    // with the rest, because the record stays as long as the transaction.
    boolean early = !isInRecord(draft);
    if (early) {
      records.change(txnAt, NONE, key, keyAt, address(draft), size, TxnRecords.NOTHING, 0);
    }
    long at = chains.at(hash);
    long word = chains.lock(at);
    int head = (int) word;
    int fresh = NONE;
    boolean absent;
    boolean own = false;
    long oldPlace = 0;
    int oldSize = 0;
    try {
      int index = chains.visible(word, hash, key, keyAt, txn);
      absent = index == NONE;
      if (!absent) {
        long record = parts.record(index);
        own = RecordSlot.txn(mem, record) == txn;
        absent = RecordSlot.isTombstone(mem, record);
        oldPlace = RecordSlot.place(mem, record);
        oldSize = RecordSlot.size(mem, record);
        if (own && modSeq != 0) {
          throw twice(key, keyAt);
        }
        if (own) {
          place = moveOut(place, size);
          rewrite(record, place, size, 0);
        }
      }
      if (!own) {
        fresh = isInRecord(place) ? parts.recordIndex(place) : take();
        head = fill(fresh, txn, hash, key, keyAt, head, modSeq);
        describe(parts.record(fresh), place, size, 0);
      }
    } catch (Throwable e) {
      chains.release(at, word);
      if (early) {
        records.change(txnAt, NONE, key, keyAt, TxnRecords.NOTHING, 0, address(draft), size);
      }
      abandon(draft);
      throw e;
    }
    chains.publish(at, word, head);
    records.change(
        txnAt,
        fresh,
        key,
        keyAt,
        early ? TxnRecords.NOTHING : draft,
        size,
        absent ? TxnRecords.NOTHING : address(oldPlace),
        oldSize);
    if (place != draft) {
      abandon(draft);
    }
    if (own && !absent) {
      free(oldPlace);
    }
    return absent;
  }

  // Values.

  /** Memory for digest and value, and for the sum of the transaction. */
  long allocate(int txn, long size) {
    needSum(txn);
    return allocateValue(size);
  }

  long allocateValue(long size) {
    if (size > RecordSlot.SIZE_MAX) {
      throw new IllegalArgumentException(
          "a value has at most " + RecordSlot.SIZE_MAX + " bytes: " + size);
    }
    long bytes = digestSize + size;
    if (bytes == 0) {
      return 0;
    }
    if (bytes <= parts.inlineMax()) {
      int index = pool.pop();
      if (index != NONE) {
        return parts.recordAt(index) + RecordSlot.INLINE_OFFSET;
      }
    }
    return allocateOutside(size);
  }

  private long allocateOutside(long size) {
    long place = values.alloc(digestSize + size);
    if (place == Values.FULL) {
      throw new StoreFullException(
          "no room in the workspace for a value of "
              + size
              + " bytes; publish or cancel transactions, or restore into a larger workspace");
    }
    return place;
  }

  void digest(MemorySegment key, long keyAt, long place, long size) {
    if (digestSize != 0) {
      long at = address(place);
      sums.digest(key, keyAt, parts.keySize, mem, at + digestSize, size, mem, at);
    }
  }

  private void needSum(int txn) {
    if (parts.hash != HashKind.LATTICE16) {
      return;
    }
    long at = parts.txn(txn);
    records.lock(at);
    try {
      if (Mem.getLong(mem, at + TxnSlot.LATTICE_OFFSET) == 0) {
        long sum = values.allocAccumulator();
        if (sum == Values.FULL) {
          throw new StoreFullException(
              "no room in the workspace for the sum of a transaction, "
                  + sums.sumSize()
                  + " bytes");
        }
        Mem.fill(mem, sum, sums.sumSize(), (byte) 0);
        Mem.putLong(mem, at + TxnSlot.LATTICE_OFFSET, sum);
      }
    } finally {
      records.unlock(at);
    }
  }

  /** Where a value begins, behind its digest. */
  long valueAt(long place) {
    return address(place) + digestSize;
  }

  /** Whether a value lies in a record. */
  private boolean isInRecord(long place) {
    return parts.inRecords(place);
  }

  /** Moves a value that nobody knows of out of its record, which is left as it is. */
  private long moveOut(long place, int size) {
    if (!isInRecord(place)) {
      return place;
    }
    long outside = allocateOutside(size);
    Mem.copy(mem, place, mem, address(outside), digestSize + (long) size);
    return outside;
  }

  /**
   * Gives a value back, whose chain has another version now. Its record keeps one that is in it.
   */
  private void free(long place) {
    if (!isInRecord(place)) {
      values.free(place);
    }
  }

  /** Gives a value back that was never linked, with the record that it is in. */
  void abandon(long place) {
    if (isInRecord(place)) {
      pool.push(parts.recordIndex(place));
    } else {
      values.free(place);
    }
  }

  private static long address(long place) {
    return place & -2;
  }

  // Records.

  private int take() {
    int index = pool.pop();
    if (index == NONE) {
      throw new StoreFullException(
          "all " + parts.recMax + " records are in use; publish or cancel transactions");
    }
    return index;
  }

  /** Writes a new version, at the front of its chain; the new head. */
  int fill(int index, int txn, long hash, MemorySegment key, long keyAt, int head, long modSeq) {
    long record = parts.record(index);
    if (txn == NONE) {
      Xid.ROOT.write(mem, record + RecordSlot.XID_OFFSET);
    } else {
      Mem.copy(mem, parts.txn(txn) + TxnSlot.XID_OFFSET, mem, record, 2 * Long.BYTES);
    }
    Mem.putInt(mem, record + RecordSlot.MAP_NEXT_OFFSET, head);
    Mem.putInt(mem, record + RecordSlot.TXN_OFFSET, txn);
    Mem.putLong(mem, record + RecordSlot.HASH_OFFSET, hash);
    Mem.putLong(mem, record + RecordSlot.MOD_SEQ_OFFSET, modSeq);
    Mem.putInt(mem, record + RecordSlot.UNDO_SIZE_OFFSET, 0);
    Mem.copy(key, keyAt, mem, record + RecordSlot.KEY_OFFSET, parts.keySize);
    return index;
  }

  /** Writes what a version says about its value. */
  void describe(long record, long place, int size, int flags) {
    long capacity = capacity(place, size);
    Mem.putLong(mem, record + RecordSlot.VALUE_OFFSET, address(place));
    Mem.putInt(mem, record + RecordSlot.SIZE_OFFSET, size);
    Mem.putInt(mem, record + RecordSlot.CAPACITY_OFFSET, (int) capacity);
    Mem.putInt(
        mem, record + RecordSlot.FLAGS_OFFSET, flags | (int) (place & 1) * RecordSlot.DIRECT);
  }

  private long capacity(long place, int size) {
    if (place == 0) {
      return 0;
    }
    long bytes = isInRecord(place) ? parts.inlineMax() : values.capacity(digestSize + (long) size);
    return bytes - digestSize;
  }

  /** The same for a version that is in its chain: whoever dies in between leaves the old one. */
  private void rewrite(long record, long place, int size, int flags) {
    Mem.putLong(
        mem,
        record + RecordSlot.UNDO_PLACE_OFFSET,
        RecordSlot.place(mem, record)
            | (RecordSlot.flags(mem, record) & RecordSlot.TOMBSTONE) << 1);
    // Release: the other field is complete before.
    Mem.putIntRelease(
        mem, record + RecordSlot.UNDO_SIZE_OFFSET, RecordSlot.size(mem, record) | RecordSlot.UNDO);
    Mem.storeFence();
    describe(record, place, size, flags);
    // Release: from here on the new one is complete.
    Mem.putIntRelease(mem, record + RecordSlot.UNDO_SIZE_OFFSET, 0);
    Mem.putLong(mem, record + RecordSlot.UNDO_PLACE_OFFSET, 0);
  }

  /** Takes a rewriting back that was cut short by the death of its owner. */
  void undo(long record) {
    int undo = Mem.getInt(mem, record + RecordSlot.UNDO_SIZE_OFFSET);
    long old = Mem.getLong(mem, record + RecordSlot.UNDO_PLACE_OFFSET);
    if ((undo & RecordSlot.UNDO) != 0) {
      int tombstone = (int) (old >>> 1 & RecordSlot.TOMBSTONE);
      describe(record, old & ~2L, undo & ~RecordSlot.UNDO, tombstone);
      Mem.putIntRelease(mem, record + RecordSlot.UNDO_SIZE_OFFSET, 0);
    }
    Mem.putLong(mem, record + RecordSlot.UNDO_PLACE_OFFSET, 0);
  }

  /** Gives back the value of a record that is in no chain and no list. The record is free then. */
  void empty(int index) {
    long record = parts.record(index);
    long place = RecordSlot.place(mem, record);
    Mem.putLong(mem, record + RecordSlot.VALUE_OFFSET, 0);
    Mem.putInt(mem, record + RecordSlot.FLAGS_OFFSET, 0);
    free(place);
  }
}
