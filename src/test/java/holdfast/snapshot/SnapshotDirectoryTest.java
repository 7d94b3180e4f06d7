package holdfast.snapshot;

import static holdfast.snapshot.SnapshotKind.FULL;
import static holdfast.snapshot.SnapshotKind.INCREMENTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Names, ownership, publication and retention. */
class SnapshotDirectoryTest {
  private static final Path DIR = SnapshotSeries.DIR;

  private static Set<String> names(SimDisk disk) throws IOException {
    Set<String> names = new TreeSet<>();
    for (Disk.Entry entry : disk.list(DIR)) {
      names.add(entry.name());
    }
    names.remove(".lock");
    return names;
  }

  private static String full(long seq) {
    return "full-%020d.snap".formatted(seq);
  }

  private static String incr(long base, long seq) {
    return "incr-%020d-%020d.snap".formatted(base, seq);
  }

  private static void put(SimDisk disk, String name) throws IOException {
    try (Disk.File file = disk.open(DIR.resolve(name), Disk.Mode.CREATE)) {
      file.write(MemorySegment.ofArray(new byte[1000]), 0);
    }
  }

  @Test
  void namesAreTwentyDigitsEach() {
    assertEquals("full-00000000000000000042.snap", full(42));
    assertTrue(SnapshotName.isFinal(full(42)));
    assertTrue(SnapshotName.isFinal(incr(1, 2)));
    assertTrue(SnapshotName.isTemporary("." + incr(1, 2) + ".tmp"));
    assertFalse(SnapshotName.isFinal("." + full(1) + ".tmp"));
    assertFalse(SnapshotName.isFinal("full-1.snap"));
    assertFalse(SnapshotName.isTemporary(".other.tmp"));
  }

