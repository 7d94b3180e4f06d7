package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.internal.Disk.Mode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link Disk} does, so that what holds on the simulated one holds on the real one. */
public abstract class DiskContract {
  /** The disk to be tested. */
  protected abstract Disk disk();

  /** An existing empty directory on it. */
  protected abstract Path root();

  private Path path(String name) {
    return root().resolve(name);
  }

  private Disk.File create(String name) throws IOException {
    return disk().open(path(name), Mode.CREATE_NEW);
  }

  private void createWith(String name, byte[] bytes) throws IOException {
    try (Disk.File file = create(name)) {
      file.write(MemorySegment.ofArray(bytes), 0);
    }
  }

  private byte[] content(String name) throws IOException {
    try (Disk.File file = disk().open(path(name), Mode.READ)) {
      byte[] bytes = new byte[Math.toIntExact(file.size())];
      assertEquals(bytes.length, file.read(MemorySegment.ofArray(bytes), 0));
      return bytes;
    }
  }

  @Test
  void aNewFileIsEmpty() throws IOException {
    for (Mode mode : List.of(Mode.CREATE, Mode.CREATE_NEW)) {
      try (Disk.File file = disk().open(path("new-" + mode), mode)) {
        assertEquals(0, file.size());
        assertEquals(path("new-" + mode), file.path());
        assertEquals(0, file.read(MemorySegment.ofArray(new byte[10]), 0));
      }
    }
  }

  @Test
  void theModesOfOpenDifferOnlyInWhatTheyExpect() throws IOException {
    createWith("a", new byte[] {1});
    assertThrows(FileAlreadyExistsException.class, () -> create("a"));
    assertThrows(NoSuchFileException.class, () -> disk().open(path("b"), Mode.READ));
    assertThrows(NoSuchFileException.class, () -> disk().open(path("b"), Mode.WRITE));
    assertThrows(NoSuchFileException.class, () -> disk().open(path("x/b"), Mode.CREATE));
    for (Mode mode : List.of(Mode.READ, Mode.WRITE, Mode.CREATE)) {
      try (Disk.File file = disk().open(path("a"), mode)) {
        assertEquals(1, file.size(), mode + " keeps the content");
      }
    }
  }

  @Test
  void aDirectoryIsNotOpenedAsAFile() throws IOException {
    disk().createDirectory(path("d"));
    for (Mode mode : Mode.values()) {
      assertThrows(IOException.class, () -> disk().open(path("d"), mode));
    }
  }

  @Test
  void aReaderCannotWrite() throws IOException {
    createWith("a", new byte[100]);
    try (Disk.File file = disk().open(path("a"), Mode.READ);
        Arena arena = Arena.ofConfined()) {
      MemorySegment one = MemorySegment.ofArray(new byte[1]);
      assertThrows(NonWritableChannelException.class, () -> file.write(one, 0));
      assertThrows(NonWritableChannelException.class, () -> file.write(one.asSlice(0, 0), 0));
      assertThrows(NonWritableChannelException.class, () -> file.preallocate(0, 1));
      assertThrows(NonWritableChannelException.class, () -> file.truncate(0));
      assertThrows(NonWritableChannelException.class, () -> file.truncate(1000));
      assertThrows(
          NonWritableChannelException.class, () -> file.map(MapMode.READ_WRITE, 0, 1, arena));
      assertThrows(NonWritableChannelException.class, () -> file.tryLock(false));
    }
  }

  @Test
  void writesGoAnywhereAndGapsReadAsZeros() throws IOException {
    byte[] piece = Content.of(1, 1, 1000);
    byte[] expected = new byte[3000];
    System.arraycopy(piece, 0, expected, 2000, 1000);
    System.arraycopy(piece, 0, expected, 100, 1000);
    try (Disk.File file = create("a")) {
      file.write(MemorySegment.ofArray(piece), 2000);
      assertEquals(3000, file.size());
      file.write(MemorySegment.ofArray(piece), 100);
      assertEquals(3000, file.size());
    }
    assertArrayEquals(expected, content("a"));
  }

