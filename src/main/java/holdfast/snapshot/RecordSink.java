package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/**
 * Takes records, in ascending order of their sequence numbers, each key once. For one thread at a
 * time.
 *
 * <p>Copies what it is given. When there is no room it throws {@code StoreFullException}, and has
 * not taken the record.
 */
interface RecordSink {
  /**
   * Takes a record that lives.
   *
   * @param key memory of the key
   * @param keyAt offset of its first byte; its size is that of all keys of the sink
   * @param value memory of the value
   * @param valueAt offset of its first byte
   * @param valueSize its size in bytes, at least 0
   * @param modSeq sequence number of its last change
   */
  void put(
      MemorySegment key, long keyAt, MemorySegment value, long valueAt, int valueSize, long modSeq);

  /**
   * Takes a record that lives, whose digest somebody computed already.
   *
   * @param digest memory of what {@link #hash} says of the record
   * @param digestAt offset of its first byte
   */
  default void put(
      MemorySegment key,
      long keyAt,
      MemorySegment value,
      long valueAt,
      int valueSize,
      long modSeq,
      MemorySegment digest,
      long digestAt) {
    put(key, keyAt, value, valueAt, valueSize, modSeq);
  }

  /**
   * The keys of the next records, for those who can prepare something. They may be damaged, and the
   * records may not come; but while they come, keys and offsets stay as they are.
   *
   * @param keys memory of the keys
   * @param keyAt offsets of their first bytes
   * @param count how many of them
   */
  default void expect(MemorySegment keys, long[] keyAt, int count) {}

  /** How digests are computed by those who have the time; null when there is no use for them. */
  default SetHash hash() {
    return null;
  }

  /** Takes a record that says that its key was removed. */
  void remove(MemorySegment key, long keyAt, long modSeq);
}
