package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Walks a whole store and trusts nothing: throws at the first broken rule.
 *
 * <pre>{@code
 * tree        parents, children and siblings agree; ids are unique and found; slots: in the tree
 *             or free
 * gate        OPEN: nothing pending; else the pending root is the only child of the root
 * lists       links agree, counts are true, numbers ascend; each record is in one list
 * records     owner, key hash, flags, value: there, of the right size, with the right digest
 * chains      each record is in one, its own; nearer versions before farther ones; one per owner
 * pool        a record is in a list and a chain, or free
 * sums        that of the root and of each transaction is what its records make
 * values      what is allocated is reachable: no leak
 * }</pre>
 *
 * <p>Needs the tree lock in write mode. Memory: four bits for each record on the heap, and what
 * {@link ValueCensus} needs.
 */
final class StoreVerifier {
  private static final int NONE = StoreMemory.NONE;

  /** Every value begins at a multiple of this, so that bits are left for flags. */
  private static final long VALUE_ALIGN = 16;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final Chains chains;
  private final TxnTree tree;
  private final TxnRecords records;
  private final Values values;
  private final SetHash sums;

  private final IndexSet txns;
  private final IndexSet listed;
  private final IndexSet chained;
  private ValueCensus census;
  private long published;

  StoreVerifier(
      StoreMemory parts,
      Chains chains,
      TxnTree tree,
      TxnRecords records,
      Values values,
      SetHash sums) {
    this.parts = parts;
    this.mem = parts.mem;
    this.chains = chains;
    this.tree = tree;
    this.records = records;
    this.values = values;
    this.sums = sums;
    this.txns = new IndexSet(parts.txnMax);
    this.listed = new IndexSet(parts.recMax);
    this.chained = new IndexSet(parts.recMax);
  }