  @Test
  void heapAndNativeSegmentsOfAnySizeGoThrough() throws IOException {
    byte[] bytes = Content.of(1, 2, 200_001);
    try (Disk.File file = create("a");
        Arena arena = Arena.ofConfined()) {
      file.write(MemorySegment.ofArray(bytes), 0);
      MemorySegment target = arena.allocate(bytes.length);
      assertEquals(bytes.length, file.read(target, 0));
      assertArrayEquals(bytes, target.toArray(ValueLayout.JAVA_BYTE));
      file.write(target, bytes.length);
      byte[] second = new byte[bytes.length];
      assertEquals(bytes.length, file.read(MemorySegment.ofArray(second), bytes.length));
      assertArrayEquals(bytes, second);
      file.write(MemorySegment.ofArray(new byte[0]), 1 << 20);
      assertEquals(2L * bytes.length, file.size(), "an empty write does nothing");
    }
  }

  @Test
  void aReadStopsAtTheEndOfTheFile() throws IOException {
    createWith("a", new byte[] {1, 2, 3});
    try (Disk.File file = disk().open(path("a"), Mode.READ)) {
      byte[] target = {9, 9, 9};
      assertEquals(2, file.read(MemorySegment.ofArray(target), 1));
      assertArrayEquals(new byte[] {2, 3, 9}, target);
      assertEquals(0, file.read(MemorySegment.ofArray(target), 3));
      assertEquals(0, file.read(MemorySegment.ofArray(target), 1000));
    }
  }

  @Test
  void preallocationWritesZerosOverItsRangeOnly() throws IOException {
    byte[] bytes = Content.of(1, 3, 100_000);
    createWith("a", bytes);
    try (Disk.File file = disk().open(path("a"), Mode.WRITE)) {
      file.preallocate(10, 10);
      file.preallocate(99_000, 300_000);
      assertEquals(300_000, file.size());
      assertThrows(IllegalArgumentException.class, () -> file.preallocate(5, 4));
      assertThrows(IllegalArgumentException.class, () -> file.preallocate(-1, 4));
    }
    byte[] expected = new byte[300_000];
    System.arraycopy(bytes, 0, expected, 0, 99_000);
    assertArrayEquals(expected, content("a"));
  }

  @Test
  void whatATruncationCutsNeverComesBack() throws IOException {
    createWith("a", Content.of(1, 4, 2000));
    try (Disk.File file = disk().open(path("a"), Mode.WRITE)) {
      file.truncate(700);
      assertEquals(700, file.size());
      file.truncate(1500);
      assertEquals(1500, file.size());
      assertThrows(IllegalArgumentException.class, () -> file.truncate(-1));
    }
    byte[] expected = new byte[1500];
    System.arraycopy(Content.of(1, 4, 700), 0, expected, 0, 700);
    assertArrayEquals(expected, content("a"));
  }

