package holdfast.cli;

import holdfast.snapshot.RecordStore;
import holdfast.snapshot.Txn;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The records of the tour, so that anybody can tell what has to be in a store at any time: the
 * input in blocks, which stay, and counters, of which each publication changes some.
 *
 * <pre>{@code
 * key            value
 * part, offset   a block of the input, up to 4 KiB
 * -1, n          counter n as publication s left it: words made of n and s
 *
 * publication 1 makes all; publication s changes the counters 64 w to 64 w + 63, w = s mod 256
 * }</pre>
 */
final class TourRecords {
  static final int KEY_SIZE = 2 * Long.BYTES;
  static final int COUNTERS = 1 << 14;
  static final int CHANGES = 64;

  private static final int BLOCK = 4096;
  private static final int COUNTER_SIZE = 96;
  private static final long COUNTER_PART = -1;
  private static final int WINDOWS = COUNTERS / CHANGES;
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TourStage stage;

  // On the heap: none of this outlives a call.
  private final byte[] part = new byte[TourSample.PART_MAX];
  private final MemorySegment key = MemorySegment.ofArray(new byte[KEY_SIZE]);
  private final MemorySegment counter = MemorySegment.ofArray(new byte[COUNTER_SIZE]);
  private final MemorySegment found = MemorySegment.ofArray(new byte[BLOCK]);

  /** For one thread. */
  TourRecords(TourStage stage) {
    this.stage = stage;
  }

  /** What is done with a block; false ends it. */
  interface BlockAction {
    boolean take(MemorySegment key, MemorySegment block) throws IOException;
  }

  /** How many blocks the input has. */
  static long blocks(TourStage stage) throws IOException {
    long[] count = {0};
    for (TourFile file : stage.input().files()) {
      stage.sample().eachPart(file, (offset, size) -> count[0] += Math.ceilDiv(size, BLOCK));
    }
    return count[0];
  }

  /** Goes through the blocks. */
  void eachBlock(BlockAction action) throws IOException {
    long[] number = {0};
    boolean[] more = {true};
    for (TourFile file : stage.input().files()) {
      try (FileChannel channel = file.open()) {
        stage
            .sample()
            .eachPart(
                file,
                (offset, size) -> {
                  if (more[0]) {
                    file.read(channel, offset, ByteBuffer.wrap(part, 0, size));
                    more[0] = cut(number[0], size, action);
                  }
                  number[0]++;
                });
      }
    }
  }

  private boolean cut(long number, int size, BlockAction action) throws IOException {
    MemorySegment bytes = MemorySegment.ofArray(part);
    for (int at = 0; at < size; at += BLOCK) {
      key.set(WORD, 0, number);
      key.set(WORD, Long.BYTES, at);
      if (!action.take(key, bytes.asSlice(at, Math.min(BLOCK, size - at)))) {
        return false;
      }
    }
    return true;
  }

  private void counterKey(int n) {
    key.set(WORD, 0, COUNTER_PART);
    key.set(WORD, Long.BYTES, n);
  }

  private void counterValue(int n, long seq) {
    for (int i = 0; i < COUNTER_SIZE; i += Long.BYTES) {
      counter.set(WORD, i, (seq * COUNTERS + n) * (i + 1));
    }
  }

  /** Puts what publication {@code seq} changes. */
  void change(RecordStore store, Txn txn, long seq) {
    int first = seq == 1 ? 0 : (int) (seq % WINDOWS) * CHANGES;
    int count = seq == 1 ? COUNTERS : CHANGES;
    for (int n = first; n < first + count; n++) {
      counterKey(n);
      counterValue(n, seq);
      store.put(txn, key, counter);
    }
  }

  /** The last publication up to {@code published} that changed a counter. */
  static long lastChange(int n, long published) {
    long back = Math.floorMod(published - n / CHANGES, (long) WINDOWS);
    return Math.max(1, published - back);
  }

  /**
   * Compares all that a store has with what it should have.
   *
   * @param where what to say of a difference
   * @return bytes of values that are equal
   */
  long compare(RecordStore store, String where) throws IOException {
    long published = store.publishedSeq();
    long[] equal = {0};
    eachBlock(
        (blockKey, block) -> {
          equal[0] += equal(store, blockKey, block, where);
          return true;
        });
    for (int n = 0; n < COUNTERS; n++) {
      counterKey(n);
      counterValue(n, lastChange(n, published));
      equal[0] += equal(store, key, counter, where);
    }
    return equal[0];
  }

  private long equal(RecordStore store, MemorySegment at, MemorySegment expected, String where) {
    long size = store.get(null, at, found);
    long wanted = expected.byteSize();
    if (size == wanted && found.asSlice(0, size).mismatch(expected) < 0) {
      return wanted;
    }
    stage.differs(
        where
            + ": the record "
            + at.get(WORD, 0)
            + ", "
            + at.get(WORD, Long.BYTES)
            + (size < 0 ? " is gone" : " has other bytes"));
    return 0;
  }
}
