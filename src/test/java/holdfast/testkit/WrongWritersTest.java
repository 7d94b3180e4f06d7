package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.AtomicFile;
import holdfast.internal.Disk;
import holdfast.internal.Disk.Mode;
import holdfast.internal.Mem;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulator catches each classic mistake of programs that save a file, and lets the correct one
 * pass.
 *
 * <p>Every writer saves three versions of one file, 1300 bytes that all say the number of the
 * version, and promises each. After a cut the file must show a whole version, not older than the
 * last one promised.
 */
class WrongWritersTest {
  private static final Path DATA = Path.of("data");
  private static final Path TEMPORARY = Path.of("data.tmp");
  private static final Path ROOT = Path.of("");
  private static final int SIZE = 1300;
  private static final int VERSIONS = 3;

  /** Saves one version; when it returns, the version is promised. */
  @FunctionalInterface
  interface Writer {
    void save(SimDisk disk, MemorySegment version) throws IOException;
  }

  record Named(String name, Writer writer) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Disk.File temporary(SimDisk disk, MemorySegment version) throws IOException {
    Disk.File file = disk.open(TEMPORARY, Mode.CREATE);
    file.truncate(0);
    file.write(version, 0);
    return file;
  }

  static Stream<Named> wrongWriters() {
    return Stream.of(
        new Named(
            "no force",
            (disk, version) -> {
              temporary(disk, version).close();
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "no force of the directory",
            (disk, version) -> {
              try (Disk.File file = temporary(disk, version)) {
                file.force(true);
              }
              disk.rename(TEMPORARY, DATA);
            }),
        new Named(
            "rename before force",
            (disk, version) -> {
              try (Disk.File file = temporary(disk, version)) {
                disk.rename(TEMPORARY, DATA);
                file.force(true);
              }
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "force before the last write",
            (disk, version) -> {
              try (Disk.File file = temporary(disk, version.asSlice(0, SIZE - 1))) {
                file.force(true);
                file.write(version.asSlice(SIZE - 1), SIZE - 1);
              }
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "in place, without a checksum",
            (disk, version) -> {
              try (Disk.File file = disk.open(DATA, Mode.CREATE)) {
                file.write(version, 0);
                file.force(true);
              }
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "delete before the replacement is durable",
            (disk, version) -> {
              try (Disk.File file = temporary(disk, version)) {
                file.force(true);
              }
              if (disk.exists(DATA)) {
                disk.delete(DATA);
              }
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "trust in a retried force",
            (disk, version) -> {
              try (Disk.File file = temporary(disk, version)) {
                disk.faults().fail(1, EnumSet.of(Op.FORCE), "*", Effect.IO_ERROR);
                assertThrows(IOException.class, () -> file.force(true));
                file.force(true);
              }
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "stores to a map and a force of another range",
            (disk, version) -> {
              try (Disk.File file = disk.open(TEMPORARY, Mode.CREATE);
                  Arena arena = Arena.ofConfined()) {
                file.truncate(0);
                file.preallocate(0, 8192 + SIZE);
                file.force(true);
                MemorySegment map = file.map(MapMode.READ_WRITE, 0, 8192 + SIZE, arena);
                Mem.copy(version, 0, map, 0, SIZE);
                file.forceMapped(8192, 8192 + SIZE);
              }
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }));
  }

  static Stream<Named> correctWriters() {
    return Stream.of(
        new Named(
            "the atomic file of the library",
            (disk, version) -> {
              try (AtomicFile file = AtomicFile.create(disk, DATA, true)) {
                file.write(version.asByteBuffer());
                file.commit();
              }
            }),
        new Named(
            "write, force, rename, force the directory",
            (disk, version) -> {
              try (Disk.File file = temporary(disk, version)) {
                file.force(true);
              }
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "a failed force, and everything again",
            (disk, version) -> {
              disk.faults().fail(1, EnumSet.of(Op.FORCE), "*", Effect.IO_ERROR);
              try (Disk.File file = temporary(disk, version)) {
                assertThrows(IOException.class, () -> file.force(true));
              }
              disk.delete(TEMPORARY);
              try (Disk.File file = temporary(disk, version)) {
                file.force(true);
              }
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }),
        new Named(
            "stores to a map and a force of their range",
            (disk, version) -> {
              try (Disk.File file = disk.open(TEMPORARY, Mode.CREATE);
                  Arena arena = Arena.ofConfined()) {
                file.truncate(0);
                file.preallocate(0, SIZE);
                file.force(true);
                MemorySegment map = file.map(MapMode.READ_WRITE, 0, SIZE, arena);
                Mem.copy(version, 0, map, 0, SIZE);
                file.forceMapped(0, SIZE);
              }
              disk.rename(TEMPORARY, DATA);
              disk.forceDirectory(ROOT);
            }));
  }

  private static MemorySegment version(int number) {
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) number);
    return MemorySegment.ofArray(bytes);
  }

  private static SimDisk run(Writer writer) throws IOException {
    SimDisk disk = new SimDisk();
    for (int number = 1; number <= VERSIONS; number++) {
      writer.save(disk, version(number));
      disk.ack(number);
    }
    assertEquals(List.of(), disk.openFiles());
    return disk;
  }

  /** The version that a disk shows; 0 when there is no file. */
  private static int recover(SimDisk disk) throws IOException {
    try (Disk.File file = disk.open(DATA, Mode.READ)) {
      assertEquals(SIZE, Math.min(SIZE, file.size()), "size");
      byte[] bytes = new byte[SIZE];
      file.read(MemorySegment.ofArray(bytes), 0);
      assertEquals(-1, MemorySegment.ofArray(bytes).mismatch(version(bytes[0])), "mixed content");
      return bytes[0];
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static void check(CutState state) throws IOException {
    int found = recover(state.disk());
    int promised = state.acknowledged().size();
    assertTrue(promised <= found && found <= VERSIONS, "promised " + promised + ", found " + found);
  }

  @ParameterizedTest
  @MethodSource("wrongWriters")
  void aWrongWriterIsCaughtAndTheIdAloneBringsTheStateBack(Named wrong) throws IOException {
    SimDisk disk = run(wrong.writer);
    AssertionError error =
        assertThrows(
            AssertionError.class, () -> PowerCuts.check(disk.states(), WrongWritersTest::check));
    String message = error.getMessage();
    assertTrue(message.startsWith("after a power cut, state \"k="), message);
    String id = message.substring(message.indexOf('"') + 1, message.lastIndexOf('"'));
    SimDisk again = run(wrong.writer);
    assertThrows(AssertionError.class, () -> check(again.state(id)), id);
    assertEquals(id, again.state(id).id());
  }

  @ParameterizedTest
  @MethodSource("correctWriters")
  void aCorrectWriterPassesAllStates(Named correct) throws IOException {
    SimDisk disk = run(correct.writer);
    long count = PowerCuts.check(disk.states(), WrongWritersTest::check);
    assertTrue(count > 30, count + " states");
  }

  @Test
  void everyForceOfTheCorrectWriterIsNeeded() throws IOException {
    Writer writer =
        (disk, version) -> {
          try (AtomicFile file = AtomicFile.create(disk, DATA, true)) {
            file.write(version.asByteBuffer());
            file.commit();
          }
        };
    int forces = run(writer).faults().count(SimFaults.FORCES);
    assertEquals(2 * VERSIONS, forces);
    for (int n = 1; n <= forces; n++) {
      int site = n;
      SimDisk disk = new SimDisk();
      disk.faults().fail(site, SimFaults.FORCES, "*", Effect.IGNORE);
      for (int number = 1; number <= VERSIONS; number++) {
        writer.save(disk, version(number));
        disk.ack(number);
      }
      assertEquals(1, disk.faults().fired().size());
      assertThrows(
          AssertionError.class,
          () -> PowerCuts.check(disk.states(), WrongWritersTest::check),
          () -> "nobody missed force " + site);
    }
  }

  @Test
  void recoveryIsItselfSafeAndHappensOnce() throws IOException {
    SimDisk disk = run(correctWriters().toList().getFirst().writer);
    PowerCuts.check(
        disk.states(200),
        state -> {
          SimDisk second = state.disk();
          recoverAndClean(second);
          PowerCuts.check(
              second.states(),
              deeper -> {
                assertTrue(deeper.id().startsWith(state.id() + " / k="), deeper.id());
                SimDisk third = deeper.disk();
                int found = recoverAndClean(third);
                assertTrue(state.acknowledged().size() <= found, "found " + found);
                String once = third.fingerprint();
                recoverAndClean(third);
                assertEquals(once, third.fingerprint());
              });
        });
  }

  private static int recoverAndClean(SimDisk disk) throws IOException {
    int found = recover(disk);
    if (disk.exists(Path.of(".data.tmp"))) {
      disk.delete(Path.of(".data.tmp"));
      disk.forceDirectory(ROOT);
    }
    return found;
  }

  @Test
  void anAtomicFileThatFailsAtAnyOperationLeavesTheOldVersionOrTheNewOne() throws IOException {
    int operations =
        run(correctWriters().toList().getFirst().writer).faults().count(EnumSet.allOf(Op.class));
    assertTrue(operations > 10, operations + " operations");
    for (Effect effect : List.of(Effect.IO_ERROR, Effect.NO_SPACE, Effect.SHORT)) {
      for (int n = 1; n <= operations; n++) {
        SimDisk disk = new SimDisk();
        disk.faults().fail(n, EnumSet.allOf(Op.class), "*", effect);
        int saved = 0;
        int tried = 0;
        for (int number = 1; number <= VERSIONS; number++) {
          tried = number;
          try (AtomicFile file = AtomicFile.create(disk, DATA, true)) {
            file.write(ByteBuffer.wrap(version(number).toArray(ValueLayout.JAVA_BYTE)));
            file.commit();
            saved = number;
            disk.ack(number);
          } catch (IOException e) {
            break;
          }
        }
        String place = effect + " at operation " + n;
        assertEquals(List.of(), disk.openFiles(), place);
        int found = recover(disk);
        assertTrue(saved <= found && found <= tried, place + ": " + found);
        PowerCuts.check(disk.states(100), WrongWritersTest::check);
      }
    }
  }
}
