package holdfast.snapshot;

import static holdfast.snapshot.SnapshotKind.FULL;
import static holdfast.snapshot.SnapshotKind.INCREMENTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which files a load takes, and what it says of the others. */
class SnapshotLoadTest {
  private static final Path DIR = SnapshotSeries.DIR;

  private SimDisk disk;
  private SnapshotSeries series;

  /** Full at 1 and 4, incremental at 2, 3 of the first, at 5, 6 of the second. */
  @BeforeEach
  void save() throws IOException {
    disk = SnapshotSeries.disk();
    series = new SnapshotSeries();
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      for (SnapshotKind kind :
          List.of(FULL, INCREMENTAL, INCREMENTAL, FULL, INCREMENTAL, INCREMENTAL)) {
        series.changeAndSave(disk, directory, kind);
      }
    }
  }

  private static Path full(long seq) {
    return DIR.resolve("full-%020d.snap".formatted(seq));
  }

  private static Path incr(long base, long seq) {
    return DIR.resolve("incr-%020d-%020d.snap".formatted(base, seq));
  }

  /** Changes a byte of the first batch: the structure stays sound. */
  private void damage(Path path) throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.WRITE)) {
      MemorySegment one = MemorySegment.ofArray(new byte[1]);
      file.read(one, SnapHeader.SIZE + 5);
      Mem.putByte(one, 0, (byte) ~Mem.getByte(one, 0));
      file.write(one, SnapHeader.SIZE + 5);
    }
  }

  private LoadReport load() throws IOException {
    return series.check(disk);
  }

  @Test
  void theNewestStateIsLoaded() throws IOException {
    LoadReport report = load();
    assertEquals(6, report.seq());
    assertEquals(full(4), report.full().path());
    assertEquals(incr(4, 6), report.incremental().path());
    assertEquals(List.of(), report.rejects());
    assertTrue(report.isLoaded());
  }

  @Test
  void aDamagedIncrementalGivesWayToTheOneBefore() throws IOException {
    damage(incr(4, 6));
    LoadReport report = load();
    assertEquals(5, report.seq());
    assertEquals(Reason.BAD_FRAME, report.rejects().getFirst().reason());
    assertEquals(incr(4, 6), report.rejects().getFirst().path());
    damage(incr(4, 5));
    assertEquals(4, load().seq());
    assertNull(load().incremental());
  }

  @Test
  void aDamagedBaseGivesWayToTheFullOneBefore() throws IOException {
    damage(full(4));
    for (boolean first : new boolean[] {false, true}) {
      LoadReport report = series.check(disk, LoadOptions.DEFAULT.withVerifyFirst(first));
      assertEquals(3, report.seq());
      assertEquals(
          List.of(Reason.BAD_FRAME, Reason.NO_BASE, Reason.NO_BASE),
          report.rejects().stream().map(Reject::reason).toList());
      assertEquals(
          List.of(full(4), incr(4, 6), incr(4, 5)),
          report.rejects().stream().map(Reject::path).toList(),
          "whoever reads it misses no file");
    }
  }

  @Test
  void whenAllIsDamagedNothingIsLoaded() throws IOException {
    damage(full(4));
    damage(full(1));
    ModelTarget target = new ModelTarget();
    SnapshotException e =
        assertThrows(
            SnapshotException.class, () -> SnapshotSeries.load(disk, target, LoadOptions.DEFAULT));
    assertTrue(e.rejects().size() >= 4, e.getMessage());
    assertTrue(e.getMessage().contains(full(4).toString()), e.getMessage());
    assertTrue(target.isEmpty());
  }

  @Test
  void aLostFullLeavesItsIncrementalsHomeless() throws IOException {
    disk.delete(full(4));
    LoadReport report = load();
    assertEquals(3, report.seq());
    assertEquals(
        List.of(Reason.NO_BASE, Reason.NO_BASE),
        report.rejects().stream().map(Reject::reason).toList());
  }

  @Test
  void anEmptyDirectoryIsAnEmptyStore() throws IOException {
    ModelTarget target = new ModelTarget();
    LoadReport report = SnapshotSeries.load(SnapshotSeries.disk(), target, LoadOptions.DEFAULT);
    assertEquals(0, report.seq());
    assertFalse(report.isLoaded());
    assertTrue(target.isEmpty());
    SimDisk stray = SnapshotSeries.disk();
    stray.open(full(3), Disk.Mode.CREATE).close();
    SnapshotException e =
        assertThrows(
            SnapshotException.class, () -> SnapshotSeries.load(stray, target, LoadOptions.DEFAULT));
    assertEquals(Reason.TOO_SHORT, e.reason());
  }

  @Test
  void filesThatLostTheirDataAreReported() throws IOException {
    for (long size : new long[] {0, 100, 4000}) {
      try (Disk.File file = disk.open(full(9), Disk.Mode.CREATE)) {
        file.truncate(size); // zeros
      }
      LoadReport report = load();
      assertEquals(6, report.seq());
      assertEquals(1, report.rejects().size());
      assertEquals(
          size < 384 ? Reason.TOO_SHORT : Reason.BAD_MAGIC, report.rejects().getFirst().reason());
    }
  }

  @Test
  void olderStatesCanBeAskedFor() throws IOException {
    for (long seq = 1; seq <= 6; seq++) {
      assertEquals(seq, series.check(disk, LoadOptions.DEFAULT.withAsOf(seq)).seq());
    }
    disk.delete(full(1));
    LoadOptions third = LoadOptions.DEFAULT.withAsOf(3);
    SnapshotException e = assertThrows(SnapshotException.class, () -> series.check(disk, third));
    assertTrue(e.getMessage().contains("as of 3"), e.getMessage());
  }

  @Test
  void strictEndsAtTheFirstReject() throws IOException {
    damage(incr(4, 6));
    ModelTarget target = new ModelTarget();
    LoadOptions strict = LoadOptions.DEFAULT.withStrict(true);
    SnapshotException e =
        assertThrows(SnapshotException.class, () -> SnapshotSeries.load(disk, target, strict));
    assertEquals(Reason.BAD_FRAME, e.reason());
    assertTrue(target.isEmpty());
    disk.delete(incr(4, 6));
    assertEquals(5, series.check(disk, strict).seq());
  }

  @Test
  void verifyFirstNeverTouchesTheStoreForADamagedFile() throws IOException {
    damage(full(4));
    damage(incr(1, 3));
    ModelTarget target = new ModelTarget();
    LoadOptions careful = LoadOptions.DEFAULT.withVerifyFirst(true);
    assertEquals(2, SnapshotSeries.load(disk, target, careful).seq());
    assertEquals(0, target.clears);
  }

  @Test
  void anIncrementalOfALostPublicationIsNotLost() throws IOException {
    // The last step of a full one failed: it is there, but the next incremental has the old base.
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      series.change();
      SnapHeader before = series.base;
      series.save(disk, directory, FULL);
      series.base = before;
      series.changeAndSave(disk, directory, INCREMENTAL);
    }
    LoadReport report = load();
    assertEquals(8, report.seq());
    assertEquals(incr(4, 8), report.incremental().path());
    damage(incr(4, 8));
    assertEquals(7, load().seq());
    damage(full(7));
    assertEquals(6, load().seq());
  }

  @Test
  void theSameSequenceNumberAgainIsAnotherBase() throws IOException {
    // As after a load of an older state: 4 comes again, with other content.
    series.backTo(3);
    series.store.put(99, new byte[50]);
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      series.changeAndSave(disk, directory, FULL);
      LoadReport report = load();
      assertEquals(4, report.seq());
      assertTrue(report.full().id().equals(series.base.id()));
      series.changeAndSave(disk, directory, INCREMENTAL);
    }
    assertEquals(5, load().seq());
  }

  /** Not tried, and not taken for damaged either. */
  @Test
  void anIncrementalOfAnotherBaseWithTheSameNumberIsHomeless() throws IOException {
    byte[] stray = disk.content().get(incr(4, 6).toString());
    series.backTo(3);
    series.store.put(99, new byte[50]);
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      series.changeAndSave(disk, directory, FULL);
    }
    try (Disk.File file = disk.open(incr(4, 6), Disk.Mode.CREATE)) {
      file.write(MemorySegment.ofArray(stray), 0);
    }
    LoadReport report = load();
    assertEquals(4, report.seq());
    assertEquals(List.of(Reason.NO_BASE), report.rejects().stream().map(Reject::reason).toList());
  }

  @Test
  void storesInOneDirectoryHaveToBeNamed() throws IOException {
    SnapshotSeries other = new SnapshotSeries();
    other.store.storeId = new UUID(7, 7);
    other.store.seq = 50;
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      other.changeAndSave(disk, directory, FULL);
    }
    SnapshotException e = assertThrows(SnapshotException.class, this::load);
    assertEquals(Reason.WRONG_STORE, e.reason());
    LoadReport mine = series.check(disk, LoadOptions.DEFAULT.withStoreId(ModelStore.STORE));
    assertEquals(6, mine.seq());
    assertEquals(List.of(Reason.WRONG_STORE), mine.rejects().stream().map(Reject::reason).toList());
    assertEquals(51, other.check(disk, LoadOptions.DEFAULT.withStoreId(other.store.storeId)).seq());
    UUID nobody = new UUID(1, 1);
    e =
        assertThrows(
            SnapshotException.class,
            () -> series.check(disk, LoadOptions.DEFAULT.withStoreId(nobody)));
    assertEquals(Reason.WRONG_STORE, e.reason());
  }

  @Test
  void whatIsAroundTheFileIsNoReasonForAnOlderOne() {
    ModelTarget keys = new ModelTarget(8, HashKind.SUM256);
    SnapshotException e =
        assertThrows(
            SnapshotException.class, () -> SnapshotSeries.load(disk, keys, LoadOptions.DEFAULT));
    assertEquals(Reason.KEY_SIZE, e.reason());
    ModelTarget small = new ModelTarget();
    small.room = 3;
    assertThrows(
        ModelTarget.OutOfRoom.class, () -> SnapshotSeries.load(disk, small, LoadOptions.DEFAULT));
    assertTrue(small.isEmpty());
  }

  @Test
  void everyFailingReadIsThrownAndTheStoreIsEmpty() throws IOException {
    for (int n = 1; ; n++) {
      SimDisk copy = disk;
      int before = copy.faults().fired().size();
      copy.faults()
          .fail(
              n,
              EnumSet.of(SimFaults.Op.READ, SimFaults.Op.OPEN, SimFaults.Op.LIST),
              "*",
              Effect.IO_ERROR);
      ModelTarget target = new ModelTarget();
      try {
        SnapshotSeries.load(copy, target, LoadOptions.DEFAULT);
        assertEquals(before, copy.faults().fired().size());
        assertTrue(n > 30, n + " operations");
        return;
      } catch (IOException e) {
        assertTrue(target.isEmpty());
        assertEquals(before + 1, copy.faults().fired().size());
      }
      assertEquals(List.of(), copy.openFiles());
    }
  }

  @Test
  void aKeyThatComesTwiceIsFoundByTheCount() throws IOException {
    SnapHeader header = series.store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
    SimDisk crafted = SnapshotSeries.disk();
    try (Disk.File file = crafted.open(full(6), Disk.Mode.CREATE)) {
      var twice = new Twice(ModelStore.source(series.store.live, -1));
      int first = series.store.live.values().iterator().next().value().length;
      new SnapshotFileWriter(header, 1, 0, -1, Progress.NONE)
          .write(
              file,
              twice,
              null,
              series.store.live.size() + 1L,
              series.store.valueBytes() + first,
              series.store.hash());
    }
    ModelTarget target = new ModelTarget();
    SnapshotException e =
        assertThrows(
            SnapshotException.class,
            () -> SnapshotSeries.load(crafted, target, LoadOptions.DEFAULT));
    assertEquals(Reason.COUNT_MISMATCH, e.reason());
  }

  /** Gives its first record twice. */
  static final class Twice implements RecordSource {
    private final RecordSource source;
    private int count;

    Twice(RecordSource source) {
      this.source = source;
    }

    @Override
    public boolean next() {
      return ++count == 2 || source.next();
    }

    @Override
    public MemorySegment memory() {
      return source.memory();
    }

    @Override
    public long keyAt() {
      return source.keyAt();
    }

    @Override
    public long valueAt() {
      return source.valueAt();
    }

    @Override
    public int valueSize() {
      return source.valueSize();
    }

    @Override
    public long modSeq() {
      return source.modSeq();
    }

    @Override
    public boolean isTombstone() {
      return source.isTombstone();
    }
  }

  @Test
  void recordsOfAnotherContentAreFoundByTheHash() throws IOException {
    SnapHeader header = series.store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
    SimDisk crafted = SnapshotSeries.disk();
    try (Disk.File file = crafted.open(full(6), Disk.Mode.CREATE)) {
      new SnapshotFileWriter(header, 1, 0, -1, Progress.NONE)
          .write(
              file,
              ModelStore.source(series.store.live, -1),
              null,
              series.store.live.size(),
              series.store.valueBytes(),
              series.history.get(5L).hash());
    }
    ModelTarget target = new ModelTarget();
    SnapshotException e =
        assertThrows(
            SnapshotException.class,
            () -> SnapshotSeries.load(crafted, target, LoadOptions.DEFAULT));
    assertEquals(Reason.HASH_MISMATCH, e.reason());
    assertTrue(target.isEmpty());
  }
}
