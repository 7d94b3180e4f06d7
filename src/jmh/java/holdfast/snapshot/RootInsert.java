package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** The half of a load that comes after the file, for benchmarks: what users have no door to. */
public final class RootInsert {
  private RootInsert() {}

  /**
   * Puts records into the root of an empty store.
   *
   * @param store takes them
   * @param plain records as they stand in a file, one behind the other
   * @param keySize bytes of a key
   * @return how many there were
   */
  public static long all(RecordStore store, MemorySegment plain, int keySize) {
    RecordSink sink = store.bulkLoad();
    long count = 0;
    for (long at = 0; at < plain.byteSize(); count++) {
      long head = at + keySize;
      int size = RecordHead.valueSize(plain, head);
      sink.put(plain, at, plain, head + RecordHead.SIZE, size, RecordHead.modSeq(plain, head));
      at += RecordHead.size(keySize, size);
    }
    return count;
  }
}
