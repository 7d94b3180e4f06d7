package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.SimDisk;
import holdfast.testkit.SimFaults;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Its states after power cuts are in {@code WrongWritersTest}, as the correct writer. */
class AtomicFileTest {
  private static final Path TARGET = Path.of("dir", "name");

  private final SimDisk disk = new SimDisk();

  AtomicFileTest() throws IOException {
    disk.createDirectory(Path.of("dir"));
  }

  private void save(boolean replace, int... values) throws IOException {
    try (AtomicFile file = AtomicFile.create(disk, TARGET, replace)) {
      for (int value : values) {
        assertEquals(1, file.write(ByteBuffer.wrap(new byte[] {(byte) value})));
      }
      file.commit();
      assertFalse(file.isOpen());
    }
  }

  @Test
  void writesAppendAndTheNameAppearsWithTheCommit() throws IOException {
    try (AtomicFile file = AtomicFile.create(disk, TARGET, false)) {
      file.write(ByteBuffer.wrap(new byte[] {9, 1, 2, 9}, 1, 2));
      file.file().write(MemorySegment.ofArray(new byte[] {7}), 5);
      assertTrue(disk.content().containsKey("dir/.name.tmp"));
      assertFalse(disk.exists(TARGET));
      file.commit();
    }
    assertEquals(Set.of("dir/", "dir/name"), disk.content().keySet());
    assertArrayEquals(new byte[] {1, 2, 0, 0, 0, 7}, disk.content().get("dir/name"));
  }

  @Test
  void withoutCommitNothingIsLeft() throws IOException {
    save(true, 1);
    AtomicFile file = AtomicFile.create(disk, TARGET, true);
    file.write(ByteBuffer.wrap(new byte[] {2}));
    file.close();
    file.close();
    assertThrows(ClosedChannelException.class, () -> file.write(ByteBuffer.allocate(1)));
    assertThrows(ClosedChannelException.class, file::commit);
    assertEquals(Set.of("dir/", "dir/name"), disk.content().keySet());
    assertArrayEquals(new byte[] {1}, disk.content().get("dir/name"));
  }

  @Test
  void aNameThatCouldNotBeForcedIsFreeAgainWhereNothingMayBeReplaced() throws IOException {
    for (boolean replace : new boolean[] {false, true}) {
      disk.faults()
          .fail(1, EnumSet.of(SimFaults.Op.FORCE_DIRECTORY), "*", SimFaults.Effect.IO_ERROR);
      assertThrows(IOException.class, () -> save(replace, 1));
      assertEquals(replace, disk.exists(TARGET));
      save(replace, 2);
      assertArrayEquals(new byte[] {2}, disk.content().get("dir/name"));
    }
  }

  @Test
  void anExistingFileIsReplacedOnlyWhenAllowed() throws IOException {
    save(false, 1);
    save(true, 2);
    assertThrows(FileAlreadyExistsException.class, () -> save(false, 3));
    assertArrayEquals(new byte[] {2}, disk.content().get("dir/name"));
  }

  @Test
  void aNameTakenMeanwhileIsNoticedJustBeforeTheRename() throws IOException {
    try (AtomicFile file = AtomicFile.create(disk, TARGET, false)) {
      disk.open(TARGET, Disk.Mode.CREATE).close();
      assertThrows(FileAlreadyExistsException.class, file::commit);
    }
    assertEquals(Set.of("dir/", "dir/name"), disk.content().keySet());
    assertEquals(0, disk.content().get("dir/name").length);
  }

  @Test
  void theLeftoverOfADeadWriterIsReplaced() throws IOException {
    AtomicFile dead = AtomicFile.create(disk, TARGET, false);
    dead.write(ByteBuffer.allocate(1000));
    disk.kill();
    save(false, 1);
    assertEquals(Set.of("dir/", "dir/name"), disk.content().keySet());
    assertArrayEquals(new byte[] {1}, disk.content().get("dir/name"));
  }

  @Test
  void aFailedForceLeavesTheOldFileAndNoLeftover() throws IOException {
    save(false, 1);
    disk.faults().fail(1, EnumSet.of(SimFaults.Op.FORCE), "*", SimFaults.Effect.IO_ERROR);
    assertThrows(IOException.class, () -> save(true, 2));
    assertArrayEquals(new byte[] {1}, disk.content().get("dir/name"));
    assertEquals(Set.of("dir/", "dir/name"), disk.content().keySet());
  }

  @Test
  void aTargetWithoutADirectoryLiesInTheCurrentOne() throws IOException {
    try (AtomicFile file = AtomicFile.create(disk, Path.of("top"), false)) {
      file.commit();
    }
    assertTrue(disk.exists(Path.of("top")));
    assertEquals(1, disk.faults().count(EnumSet.of(SimFaults.Op.FORCE_DIRECTORY)));
  }
}
