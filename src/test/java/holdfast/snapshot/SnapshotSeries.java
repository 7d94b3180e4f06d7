package holdfast.snapshot;

import holdfast.checkpt.FrameStyle;
import holdfast.testkit.Content;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A store that changes and is saved again and again, and what it was at each sequence number. */
final class SnapshotSeries {
  static final Path DIR = Path.of("snapshots");

  final ModelStore store = new ModelStore();
  final Map<Long, ModelStore> history = new HashMap<>();
  SnapHeader base;
  int keepFull = 2;
  int keepIncremental = 2;
  boolean verify = true;
  private int ids;

  static SimDisk disk() throws IOException {
    SimDisk disk = new SimDisk();
    disk.createDirectory(DIR);
    disk.forceDirectory(Path.of(""));
    return disk;
  }

  /** Three changes and a removal, at the next sequence number. */
  void change() {
    store.seq++;
    for (int i = 0; i < 3; i++) {
      long key = store.seq * 7 + i * 3L;
      store.put(key % 12, Content.of(3, store.seq * 10 + i, (int) (key * 5 % 90)));
    }
    store.remove((store.seq * 5) % 12);
    history.put(store.seq, store.copy());
  }

  /** The store is as it was, as after the load of an older state. */
  void backTo(long seq) {
    ModelStore was = history.get(seq);
    store.seq = seq;
    store.live.clear();
    store.live.putAll(was.live);
    store.removed.clear();
    store.removed.putAll(was.removed);
  }

  /** Saves, remembers the base, prunes; acknowledges the sequence number before it prunes. */
  SnapshotInfo save(SimDisk disk, SnapshotDirectory directory, SnapshotKind kind)
      throws IOException {
    SnapHeader header =
        kind == SnapshotKind.FULL
            ? store.full(FrameStyle.LZ4, SnapHeader.BATCH_MIN)
            : store.incremental(base);
    SnapHeader own =
        new SnapHeader(
            header.kind(),
            header.seq(),
            header.baseSeq(),
            new UUID(header.id().getMostSignificantBits(), ++ids),
            header.baseId(),
            header.storeId(),
            header.keySize(),
            header.style(),
            header.hashKind(),
            header.batchBytes(),
            header.wallClock() + ids);
    SnapshotInfo info = directory.publish(own, verify, file -> store.write(file, own, 1));
    disk.ack(store.seq);
    if (kind == SnapshotKind.FULL) {
      base = own;
    }
    directory.prune(store.storeId, keepFull, keepIncremental, List.of());
    return info;
  }

  SnapshotInfo changeAndSave(SimDisk disk, SnapshotDirectory directory, SnapshotKind kind)
      throws IOException {
    change();
    return save(disk, directory, kind);
  }

  static LoadReport load(SimDisk disk, ModelTarget target, LoadOptions options) throws IOException {
    return SnapshotLoader.load(disk, DIR, target, options.withThreads(1));
  }

  /** Loads, and compares what came with what the store was. */
  LoadReport check(SimDisk disk, LoadOptions options) throws IOException {
    ModelTarget target = new ModelTarget();
    LoadReport report = load(disk, target, options);
    if (report.isLoaded()) {
      ModelStore was = history.get(report.seq());
      if (was == null
          || !was.live.equals(target.published().live)
          || !was.hash().equals(target.published().hash())) {
        throw new AssertionError("loaded " + report + " is not what was saved");
      }
    }
    return report;
  }

  LoadReport check(SimDisk disk) throws IOException {
    return check(disk, LoadOptions.DEFAULT);
  }
}
