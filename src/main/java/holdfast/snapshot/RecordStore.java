package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.internal.Check;
import holdfast.internal.Mem;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspParticipant;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Records in a workspace, with transactions that fork: any number of them prepare different futures
 * of the same state, one of them is published, the others end.
 *
 * <pre>{@code
 * RecordStore store = RecordStore.create(wksp, RecordStoreConfig.builder(100_000).build());
 * Txn one = store.prepare(null, new Xid(0, 1));       // a fork of what is published
 * Txn other = store.prepare(null, new Xid(0, 2));     // and another one
 * store.put(one, key, value);
 * store.put(other, key, another);
 * store.publish(one, 1);                              // one is the state now, other has ended
 * long size = store.get(null, key, target);
 * store.close();                                      // the records stay in the workspace
 * }</pre>
 *
 * <p>Keys have one size, values up to 2^31 - 1 bytes. Everything lies in the workspace, so a
 * checkpoint of the workspace saves the whole store, open transactions included, whoever makes it;
 * {@link #open} continues. The content of every fork has a name at any time, see {@link
 * #contentHash}. {@link #tryFreeze} gives a view of the published state that stands still while the
 * store goes on.
 *
 * <pre>{@code
 * published state     root, and over it what was published while the root was frozen
 *    |      \
 *  txn a   txn b      a transaction sees its own changes, then its parent's, and so on
 *    |                one with children cannot be written to: FrozenTxnException
 *  txn c
 * }</pre>
 *
 * <p><b>Threads.</b> All methods may be called by any thread. {@link #get} takes no lock. Writers
 * of different transactions, and of different keys of one, run side by side; of two writers of the
 * same key in the same transaction the later one wins. Methods that change the tree of transactions
 * exclude writers. A checkpoint of the workspace stops writers, not {@code get}.
 *
 * <p><b>Full.</b> {@link StoreFullException} when no record, no transaction or no memory is left;
 * then nothing has changed. Publishing and cancelling need nothing, and cannot be full.
 *
 * <p><b>Errors.</b> After an error in the middle of a change (a page of a mapped file is gone) the
 * object is BROKEN; {@link #open} looks at what is left, and takes it if it is sound.
 *
 * <pre>{@code
 * OPEN ----> BROKEN      an error in the middle of a change
 *   |           |  close()
 *   +-----------+---------> CLOSED      methods of both throw IllegalStateException
 * }</pre>
 */
public final class RecordStore implements AutoCloseable {
  private static final int NONE = StoreMemory.NONE;

  /** Looks without a lock before a reader takes one. */
  private static final int LOOKS = 3;

  /** Tombstones that a publication drops at most. */
  private static final int REAP = 1024;

  private static final int OPEN = 0;
  private static final int BROKEN = 1;
  private static final int CLOSED = 2;

  private final Wksp wksp;
  private final StoreMemory parts;
  private final StoreOwner owner;
  private final boolean unclean;
  private final SetHash sums;
  private final TxnTree tree;
  private final Chains chains;
  private final TxnRecords records;
  private final RootLists roots;
  private final Values values;
  private final Writes writes;
  private final Reads reads;
  private final Publication publication;
  private final Gate gate;
  private final WkspParticipant participant = new Participant();

  /** Write mode: the tree, the root, whole transactions. Read mode: single records. */
  private final StampedLock treeLock = new StampedLock();

  /** Copy of the header's, for those who look without the lock; stored after what it stands for. */
  private volatile long publishedSeq;

  /** Told of publications by the thread that publishes; null when nobody is interested. */
  private volatile LongConsumer watcher;

  /** Guards changes of the watcher. */
  private final Object watching = new Object();

  /** Written by whoever has the tree lock, in any mode. */
  private volatile int state = OPEN;

  private RecordStore(Wksp wksp, StoreMemory parts, StoreOwner owner, boolean unclean) {
    this.wksp = wksp;
    this.parts = parts;
    this.owner = owner;
    this.unclean = unclean;
    this.sums = SetHash.of(parts.hash);
    this.tree = new TxnTree(parts);
    this.chains = new Chains(parts, tree);
    this.records = new TxnRecords(parts, sums);
    this.roots = new RootLists(parts);
    this.values =
        Values.open(
            wksp,
            parts.getLong(StoreHeader.BASE_TAG_OFFSET),
            StoreOpening.mark(parts.seed),
            parts.getLong(StoreHeader.GROOVE_OFFSET),
            parts.getShort(StoreHeader.BLOCK_OFFSET),
            parts.getInt(StoreHeader.VOLUME_OFFSET),
            Values.defaultHandles(),
            unclean);
    this.writes = new Writes(parts, chains, parts.recordPool(), records, values, sums);
    this.reads = new Reads(parts, chains, tree, sums.digestSize());
    this.publication = new Publication(parts, chains, tree, records, roots, writes, values);
    this.gate = new Gate(parts, tree, publication);
    this.publishedSeq = parts.getLong(StoreHeader.PUBLISHED_OFFSET);
  }

  // Making and opening.

  /**
   * Makes an empty store.
   *
   * @param wksp has no allocations with the tags of the configuration; has to outlive the store
   * @param config what it is to be
   * @return the store, open
   * @throws StoreFullException when the workspace has no room for it; nothing changed
   * @throws IllegalArgumentException when the workspace has allocations with the tags already
   */
  public static RecordStore create(Wksp wksp, RecordStoreConfig config) {
    return openAt(wksp, StoreOpening.create(wksp, config));
  }

  /**
   * Opens the store with a base tag: one that was closed, that came with a restored checkpoint, or
   * that was left behind by a process that died.
   *
   * @param wksp where it is; has to outlive the store
   * @param baseTag as in its configuration, see {@link RecordStoreConfig#BASE_TAG}
   * @return the store, open; {@link #wasUnclean} tells whether it was left behind
   * @throws CorruptDataException when there is none, when a part of it is missing, or when what was
   *     left behind is not sound
   * @throws IllegalStateException when somebody who lives has it open
   */
  public static RecordStore open(Wksp wksp, long baseTag) {
    return openAt(wksp, StoreOpening.find(wksp, baseTag));
  }

  /**
   * Opens the store at an address, as {@link #open} does.
   *
   * @param wksp where it is; has to outlive the store
   * @param header address of its header
   * @return the store, open
   * @throws CorruptDataException as of {@link #open}
   * @throws IllegalStateException when somebody who lives has it open
   */
  public static RecordStore openAt(Wksp wksp, long header) {
    StoreMemory parts = StoreOpening.check(wksp, header);
    UUID id = id(parts);
    StoreOwner owner = null;
    long seen = 0;
    while (owner == null) {
      seen = Mem.getLongVolatile(parts.mem, header + StoreHeader.OWNER_OFFSET);
      owner = StoreOwner.take(parts.mem, header, id, seen);
    }
    try {
      boolean unclean = seen != 0;
      if (unclean) {
        StoreRecovery.unlock(parts);
      } else {
        StoreOpening.checkLocks(parts);
        StoreOpening.checkValues(wksp, parts);
      }
      RecordStore store = new RecordStore(wksp, parts, owner, unclean);
      if (unclean) {
        store.recover();
      }
      store.gate.resume();
      wksp.register(store.participant);
      return store;
    } catch (Throwable e) {
      owner.abandon(seen);
      throw e;
    }
  }

  private void recover() {
    new StoreRecovery(parts, chains, tree, records, roots, values, writes, sums).run();
    gate.resume();
    verifyLocked();
  }

  private static UUID id(StoreMemory parts) {
    return new UUID(
        parts.getLong(StoreHeader.STORE_ID_OFFSET),
        parts.getLong(StoreHeader.STORE_ID_OFFSET + Long.BYTES));
  }

  // What it is.

  /**
   * Whether the last owner did not close it. Then it was verified before it was opened; what had
   * been going on may be done, or not.
   *
   * @return false when it was complete
   */
  public boolean wasUnclean() {
    return unclean;
  }

  /**
   * The size of its keys.
   *
   * @return bytes
   */
  public int keySize() {
    return parts.keySize;
  }

  /**
   * How its content is named.
   *
   * @return as configured
   */
  public HashKind hashKind() {
    return parts.hash;
  }

  /**
   * Its identity.
   *
   * @return as configured, or that of the store whose snapshot was loaded
   */
  public UUID storeId() {
    return id(parts);
  }

  /**
   * The sequence number of the last publication.
   *
   * @return 0 if there was none
   */
  public long publishedSeq() {
    return publishedSeq;
  }

  // Locks.

  private long lockShared() {
    long stamp = treeLock.readLock();
    if (state != OPEN) {
      treeLock.unlockRead(stamp);
      throw notOpen();
    }
    return stamp;
  }

  private long lockAlone() {
    long stamp = treeLock.writeLock();
    if (state != OPEN) {
      treeLock.unlockWrite(stamp);
      throw notOpen();
    }
    return stamp;
  }

  private IllegalStateException notOpen() {
    return new IllegalStateException(
        state == CLOSED
            ? "the record store is closed"
            : "an error broke the record store in the middle of a change; open it again");
  }

  /** After an error in the middle of a change. Somebody of us has the tree lock. */
  private void broken() {
    state = BROKEN;
    owner.abandon();
    wksp.unregister(participant);
  }

  /** The index of a transaction that is in preparation. The caller has the tree lock. */
  private int live(Txn txn) {
    if (txn.store != this) {
      throw new IllegalArgumentException(txn + " belongs to another store");
    }
    if (tree.generation(txn.index) != txn.generation) {
      throw new StaleTxnException(txn.xid());
    }
    return txn.index;
  }

  /** The index of a transaction that may be written to. The caller has the tree lock. */
  private int writable(Txn txn) {
    int index = live(txn);
    if (tree.hasChildren(index)) {
      throw new FrozenTxnException(txn.xid());
    }
    return index;
  }

  /** Where lookups begin. The caller has the tree lock. */
  private int top(Txn txn) {
    return txn == null ? tree.pending() : live(txn);
  }

  private long hash(MemorySegment key) {
    Keys.check(key, parts.keySize);
    return KeyHash.of(parts.seed, key, 0, parts.keySize);
  }

  // The tree.

  /**
   * Begins a transaction.
   *
   * @param parent whose state it starts from, and which cannot be written to from now on; null:
   *     what is published
   * @param xid its name
   * @return a handle
   * @throws IllegalArgumentException when the name is the root's, or in use
   * @throws StoreFullException when there are {@code txnMax} of them; nothing changed
   * @throws StaleTxnException when the parent has ended
   */
  public Txn prepare(Txn parent, Xid xid) {
    if (xid.isRoot()) {
      throw new IllegalArgumentException("0 is the name of the root");
    }
    long stamp = lockAlone();
    try {
      int above = top(parent);
      if (tree.find(xid) != NONE) {
        throw new IllegalArgumentException("transaction " + xid + " is in preparation already");
      }
      int index = tree.add(above, xid);
      if (index == NONE) {
        throw new StoreFullException(
            "all " + parts.txnMax + " transactions are in use; publish or cancel some");
      }
      return new Txn(this, index, tree.generation(index), xid);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /**
   * Finds a transaction in preparation, for example after a restart.
   *
   * @param xid its name
   * @return a handle; null when there is none
   */
  public Txn find(Xid xid) {
    Objects.requireNonNull(xid, "xid");
    long stamp = lockShared();
    try {
      int index = tree.find(xid);
      return index == NONE ? null : new Txn(this, index, tree.generation(index), xid);
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  /**
   * Makes what a transaction sees the published state: it and its ancestors end, and so do all
   * transactions that compete with them. Its children are children of the published state then.
   *
   * @param txn in preparation
   * @param seq stamps the changes: larger than {@link #publishedSeq}, below 2^62
   * @return how many transactions were published
   * @throws IllegalArgumentException when {@code seq} is not as described
   * @throws StaleTxnException when it has ended
   */
  public int publish(Txn txn, long seq) {
    int count = publish(txn, seq, seq);
    LongConsumer told = watcher;
    if (told != null) {
      told.accept(seq);
    }
    return count;
  }

  /**
   * Says who is told the sequence number of each publication; null for nobody.
   *
   * @throws IllegalStateException when somebody is told already
   */
  void watch(LongConsumer newWatcher) {
    synchronized (watching) {
      if (newWatcher != null && watcher != null) {
        throw new IllegalStateException("the record store has a snapshot service already");
      }
      watcher = newWatcher;
    }
  }

  /** Bytes of the workspace, for what is in proportion to it. */
  long dataMax() {
    return wksp.dataMax();
  }

  /** What {@link #retainTombstonesSince} was told. */
  long tombstoneFloor() {
    return parts.getLong(StoreHeader.FLOOR_OFFSET);
  }

  /** Publishes, and leaves the records the sequence numbers that they came with. */
  int publishPreserving(Txn txn, long seq) {
    return publish(txn, seq, 0);
  }

  private int publish(Txn txn, long seq, long stampSeq) {
    long stamp = lockAlone();
    try {
      int index = live(txn);
      requireSeq(seq);
      try {
        moving();
        int count = 0;
        long folded = 0;
        for (int i = oldest(index); i != NONE; ) {
          int next = TxnSlot.get(parts.mem, parts.txn(i), TxnSlot.STACK_OFFSET);
          folded += publishOne(i, stampSeq);
          count++;
          i = next;
        }
        moved(seq);
        gate.published(folded);
        if (gate.state() != StoreHeader.FROZEN) {
          publication.reap(REAP);
        }
        return count;
      } catch (Throwable e) {
        broken();
        throw e;
      }
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Marks the store: from here on to {@link #moved} it is neither before nor after. */
  private void moving() {
    Mem.putLongRelease(
        parts.mem, parts.header + StoreHeader.PUBLISHED_OFFSET, publishedSeq | StoreHeader.MOVING);
    Mem.storeFence();
  }

  private void moved(long seq) {
    // Release: everything that has moved is there before.
    Mem.putLongRelease(parts.mem, parts.header + StoreHeader.PUBLISHED_OFFSET, seq);
    publishedSeq = seq;
  }

  private void requireSeq(long seq) {
    long published = publishedSeq;
    if (seq <= published || seq > StoreHeader.SEQ_MAX) {
      throw new IllegalArgumentException(
          "seq must be larger than "
              + published
              + ", which was published last, and below 2^62: "
              + seq);
    }
  }

  /** The ancestor of a transaction that is a child of the published state, linked down to it. */
  private int oldest(int index) {
    int pending = tree.pending();
    int below = NONE;
    int i = index;
    for (long left = parts.txnMax; left > 0; left--) {
      TxnSlot.put(parts.mem, parts.txn(i), TxnSlot.STACK_OFFSET, below);
      int parent = tree.parent(i);
      if (parent == NONE || parent == pending) {
        return i;
      }
      below = i;
      i = parent;
    }
    throw StoreHeader.corrupt(parts.txns, "transactions without cycles", "a cycle");
  }

  /** Publishes a child of the published state; how many records went to the pending root. */
  private long publishOne(int index, long seq) {
    publication.cancelSiblings(index);
    tree.end(index);
    if (gate.isOpen()) {
      publication.toRoot(index, seq);
    } else if (tree.pending() == NONE) {
      return Integer.toUnsignedLong(publication.becomePending(index, seq));
    } else {
      long folded = Integer.toUnsignedLong(publication.toPending(index, seq));
      tree.giveChildren(index);
      tree.remove(index);
      return folded;
    }
    tree.giveChildren(index);
    tree.remove(index);
    return 0;
  }

  /**
   * Moves the changes of a transaction into its parent: it ends, and so do its siblings. Its
   * children are children of the parent then.
   *
   * @param txn in preparation, whose parent is a transaction, too
   * @throws IllegalArgumentException when its parent is the published state
   * @throws StaleTxnException when it has ended
   */
  public void publishIntoParent(Txn txn) {
    long stamp = lockAlone();
    try {
      int index = live(txn);
      int parent = tree.parent(index);
      if (parent == NONE || parent == tree.pending()) {
        throw new IllegalArgumentException(
            txn + " has no parent in preparation; publish it with a sequence number");
      }
      try {
        moving();
        publication.cancelSiblings(index);
        tree.end(index);
        publication.toParent(index);
        tree.giveChildren(index);
        tree.remove(index);
        moved(publishedSeq);
      } catch (Throwable e) {
        broken();
        throw e;
      }
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /**
   * Ends a transaction and its descendants without a trace.
   *
   * @param txn in preparation
   * @return how many transactions ended
   * @throws StaleTxnException when it has ended
   */
  public int cancel(Txn txn) {
    long stamp = lockAlone();
    try {
      int index = live(txn);
      try {
        moving();
        int count = publication.cancel(index);
        moved(publishedSeq);
        return count;
      } catch (Throwable e) {
        broken();
        throw e;
      }
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  // Records.

  /**
   * Stores a value.
   *
   * @param txn in preparation, without children
   * @param key of the size of the store's keys; copied
   * @param value up to 2^31 - 1 bytes; copied
   * @return true if the transaction saw no value of the key before
   * @throws StoreFullException when there is no room; nothing changed
   * @throws FrozenTxnException when it has children
   * @throws StaleTxnException when it has ended
   */
  public boolean put(Txn txn, MemorySegment key, MemorySegment value) {
    long hash = hash(key);
    long stamp = lockShared();
    try {
      return writes.put(writable(txn), hash, key, 0, value, 0, value.byteSize(), 0);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  /**
   * Stores a value that a function writes in place, starting from the present one.
   *
   * @param txn in preparation, without children
   * @param key of the size of the store's keys; copied
   * @param size bytes of the new value, up to 2^31 - 1
   * @param writer gets the memory of the new value: the old bytes, as far as they fit, then zeros.
   *     Must not call the store, nor keep the memory. When it throws, nothing has changed
   * @param <T> what it returns
   * @return what it returned
   * @throws StoreFullException when there is no room; nothing changed
   * @throws FrozenTxnException when it has children
   * @throws StaleTxnException when it has ended
   */
  public <T> T update(
      Txn txn, MemorySegment key, long size, Function<? super MemorySegment, ? extends T> writer) {
    long hash = hash(key);
    Check.range(size, 0, RecordSlot.SIZE_MAX, "size");
    Objects.requireNonNull(writer, "writer");
    boolean ours = true;
    long stamp = lockShared();
    try {
      int index = writable(txn);
      long place = writes.draft(index, hash, key, size);
      T result;
      try {
        ours = false;
        result = writer.apply(parts.mem.asSlice(writes.valueAt(place), size));
        ours = true;
      } catch (Throwable e) {
        writes.abandon(place);
        throw e;
      }
      writes.link(index, hash, key, 0, place, (int) size, 0);
      return result;
    } catch (Error e) {
      if (ours) {
        broken();
      }
      throw e;
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  /**
   * Makes a key absent.
   *
   * @param txn in preparation, without children
   * @param key of the size of the store's keys
   * @return false, with nothing changed, if the transaction saw no value of the key
   * @throws StoreFullException when the key is inherited and no record is left; nothing changed
   * @throws FrozenTxnException when it has children
   * @throws StaleTxnException when it has ended
   */
  public boolean remove(Txn txn, MemorySegment key) {
    long hash = hash(key);
    long stamp = lockShared();
    try {
      return writes.remove(writable(txn), hash, key);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  /**
   * Copies a value, without a lock and without garbage.
   *
   * @param txn whose state to look at; null: what is published
   * @param key of the size of the store's keys
   * @param target takes as much of the value as it has room for; may have been written to also when
   *     there is no such key
   * @return size of the value in bytes, or -1 when there is no such key
   * @throws StaleTxnException when the transaction has ended
   */
  public long get(Txn txn, MemorySegment key, MemorySegment target) {
    long hash = hash(key);
    for (int look = 0; look < LOOKS; look++) {
      long epoch = tree.epoch();
      int top = txn == null ? tree.pending() : live(txn);
      long size = reads.tryGet(top, hash, key, target);
      // It ended with a fence: what follows is read after everything that it read.
      if (state != OPEN) {
        throw notOpen();
      }
      if (size != Reads.AGAIN && tree.epoch() == epoch) {
        if (txn != null) {
          live(txn);
        }
        return size;
      }
    }
    return getLocked(txn, hash, key, target);
  }

  private long getLocked(Txn txn, long hash, MemorySegment key, MemorySegment target) {
    long stamp = lockShared();
    try {
      return reads.getLocked(top(txn), hash, key, target);
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  /** The same for a root that is frozen. */
  long getFrozen(MemorySegment key, MemorySegment target) {
    long hash = hash(key);
    for (int look = 0; look < LOOKS; look++) {
      long size = reads.tryGet(NONE, hash, key, target);
      if (size != Reads.AGAIN) {
        return size;
      }
    }
    long stamp = lockShared();
    try {
      return reads.getLocked(NONE, hash, key, target);
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  /**
   * Looks at a value where it lies. Publications, and for a value of the transaction's own its
   * writers, wait until that is done: keep it short.
   *
   * @param txn whose state to look at; null: what is published
   * @param key of the size of the store's keys
   * @param reader gets the value, read-only; null when there is no such key. Must not call the
   *     store, nor keep the memory
   * @param <T> what it returns
   * @return what it returned
   * @throws StaleTxnException when the transaction has ended
   */
  public <T> T read(
      Txn txn, MemorySegment key, Function<? super MemorySegment, ? extends T> reader) {
    long hash = hash(key);
    Objects.requireNonNull(reader, "reader");
    long stamp = lockShared();
    try {
      int top = top(txn);
      long at = chains.at(hash);
      long word = chains.lock(at);
      boolean locked = true;
      try {
        int index = chains.visible(word, hash, key, 0, top);
        MemorySegment value = index == NONE ? null : value(index);
        // Others than the transaction's own do not change while the tree is locked.
        if (txn == null || index == NONE || RecordSlot.txn(parts.mem, parts.record(index)) != top) {
          chains.release(at, word);
          locked = false;
        }
        return reader.apply(value);
      } finally {
        if (locked) {
          chains.release(at, word);
        }
      }
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  private MemorySegment value(int index) {
    long record = parts.record(index);
    if (RecordSlot.isTombstone(parts.mem, record)) {
      return null;
    }
    long at = RecordSlot.valueOffset(parts.mem, record) + sums.digestSize();
    return parts.mem.asSlice(at, RecordSlot.size(parts.mem, record)).asReadOnly();
  }

  /**
   * Shows all records that a transaction sees, in no particular order. The tree stands still
   * meanwhile; a frozen root is the better way to look at much.
   *
   * @param txn whose state to look at; null: what is published
   * @param visitor must not call the store
   * @throws StaleTxnException when the transaction has ended
   */
  public void forEach(Txn txn, RecordVisitor visitor) {
    Objects.requireNonNull(visitor, "visitor");
    view(
        txn,
        cursor -> {
          while (cursor.next()) {
            cursor.show(visitor);
          }
          return null;
        });
  }

  /** Has a function walk over what a transaction sees, while that stands still. */
  <T> T view(Txn txn, Function<? super ViewCursor, ? extends T> reader) {
    // Writers of the transaction itself have to stop, too.
    long stamp = lockAlone();
    try {
      return reader.apply(
          new ViewCursor(parts, sums.digestSize(), chains, tree, records, roots, top(txn)));
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Has a function look at what a transaction sees as often as it wants. */
  <T> T table(Txn txn, Function<? super RecordTable, ? extends T> reader) {
    long stamp = lockAlone();
    try {
      int top = top(txn);
      return reader.apply(
          new RecordTable() {
            @Override
            public int keySize() {
              return parts.keySize;
            }

            @Override
            public long count() {
              long count = 0;
              for (RecordCursor walk = walk(); walk.next(); ) {
                count++;
              }
              return count;
            }

            @Override
            public RecordCursor walk() {
              return new ViewCursor(parts, sums.digestSize(), chains, tree, records, roots, top);
            }
          });
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /**
   * The name of the content that a transaction sees. Takes constant time, but for the depth of the
   * transaction.
   *
   * @param txn whose state to look at; null: what is published
   * @return equal for equal content, whatever the history
   * @throws StaleTxnException when the transaction has ended
   */
  public ContentHash contentHash(Txn txn) {
    long stamp = lockShared();
    try {
      return contentHash(top(txn));
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  private ContentHash contentHash(int top) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sum = arena.allocate(Math.max(1, sums.sumSize()), Long.BYTES);
      sums.addSum(sum, 0, parts.mem, records.rootSumAt());
      for (int i = top; i != NONE; i = tree.parent(i)) {
        long at = parts.txn(i);
        records.lock(at);
        try {
          long delta = records.sumAt(at);
          if (delta != 0) {
            sums.addSum(sum, 0, parts.mem, delta);
          }
        } finally {
          records.unlock(at);
        }
      }
      return sums.content(sum, 0);
    }
  }

  // Freezing.

  /**
   * Freezes the root: gives a view of what is published now, which stands still until it is closed.
   * Takes constant time; the store goes on in every respect.
   *
   * @return empty while another one is open, or while what was published meanwhile has not yet
   *     moved into the root, see {@link #drain}
   */
  public Optional<FrozenRoot> tryFreeze() {
    long stamp = lockAlone();
    try {
      if (!gate.isOpen()) {
        return Optional.empty();
      }
      FrozenRoot frozen =
          new FrozenRoot(this, parts, roots, sums.digestSize(), publishedSeq, contentHash(NONE));
      gate.freeze(frozen);
      return Optional.of(frozen);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  void thaw(FrozenRoot frozen) {
    long stamp = treeLock.writeLock();
    try {
      if (state == OPEN) {
        gate.thaw(frozen);
      }
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /**
   * Moves a part of what was published while the root was frozen into the root. Publications do
   * that as well; this is for a publisher that rests. No lookup has another outcome after it.
   *
   * @param maxRecords how many at most, at least 1
   * @return how many were moved; 0 while the root is frozen, and when nothing is left
   */
  public int drain(int maxRecords) {
    Check.range(maxRecords, 1, Integer.MAX_VALUE, "maxRecords");
    long stamp = lockAlone();
    try {
      return gate.drain(maxRecords);
    } catch (Throwable e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Sets when frozen roots are taken back, and how fast the store catches up. */
  void freezeLimits(FreezeLimits limits) {
    long stamp = lockAlone();
    try {
      gate.limits(limits);
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /**
   * Says which tombstones have to be kept for {@link FrozenRoot#forEachTombstoneSince}: those of
   * keys that were removed after a publication. At first none is kept.
   *
   * @param seq of that publication; -1: keep none
   */
  public void retainTombstonesSince(long seq) {
    Check.range(seq, StoreHeader.KEEP_NONE, StoreHeader.SEQ_MAX, "seq");
    long stamp = lockAlone();
    try {
      parts.putLong(StoreHeader.FLOOR_OFFSET, seq);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  // Loading.

  /**
   * Takes records straight into the root of an empty store: with ascending sequence numbers, each
   * key once. {@link #setPublished} ends that, {@link #clear} undoes it.
   *
   * @throws IllegalStateException when there are records or transactions
   */
  RecordSink bulkLoad() {
    long stamp = lockAlone();
    try {
      requireIdle();
      if (roots.liveCount() + roots.tombstoneCount() != 0) {
        throw new IllegalStateException("the store is not empty");
      }
      return new BulkLoad(this, parts, chains, sums, tree.epoch());
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  private void requireIdle() {
    if (tree.firstChild(NONE) != NONE || !gate.isOpen()) {
      throw new IllegalStateException("the store has transactions, or its root is frozen");
    }
  }

  /**
   * One record of {@link #bulkLoad}; the digest may be null.
   *
   * @param epoch of the tree when the load began: no transaction came and went since
   */
  void load(
      long epoch,
      long hash,
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int size,
      long modSeq,
      MemorySegment digest,
      long digestAt) {
    long stamp = lockAlone();
    try {
      requireIdle();
      if (tree.epoch() != epoch) {
        throw new IllegalStateException("the store changed while it was loaded");
      }
      writes.load(roots, hash, key, keyAt, value, valueAt, size, modSeq, digest, digestAt);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Takes over the identity of the store whose records were loaded. */
  void adopt(UUID id) {
    long stamp = lockAlone();
    try {
      requireIdle();
      parts.putLong(StoreHeader.STORE_ID_OFFSET, id.getMostSignificantBits());
      parts.putLong(StoreHeader.STORE_ID_OFFSET + Long.BYTES, id.getLeastSignificantBits());
      owner.rename(id);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Says of which publication the loaded records are the state. */
  void setPublished(long seq) {
    long stamp = lockAlone();
    try {
      requireSeq(seq);
      moved(seq);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Drops all records and sequence numbers of a store without transactions. */
  void clear() {
    long stamp = lockAlone();
    try {
      requireIdle();
      try {
        moving();
        publication.clearRoot();
        if (sums.sumSize() != 0) {
          Mem.fill(parts.mem, records.rootSumAt(), sums.sumSize(), (byte) 0);
        }
        moved(0);
      } catch (Throwable e) {
        broken();
        throw e;
      }
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Takes the changes of a file into a transaction: each key once, with its sequence number. */
  RecordSink applyInto(Txn txn) {
    return new ApplySink(this, txn);
  }

  void apply(
      Txn txn,
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int size,
      long modSeq) {
    long hash = KeyHash.of(parts.seed, key, keyAt, parts.keySize);
    long stamp = lockShared();
    try {
      writes.put(writable(txn), hash, key, keyAt, value, valueAt, size, modSeq);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  void applyTombstone(Txn txn, MemorySegment key, long keyAt, long modSeq) {
    long hash = KeyHash.of(parts.seed, key, keyAt, parts.keySize);
    long stamp = lockShared();
    try {
      writes.bury(writable(txn), hash, key, keyAt, modSeq);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockRead(stamp);
    }
  }

  // The whole.

  /**
   * Walks everything and trusts nothing. Nobody can change the store meanwhile.
   *
   * @throws CorruptDataException at the first broken rule
   */
  public void verify() {
    long stamp = lockAlone();
    try {
      verifyLocked();
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  private void verifyLocked() {
    new StoreVerifier(parts, chains, tree, records, values, sums).run();
  }

  /**
   * Gives memory that no value needs back to the workspace, so that a checkpoint of it is smaller.
   *
   * @param zeroFree whether to store zeros where no value is, so that a checkpoint packs better
   * @return bytes given back
   */
  public long trim(boolean zeroFree) {
    long stamp = lockAlone();
    try {
      return values.trim(zeroFree);
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /**
   * Ends the use of this object. Records and transactions stay in the workspace. A frozen root that
   * is open is revoked. Has no effect the second time. When the workspace was closed before, the
   * next one who opens the store finds it left behind, see {@link #wasUnclean}.
   */
  @Override
  public void close() {
    long stamp = treeLock.writeLock();
    try {
      if (state == OPEN && !parts.mem.scope().isAlive()) {
        broken();
      }
      if (state == OPEN) {
        gate.revoke("the store was closed");
        wksp.unregister(participant);
        values.close();
        state = CLOSED;
        owner.leave();
      }
      state = CLOSED;
    } catch (Error e) {
      broken();
      throw e;
    } finally {
      treeLock.unlockWrite(stamp);
    }
  }

  /** Holds the store still while somebody makes a checkpoint of the workspace. */
  private final class Participant implements WkspParticipant {
    /** Of the tree lock; 0 when the store was closed already. */
    private long stamp;

    @Override
    public void quiesce() {
      long taken = treeLock.writeLock();
      stamp = taken;
      if (state != OPEN) { // since the checkpoint began; it has nothing to stop any more
        stamp = 0;
        treeLock.unlockWrite(taken);
        return;
      }
      try {
        values.quiesce();
        owner.rest();
      } catch (Throwable e) {
        broken();
        treeLock.unlockWrite(taken);
        throw e;
      }
    }

    @Override
    public void resume() {
      if (stamp == 0) {
        return;
      }
      try {
        owner.resume();
        values.resume();
      } catch (Throwable e) {
        broken();
        throw e;
      } finally {
        treeLock.unlockWrite(stamp);
      }
    }
  }
}