  @Test
  void mapsAndReadsShowTheSameBytes() throws IOException {
    createWith("a", Content.of(1, 5, 10_000));
    try (Disk.File file = disk().open(path("a"), Mode.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment writer = file.map(MapMode.READ_WRITE, 4096, 5000, arena);
      MemorySegment reader = file.map(MapMode.READ_ONLY, 0, 10_000, arena);
      assertEquals(5000, writer.byteSize());
      assertEquals(Content.at(1, 5, 4096), writer.get(ValueLayout.JAVA_BYTE, 0));
      writer.set(ValueLayout.JAVA_BYTE, 10, (byte) 77);
      assertEquals(77, reader.get(ValueLayout.JAVA_BYTE, 4106), "a store shows in other maps");
      byte[] one = new byte[1];
      file.read(MemorySegment.ofArray(one), 4106);
      assertEquals(77, one[0], "a store shows in a read");
      file.write(MemorySegment.ofArray(new byte[] {78}), 4107);
      assertEquals(78, writer.get(ValueLayout.JAVA_BYTE, 11), "a write shows in maps");
      file.write(MemorySegment.ofArray(new byte[20_000]), 10_000);
      MemorySegment later = file.map(MapMode.READ_WRITE, 0, 30_000, arena);
      later.set(ValueLayout.JAVA_BYTE, 4108, (byte) 79);
      assertEquals(79, writer.get(ValueLayout.JAVA_BYTE, 12), "older maps follow a grown file");
      file.force(false);
      file.forceMapped(0, 30_000);
    }
    assertEquals(77, content("a")[4106]);
  }

  @Test
  void aPrivateMapKeepsItsStoresToItself() throws IOException {
    createWith("a", new byte[100]);
    try (Disk.File file = disk().open(path("a"), Mode.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment map = file.map(MapMode.PRIVATE, 0, 100, arena);
      map.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    }
    assertArrayEquals(new byte[100], content("a"));
  }

  @Test
  void aMapOutlivesTheFileAndEndsWithItsArena() throws IOException {
    createWith("a", new byte[100]);
    MemorySegment map;
    try (Arena arena = Arena.ofConfined()) {
      try (Disk.File file = disk().open(path("a"), Mode.WRITE)) {
        map = file.map(MapMode.READ_WRITE, 0, 100, arena);
      }
      map.set(ValueLayout.JAVA_BYTE, 0, (byte) 5);
    }
    assertThrows(IllegalStateException.class, () -> map.get(ValueLayout.JAVA_BYTE, 0));
    assertEquals(5, content("a")[0]);
  }

  @Test
  void aMapNeverGrowsTheFile() throws IOException {
    createWith("a", new byte[100]);
    try (Disk.File file = disk().open(path("a"), Mode.WRITE);
        Arena arena = Arena.ofConfined()) {
      assertEquals(100, file.map(MapMode.READ_WRITE, 0, 100, arena).byteSize());
      assertEquals(0, file.map(MapMode.READ_WRITE, 100, 0, arena).byteSize());
      IOException error =
          assertThrows(IOException.class, () -> file.map(MapMode.READ_WRITE, 1, 100, arena));
      assertTrue(error.getMessage().contains("the file ends at 100"), error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> file.map(MapMode.READ_ONLY, -1, 1, arena));
      assertEquals(100, file.size());
    }
  }

  @Test
  void aRenameReplacesAndLeavesOneName() throws IOException {
    createWith("a", new byte[] {1});
    createWith("b", new byte[] {2, 2});
    disk().rename(path("a"), path("b"));
    assertArrayEquals(new byte[] {1}, content("b"));
    assertFalse(disk().exists(path("a")));
    assertThrows(NoSuchFileException.class, () -> disk().rename(path("a"), path("c")));
    disk().rename(path("b"), path("b"));
    assertArrayEquals(new byte[] {1}, content("b"), "a rename to itself changes nothing");
  }

  @Test
  void aRenameMovesAcrossDirectories() throws IOException {
    disk().createDirectory(path("d"));
    createWith("a", new byte[] {1});
    disk().rename(path("a"), path("d/a"));
    assertArrayEquals(new byte[] {1}, content("d/a"));
    assertFalse(disk().exists(path("a")));
    assertThrows(NoSuchFileException.class, () -> disk().rename(path("d/a"), path("x/a")));
    assertThrows(IOException.class, () -> disk().rename(path("d/a"), path("d")));
    assertTrue(disk().exists(path("d/a")), "a refused rename changes nothing");
  }

  @Test
  void aDirectoryIsRenamedWithWhatIsInIt() throws IOException {
    disk().createDirectory(path("d"));
    createWith("d/a", new byte[] {1});
    disk().rename(path("d"), path("e"));
    assertArrayEquals(new byte[] {1}, content("e/a"));
    assertFalse(disk().exists(path("d")));
  }

  @Test
  void aDeletedFileStaysUsableWhileItIsOpen() throws IOException {
    try (Disk.File file = create("a")) {
      disk().delete(path("a"));
      assertFalse(disk().exists(path("a")));
      file.write(MemorySegment.ofArray(new byte[] {1}), 0);
      assertEquals(1, file.size());
      createWith("a", new byte[3]);
      assertEquals(1, file.size(), "a new file of that name is another file");
    }
    assertThrows(NoSuchFileException.class, () -> disk().delete(path("b")));
  }

  @Test
  void onlyEmptyDirectoriesAreDeleted() throws IOException {
    disk().createDirectory(path("d"));
    createWith("d/a", new byte[0]);
    assertThrows(DirectoryNotEmptyException.class, () -> disk().delete(path("d")));
    disk().delete(path("d/a"));
    disk().delete(path("d"));
    assertFalse(disk().exists(path("d")));
  }

  @Test
  void aListingIsOrderedAndTellsKindAndSize() throws IOException {
    createWith("b", new byte[7]);
    disk().createDirectory(path("c"));
    createWith("a", new byte[0]);
    createWith("B", new byte[1]);
    List<Disk.Entry> entries = disk().list(root());
    assertEquals(List.of("B", "a", "b", "c"), entries.stream().map(Disk.Entry::name).toList());
    assertEquals(new Disk.Entry("b", Disk.Kind.FILE, 7), entries.get(2));
    assertEquals(Disk.Kind.DIRECTORY, entries.get(3).kind());
    assertEquals(List.of(), disk().list(path("c")));
    assertThrows(NoSuchFileException.class, () -> disk().list(path("x")));
    assertThrows(NotDirectoryException.class, () -> disk().list(path("a")));
  }

  @Test
  void aDirectoryNeedsAFreeNameInAnExistingOne() throws IOException {
    disk().createDirectory(path("d"));
    assertThrows(FileAlreadyExistsException.class, () -> disk().createDirectory(path("d")));
    assertThrows(NoSuchFileException.class, () -> disk().createDirectory(path("x/y")));
  }

  @Test
  void forcingADirectoryNeedsADirectory() throws IOException {
    assertTrue(disk().forceDirectory(root()));
    assertThrows(NoSuchFileException.class, () -> disk().forceDirectory(path("x")));
  }

  @Test
  void attributesCanBeReadAndChanged() throws IOException {
    createWith("a", new byte[5]);
    Disk.Attributes before = disk().attributes(path("a"));
    assertEquals(Disk.Kind.FILE, before.kind());
    assertEquals(5, before.size());
    assertEquals(Disk.Kind.DIRECTORY, disk().attributes(root()).kind());
    disk().setAttributes(path("a"), null, null, null);
    assertEquals(before, disk().attributes(path("a")), "null leaves everything");
    var permissions = PosixFilePermissions.fromString("rw-r-----");
    disk().setAttributes(path("a"), before.owner(), before.group(), permissions);
    Disk.Attributes after = disk().attributes(path("a"));
    assertEquals(permissions, after.permissions());
    assertEquals(before.owner(), after.owner());
    assertEquals(before.group(), after.group());
    assertThrows(NoSuchFileException.class, () -> disk().attributes(path("x")));
    assertThrows(
        NoSuchFileException.class, () -> disk().setAttributes(path("x"), null, null, permissions));
    assertTrue(disk().exists(path("a")));
    assertFalse(disk().exists(path("x")));
    assertFalse(disk().exists(path("x/y")));
  }

  @Test
  void thereIsRoom() throws IOException {
    assertTrue(disk().usableSpace(root()) > 0);
  }

  @Test
  void anExclusiveLockKeepsOtherOpeningsOut() throws IOException {
    createWith("a", new byte[1]);
    try (Disk.File first = disk().open(path("a"), Mode.WRITE);
        Disk.File second = disk().open(path("a"), Mode.WRITE)) {
      Disk.Lock lock = first.tryLock(false);
      assertNotNull(lock);
      assertNull(second.tryLock(false));
      assertNull(second.tryLock(true));
      assertThrows(IllegalStateException.class, () -> first.tryLock(false));
      lock.close();
      lock.close();
      Disk.Lock other = second.tryLock(false);
      assertNotNull(other);
      lock.close();
      assertNull(first.tryLock(true), "a lock that was given up has no say any more");
    }
  }

  @Test
  void aSharedLockIsSharedAndKeepsWritersOut() throws IOException {
    createWith("a", new byte[1]);
    Disk.File first = disk().open(path("a"), Mode.READ);
    Disk.File second = disk().open(path("a"), Mode.READ);
    try (Disk.File writer = disk().open(path("a"), Mode.WRITE)) {
      assertNotNull(first.tryLock(true));
      assertNotNull(second.tryLock(true));
      assertNull(writer.tryLock(false));
      first.close();
      assertNull(writer.tryLock(false), "one reader is left");
      second.close();
      assertNotNull(writer.tryLock(false));
    }
  }

  @Test
  void aLockEndsWithItsFileAndFollowsTheFileNotTheName() throws IOException {
    createWith("a", new byte[1]);
    Disk.File first = disk().open(path("a"), Mode.WRITE);
    assertNotNull(first.tryLock(false));
    disk().rename(path("a"), path("b"));
    createWith("a", new byte[1]);
    try (Disk.File fresh = disk().open(path("a"), Mode.WRITE);
        Disk.File same = disk().open(path("b"), Mode.WRITE)) {
      assertNotNull(fresh.tryLock(false));
      assertNull(same.tryLock(false));
      first.close();
      assertNotNull(same.tryLock(false));
    }
  }

  @Test
  void aClosedFileRefusesEverythingButClose() throws IOException {
    Disk.File file = create("a");
    file.close();
    file.close();
    MemorySegment one = MemorySegment.ofArray(new byte[1]);
    try (Arena arena = Arena.ofConfined()) {
      assertThrows(ClosedChannelException.class, () -> file.read(one, 0));
      assertThrows(ClosedChannelException.class, () -> file.write(one, 0));
      assertThrows(ClosedChannelException.class, () -> file.preallocate(0, 1));
      assertThrows(ClosedChannelException.class, () -> file.truncate(0));
      assertThrows(ClosedChannelException.class, file::size);
      assertThrows(ClosedChannelException.class, () -> file.map(MapMode.READ_ONLY, 0, 0, arena));
      assertThrows(ClosedChannelException.class, () -> file.force(true));
      assertThrows(ClosedChannelException.class, () -> file.forceMapped(0, 1));
      assertThrows(ClosedChannelException.class, () -> file.tryLock(true));
    }
  }

  /** Whatever a lock does with openings that were closed: their owners have no file any more. */
  @Test
  void aClosedFileRefusesEverythingWhileAnotherOpeningIsLocked() throws IOException {
    createWith("a", new byte[1]);
    MemorySegment one = MemorySegment.ofArray(new byte[1]);
    try (Disk.File locked = disk().open(path("a"), Mode.WRITE)) {
      assertNotNull(locked.tryLock(false));
      Disk.File closed = disk().open(path("a"), Mode.WRITE);
      closed.close();
      assertThrows(ClosedChannelException.class, () -> closed.read(one, 0));
      assertThrows(ClosedChannelException.class, () -> closed.write(one, 0));
      assertThrows(ClosedChannelException.class, () -> closed.force(true));
      assertThrows(ClosedChannelException.class, () -> closed.tryLock(true));
    }
  }

  /** Makes the next read of the file meet an interrupt. */
  protected abstract void interruptNextRead();

  @Test
  void anInterruptClosesTheFile() throws IOException {
    createWith("a", new byte[10]);
    try (Disk.File file = disk().open(path("a"), Mode.READ)) {
      MemorySegment one = MemorySegment.ofArray(new byte[1]);
      interruptNextRead();
      assertThrows(ClosedByInterruptException.class, () -> file.read(one, 0));
      assertTrue(Thread.interrupted(), "the interrupt stays pending");
      assertThrows(ClosedChannelException.class, () -> file.read(one, 0));
    }
  }
}
