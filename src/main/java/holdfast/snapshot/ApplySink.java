package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Takes the changes of a file into a transaction. */
final class ApplySink implements RecordSink {
  private final RecordStore store;
  private final Txn txn;

  ApplySink(RecordStore store, Txn txn) {
    this.store = store;
    this.txn = txn;
  }

  @Override
  public void put(
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int valueSize,
      long modSeq) {
    store.apply(txn, key, keyAt, value, valueAt, valueSize, modSeq);
  }

  @Override
  public void remove(MemorySegment key, long keyAt, long modSeq) {
    store.applyTombstone(txn, key, keyAt, modSeq);
  }
}
