package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk.Mode;
import holdfast.testkit.ChildJvm;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only the real system can show; the rest is in the contract that all disks share. */
class OsDiskTest {
  private static final OsDisk DISK = OsDisk.INSTANCE;

  @TempDir Path dir;

  /** Prints whether it gets the lock of a file. */
  static final class Locker {
    private Locker() {}

    public static void main(String[] args) throws IOException {
      try (Disk.File file = DISK.open(Path.of(args[0]), Mode.WRITE)) {
        System.out.print(file.tryLock(args[1].equals("shared")) != null ? "got it" : "taken");
      }
    }
  }

  private String otherProcessTries(Path path, String how) throws Exception {
    ChildJvm.Result result = ChildJvm.run(Locker.class, List.of(), path.toString(), how);
    assertEquals(0, result.exit(), result.output());
    return result.output();
  }

  @Test
  void aLockKeepsOtherProcessesOutUntilItIsGivenUp() throws Exception {
    Path path = dir.resolve("a");
    try (Disk.File file = DISK.open(path, Mode.CREATE)) {
      Disk.Lock lock = file.tryLock(false);
      assertEquals("taken", otherProcessTries(path, "shared"));
      lock.close();
      assertNotNull(file.tryLock(true));
      assertEquals("got it", otherProcessTries(path, "shared"));
      assertEquals("taken", otherProcessTries(path, "exclusive"));
    }
  }

  @Test
  void closingAnotherOpeningDoesNotLoseTheLock() throws Exception {
    // POSIX drops all locks of a process when it closes any descriptor of the file.
    Path path = dir.resolve("a");
    try (Disk.File file = DISK.open(path, Mode.CREATE)) {
      Disk.Lock lock = file.tryLock(false);
      try (Disk.File other = DISK.open(path, Mode.WRITE)) {
        assertNull(other.tryLock(false));
      }
      assertEquals("taken", otherProcessTries(path, "exclusive"));
      lock.close();
      assertEquals("got it", otherProcessTries(path, "exclusive"));
    }
  }

  @Test
  void aSharedLockLastsUntilItsLastHolderCloses() throws Exception {
    Path path = dir.resolve("a");
    DISK.open(path, Mode.CREATE).close();
    Disk.File first = DISK.open(path, Mode.READ);
    try (Disk.File second = DISK.open(path, Mode.READ)) {
      first.tryLock(true);
      second.tryLock(true);
      first.close();
      assertEquals("taken", otherProcessTries(path, "exclusive"));
    }
    assertEquals("got it", otherProcessTries(path, "exclusive"));
  }

