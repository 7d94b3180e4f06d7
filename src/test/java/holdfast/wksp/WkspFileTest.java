package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import holdfast.testkit.ChildJvm;
import holdfast.testkit.PowerCuts;
import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WkspFileTest {
  @TempDir Path dir;

  private Wksp create() throws IOException {
    return Wksp.create(dir.resolve("w"), "file", 1, 100, 10_000);
  }

  @Test
  void aWorkspaceOutlivesTheObject() throws IOException {
    long gaddr;
    try (Wksp wksp = create()) {
      gaddr = wksp.alloc(8, 100, 5);
      wksp.memset(gaddr, (byte) 3);
    }
    assertEquals(Wksp.footprint(100, 10_000), Files.size(dir.resolve("w")));
    assertEquals(List.of("w"), Arrays.asList(dir.toFile().list()));
    try (Wksp wksp = Wksp.open(dir.resolve("w"))) {
      assertTrue(wksp.recoveries().isEmpty());
      assertEquals(5, wksp.tag(gaddr));
      assertEquals(3, Mem.getByte(wksp.segment(gaddr), 99));
      wksp.verify();
    }
  }

  @Test
  void anExistingFileIsNotReplaced() throws IOException {
    create().close();
    assertThrows(FileAlreadyExistsException.class, this::create);
    assertThrows(NoSuchFileException.class, () -> Wksp.open(dir.resolve("none")));
    Files.write(dir.resolve("short"), new byte[10]);
    assertThrows(CorruptDataException.class, () -> Wksp.open(dir.resolve("short")));
    assertThrows(CorruptDataException.class, () -> Wksp.openReadOnly(dir.resolve("short")));
  }

  @Test
  void twoObjectsOfOneFileShareTheLock() throws IOException {
    try (Wksp one = create();
        Wksp two = Wksp.open(dir.resolve("w"))) {
      long gaddr = one.alloc(8, 100, 5);
      assertTrue(two.free(gaddr));
      one.lock();
      Wksp three = Wksp.open(dir.resolve("w")); // does not take us for dead
      assertTrue(three.recoveries().isEmpty());
      one.unlock();
      three.close();
      one.verify();
    }
  }

  @Test
  void aReadOnlyViewStoresNothing() throws IOException {
    try (Wksp wksp = create()) {
      long gaddr = wksp.alloc(8, 100, 5);
      byte[] before = Files.readAllBytes(dir.resolve("w"));
      try (Wksp view = Wksp.openReadOnly(dir.resolve("w"))) {
        assertTrue(view.isReadOnly());
        assertEquals(5, view.tag(gaddr));
        assertEquals(1, view.tagCount(5));
        assertEquals(2, view.partitions().size());
        assertEquals(100, view.usage(5).taggedSize());
        assertEquals(100, view.segment(gaddr).byteSize());
        view.verify();
        assertThrows(IllegalStateException.class, () -> view.alloc(1, 1, 1));
        assertThrows(IllegalStateException.class, () -> view.free(gaddr));
        assertThrows(IllegalStateException.class, () -> view.rebuild(1));
        wksp.lock();
        assertEquals(5, view.tag(gaddr)); // looks again and again, then says what it sees
        wksp.unlock();
      }
      assertTrue(Arrays.equals(before, Files.readAllBytes(dir.resolve("w"))));
    }
  }

  @Test
  void aReadOnlyViewOfAChangingWorkspaceSeesOnlyWholeStates() throws Exception {
    try (Wksp wksp = create();
        // On a busy machine the writer may be stopped in the middle of a change for longer than the
        // looks of any limit last.
        Wksp view = Wksp.openReadOnly(dir.resolve("w")).patient()) {
      Thread writer =
          new Thread(
              () -> {
                for (int i = 0; i < 2000; i++) {
                  wksp.alloc(1, 1 + i % 50, 1);
                  if (i % 7 == 0) {
                    wksp.tagFree(1);
                  }
                  if (i % 20 == 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                  }
                }
              });
      writer.start();
      int looks = 0;
      while (writer.isAlive() || looks == 0) {
        view.verify();
        looks++;
      }
      writer.join();
    }
  }

  @Test
  void nothingRemainsOfAFileThatCouldNotBeMade() throws IOException {
    SimDisk disk = new SimDisk();
    Wksp.create(disk, Path.of("w"), "file", 1, 10, 1000).close();
    assertTrue(disk.openFiles().isEmpty());
    assertEquals(List.of("w"), disk.content().keySet().stream().toList());
    try (Wksp wksp = Wksp.open(disk, Path.of("w"), WkspOptions.DEFAULT)) {
      wksp.verify();
      assertFalse(wksp.isReadOnly());
    }
  }

  private static void requireSound(SimDisk disk, Path path) throws IOException {
    try (Wksp wksp = Wksp.open(disk, path, WkspOptions.DEFAULT)) {
      wksp.verify();
      assertEquals("file", wksp.name());
      assertEquals(1000, wksp.usage().freeSize());
    }
  }

  @Test
  void aPowerCutLeavesAWholeFileOrNone() {
    Path path = Path.of("w");
    SimDisk disk = new SimDisk();
    assertDoesNotThrow(() -> WkspFile.create(disk, path, "file", 1, 10, 1000));
    disk.ack("made");
    int[] whole = {0};
    long states =
        PowerCuts.check(
            disk.states(),
            state -> {
              if (state.disk().exists(path)) {
                requireSound(state.disk(), path);
                whole[0]++;
              } else {
                assertEquals(List.of(), state.acknowledged());
              }
            });
    assertTrue(whole[0] > 0 && whole[0] < states, whole[0] + " of " + states);
  }

  @Test
  void aDiskThatFailsLeavesAWholeFileOrNone() throws IOException {
    Path path = Path.of("w");
    for (SimFaults.Effect effect :
        List.of(SimFaults.Effect.IO_ERROR, SimFaults.Effect.NO_SPACE, SimFaults.Effect.SHORT)) {
      int n = 0;
      boolean fired = true;
      while (fired) {
        SimDisk disk = new SimDisk();
        disk.faults().fail(++n, EnumSet.allOf(SimFaults.Op.class), "*", effect);
        try {
          WkspFile.create(disk, path, "file", 1, 10, 1000);
          assertTrue(disk.content().containsKey("w"));
        } catch (IOException e) {
          assertEquals(1, disk.faults().fired().size());
        }
        fired = !disk.faults().fired().isEmpty();
        assertEquals(List.of(), disk.openFiles());
        if (fired && disk.content().containsKey("w")) {
          requireSound(disk, path);
        }
      }
      assertTrue(n > 1, effect + " never happened");
    }
  }

  /** Cuts the file that it has joined. */
  static final class CutChild {
    private CutChild() {}

    public static void main(String[] args) throws IOException {
      Path path = Path.of(args[0]);
      Wksp wksp = Wksp.open(path);
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(4096);
      }
      try {
        wksp.memset(wksp.gaddrLo() + 7000, (byte) 1);
        System.out.println("nothing happened");
      } catch (UncheckedIOException e) {
        System.out.println(e.getCause().getMessage());
      }
      try {
        wksp.tag(1);
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
      wksp.close();
    }
  }

  @Test
  void aFileCutBySomebodyElseIsAnIoException() throws Exception {
    try (Wksp wksp = create()) {
      wksp.alloc(1, 10_000, 1);
    }
    ChildJvm.Result result = ChildJvm.run(CutChild.class, List.of(), dir.resolve("w").toString());
    assertEquals(0, result.exit(), result.output());
    assertTrue(result.output().contains("cut by somebody else"), result.output());
    assertTrue(result.output().contains("open it again"), result.output());
  }
}
