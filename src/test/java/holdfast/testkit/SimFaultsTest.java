package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.internal.Disk.Mode;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SimFaultsTest {
  private static final Path A = Path.of("a");

  private final SimDisk disk = new SimDisk();

  private static MemorySegment bytes(int size) {
    return MemorySegment.ofArray(Content.of(1, 1, size));
  }

  private long sizeOfA() throws IOException {
    return disk.attributes(A).size();
  }

  @Test
  void everyKindOfOperationCanFailBeforeItHasAnEffect() throws IOException {
    Disk.File file = disk.open(A, Mode.CREATE);
    file.write(bytes(1000), 0);
    disk.open(Path.of("b"), Mode.CREATE).close();
    disk.createDirectory(Path.of("d"));
    String before = disk.fingerprint();
    try (Arena arena = Arena.ofConfined()) {
      for (Op op : Op.values()) {
        disk.faults().fail(1, EnumSet.of(op), "*", Effect.IO_ERROR);
        Executable call =
            switch (op) {
              case OPEN -> () -> disk.open(Path.of("new"), Mode.CREATE);
              case READ -> () -> file.read(bytes(1), 0);
              case WRITE -> () -> file.write(bytes(10), 990);
              case PREALLOCATE -> () -> file.preallocate(0, 10);
              case TRUNCATE -> () -> file.truncate(1);
              case SIZE -> file::size;
              case MAP -> () -> file.map(MapMode.READ_ONLY, 0, 1, arena);
              case FORCE -> () -> file.force(true);
              case FORCE_MAPPED -> () -> file.forceMapped(0, 1);
              case LOCK -> () -> file.tryLock(true);
              case CLOSE -> () -> disk.open(A, Mode.READ).close();
              case RENAME -> () -> disk.rename(A, Path.of("b"));
              case DELETE -> () -> disk.delete(A);
              case LIST -> () -> disk.list(Path.of("/"));
              case CREATE_DIRECTORY -> () -> disk.createDirectory(Path.of("e"));
              case FORCE_DIRECTORY -> () -> disk.forceDirectory(Path.of("/"));
              case ATTRIBUTES -> () -> disk.attributes(A);
              case SET_ATTRIBUTES -> () -> disk.setAttributes(A, "x", null, null);
              case USABLE_SPACE -> () -> disk.usableSpace(Path.of("/"));
            };
        IOException error = assertThrows(IOException.class, call, op.name());
        assertTrue(error.getMessage().contains("injected failure of " + op), error.getMessage());
        assertEquals(before, disk.fingerprint(), op.name());
      }
    }
    assertEquals(Op.values().length, disk.faults().fired().size());
    assertEquals(List.of("a"), disk.openFiles(), "a failed close closes");
    file.close();
  }

  @Test
  void aPlanCountsOnlyWhatFitsAndFiresOnce() throws IOException {
    disk.faults().fail(2, EnumSet.of(Op.OPEN), "*.tmp", Effect.IO_ERROR);
    disk.open(Path.of("x.tmp"), Mode.CREATE).close();
    disk.open(A, Mode.CREATE).close();
    assertThrows(IOException.class, () -> disk.open(Path.of("y.tmp"), Mode.CREATE));
    disk.open(Path.of("y.tmp"), Mode.CREATE).close();
    assertEquals(List.of("IO_ERROR OPEN y.tmp"), disk.faults().fired());
    assertEquals(4, disk.faults().count(Set.of(Op.OPEN)));
  }

  @Test
  void aPlanThatCanNeverFireIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> disk.faults().fail(0, EnumSet.of(Op.OPEN), "*", Effect.IO_ERROR));
    assertThrows(
        IllegalArgumentException.class,
        () -> disk.faults().fail(1, EnumSet.of(Op.OPEN), "*", Effect.NO_SPACE));
    assertThrows(
        IllegalArgumentException.class,
        () -> disk.faults().fail(1, EnumSet.of(Op.RENAME), "*", Effect.IGNORE));
  }

  @Test
  void aFullDiskTakesHalfOfTheBytes() throws IOException {
    try (Disk.File file = disk.open(A, Mode.CREATE)) {
      disk.faults().fail(1, EnumSet.allOf(Op.class), "a", Effect.NO_SPACE);
      IOException error = assertThrows(IOException.class, () -> file.write(bytes(1000), 0));
      assertTrue(error.getMessage().contains("No space left"), error.getMessage());
      assertEquals(500, sizeOfA());
      disk.faults().fail(1, EnumSet.of(Op.PREALLOCATE), "a", Effect.NO_SPACE);
      assertThrows(IOException.class, () -> file.preallocate(500, 1500));
      assertEquals(1000, sizeOfA());
    }
  }

  @Test
  void aShortWriteIsCompletedAndACutMayComeInBetween() throws IOException {
    try (Disk.File file = disk.open(A, Mode.CREATE)) {
      disk.faults().fail(1, EnumSet.of(Op.WRITE), "a", Effect.SHORT);
      file.write(bytes(1000), 0);
    }
    assertEquals(1000, sizeOfA());
    assertTrue(
        disk.states().anyMatch(it -> it.disk().fingerprint().startsWith("a 500 ")),
        "between the halves");
  }

  @Test
  void anInterruptClosesTheOpeningAndNoOther() throws IOException {
    Disk.File file = disk.open(A, Mode.CREATE);
    try (Disk.File other = disk.open(A, Mode.WRITE)) {
      file.tryLock(false);
      disk.faults().fail(1, EnumSet.of(Op.WRITE), "a", Effect.INTERRUPT);
      assertThrows(ClosedByInterruptException.class, () -> file.write(bytes(10), 0));
      assertTrue(Thread.interrupted());
      assertThrows(ClosedChannelException.class, file::size);
      assertEquals(0, other.size());
      assertTrue(other.tryLock(false) != null, "the lock went with the opening");
    }
  }

  @Test
  void mapsGoOnWhileAnInterruptIsPending() throws IOException {
    try (Disk.File file = disk.open(A, Mode.CREATE);
        Arena arena = Arena.ofConfined()) {
      file.write(bytes(1000), 0);
      Thread.currentThread().interrupt();
      MemorySegment map = file.map(MapMode.READ_WRITE, 0, 1000, arena);
      assertTrue(Thread.interrupted());
      assertEquals(-1, map.mismatch(bytes(1000)));
    }
  }

  @Test
  void anIgnoredForceClaimsSuccess() throws IOException {
    disk.faults().fail(2, SimFaults.FORCES, "*", Effect.IGNORE);
    try (Disk.File file = disk.open(A, Mode.CREATE)) {
      file.write(bytes(512), 0);
      file.force(true);
    }
    assertTrue(disk.forceDirectory(Path.of("/")));
    disk.ack("there");
    assertTrue(
        disk.states()
            .filter(state -> !state.acknowledged().isEmpty())
            .anyMatch(state -> state.disk().fingerprint().isEmpty()));
  }

  @Test
  void aCapacityGivesOutByItself() throws IOException {
    disk.capacity(4 * 512);
    try (Disk.File file = disk.open(A, Mode.CREATE)) {
      file.write(bytes(1024), 0);
      assertEquals(1024, disk.usableSpace(Path.of("/")));
      assertThrows(IOException.class, () -> file.write(bytes(2000), 1000));
      assertEquals(2048, file.size(), "what found room was written");
      file.write(bytes(2048), 0);
      assertThrows(IOException.class, () -> file.preallocate(2048, 2049));
      file.truncate(1_000_000);
      assertEquals(0, disk.usableSpace(Path.of("/")), "a hole takes no room");
      file.truncate(512);
      file.write(bytes(512), 100_000);
    }
    disk.delete(A);
    assertEquals(2048, disk.usableSpace(Path.of("/")));
    assertFalse(disk.exists(A));
  }
}