  void run() {
    values.verify();
    census = values.census();
    published = parts.getLong(StoreHeader.PUBLISHED_OFFSET);
    need(
        published >= 0 && published <= StoreHeader.SEQ_MAX,
        parts.header + StoreHeader.PUBLISHED_OFFSET,
        "a sequence number",
        published);
    checkTree();
    checkGate();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment digest = arena.allocate(ContentHash.SIZE, Long.BYTES);
      checkRoot(digest);
      for (long t = txns.next(0); t >= 0; t = txns.next(t + 1)) {
        int i = (int) t;
        checkTxnRecords(i, digest);
      }
    }
    checkChains();
    checkRecordPool();
    takeSums();
    checkSums();
    checkLeaks();
  }

  private static void need(boolean sound, long offset, String expected, Object found) {
    if (!sound) {
      throw StoreHeader.corrupt(offset, expected, found);
    }
  }

  // The tree.

  private void checkTree() {
    long found = 0;
    int parent = NONE;
    int child = tree.firstChild(NONE);
    int prev = NONE;
    // Depth first, without a stack: the links lead back.
    while (true) {
      if (child == NONE) {
        need(
            tree.lastChild(parent) == prev,
            childrenAt(parent),
            "the last child to be last",
            tree.lastChild(parent));
        if (parent == NONE) {
          break;
        }
        prev = parent;
        child = tree.nextSibling(parent);
        parent = tree.parent(parent);
        continue;
      }
      long at = parts.txn(child);
      need(txns.add(child), at, "a transaction that is in the tree once", child);
      found++;
      int up = tree.parent(child);
      need(up == parent, at + TxnSlot.PARENT_OFFSET, "parent " + parent, up);
      int before = TxnSlot.get(mem, at, TxnSlot.SIB_PREV_OFFSET);
      need(before == prev, at + TxnSlot.SIB_PREV_OFFSET, "sibling " + prev, before);
      int lock = TxnSlot.get(mem, at, TxnSlot.LOCK_OFFSET);
      need(lock == 0, at + TxnSlot.LOCK_OFFSET, "a lock that nobody has", lock);
      for (long i = TxnSlot.ZERO_OFFSET; i < TxnSlot.FOOTPRINT; i += Long.BYTES) {
        need(Mem.getLong(mem, at + i) == 0, at + i, "zeros", Mem.getLong(mem, at + i));
      }
      parent = child;
      prev = NONE;
      child = tree.firstChild(parent);
    }
    checkXids(found);
    checkTxnPool(found);
  }

  private long childrenAt(int parent) {
    return parent == NONE
        ? parts.header + StoreHeader.CHILD_TAIL_OFFSET
        : parts.txn(parent) + TxnSlot.CHILD_TAIL_OFFSET;
  }

  private void checkXids(long count) {
    long mapped = 0;
    for (long head = 0; head <= parts.txnHeadMask; head++) {
      long at = parts.txnHeads + head * Integer.BYTES;
      long hops = 0;
      for (int i = Mem.getInt(mem, at); i != NONE; ) {
        long txn = parts.txn(i);
        Xid xid = tree.xid(i);
        need(txns.contains(i), txn, "a transaction of the tree", xid);
        need(i != tree.pending(), txn, "a transaction that is not the pending root", xid);
        need(!xid.isRoot(), txn, "a name of a transaction", xid);
        need(tree.headAt(xid) == at, txn, "a name that belongs into its chain", xid);
        need(tree.find(xid) == i, txn, "a name of one transaction", xid);
        need(hops++ < parts.txnMax, at, "a chain without a cycle", "a cycle");
        mapped++;
        i = TxnSlot.get(mem, txn, TxnSlot.MAP_NEXT_OFFSET);
      }
    }
    long expected = count - (tree.pending() == NONE ? 0 : 1);
    need(mapped == expected, parts.txnHeads, expected + " transactions to be found", mapped);
  }

  private void checkTxnPool(long used) {
    SlotPool pool = parts.txnPool();
    long free = 0;
    for (long i = pool.first(); i != parts.txnMax; i = pool.after(i)) {
      long at = parts.txns;
      need(i < parts.txnMax, at, "free transactions below " + parts.txnMax, i);
      need(!txns.contains((int) i), parts.txnAt((int) i), "a free transaction, not of the tree", i);
      need(free++ < parts.txnMax, at, "free transactions without a cycle", "a cycle");
    }
    need(
        free + used == parts.txnMax,
        parts.header + StoreHeader.TXN_POOL_OFFSET,
        parts.txnMax - used + " free transactions",
        free);
  }

  private void checkGate() {
    long at = parts.header + StoreHeader.GATE_OFFSET;
    int state = StoreHeader.state(parts.getLong(StoreHeader.GATE_OFFSET));
    int pending = tree.pending();
    if (pending == NONE) {
      need(state != StoreHeader.DRAINING, at, "nothing to drain without a pending root", state);
      return;
    }
    need(state != StoreHeader.OPEN, at, "a shut gate while a root is pending", state);
    need(
        tree.firstChild(NONE) == pending && tree.lastChild(NONE) == pending,
        parts.header + StoreHeader.CHILD_HEAD_OFFSET,
        "the pending root to be the only child of the root",
        tree.firstChild(NONE));
  }

  // Lists and records.

  /** Adds up a list while it is walked. */
  private static final class Totals {
    long count;
    long bytes;
  }

  private void checkRoot(MemorySegment digest) {
    Totals live =
        checkList(
            parts.getInt(StoreHeader.LIVE_HEAD_OFFSET),
            parts.getInt(StoreHeader.LIVE_TAIL_OFFSET),
            NONE,
            digest,
            false);
    Totals dead =
        checkList(
            parts.getInt(StoreHeader.TOMBSTONE_HEAD_OFFSET),
            parts.getInt(StoreHeader.TOMBSTONE_TAIL_OFFSET),
            NONE,
            digest,
            true);
    total(StoreHeader.LIVE_COUNT_OFFSET, live.count);
    total(StoreHeader.TOMBSTONE_COUNT_OFFSET, dead.count);
    total(StoreHeader.VALUE_BYTES_OFFSET, live.bytes);
  }

  private void total(long field, long expected) {
    long found = parts.getLong(field);
    need(found == expected, parts.header + field, "the total " + expected, found);
  }

  private void checkTxnRecords(int txn, MemorySegment digest) {
    long at = parts.txn(txn);
    Totals totals =
        checkList(
            records.head(at), TxnSlot.get(mem, at, TxnSlot.REC_TAIL_OFFSET), txn, digest, false);
    long count = Integer.toUnsignedLong(records.count(at));
    need(totals.count == count, at + TxnSlot.REC_COUNT_OFFSET, "a count of " + totals.count, count);
  }

  private Totals checkList(int head, int tail, int owner, MemorySegment digest, boolean dead) {
    Totals totals = new Totals();
    int prev = NONE;
    long seq = 0;
    for (int i = head; i != NONE; i = RecordSlot.next(mem, parts.record(i))) {
      long record = parts.record(i);
      need(listed.add(i), record, "a record that is in one list", "record " + i + " again");
      int before = RecordSlot.prev(mem, record);
      need(before == prev, record + RecordSlot.PREV_OFFSET, "the one before, " + prev, before);
      long modSeq = RecordSlot.modSeq(mem, record);
      if (owner == NONE || owner == tree.pending()) {
        need(
            modSeq >= seq && modSeq <= published,
            record + RecordSlot.MOD_SEQ_OFFSET,
            seq + " to " + published,
            modSeq);
        seq = modSeq;
      }
      boolean tombstone = RecordSlot.isTombstone(mem, record);
      need(
          owner != NONE || tombstone == dead,
          record + RecordSlot.FLAGS_OFFSET,
          "a record of its list",
          tombstone);
      checkRecord(i, record, owner, digest);
      totals.count++;
      totals.bytes += RecordSlot.size(mem, record);
      prev = i;
    }
    need(tail == prev, parts.header, "a list that ends with record " + prev, tail);
    return totals;
  }

  private void checkRecord(int index, long record, int owner, MemorySegment digest) {
    int txn = RecordSlot.txn(mem, record);
    need(txn == owner, record + RecordSlot.TXN_OFFSET, "owner " + owner, txn);
    Xid expected = owner == NONE ? Xid.ROOT : tree.xid(owner);
    Xid xid = Xid.read(mem, record + RecordSlot.XID_OFFSET);
    need(xid.equals(expected), record, "transaction " + expected, xid);
    long key = record + RecordSlot.KEY_OFFSET;
    long hash = KeyHash.of(parts.seed, mem, key, parts.keySize);
    need(
        RecordSlot.hash(mem, record) == hash,
        record + RecordSlot.HASH_OFFSET,
        "the hash of the key, " + hash,
        RecordSlot.hash(mem, record));
    for (long i = key + parts.keySize; i < record + RecordSlot.INLINE_OFFSET; i += Long.BYTES) {
      need(Mem.getLong(mem, i) == 0, i, "zeros", Mem.getLong(mem, i));
    }
    int reserved = Mem.getInt(mem, record + RecordSlot.UNDO_SIZE_OFFSET);
    need(reserved == 0, record + RecordSlot.UNDO_SIZE_OFFSET, "0", reserved);
    int flags = RecordSlot.flags(mem, record);
    boolean tombstone = (flags & RecordSlot.TOMBSTONE) != 0;
    boolean keep = (flags & RecordSlot.KEEP) != 0;
    need(
        flags >>> 3 == 0
            && !(tombstone && (flags & RecordSlot.DIRECT) != 0)
            && !(keep && (!tombstone || owner == NONE)),
        record + RecordSlot.FLAGS_OFFSET,
        "flags that go together",
        Integer.toBinaryString(flags));
    checkValue(index, record, tombstone, digest);
  }

  private void checkValue(int index, long record, boolean tombstone, MemorySegment digest) {
    long place = RecordSlot.place(mem, record);
    long offset = RecordSlot.valueOffset(mem, record);
    need(
        offset % VALUE_ALIGN == 0,
        record + RecordSlot.VALUE_OFFSET,
        "a value aligned to " + VALUE_ALIGN,
        offset);
    int size = RecordSlot.size(mem, record);
    long capacity = Integer.toUnsignedLong(Mem.getInt(mem, record + RecordSlot.CAPACITY_OFFSET));
    long at = record + RecordSlot.VALUE_OFFSET;
    if (tombstone) {
      need(place == 0 && size == 0 && capacity == 0, at, "no value of a tombstone", place);
      return;
    }
    need(size >= 0, record + RecordSlot.SIZE_OFFSET, "a size below 2^31", size);
    int digestSize = sums.digestSize();
    long bytes = digestSize + (long) size;
    boolean inline = RecordSlot.isInline(mem, record);
    long room = inline ? parts.inlineMax() : values.capacity(bytes);
    need(
        capacity == (bytes == 0 ? 0 : room - digestSize) && bytes <= room,
        record + RecordSlot.CAPACITY_OFFSET,
        "the capacity of " + size + " bytes",
        capacity);
    need(
        inline ? bytes != 0 && place == offset : census.takeValue(place, bytes),
        at,
        "a value of " + size + " bytes that only record " + index + " has",
        place);
    if (digestSize != 0) {
      long value = RecordSlot.valueOffset(mem, record);
      sums.digest(
          mem,
          record + RecordSlot.KEY_OFFSET,
          parts.keySize,
          mem,
          value + digestSize,
          size,
          digest,
          0);
      need(
          mem.asSlice(value, digestSize).mismatch(digest.asSlice(0, digestSize)) < 0,
          value,
          "the digest of the record",
          "another one");
    }
  }

  // Chains and pool.

  private void checkChains() {
    for (long chain = 0; chain <= parts.chainMask; chain++) {
      long at = parts.chains + chain * Long.BYTES;
      long word = Mem.getLong(mem, at);
      need((word & Chains.LOCKED) == 0, at, "a chain that nobody holds", Long.toHexString(word));
      for (int i = (int) word; i != NONE; i = RecordSlot.mapNext(mem, parts.record(i))) {
        long record = parts.record(i);
        need(chained.add(i), record, "a record that is in one chain", "record " + i + " again");
        need(
            listed.contains(i),
            record,
            "a record that is in a list",
            "record " + i + " is in none");
        long hash = RecordSlot.hash(mem, record);
        need(chains.at(hash) == at, record, "a record that belongs into its chain", hash);
      }
      checkOrder((int) word);
    }
    long found = chained.count();
    need(found == listed.count(), parts.chains, listed.count() + " records in chains", found);
  }

  /** Of the versions of a key the nearer ones come first, and each owner has one. */
  private void checkOrder(int head) {
    for (int i = head; i != NONE; i = RecordSlot.mapNext(mem, parts.record(i))) {
      long record = parts.record(i);
      long hash = RecordSlot.hash(mem, record);
      int owner = RecordSlot.txn(mem, record);
      int j = RecordSlot.mapNext(mem, record);
      for (; j != NONE; j = RecordSlot.mapNext(mem, parts.record(j))) {
        long later = parts.record(j);
        if (RecordSlot.hash(mem, later) == hash
            && RecordSlot.hasKey(mem, later, mem, record + RecordSlot.KEY_OFFSET, parts.keySize)) {
          int other = RecordSlot.txn(mem, later);
          need(
              other != owner && (other == NONE || !tree.sees(other, owner)),
              later,
              "versions of ancestors behind those of descendants",
              "record " + j);
        }
      }
    }
  }

  private void checkRecordPool() {
    SlotPool pool = parts.recordPool();
    long used = listed.count();
    long free = 0;
    for (long i = pool.first(); i != parts.recMax; i = pool.after(i)) {
      need(i < parts.recMax, parts.records, "free records below " + parts.recMax, i);
      long at = parts.recordAt((int) i);
      need(!listed.contains((int) i), at, "a free record, in no list", "record " + i);
      long value = RecordSlot.valueOffset(mem, at);
      need(value == 0, at + RecordSlot.VALUE_OFFSET, "no value of a free record", value);
      need(free++ < parts.recMax, parts.records, "free records without a cycle", "a cycle");
    }
    need(
        free + used == parts.recMax,
        parts.header + StoreHeader.RECORD_POOL_OFFSET,
        parts.recMax - used + " free records",
        free);
  }

  // Sums and values.

  private void checkSums() {
    if (sums.sumSize() == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sum = arena.allocate(sums.sumSize(), Long.BYTES);
      int pending = tree.pending();
      long rootSum = records.rootSumAt();
      if (pending == NONE) {
        rootSum(sum);
        same(sum, rootSum, "the root");
      } else {
        // What was drained is still in the pending sum: only both together say something.
        publishedSum(sum, pending);
        MemorySegment both = arena.allocate(sums.sumSize(), Long.BYTES);
        sums.addSum(both, 0, mem, rootSum);
        long at = records.sumAt(parts.txn(pending));
        if (at != 0) {
          sums.addSum(both, 0, mem, at);
        }
        need(sum.mismatch(both) < 0, rootSum, "the sum of what is published", "another one");
      }
      for (long t = txns.next(0); t >= 0; t = txns.next(t + 1)) {
        int i = (int) t;
        if (i != pending) {
          sum.fill((byte) 0);
          TxnSums.compute(parts, chains, tree, records, sums, i, sum);
          same(sum, records.sumAt(parts.txn(i)), "transaction " + tree.xid(i));
        }
      }
    }
  }

  private void same(MemorySegment sum, long at, String whose) {
    boolean same;
    if (at == 0) {
      same = sum.mismatch(MemorySegment.ofArray(new byte[sums.sumSize()])) < 0;
    } else {
      same = sum.mismatch(mem.asSlice(at, sums.sumSize())) < 0;
    }
    need(same, at, "the sum of what " + whose + " holds", "another one");
  }

  private void rootSum(MemorySegment sum) {
    for (int i = parts.getInt(StoreHeader.LIVE_HEAD_OFFSET); i != NONE; ) {
      long record = parts.record(i);
      TxnSums.add(parts, sums, record, sum);
      i = RecordSlot.next(mem, record);
    }
  }

  private void publishedSum(MemorySegment sum, int pending) {
    RootCursor cursor =
        new ViewCursor(
            parts, sums.digestSize(), chains, tree, records, new RootLists(parts), pending);
    while (cursor.next()) {
      TxnSums.add(parts, sums, cursor.keyAt() - RecordSlot.KEY_OFFSET, sum);
    }
  }

  private void takeSums() {
    if (parts.hash == HashKind.LATTICE16) {
      takeSum(parts.getLong(StoreHeader.LATTICE_OFFSET));
    }
    for (long t = txns.next(0); t >= 0; t = txns.next(t + 1)) {
      long txn = parts.txn((int) t);
      long at = txn + TxnSlot.LATTICE_OFFSET;
      long lattice = Mem.getLong(mem, at);
      if (parts.hash != HashKind.LATTICE16) {
        need(lattice == 0, at, "no lattice of a transaction", lattice);
      } else if (lattice != 0) {
        takeSum(lattice);
      }
      for (long i = TxnSlot.SUM_OFFSET; i < TxnSlot.LATTICE_OFFSET; i += Long.BYTES) {
        long word = Mem.getLong(mem, txn + i);
        need(parts.hash == HashKind.SUM256 || word == 0, txn + i, "zeros", word);
      }
    }
  }

  private void checkLeaks() {
    long left = census.left();
    need(
        left == 0,
        census.firstLeft(),
        "memory that a record has",
        left + " allocations that none has");
  }

  private void takeSum(long at) {
    need(census.takeAccumulator(at), at, "a sum that one transaction has", at);
  }
}