  @Test
  void aLockOfOtherCodeInThisProcessMeansTaken() throws IOException {
    Path path = dir.resolve("a");
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock();
        Disk.File file = DISK.open(path, Mode.WRITE)) {
      assertTrue(lock.isValid());
      assertNull(file.tryLock(false));
    }
  }

  @Test
  void parkedDescriptorsAreClosedWithTheLock() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors));
    Path path = dir.resolve("a");
    long before = openDescriptors(path);
    try (Disk.File file = DISK.open(path, Mode.CREATE)) {
      file.tryLock(false);
      for (int i = 0; i < 10; i++) {
        DISK.open(path, Mode.READ).close();
      }
      assertEquals(before + 11, openDescriptors(path));
    }
    assertEquals(before, openDescriptors(path));
  }

  private static long openDescriptors(Path path) throws IOException {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return list.filter(link -> leadsTo(link, path)).count();
    }
  }

  private static boolean leadsTo(Path link, Path path) {
    try {
      return Files.readSymbolicLink(link).equals(path);
    } catch (IOException e) {
      return false; // closed since the listing
    }
  }

  @Test
  void openingAndClosingLeaksNothing() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors));
    int rounds = Tier.of(3_000, 100_000);
    Path path = dir.resolve("a");
    for (int i = 0; i < rounds; i++) {
      try (Disk.File file = DISK.open(path, Mode.CREATE);
          Arena arena = Arena.ofConfined()) {
        file.preallocate(0, 10);
        file.map(MapMode.READ_WRITE, 0, 10, arena).set(ValueLayout.JAVA_BYTE, 0, (byte) i);
        assertNotNull(file.tryLock(false));
      }
    }
    assertEquals(0, openDescriptors(path));
    try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
      assertEquals(0, maps.filter(line -> line.endsWith(path.toString())).count());
    }
  }

  @Test
  void aFileThatIsNeverLockedIsOnlyRead() throws IOException {
    Path path = Files.write(dir.resolve("a"), new byte[] {1, 2, 3});
    byte[] read = new byte[4];
    try (Disk.File file = DISK.openNeverLocked(path)) {
      assertEquals(3, file.size());
      assertEquals(3, file.read(MemorySegment.ofArray(read), 0));
      assertArrayEquals(new byte[] {1, 2, 3, 0}, read);
      assertThrows(IllegalStateException.class, () -> file.tryLock(true));
      assertThrows(
          NonWritableChannelException.class, () -> file.write(MemorySegment.ofArray(read), 0));
    }
    if (Files.isDirectory(Path.of("/proc/self/fd"))) {
      assertEquals(0, openDescriptors(path));
    }
    assertThrows(IOException.class, () -> DISK.openNeverLocked(dir.resolve("b")));
  }

  @Test
  void aDirectoryIsRefusedByTheFirstReadAtTheLatest() {
    assertThrows(
        IOException.class,
        () -> {
          try (Disk.File file = DISK.openNeverLocked(dir)) {
            file.read(MemorySegment.ofArray(new byte[1]), 0);
          }
        });
  }

  @Test
  void aFullDeviceIsAnIoException() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.isWritable(full));
    try (Disk.File file = DISK.open(full, Mode.WRITE)) {
      assertThrows(IOException.class, () -> file.write(MemorySegment.ofArray(new byte[1]), 0));
      assertThrows(IOException.class, () -> file.preallocate(0, 100_000));
    }
  }

  @Test
  void preallocatedBytesHaveStorageAndCutOnesHaveNot() throws Exception {
    Path path = dir.resolve("a");
    try (Disk.File file = DISK.open(path, Mode.CREATE)) {
      file.truncate(1 << 20);
      long sparse = blocks(path);
      file.preallocate(0, 1 << 20);
      assertTrue(blocks(path) * 512 >= 1 << 20, "storage for every byte");
      assertTrue(sparse * 512 < 1 << 20, "a grown file is sparse");
    }
  }

  private static long blocks(Path path) throws Exception {
    ChildJvm.Result result = ChildJvm.run(new ProcessBuilder("stat", "-c", "%b", path.toString()));
    Assumptions.assumeTrue(result.exit() == 0, "no GNU stat here");
    return Long.parseLong(result.output().strip());
  }

  @Test
  void aPlatformWhoseForceLeavesOutMapsForcesThemApart() throws IOException {
    Path path = dir.resolve("a");
    OsDisk other = new OsDisk(false);
    try (Disk.File file = other.open(path, Mode.CREATE)) {
      file.preallocate(0, 20_000);
      try (Arena arena = Arena.ofConfined()) {
        file.map(MapMode.READ_WRITE, 0, 20_000, arena).fill((byte) 1);
        file.map(MapMode.READ_WRITE, 10_000, 100, arena).fill((byte) 2);
        file.force(true);
        file.forceMapped(5, 6);
        file.forceMapped(20_000, Long.MAX_VALUE);
      }
      file.force(true); // the maps are gone
    }
    assertEquals(2, Files.readAllBytes(path)[10_000]);
  }

  @Test
  void aFileSystemThatIsNotPosixHasNoOwnersAndNoDirectoryForce() throws IOException {
    Path zip = dir.resolve("x.zip");
    try (FileSystem system = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path root = system.getPath("/");
      Files.write(root.resolve("a"), new byte[3]);
      assertFalse(DISK.forceDirectory(root));
      assertEquals(
          new Disk.Attributes(Disk.Kind.FILE, 3, null, null, null),
          DISK.attributes(root.resolve("a")));
      DISK.setAttributes(root.resolve("a"), "nobody", null, null);
    }
  }

  @Test
  void theEmptyPathIsTheCurrentDirectory() throws IOException {
    assertTrue(DISK.forceDirectory(Path.of("")));
    assertEquals(Disk.Kind.DIRECTORY, DISK.attributes(Path.of("")).kind());
  }

  @Test
  void aListingDoesNotFollowLinks() throws IOException {
    Files.write(dir.resolve("a"), new byte[3]);
    Files.createSymbolicLink(dir.resolve("link"), dir.resolve("a"));
    Files.createSymbolicLink(dir.resolve("loose"), dir.resolve("nothing"));
    assertEquals(
        List.of(Disk.Kind.FILE, Disk.Kind.OTHER, Disk.Kind.OTHER),
        DISK.list(dir).stream().map(Disk.Entry::kind).toList());
    assertEquals(Disk.Kind.FILE, DISK.attributes(dir.resolve("link")).kind());
    assertFalse(DISK.exists(dir.resolve("loose")));
  }

  @Test
  void anUnknownOwnerIsAnIoException() throws IOException {
    Path path = Files.write(dir.resolve("a"), new byte[3]);
    assertThrows(
        IOException.class, () -> DISK.setAttributes(path, "no-such-user-here", null, null));
    assertThrows(
        IOException.class, () -> DISK.setAttributes(path, null, "no-such-group-here", null));
  }

  @Test
  void anAtomicFileAppearsWholeOnTheRealDisk() throws IOException {
    Path path = dir.resolve("a");
    try (AtomicFile file = AtomicFile.create(DISK, path, false)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertFalse(Files.exists(path));
      file.commit();
    }
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(path));
    assertEquals(1, DISK.list(dir).size());
  }
}
