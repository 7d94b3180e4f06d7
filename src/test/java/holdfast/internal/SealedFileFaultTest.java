package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import holdfast.internal.Sidecar.Policy;
import holdfast.testkit.CutState;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import holdfast.testkit.SimFaults.Effect;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No cut and no failure leaves a sidecar beside data that it does not belong to. */
class SealedFileFaultTest {
  private static final Path FILE = Path.of("file");
  private static final int SIZE = 1300;

  /** Version of the history that is saved without a sidecar. */
  private static final int WITHOUT = 3;

  private static void save(SimDisk disk, int version, boolean sidecar) throws IOException {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) version);
    try (SealedFile file = SealedFile.create(disk, FILE, true)) {
      file.file().write(MemorySegment.ofArray(bytes), 0);
      disk.ack(-version); // no promise: from now on the old sidecar may go
      file.commit(sidecar, 1, Progress.NONE);
    }
    disk.ack(version);
  }

  /** What was promised last; 0 when nothing was. */
  private static int promised(CutState state) {
    return state.acknowledged().stream()
        .mapToInt(ack -> (int) ack)
        .filter(v -> v > 0)
        .max()
        .orElse(0);
  }

  /** A whole version not older than the promised one, and a sidecar that agrees with it or none. */
  private static void check(CutState state) throws IOException {
    SimDisk disk = state.disk();
    int promised = promised(state);
    int version = 0;
    if (disk.exists(FILE)) {
      byte[] bytes = disk.content().get("file");
      assertEquals(SIZE, bytes.length);
      version = bytes[0];
      for (byte b : bytes) {
        assertEquals(version, b);
      }
      boolean found = judge(disk);
      boolean settled = (int) state.acknowledged().getLast() > 0;
      assertTrue(found || !settled || version == WITHOUT, "sidecar of promised " + promised);
      assertFalse(found && version == WITHOUT);
    }
    assertTrue(version >= promised, "version " + version + " after " + promised);
    save(disk, 9, true);
    assertTrue(judge(disk));
    assertEquals(Set.of("file", "file.hfs"), disk.content().keySet());
  }

  /** Whether there is a sidecar; throws when it calls the file damaged. */
  private static boolean judge(SimDisk disk) throws IOException {
    try (Disk.File file = disk.open(FILE, Disk.Mode.READ);
        Sidecar sidecar = Sidecar.open(disk, FILE, file.size(), Policy.WHEN_PRESENT)) {
      if (sidecar == null) {
        return false;
      }
      sidecar.check(file, 1, Progress.NONE);
      return true;
    }
  }

  /** With a sidecar, again, without one, again with one. */
  private static SimDisk history(int ignoredForce) throws IOException {
    SimDisk disk = new SimDisk();
    if (ignoredForce > 0) {
      disk.faults().fail(ignoredForce, SimFaults.FORCES, "*", Effect.IGNORE);
    }
    save(disk, 1, true);
    save(disk, 2, true);
    save(disk, WITHOUT, false);
    save(disk, 4, true);
    return disk;
  }

  private static long checkAll(SimDisk disk) {
    return PowerCuts.check(disk.states(), SealedFileFaultTest::check);
  }

  @Test
  void everyPowerCutLeavesAPairOrAFileAlone() throws IOException {
    long states = checkAll(history(0));
    System.out.println("sealed file: " + states + " states");
    assertTrue(states > 200, states + " states");
  }

  @Test
  void everyForceIsNeeded() throws IOException {
    int forces = history(0).faults().count(SimFaults.FORCES);
    assertEquals(4 + 5 + 3 + 4, forces);
    for (int i = 1; i <= forces; i++) {
      int n = i;
      if (n == 3) {
        continue; // the name of the first file: no older one could be met by the new sidecar
      }
      SimDisk disk = history(n);
      assertEquals(1, disk.faults().fired().size());
      assertThrows(AssertionError.class, () -> checkAll(disk), "force " + n);
    }
  }

  @Test
  void everyFailureLeavesTheOldPairOrTheNewFile() throws IOException {
    Set<SimFaults.Op> all = EnumSet.allOf(SimFaults.Op.class);
    for (int n = 1; ; n++) {
      SimDisk disk = new SimDisk();
      save(disk, 1, true);
      disk.faults().fail(n, all, "*", Effect.IO_ERROR);
      try {
        save(disk, 2, true);
      } catch (IOException e) {
        // What is there now is looked at below.
      }
      if (disk.faults().fired().isEmpty()) {
        assertTrue(n > 15, n + " operations");
        return;
      }
      byte version = disk.content().get("file")[0];
      if (version == 2) {
        judge(disk);
      } else if (disk.content().containsKey("file.hfs")) {
        assertTrue(judge(disk));
      }
      assertEquals(List.of(), disk.openFiles());
      save(disk, 3, true);
      assertTrue(judge(disk));
      assertEquals(Set.of("file", "file.hfs"), disk.content().keySet());
    }
  }

  @Test
  void aSidecarThatCannotBeWrittenFailsTheCallAndTheOldPairStays() throws IOException {
    SimDisk disk = new SimDisk();
    save(disk, 1, true);
    disk.faults().fail(1, EnumSet.of(SimFaults.Op.WRITE), ".file.hfs.tmp", Effect.NO_SPACE);
    assertThrows(IOException.class, () -> save(disk, 2, true));
    assertEquals(1, disk.content().get("file")[0]);
    assertTrue(judge(disk));
    assertEquals(Set.of("file", "file.hfs"), disk.content().keySet());
  }

  @Test
  void aSidecarThatCannotBeRenamedIsReportedAndTheFileIsThere() throws IOException {
    SimDisk disk = new SimDisk();
    save(disk, 1, true);
    disk.faults().fail(1, EnumSet.of(SimFaults.Op.RENAME), "file.hfs", Effect.IO_ERROR);
    IOException e = assertThrows(IOException.class, () -> save(disk, 2, true));
    assertTrue(e.getMessage().startsWith("file is complete and durable, but"), e.getMessage());
    assertEquals(2, disk.content().get("file")[0]);
    assertEquals(Set.of("file"), disk.content().keySet());
  }

  @Test
  void anOrphanedSidecarGoesBeforeTheFileComes() throws IOException {
    SimDisk disk = new SimDisk();
    save(disk, 1, true);
    disk.delete(FILE);
    save(disk, 2, false);
    assertEquals(Set.of("file"), disk.content().keySet());
    assertNull(Sidecar.open(disk, FILE, SIZE, Policy.WHEN_PRESENT));
  }

  @Test
  void anExistingFileIsKeptWhenItMayNotBeReplaced() throws IOException {
    SimDisk disk = new SimDisk();
    save(disk, 1, true);
    byte[] sidecar = disk.content().get("file.hfs");
    assertThrows(FileAlreadyExistsException.class, () -> SealedFile.create(disk, FILE, false));
    assertArrayEquals(sidecar, disk.content().get("file.hfs"));
  }
}
