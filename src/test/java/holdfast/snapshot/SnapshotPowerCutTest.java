package holdfast.snapshot;

import static holdfast.snapshot.SnapshotKind.FULL;
import static holdfast.snapshot.SnapshotKind.INCREMENTAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.testkit.CutState;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whenever the power goes: what was promised loads, or something newer. */
class SnapshotPowerCutTest {
  private static final List<SnapshotKind> KINDS =
      List.of(FULL, INCREMENTAL, FULL, INCREMENTAL, INCREMENTAL, FULL, FULL);

  private static SimDisk history(SnapshotSeries series, int ignoredForce) throws IOException {
    SimDisk disk = SnapshotSeries.disk();
    if (ignoredForce > 0) {
      disk.faults().fail(ignoredForce, SimFaults.FORCES, "*", Effect.IGNORE);
    }
    series.keepFull = 2;
    series.keepIncremental = 1;
    try (var directory = SnapshotDirectory.open(disk, SnapshotSeries.DIR)) {
      for (SnapshotKind kind : KINDS) {
        series.changeAndSave(disk, directory, kind);
      }
    }
    return disk;
  }

  private static void check(SnapshotSeries series, CutState state) throws IOException {
    long promised = state.acknowledged().isEmpty() ? 0 : (long) state.acknowledged().getLast();
    SimDisk disk = state.disk();
    if (!disk.exists(SnapshotSeries.DIR)) {
      assertEquals(0, promised);
      return;
    }
    LoadReport report = null;
    try {
      report = series.check(disk);
    } catch (SnapshotException e) {
      // A first snapshot that never became durable under its name.
      assertEquals(0, promised, e.getMessage());
      return;
    }
    assertTrue(report.seq() >= promised, "loaded " + report.seq() + " of " + promised);
    if (promised >= 6) {
      // While old ones are pruned, at least one more full one than needed is there.
      long fulls =
          SnapshotListing.of(disk, SnapshotSeries.DIR, true).snapshots().stream()
              .filter(info -> info.kind() == FULL)
              .count();
      assertTrue(fulls >= series.keepFull - 1, fulls + " full ones");
    }
    // The next start cleans up, and goes on.
    try (var directory = SnapshotDirectory.open(disk, SnapshotSeries.DIR)) {
      for (Disk.Entry entry : disk.list(SnapshotSeries.DIR)) {
        assertTrue(!SnapshotName.isTemporary(entry.name()), entry.name());
      }
      directory.prune(ModelStore.STORE, 1, 1, List.of());
    }
    assertEquals(report.seq(), series.check(disk).seq());
  }

  private static long checkAll(SnapshotSeries series, SimDisk disk, long limit) {
    return PowerCuts.check(disk.states(limit), state -> check(series, state));
  }

  @Test
  void everyCutLeavesWhatWasPromised() throws IOException {
    SnapshotSeries series = new SnapshotSeries();
    SimDisk disk = history(series, 0);
    long states = checkAll(series, disk, Tier.of(20_000, 1_000_000));
    System.out.println("snapshots: " + states + " states after a power cut");
    assertTrue(states > 250, states + " states");
  }

  /** The last full one that is kept must not be one that a cut may take. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingCountsOnAFileWhoseNameCouldNotBeForced(boolean staysThere) throws IOException {
    SnapshotSeries series = new SnapshotSeries();
    series.keepFull = 1;
    SimDisk disk = SnapshotSeries.disk();
    try (var directory = SnapshotDirectory.open(disk, SnapshotSeries.DIR)) {
      series.changeAndSave(disk, directory, FULL);
      series.changeAndSave(disk, directory, INCREMENTAL);
      disk.faults().fail(1, EnumSet.of(Op.FORCE_DIRECTORY), "*", Effect.IO_ERROR);
      if (staysThere) {
        disk.faults().fail(1, EnumSet.of(Op.DELETE), "full-*.snap", Effect.IO_ERROR);
      }
      assertThrows(IOException.class, () -> series.changeAndSave(disk, directory, FULL));
      assertEquals(staysThere ? 2 : 1, disk.faults().fired().size());
      series.changeAndSave(disk, directory, INCREMENTAL);
      disk.faults().fail(1, EnumSet.of(Op.FORCE_DIRECTORY), "*", Effect.IO_ERROR);
      assertThrows(IOException.class, () -> series.save(disk, directory, FULL));
      series.save(disk, directory, FULL);
    }
    checkAll(series, disk, 20_000);
  }

  @Test
  void everyForceOfAPublicationIsNeeded() throws IOException {
    int forces = history(new SnapshotSeries(), 0).faults().count(SimFaults.FORCES);
    // The directory's own name; a file and its name each; the names that were pruned, four times.
    int prunes = forces - 1 - 2 * KINDS.size();
    assertTrue(prunes > 0 && prunes <= KINDS.size(), forces + " forces");
    int needed = 0;
    for (int n = 2; n <= 1 + 2 * 3; n++) {
      SnapshotSeries series = new SnapshotSeries();
      SimDisk disk = history(series, n);
      assertEquals(1, disk.faults().fired().size());
      assertThrows(
          AssertionError.class,
          () -> checkAll(series, disk, 4_000),
          "force " + n + " of " + forces);
      needed++;
    }
    assertEquals(6, needed);
  }
}
