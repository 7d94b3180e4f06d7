package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Takes the records of a file into the root of an empty store. */
final class BulkLoad implements RecordSink {
  private final RecordStore store;

  BulkLoad(RecordStore store) {
    this.store = store;
  }

  @Override
  public void put(
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int valueSize,
      long modSeq) {
    store.load(key, keyAt, value, valueAt, valueSize, modSeq);
  }

  @Override
  public void remove(MemorySegment key, long keyAt, long modSeq) {
    throw new IllegalStateException("there is nothing to remove from an empty store");
  }
}
