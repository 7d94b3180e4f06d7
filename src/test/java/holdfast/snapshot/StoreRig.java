package holdfast.snapshot;

import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.testkit.SimDisk;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;

/** A workspace in memory with a record store in it, for tests. */
final class StoreRig implements AutoCloseable {
  static final long T = RecordStoreConfig.BASE_TAG;
  static final long PART_MAX = 256;

  final Arena arena = Arena.ofShared();
  final RecordStoreConfig config;
  MemorySegment region;
  Wksp wksp;
  RecordStore store;

  StoreRig(RecordStoreConfig.Builder config, long dataMax) {
    this(config, dataMax, 0);
  }

  /** With so many chains; 0 for the usual number. */
  StoreRig(RecordStoreConfig.Builder builder, long dataMax, long chainCount) {
    config = builder.seed(77).storeId(new UUID(3, 5)).build();
    region = arena.allocate(Wksp.footprint(PART_MAX, dataMax), 1 << 20);
    wksp = Wksp.create(region, "store", 1, PART_MAX, dataMax);
    store =
        RecordStore.openAt(
            wksp,
            StoreOpening.create(
                wksp,
                config,
                chainCount == 0 ? StoreMemory.chainCount(config.recMax()) : chainCount));
  }

  static StoreRig small() {
    return new StoreRig(RecordStoreConfig.builder(256).txnMax(16), 8 << 20);
  }

  static StoreRig of(HashKind hash) {
    return new StoreRig(RecordStoreConfig.builder(256).txnMax(16).hash(hash), 8 << 20);
  }

  /** What another process would find that got the bytes as they are now. */
  StoreRig copy() {
    return new StoreRig(this);
  }

  private StoreRig(StoreRig other) {
    config = other.config;
    region = arena.allocate(other.region.byteSize(), 1 << 20);
    region.copyFrom(other.region);
    wksp = Wksp.join(region);
  }

  /**
   * Saves the published state of a store into the folder of {@link SnapshotSeries}.
   *
   * @param base null for a full snapshot, else the one that an incremental one is made for
   */
  static SnapHeader save(
      SimDisk disk, RecordStore store, SnapHeader base, UUID id, FrameStyle style)
      throws IOException {
    try (FrozenRoot root = store.tryFreeze().orElseThrow();
        var directory = SnapshotDirectory.open(disk, SnapshotSeries.DIR)) {
      boolean full = base == null;
      SnapHeader header =
          new SnapHeader(
              full ? SnapshotKind.FULL : SnapshotKind.INCREMENTAL,
              root.seq(),
              full ? 0 : base.seq(),
              id,
              full ? SnapId.NONE : base.id(),
              store.storeId(),
              root.keySize(),
              style,
              root.hashKind(),
              SnapHeader.BATCH_MIN,
              7);
      directory.publish(
          header,
          true,
          file ->
              new SnapshotFileWriter(header, 2, 0, -1, Progress.NONE)
                  .write(
                      file,
                      full ? root.live() : root.liveSince(base.seq()),
                      full ? null : root.tombstonesSince(base.seq()),
                      root.liveCount(),
                      root.valueBytes(),
                      root.contentHash()));
      if (full) {
        store.retainTombstonesSince(header.seq());
      }
      return header;
    }
  }

  RecordStore open() {
    store = RecordStore.open(wksp, config.baseTag());
    return store;
  }

  static MemorySegment key(long number, int size) {
    // Not through Mem: some tests count its stores.
    byte[] key = new byte[size];
    for (int i = 0; i < Long.BYTES; i++) {
      key[size - Long.BYTES + i] = (byte) (number >>> (8 * i));
    }
    return MemorySegment.ofArray(key);
  }

  static MemorySegment key(long number) {
    return key(number, 32);
  }

  /** Bytes that tell from which number they were made. */
  static byte[] bytes(long number, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (number * 31 + i * 7L + (i >>> 8));
    }
    return bytes;
  }

  static MemorySegment value(long number, int size) {
    return MemorySegment.ofArray(bytes(number, size));
  }

  /** The value that a transaction sees; null when there is none. */
  static byte[] get(RecordStore store, Txn txn, MemorySegment key) {
    long size = store.get(txn, key, MemorySegment.NULL);
    if (size < 0) {
      return null;
    }
    byte[] bytes = new byte[Math.toIntExact(size)];
    long again = store.get(txn, key, MemorySegment.ofArray(bytes));
    if (again != size) {
      throw new AssertionError(size + " bytes, then " + again);
    }
    return bytes;
  }

  byte[] get(Txn txn, long key) {
    return get(store, txn, key(key, config.keySize()));
  }

  @Override
  public void close() {
    arena.close();
  }
}
