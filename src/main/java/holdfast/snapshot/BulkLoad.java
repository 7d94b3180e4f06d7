package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Takes the records of a file into the root of an empty store. */
final class BulkLoad implements RecordSink {
  private final RecordStore store;
  private final Chains chains;
  private final SetHash hash;

  /** Keeps the compiler from leaving out the reads whose sum this is. */
  private long unusedSum;

  BulkLoad(RecordStore store, Chains chains, SetHash hash) {
    this.store = store;
    this.chains = chains;
    this.hash = hash;
  }

  @Override
  public void put(
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int valueSize,
      long modSeq) {
    put(key, keyAt, value, valueAt, valueSize, modSeq, null, 0);
  }

  @Override
  public void put(
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int valueSize,
      long modSeq,
      MemorySegment digest,
      long digestAt) {
    store.load(key, keyAt, value, valueAt, valueSize, modSeq, digest, digestAt);
  }

  @Override
  public void expect(MemorySegment keys, long[] keyAt, int count) {
    unusedSum += chains.approach(keys, keyAt, count);
  }

  @Override
  public SetHash hash() {
    return hash.digestSize() == 0 ? null : hash;
  }

  @Override
  public void remove(MemorySegment key, long keyAt, long modSeq) {
    throw new IllegalStateException("there is nothing to remove from an empty store");
  }
}
