package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.testkit.SimDisk;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores that are saved and loaded again. */
class SnapshotStoreTest {
  private static final int KEYS = 60;

  private long ids;

  private static StoreRig rig(HashKind hash) {
    return new StoreRig(RecordStoreConfig.builder(256).txnMax(16).hash(hash), 16 << 20);
  }

  /** Some changes, published at once. */
  private static void change(RecordStore store, SplittableRandom random) {
    Txn txn = store.prepare(null, new Xid(1, store.publishedSeq() + 1));
    for (int i = random.nextInt(12); i >= 0; i--) {
      long key = random.nextInt(KEYS);
      if (random.nextInt(4) == 0) {
        store.remove(txn, StoreRig.key(key));
      } else {
        int size = random.nextInt(25) == 0 ? 70_000 : random.nextInt(400);
        store.put(txn, StoreRig.key(key), StoreRig.value(random.nextInt(1000), size));
      }
    }
    store.publish(txn, store.publishedSeq() + 1 + random.nextInt(3));
  }

  /** Saves a store; returns the header. */
  private SnapHeader save(SimDisk disk, RecordStore store, SnapHeader base) throws IOException {
    return StoreRig.save(disk, store, base, new UUID(1, ++ids), FrameStyle.LZ4);
  }

  /** Every record in the order of changes. */
  private static List<String> list(RecordStore store) {
    List<String> all = new ArrayList<>();
    try (FrozenRoot root = store.tryFreeze().orElseThrow()) {
      root.forEachLive(
          (key, value, modSeq) ->
              all.add(
                  modSeq
                      + HexFormat.of().formatHex(key.toArray(ValueLayout.JAVA_BYTE))
                      + value.byteSize()
                      + Arrays.hashCode(value.toArray(ValueLayout.JAVA_BYTE))));
    }
    return all;
  }

  private static LoadReport load(SimDisk disk, RecordStore store, LoadOptions options)
      throws IOException {
    return SnapshotLoader.load(disk, SnapshotSeries.DIR, new StoreTarget(store), options);
  }

  @ParameterizedTest
  @EnumSource(HashKind.class)
  void aStoreComesBackAndGoesOn(HashKind hash) throws IOException {
    for (long seed = 1; seed <= Tier.of(4, 60); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      SimDisk disk = SnapshotSeries.disk();
      try (StoreRig first = rig(hash);
          StoreRig second = rig(hash)) {
        RecordStore store = first.store;
        for (int i = 0; i < 15; i++) {
          change(store, random);
        }
        SnapHeader base = save(disk, store, null);
        for (int round = 0; round < 3; round++) {
          for (int i = 0; i < 5; i++) {
            change(store, random);
          }
          save(disk, store, base);
        }

        // I12, I13: the same records in the same order, the same hash, the same sequence number.
        LoadReport report = load(disk, second.store, LoadOptions.DEFAULT);
        assertEquals(store.publishedSeq(), report.seq());
        assertTrue(report.rejects().isEmpty());
        second.store.verify();
        assertEquals(list(store), list(second.store));
        assertEquals(store.contentHash(null), second.store.contentHash(null));
        assertEquals(store.publishedSeq(), second.store.publishedSeq());
        assertEquals(store.storeId(), second.store.storeId());

        // I15: both go on alike, and so do their next incremental snapshots, removed keys included.
        SplittableRandom again = new SplittableRandom(seed);
        SplittableRandom same = new SplittableRandom(seed);
        for (int i = 0; i < 4; i++) {
          change(store, again);
          change(second.store, same);
        }
        assertSameIncremental(store, second.store, base);
        second.store.verify();
      }
    }
  }

  /** The incremental snapshots that two stores write now are the same, byte for byte. */
  private void assertSameIncremental(RecordStore store, RecordStore loaded, SnapHeader base)
      throws IOException {
    SimDisk one = SnapshotSeries.disk();
    SimDisk other = SnapshotSeries.disk();
    ids = 100;
    save(one, store, base);
    ids = 100;
    SnapHeader header = save(other, loaded, base);
    String name = SnapshotSeries.DIR.resolve(SnapshotName.of(header)).toString();
    assertArrayEquals(one.content().get(name), other.content().get(name));
  }

