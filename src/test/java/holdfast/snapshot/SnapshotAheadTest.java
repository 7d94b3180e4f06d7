package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.checkpt.FrameStyle;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What helpers of a load do before the records have been looked at. */
class SnapshotAheadTest {
  private static final int KEY_SIZE = 8;
  private static final long SEED = 11;

  private final SetHash hash = SetHash.of(HashKind.SUM256);

  private static BatchInfo batch(int records, long plain) {
    BatchInfo batch = new BatchInfo();
    batch.records = records;
    batch.plain = plain;
    return batch;
  }

  @Test
  void digestsAreThoseOfTheRecordsAsFarAsThereIsRoom() {
    SplittableRandom random = new SplittableRandom(SEED);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment plain = arena.allocate(1 << 16);
      int records = 0;
      long end = BatchHead.SIZE;
      int[] sizes = new int[1000];
      while (end < plain.byteSize() - 600 && records < sizes.length) {
        int size = random.nextInt(500);
        RecordHead.put(plain, end + KEY_SIZE, 1, size, false);
        plain.set(ValueLayout.JAVA_LONG_UNALIGNED, end, records);
        sizes[records++] = size;
        end += RecordHead.size(KEY_SIZE, size);
      }
      for (int room : new int[] {0, 1, 2, 7, records, records + 5}) {
        BatchDigests digests = new BatchDigests(hash, KEY_SIZE, room * 32L, arena);
        digests.compute(batch(records, end), plain.asSlice(0, end));
        MemorySegment own = arena.allocate(32, 8);
        long at = BatchHead.SIZE;
        for (int i = 0; i < records; i++) {
          long value = at + KEY_SIZE + RecordHead.SIZE;
          assertEquals(i < room, digests.at(i) >= 0, "record " + i + " with room for " + room);
          if (i < room) {
            hash.digest(plain, at, KEY_SIZE, plain, value, sizes[i], own, 0);
            assertEquals(-1, own.mismatch(digests.memory.asSlice(digests.at(i), 32)));
          }
          at += RecordHead.size(KEY_SIZE, sizes[i]);
        }
        assertEquals(-1, digests.at(records));
      }
    }
  }

  @Test
  void anyBytesEndTheRowAndNothingBehindTheBatchIsRead() {
    SplittableRandom random = new SplittableRandom(SEED);
    try (Arena arena = Arena.ofConfined()) {
      BatchDigests digests = new BatchDigests(hash, KEY_SIZE, 1 << 14, arena);
      SnapHeader header =
          new ModelStore(KEY_SIZE, HashKind.SUM256).full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
      long[] keys = new long[16];
      for (int round = 0; round < 20_000; round++) {
        // Exactly as large as the batch: whoever goes on behind it is thrown out.
        byte[] bytes = new byte[BatchHead.SIZE + random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 60) {
          bytes[BatchHead.SIZE + KEY_SIZE + RecordHead.VALUE_SIZE_OFFSET + 1] = 0;
          bytes[BatchHead.SIZE + KEY_SIZE + RecordHead.VALUE_SIZE_OFFSET + 2] = 0;
          bytes[BatchHead.SIZE + KEY_SIZE + RecordHead.VALUE_SIZE_OFFSET + 3] = 0;
        }
        MemorySegment plain = MemorySegment.ofArray(bytes);
        BatchInfo batch = batch(random.nextInt(9) - 1, bytes.length);
        digests.compute(batch, plain);
        if (bytes.length >= BatchHead.SIZE + KEY_SIZE + RecordHead.SIZE) {
          RecordParser parser = new RecordParser(header);
          parser.begin(batch, plain);
          parser.keyAt = BatchHead.SIZE;
          assertTrue(parser.ahead(keys) <= keys.length, "round " + round);
        }
      }
    }
  }

  /** Digests need more room than there is; the loader computes the rest itself. */
  @ParameterizedTest
  @EnumSource(FrameStyle.class)
  void aStoreOfTinyRecordsComesBackWithHelpers(FrameStyle style) throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    var config = RecordStoreConfig.builder(20_000).keySize(KEY_SIZE).txnMax(4);
    try (StoreRig first = new StoreRig(config, 16 << 20)) {
      Txn txn = first.store.prepare(null, new Xid(1, 1));
      for (int i = 0; i < 9_000; i++) {
        first.store.put(txn, StoreRig.key(i, KEY_SIZE), StoreRig.value(i, i % 9));
      }
      first.store.publish(txn, 3);
      ContentHash content = first.store.contentHash(null);
      StoreRig.save(disk, first.store, null, new UUID(1, 1), style);
      first.store.close();
      for (int threads = 1; threads < 4; threads++) {
        try (StoreRig second = new StoreRig(config, 16 << 20)) {
          LoadOptions options = LoadOptions.DEFAULT.withThreads(threads);
          SnapshotLoader.load(disk, SnapshotSeries.DIR, new StoreTarget(second.store), options);
          assertEquals(content, second.store.contentHash(null));
          second.store.verify(); // every stored digest is that of its record
        }
      }
    }
  }
}
