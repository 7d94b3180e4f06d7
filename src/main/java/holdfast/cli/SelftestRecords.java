package holdfast.cli;

import holdfast.snapshot.RecordStore;
import holdfast.snapshot.RecordStoreConfig;
import holdfast.snapshot.Txn;
import holdfast.snapshot.Xid;
import holdfast.wksp.Wksp;
import java.lang.foreign.MemorySegment;

/**
 * Records that tell what a store has to hold after any publication: publication s writes the
 * {@value #CHANGES} keys that follow key {@code s * CHANGES} in a ring of {@value #KEYS}, and a
 * value names its key and its publication over and over.
 */
final class SelftestRecords {
  private static final int KEYS = 64;
  private static final int CHANGES = 8;
  private static final int WORDS = 5;
  private static final long PART_MAX = 256;
  private static final long DATA_MAX = 6L << 20;

  static final RecordStoreConfig CONFIG =
      RecordStoreConfig.builder(8 * KEYS).keySize(Long.BYTES).txnMax(8).build();

  private SelftestRecords() {}

  static long footprint() {
    return Wksp.footprint(PART_MAX, DATA_MAX);
  }

  /** A workspace with room for a store. */
  static Wksp wksp(MemorySegment region) {
    return Wksp.create(region, "selftest", 1, PART_MAX, DATA_MAX);
  }

  /** Makes the next publication. */
  static void publish(RecordStore store, long seq) {
    Txn txn = store.prepare(null, new Xid(1, seq));
    for (int i = 0; i < CHANGES; i++) {
      long key = (seq * CHANGES + i) % KEYS;
      store.put(txn, key(key), value(key, seq));
    }
    store.publish(txn, seq);
  }

  private static MemorySegment key(long number) {
    return MemorySegment.ofArray(new long[] {number});
  }

  private static MemorySegment value(long key, long seq) {
    long[] words = new long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      words[i] = seq * KEYS + key + i;
    }
    return MemorySegment.ofArray(words);
  }

  /** The publication at or before {@code seq} that wrote a key last; 0 when none did. */
  private static long writer(long key, long seq) {
    for (long s = seq; s > 0 && s > seq - KEYS / CHANGES; s--) {
      if ((key - s * CHANGES % KEYS + KEYS) % KEYS < CHANGES) {
        return s;
      }
    }
    return 0;
  }

  /** Compares what is published; null when every record is as it has to be. */
  static String compare(RecordStore store, long seq) {
    MemorySegment target = MemorySegment.ofArray(new long[WORDS]);
    for (long key = 0; key < KEYS; key++) {
      long writer = writer(key, seq);
      long size = store.get(null, key(key), target);
      boolean right =
          writer == 0
              ? size < 0
              : size == target.byteSize() && target.mismatch(value(key, writer)) < 0;
      if (!right) {
        return "record " + key + " is not that of publication " + seq;
      }
    }
    return null;
  }
}