  @Test
  void theNewestFullsAndTheirNewestIncrementalsStay() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      for (SnapshotKind kind :
          List.of(FULL, INCREMENTAL, FULL, INCREMENTAL, INCREMENTAL, INCREMENTAL, FULL)) {
        series.changeAndSave(disk, directory, kind);
      }
      assertEquals(Set.of(full(3), incr(3, 5), incr(3, 6), full(7)), names(disk));
      series.changeAndSave(disk, directory, INCREMENTAL);
      assertEquals(
          List.of(DIR.resolve(incr(3, 5))), directory.prune(ModelStore.STORE, 2, 1, List.of()));
      assertEquals(
          List.of(DIR.resolve(incr(3, 6)), DIR.resolve(full(3))),
          directory.prune(ModelStore.STORE, 1, 1, List.of()));
      assertEquals(Set.of(full(7), incr(7, 8)), names(disk));
    }
    assertEquals(8, series.check(disk).seq());
  }

  /**
   * A full one failed and came back with a power cut: incremental ones go on with the one before.
   */
  @Test
  void theNewestStateStaysWhateverItsBase() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    series.keepIncremental = 0;
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      series.changeAndSave(disk, directory, FULL);
      SnapHeader first = series.base;
      series.changeAndSave(disk, directory, FULL);
      series.base = first;
      series.keepFull = 1;
      for (long seq = 3; seq <= 4; seq++) {
        series.changeAndSave(disk, directory, INCREMENTAL);
        assertEquals(Set.of(full(1), full(2), incr(1, seq)), names(disk));
        assertEquals(seq, series.check(disk).seq());
      }
      series.changeAndSave(disk, directory, FULL);
      assertEquals(Set.of(full(5)), names(disk));
    }
  }

  @Test
  void whatIsInUseStays() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      SnapshotInfo full = series.changeAndSave(disk, directory, FULL);
      SnapshotInfo changes = series.changeAndSave(disk, directory, INCREMENTAL);
      series.changeAndSave(disk, directory, INCREMENTAL);
      series.changeAndSave(disk, directory, FULL);
      directory.prune(ModelStore.STORE, 1, 0, List.of(full, changes));
      assertEquals(Set.of(full(1), incr(1, 2), full(4)), names(disk));
    }
  }

  @Test
  void whatIsBeingWrittenIsLeftAlone() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      series.changeAndSave(disk, directory, FULL);
      series.changeAndSave(disk, directory, FULL);
      ModelStore first = series.history.get(1L);
      SnapHeader header = first.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
      directory.publish(
          header,
          true,
          file -> {
            assertEquals(List.of(), directory.prune(ModelStore.STORE, 1, 0, List.of()));
            assertThrows(
                IllegalStateException.class,
                () -> directory.publish(header, true, same -> first.write(same, header, 1)));
            return first.write(file, header, 1);
          });
      assertEquals(Set.of(full(1), full(2)), names(disk));
      directory.prune(ModelStore.STORE, 1, 0, List.of());
      assertEquals(Set.of(full(2)), names(disk));
    }
  }

  @Test
  void whereverPruningEndsNoIncrementalLosesItsBase() throws IOException {
    for (int n = 1; n <= 2; n++) {
      SimDisk disk = SnapshotSeries.disk();
      SnapshotSeries series = new SnapshotSeries();
      try (var directory = SnapshotDirectory.open(disk, DIR)) {
        for (SnapshotKind kind : List.of(FULL, INCREMENTAL, FULL)) {
          series.changeAndSave(disk, directory, kind);
        }
        disk.faults().fail(n, EnumSet.of(SimFaults.Op.DELETE), "*", Effect.IO_ERROR);
        assertThrows(IOException.class, () -> directory.prune(ModelStore.STORE, 1, 1, List.of()));
        Set<String> left = names(disk);
        assertTrue(left.contains(full(1)) || !left.contains(incr(1, 2)), left::toString);
      }
    }
  }

  @Test
  void foreignDamagedAndUnknownFilesStay() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    SnapshotSeries other = new SnapshotSeries();
    other.store.storeId = new UUID(9, 9);
    other.store.seq = 100;
    put(disk, full(77));
    put(disk, "notes.txt");
    put(disk, "other.snap");
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      other.changeAndSave(disk, directory, FULL);
      for (int i = 0; i < 4; i++) {
        series.changeAndSave(disk, directory, FULL);
      }
    }
    assertEquals(
        Set.of(full(3), full(4), full(77), full(101), "notes.txt", "other.snap"), names(disk));
  }

  @Test
  void onlyOneOwnsADirectory() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    try (var first = SnapshotDirectory.open(disk, DIR)) {
      SnapshotException e =
          assertThrows(SnapshotException.class, () -> SnapshotDirectory.open(disk, DIR));
      assertEquals(Reason.LOCKED, e.reason());
      first.requireSpace(1, 0);
    }
    SnapshotDirectory.open(disk, DIR).close();
    disk.kill();
    SnapshotDirectory.open(disk, DIR).close();
    assertEquals(List.of(), disk.openFiles());
  }

  @Test
  void aDirectoryThatWentAwayAndCameBackIsOwnedAgain() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      series.changeAndSave(disk, directory, FULL);
      disk.delete(DIR.resolve(".lock"));
      disk.delete(DIR.resolve(full(1)));
      disk.delete(DIR);
      series.change();
      assertThrows(IOException.class, () -> series.save(disk, directory, FULL));
      disk.createDirectory(DIR);
      series.save(disk, directory, FULL);
      assertThrows(SnapshotException.class, () -> SnapshotDirectory.open(disk, DIR));
      disk.delete(DIR.resolve(".lock"));
      try (var second = SnapshotDirectory.open(disk, DIR)) {
        second.requireSpace(0, 0);
        series.change();
        SnapshotException e =
            assertThrows(SnapshotException.class, () -> series.save(disk, directory, FULL));
        assertEquals(Reason.LOCKED, e.reason());
      }
      series.save(disk, directory, FULL);
    }
    assertEquals(3, series.check(disk).seq());
    assertEquals(List.of(), disk.openFiles());
  }

  @Test
  void whatWasHalfWrittenIsRemovedAtTheStart() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    put(disk, "." + full(9) + ".tmp");
    put(disk, "." + incr(9, 10) + ".tmp");
    put(disk, ".mine.tmp");
    SnapshotDirectory.open(disk, DIR).close();
    assertEquals(Set.of(".mine.tmp"), names(disk));
  }

  @Test
  void tooLittleSpaceIsToldBefore() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    disk.capacity(100 << 10);
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      directory.requireSpace(80 << 10, 10 << 10);
      SnapshotException e =
          assertThrows(SnapshotException.class, () -> directory.requireSpace(80 << 10, 15 << 10));
      assertEquals(Reason.NO_SPACE, e.reason());
      assertThrows(SnapshotException.class, () -> directory.requireSpace(95 << 10, 0));
    }
  }

  @Test
  void aDamagedFileOfTheNameIsPutAside() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      put(disk, full(1));
      series.changeAndSave(disk, directory, FULL);
    }
    assertEquals(Set.of(full(1), full(1) + ".damaged"), names(disk));
    assertEquals(List.of(), series.check(disk).rejects());
  }

  @Test
  void aFileOfAnotherStoreIsNotReplaced() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      series.changeAndSave(disk, directory, FULL);
      byte[] before = disk.content().get(DIR + "/" + full(1));
      ModelStore other = series.store.copy();
      other.storeId = new UUID(1, 2);
      SnapHeader header = other.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
      SnapshotException e =
          assertThrows(
              SnapshotException.class,
              () -> directory.publish(header, true, file -> other.write(file, header, 1)));
      assertEquals(Reason.WRONG_STORE, e.reason());
      assertEquals(Set.of(full(1)), names(disk));
      assertEquals(before.length, disk.content().get(DIR + "/" + full(1)).length);
    }
  }

  @Test
  void bytesThatChangeOnTheWayAreFoundByReadingAgain() throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    SnapshotSeries series = new SnapshotSeries();
    series.change();
    SnapHeader header = series.store.full(FrameStyle.LZ4, SnapHeader.BATCH_MIN);
    try (var directory = SnapshotDirectory.open(disk, DIR)) {
      SnapshotDirectory.Body body =
          file -> {
            SnapFooter footer = series.store.write(file, header, 1);
            file.write(MemorySegment.ofArray(new byte[] {1, 2, 3}), 200);
            return footer;
          };
      SnapshotException e =
          assertThrows(SnapshotException.class, () -> directory.publish(header, true, body));
      assertEquals(Reason.BAD_FRAME, e.reason());
      assertEquals(Set.of(), names(disk));
      directory.publish(header, false, body);
      assertEquals(Set.of(full(1)), names(disk));
    }
  }

  @Test
  void everyFailureOfTheDiskLeavesTheStateBeforeOrTheNewOne() throws IOException {
    Set<SimFaults.Op> all = EnumSet.allOf(SimFaults.Op.class);
    for (Effect effect : List.of(Effect.IO_ERROR, Effect.NO_SPACE)) {
      for (int n = 1; ; n++) {
        SimDisk disk = SnapshotSeries.disk();
        SnapshotSeries series = new SnapshotSeries();
        SnapshotDirectory directory = SnapshotDirectory.open(disk, DIR);
        series.changeAndSave(disk, directory, FULL);
        series.changeAndSave(disk, directory, INCREMENTAL);
        series.change();
        disk.faults().fail(n, all, "*", effect);
        boolean failed = false;
        try {
          series.save(disk, directory, INCREMENTAL);
        } catch (IOException e) {
          failed = true;
        }
        if (disk.faults().fired().isEmpty()) {
          assertTrue(n > (effect == Effect.IO_ERROR ? 20 : 3), n + " operations");
          break;
        }
        assertTrue(failed || isHarmless(disk), () -> disk.faults().fired().toString());
        assertTrue(names(disk).stream().noneMatch(SnapshotName::isTemporary) || deleteFailed(disk));
        long seq = series.check(disk).seq();
        assertTrue(seq == 2 || seq == 3, "seq " + seq);
        series.save(disk, directory, INCREMENTAL);
        assertEquals(3, series.check(disk).seq());
        directory.close();
        assertEquals(List.of(), disk.openFiles());
      }
    }
  }

  /** A failure that somebody noticed and that changes nothing: a close of a file only read. */
  private static boolean isHarmless(SimDisk disk) {
    String what = disk.faults().fired().getFirst();
    return what.contains("READ") || what.contains("CLOSE") || what.contains("OPEN");
  }

  private static boolean deleteFailed(SimDisk disk) {
    return disk.faults().fired().getFirst().contains("DELETE");
  }

  @Test
  void shortWritesAreCompleted() throws IOException {
    for (int n = 1; ; n++) {
      SimDisk disk = SnapshotSeries.disk();
      SnapshotSeries series = new SnapshotSeries();
      disk.faults().fail(n, EnumSet.of(SimFaults.Op.WRITE), "*.tmp", Effect.SHORT);
      try (var directory = SnapshotDirectory.open(disk, DIR)) {
        series.changeAndSave(disk, directory, FULL);
      }
      assertEquals(1, series.check(disk).seq());
      if (disk.faults().fired().isEmpty()) {
        assertTrue(n > 3, n + " writes");
        return;
      }
    }
  }
}
