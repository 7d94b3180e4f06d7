package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Takes the records of a file into the root of an empty store. */
final class BulkLoad implements RecordSink {
  private final RecordStore store;
  private final StoreMemory parts;
  private final Chains chains;
  private final SetHash hash;
  private final long epoch;

  // What is expected: where the keys are, and their hashes; from the next one on.
  private long[] expectedAt;
  private long[] hashes = new long[0];
  private int count;
  private int next;

  /** Keeps the compiler from leaving out the reads whose sum this is. */
  private long unusedSum;

  BulkLoad(RecordStore store, StoreMemory parts, Chains chains, SetHash hash, long epoch) {
    this.store = store;
    this.parts = parts;
    this.chains = chains;
    this.hash = hash;
    this.epoch = epoch;
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
    long known = hashOf(key, keyAt);
    store.load(epoch, known, key, keyAt, value, valueAt, valueSize, modSeq, digest, digestAt);
  }

  private long hashOf(MemorySegment key, long keyAt) {
    if (next == count || expectedAt[next] != keyAt) {
      return KeyHash.of(parts.seed, key, keyAt, parts.keySize);
    }
    long known = hashes[next++];
    assert known == KeyHash.of(parts.seed, key, keyAt, parts.keySize) : "another key at " + keyAt;
    return known;
  }

  @Override
  public void expect(MemorySegment keys, long[] keyAt, int keyCount) {
    if (hashes.length < keyCount) {
      hashes = new long[keyAt.length];
    }
    for (int i = 0; i < keyCount; i++) {
      hashes[i] = KeyHash.of(parts.seed, keys, keyAt[i], parts.keySize);
    }
    expectedAt = keyAt;
    count = keyCount;
    next = 0;
    unusedSum += chains.approach(hashes, keyCount);
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
