package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/**
 * A record store that is loaded: a full snapshot goes straight into its root, an incremental one
 * into a transaction that is published, or cancelled.
 *
 * <p>The store takes over the id of the store that was saved, and keeps the tombstones that the
 * next incremental snapshot on top of the same full one will need.
 */
final class StoreTarget implements LoadTarget {
  /** Of the transaction; no user can know of it, because the store is being loaded. */
  private static final Xid XID = new Xid(-1, -1);

  private final RecordStore store;

  /** Null but while an incremental snapshot is applied. */
  private Txn txn;

  /** Records that the transaction sees. */
  private long records;

  /**
   * A store to load.
   *
   * @throws IllegalStateException when it is not empty
   */
  StoreTarget(RecordStore store) {
    if (store.publishedSeq() != 0) {
      throw new IllegalStateException(
          "the store is not empty: something was published at " + store.publishedSeq());
    }
    this.store = store;
    store.bulkLoad(); // throws as well
  }

  @Override
  public int keySize() {
    return store.keySize();
  }

  @Override
  public RecordSink full(SnapHeader header) {
    return store.bulkLoad();
  }

  @Override
  public RecordSink incremental(SnapHeader header) {
    records = liveCount();
    txn = store.prepare(null, XID);
    return new Counted(store.applyInto(txn));
  }

  private long liveCount() {
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      return root.liveCount();
    }
  }

  @Override
  public long records() {
    return txn == null ? liveCount() : records;
  }

  @Override
  public ContentHash contentHash(HashKind kind) {
    return kind == store.hashKind()
        ? store.contentHash(txn)
        : store.view(txn, walk -> sum(walk, kind));
  }

  private ContentHash sum(RecordSource records, HashKind kind) {
    SetHash hash = SetHash.of(kind);
    MemorySegment sum = MemorySegment.ofArray(new long[Math.max(1, hash.sumSize() / Long.BYTES)]);
    while (records.next()) {
      MemorySegment memory = records.memory();
      hash.add(
          sum,
          0,
          memory,
          records.keyAt(),
          store.keySize(),
          memory,
          records.valueAt(),
          records.valueSize());
    }
    return hash.content(sum, 0);
  }

  @Override
  public void publish(SnapHeader header) {
    if (txn == null) {
      store.adopt(header.storeId());
      store.setPublished(header.seq());
      store.retainTombstonesSince(header.seq());
    } else {
      store.publishPreserving(txn, header.seq());
      txn = null;
    }
  }

  @Override
  public void cancel() {
    if (txn != null) {
      Txn dropped = txn;
      txn = null;
      store.cancel(dropped);
    }
  }

  @Override
  public void clear() {
    cancel();
    store.clear();
    store.retainTombstonesSince(StoreHeader.KEEP_NONE);
  }

  /** Counts what the transaction sees, because a store counts only what is published. */
  private final class Counted implements RecordSink {
    private final RecordSink sink;

    Counted(RecordSink sink) {
      this.sink = sink;
    }

    private boolean has(MemorySegment key, long keyAt) {
      return store.get(txn, key.asSlice(keyAt, store.keySize()), MemorySegment.NULL) >= 0;
    }

    @Override
    public void put(
        MemorySegment key,
        long keyAt,
        MemorySegment value,
        long valueAt,
        int valueSize,
        long modSeq) {
      boolean had = has(key, keyAt);
      sink.put(key, keyAt, value, valueAt, valueSize, modSeq);
      records += had ? 0 : 1;
    }

    @Override
    public void remove(MemorySegment key, long keyAt, long modSeq) {
      boolean had = has(key, keyAt);
      sink.remove(key, keyAt, modSeq);
      records -= had ? 1 : 0;
    }
  }
}