  /**
   * I15 for what a loaded store has no trace of but the file's word: keys that came and went since
   * the base, whose tombstones hide nothing.
   */
  @ParameterizedTest
  @EnumSource(HashKind.class)
  void tombstonesOfKeysThatTheBaseDoesNotKnowAreKept(HashKind hash) throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    try (StoreRig first = rig(hash);
        StoreRig second = rig(hash)) {
      RecordStore store = first.store;
      publish(store, 1, List.of(1, 2, 3), List.of());
      SnapHeader base = save(disk, store, null);
      publish(store, 2, List.of(10, 11, 12, 13), List.of());
      publish(store, 3, List.of(), List.of(10, 11, 12, 1));
      publish(store, 4, List.of(11), List.of()); // back again
      publish(store, 5, List.of(20), List.of()); // a bystander
      SnapHeader saved = save(disk, store, base);
      try (var reader =
          SnapshotFileReader.open(
              disk, SnapshotSeries.DIR.resolve(SnapshotName.of(saved)), 1 << 24)) {
        assertEquals(3, reader.footer().tombstones(), "10, 12 and 1");
      }
      LoadReport report = load(disk, second.store, LoadOptions.DEFAULT);
      assertEquals(saved.seq(), report.incremental().seq());
      second.store.verify();
      assertSameIncremental(store, second.store, base);
      for (RecordStore each : List.of(store, second.store)) {
        publish(each, 6, List.of(12), List.of(13)); // one comes back, another one goes
        publish(each, 7, List.of(30), List.of(12));
      }
      assertSameIncremental(store, second.store, base);
      second.store.verify();
    }
  }

  private static void publish(RecordStore store, long seq, List<Integer> put, List<Integer> gone) {
    Txn txn = store.prepare(null, new Xid(1, seq));
    put.forEach(key -> store.put(txn, StoreRig.key(key), StoreRig.value(seq + key, 40)));
    gone.forEach(key -> assertTrue(store.remove(txn, StoreRig.key(key))));
    store.publish(txn, seq);
  }

  @Test
  void anOlderStateOfEachKindCanBeLoaded() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SplittableRandom random = new SplittableRandom(5);
    try (StoreRig rig = rig(HashKind.SUM256)) {
      List<List<String>> lists = new ArrayList<>();
      List<Long> seqs = new ArrayList<>();
      SnapHeader base = null;
      for (int i = 0; i < 6; i++) {
        change(rig.store, random);
        SnapHeader saved = save(disk, rig.store, base);
        base = base == null ? saved : base;
        lists.add(list(rig.store));
        seqs.add(saved.seq());
      }
      for (int i = 0; i < 6; i++) {
        try (StoreRig other = rig(HashKind.SUM256)) {
          LoadOptions options = LoadOptions.DEFAULT.withAsOf(seqs.get(i));
          assertEquals(seqs.get(i), load(disk, other.store, options).seq());
          assertEquals(lists.get(i), list(other.store));
        }
      }
    }
  }

  @Test
  void aStoreThatIsTooSmallStaysEmpty() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SplittableRandom random = new SplittableRandom(6);
    try (StoreRig rig = rig(HashKind.SUM256);
        StoreRig few = new StoreRig(RecordStoreConfig.builder(20).txnMax(4), 16 << 20);
        StoreRig busy = rig(HashKind.SUM256)) {
      for (int i = 0; i < 30; i++) {
        change(rig.store, random);
      }
      save(disk, rig.store, null);
      assertThrows(StoreFullException.class, () -> load(disk, few.store, LoadOptions.DEFAULT));
      assertEquals(0, few.store.publishedSeq());
      assertEquals(List.of(), list(few.store));
      few.store.verify();
      change(few.store, new SplittableRandom(1));
      change(busy.store, random);
      assertThrows(IllegalStateException.class, () -> load(disk, busy.store, LoadOptions.DEFAULT));
    }
  }

  @Test
  void aDamagedIncrementalIsCancelledAndADamagedFullIsCleared() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SplittableRandom random = new SplittableRandom(7);
    try (StoreRig rig = rig(HashKind.SUM256);
        StoreRig other = rig(HashKind.SUM256)) {
      change(rig.store, random);
      save(disk, rig.store, null);
      List<String> first = list(rig.store);
      change(rig.store, random);
      SnapHeader second = save(disk, rig.store, null);
      List<String> before = list(rig.store);
      assertNotEquals(first, before);
      change(rig.store, random);
      SnapHeader incremental = save(disk, rig.store, second);
      Damage.firstBatch(disk, SnapshotSeries.DIR.resolve(SnapshotName.of(incremental)));
      LoadReport report = load(disk, other.store, LoadOptions.DEFAULT);
      assertEquals(second.seq(), report.seq());
      assertEquals(before, list(other.store));
      other.store.verify();
      assertNull(other.store.find(new Xid(-1, -1)));
      try (StoreRig third = rig(HashKind.SUM256)) {
        Damage.firstBatch(disk, SnapshotSeries.DIR.resolve(SnapshotName.of(second)));
        load(disk, third.store, LoadOptions.DEFAULT);
        assertEquals(first, list(third.store));
        third.store.verify();
      }
    }
  }

  /** A store that names its content in another way than the files: it computes their names. */
  @Test
  void theContentOfFilesOfAnotherHashIsCheckedToo() throws IOException {
    for (HashKind ofFiles : List.of(HashKind.SUM256, HashKind.LATTICE16)) {
      for (HashKind ofStore : HashKind.values()) {
        SimDisk disk = SnapshotSeries.disk();
        try (StoreRig first = rig(ofFiles);
            StoreRig wrong = rig(ofFiles);
            StoreRig second = rig(ofStore);
            StoreRig third = rig(ofStore)) {
          publish(first.store, 1, List.of(1, 2, 3), List.of());
          SnapHeader base = save(disk, first.store, null);
          List<String> before = list(first.store);
          publish(first.store, 2, List.of(2, 4), List.of(3));
          SnapHeader later = save(disk, first.store, base);
          assertEquals(List.of(), load(disk, second.store, LoadOptions.DEFAULT).rejects());
          assertEquals(list(first.store), list(second.store));

          // The same records under the name of others: every checksum of the file is right.
          publish(wrong.store, 2, List.of(2, 4, 5), List.of());
          ContentHash name = wrong.store.contentHash(null);
          Path file = SnapshotSeries.DIR.resolve(SnapshotName.of(later));
          disk.delete(file);
          try (FrozenRoot root = first.store.tryFreeze().orElseThrow();
              Disk.File out = disk.open(file, Disk.Mode.CREATE_NEW)) {
            new SnapshotFileWriter(later, 1, 0, -1, Progress.NONE)
                .write(
                    out,
                    root.liveSince(1),
                    root.tombstonesSince(1),
                    root.liveCount(),
                    root.valueBytes(),
                    name);
          }
          LoadReport report = load(disk, third.store, LoadOptions.DEFAULT);
          assertEquals(Reason.HASH_MISMATCH, report.rejects().getFirst().reason());
          assertEquals(before, list(third.store));
          third.store.verify();
        }
      }
    }
  }

  /** Whoever makes such a file makes its checksums right, too; only the store can tell. */
  @ParameterizedTest
  @EnumSource(HashKind.class)
  void aKeyThatComesTwiceIsDamageOfTheFile(HashKind hash) throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    try (StoreRig rig = rig(hash)) {
      publish(rig.store, 1, List.of(1, 2, 3), List.of());
      SnapHeader base = save(disk, rig.store, null);
      List<String> before = list(rig.store);
      publish(rig.store, 2, List.of(4), List.of());
      for (SnapHeader beneath : Arrays.asList(base, null)) {
        SnapHeader header = save(disk, rig.store, beneath);
        Path file = SnapshotSeries.DIR.resolve(SnapshotName.of(header));
        disk.delete(file);
        try (FrozenRoot root = rig.store.tryFreeze().orElseThrow();
            Disk.File out = disk.open(file, Disk.Mode.CREATE_NEW)) {
          boolean full = beneath == null;
          new SnapshotFileWriter(header, 1, 0, -1, Progress.NONE)
              .write(
                  out,
                  new SnapshotLoadTest.Twice(full ? root.live() : root.liveSince(1)),
                  full ? null : root.tombstonesSince(1),
                  root.liveCount() + 1,
                  root.valueBytes() + 40,
                  root.contentHash());
        }
        try (StoreRig other = rig(hash)) {
          LoadReport report = load(disk, other.store, LoadOptions.DEFAULT);
          assertEquals(Reason.BAD_RECORD, report.rejects().getFirst().reason());
          assertEquals(file, report.rejects().getFirst().path());
          assertEquals(1, report.seq());
          assertEquals(before, list(other.store));
          other.store.verify();
        }
      }
    }
  }

  @Test
  void aLoadedStoreCanBeOpenedAgain() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    try (StoreRig rig = rig(HashKind.LATTICE16)) {
      change(rig.store, new SplittableRandom(1));
      UUID id = rig.store.storeId();
      save(disk, rig.store, null);
      StoreRig other =
          new StoreRig(
              RecordStoreConfig.builder(256).txnMax(16).hash(HashKind.LATTICE16), 16 << 20);
      try (other) {
        other.store.adopt(new UUID(9, 9));
        load(disk, other.store, LoadOptions.DEFAULT);
        other.store.close();
        RecordStore again = other.open();
        assertEquals(id, again.storeId());
        assertEquals(list(rig.store), list(again));
        again.verify();
      }
    }
  }

  /** Changes a byte of the first batch. */
  private static final class Damage {
    static void firstBatch(SimDisk disk, Path path) throws IOException {
      try (var file = disk.open(path, Disk.Mode.WRITE)) {
        var one = MemorySegment.ofArray(new byte[1]);
        file.read(one, SnapHeader.SIZE + 5);
        one.set(ValueLayout.JAVA_BYTE, 0, (byte) ~one.get(ValueLayout.JAVA_BYTE, 0));
        file.write(one, SnapHeader.SIZE + 5);
      }
    }
  }
}
