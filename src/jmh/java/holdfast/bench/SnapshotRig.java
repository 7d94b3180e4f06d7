package holdfast.bench;

import holdfast.checkpt.FrameStyle;
import holdfast.snapshot.HashKind;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.RecordStoreConfig;
import holdfast.snapshot.SnapshotInfo;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotPolicy;
import holdfast.snapshot.SnapshotService;
import holdfast.snapshot.Txn;
import holdfast.snapshot.Xid;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A record store with a {@link SnapshotSet} in it. */
final class SnapshotRig implements AutoCloseable {
  /** Records that are put before a publication. */
  static final int PUBLISHED_AT_ONCE = 4096;

  private static final int PART_MAX = 1 << 16;

  /** Values of this size have room in records of 256 bytes, which are the default. */
  private static final int INLINE_MAX = 96;

  private final SnapshotSet set;
  private final HashKind hash;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment region;
  private final Path file;
  private final long recMax;
  private final int recordSize;
  private final long dataMax;
  private final MemorySegment key = arena.allocate(SnapshotSet.KEY, Long.BYTES);
  private final MemorySegment value;
  private Wksp wksp;
  private RecordStore store;
  private long seq;

  SnapshotRig(SnapshotSet set, HashKind hash) {
    this(set, hash, 1 << 17);
  }

  /** In a mapped workspace. */
  SnapshotRig(SnapshotSet set, HashKind hash, Path file) {
    this(set, hash, 1 << 17, file);
  }

  /** With room for so many records that are in preparation, or published beside a snapshot. */
  SnapshotRig(SnapshotSet set, HashKind hash, int spare) {
    this(set, hash, spare, null);
  }

  private SnapshotRig(SnapshotSet set, HashKind hash, int spare, Path file) {
    this.set = set;
    this.hash = hash;
    this.file = file;
    recMax = set.records + spare;
    recordSize = set.valueSize <= INLINE_MAX ? 256 : 128;
    dataMax = (set.valueSize + 110L) * recMax * 23 / 20 + (recordSize + 32) * recMax + (96L << 20);
    region = file == null ? arena.allocate(Wksp.footprint(PART_MAX, dataMax), 1 << 21) : null;
    value = arena.allocate(set.valueSize, Long.BYTES);
    renew();
  }

  RecordStore store() {
    return store;
  }

  /** An empty store in the same memory, whose pages have been touched from the second on. */
  void renew() {
    if (store != null) {
      store.close();
    } else if (file == null) {
      region.fill((byte) 1);
    }
    wksp = wksp();
    store =
        RecordStore.create(
            wksp, RecordStoreConfig.builder(recMax).recordSize(recordSize).hash(hash).build());
    seq = 0;
  }

  private Wksp wksp() {
    try {
      return file == null
          ? Wksp.create(region, "bench", 1, PART_MAX, dataMax)
          : Wksp.create(file, "bench", 1, PART_MAX, dataMax);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts all records. */
  void fill() {
    int[] numbers = new int[set.records];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    put(numbers);
  }

  /** Replaces each value in an order that has nothing to do with where records lie. */
  void shuffle() {
    SplittableRandom random = new SplittableRandom(7);
    int[] numbers = new int[set.records];
    for (int i = 0; i < numbers.length; i++) {
      int j = random.nextInt(i + 1);
      numbers[i] = numbers[j];
      numbers[j] = i;
    }
    put(numbers);
  }

  /** Replaces the values of some records, the same ones each time. */
  void change(int count) {
    SplittableRandom random = new SplittableRandom(9);
    put(random.ints(count, 0, set.records).toArray());
  }

  private void put(int[] numbers) {
    for (int lo = 0; lo < numbers.length; lo += PUBLISHED_AT_ONCE) {
      publish(prepare(numbers, lo, Math.min(numbers.length, lo + PUBLISHED_AT_ONCE)));
    }
  }

  /** A transaction with some of the records. */
  Txn prepare(int[] numbers, int lo, int hi) {
    Txn txn = store.prepare(null, new Xid(1, seq + 1));
    for (int i = lo; i < hi; i++) {
      set.key(numbers[i], key);
      set.value(numbers[i], value);
      store.put(txn, key, value);
    }
    return txn;
  }

  void publish(Txn txn) {
    store.publish(txn, ++seq);
  }

  SnapshotService service(Path directory, FrameStyle style, int workers, boolean verify)
      throws IOException {
    SnapshotPolicy policy =
        SnapshotPolicy.builder()
            .every(0, 0)
            .style(style, 4 << 20)
            .workers(workers)
            .verifyAfterWrite(verify)
            .build();
    return SnapshotService.start(store, directory, policy, event -> {});
  }

  /** Writes a snapshot of a kind, durable when this returns. */
  static SnapshotInfo write(SnapshotService service, SnapshotKind kind) {
    SnapshotInfo info = service.trigger(kind).join();
    if (info.kind() != kind) {
      throw new IllegalStateException(info + " and not " + kind);
    }
    return info;
  }

  @Override
  public void close() {
    store.close();
    try {
      wksp.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    arena.close();
  }
}
