package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must never be lost, left behind or shown. */
class Lz4SafetyTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  @Test
  void aForcedRunThatFailsLeavesTheOldFileAsItWas() {
    byte[] packed = shell.ok(Shell.words(200_000, 1), "lz4 -B4");
    for (int cut = 1; cut < packed.length; cut += packed.length / 7) {
      shell.write("a.lz4", Arrays.copyOf(packed, packed.length - cut));
      shell.write("a", "precious");
      shell.line("lz4 -d -f --rm a.lz4").expect(ExitCode.PROBLEM);
      assertEquals("precious", new String(shell.read("a"), UTF_8));
      assertEquals(List.of("a", "a.lz4"), shell.files());
    }
  }

  @Test
  void aFailedRunLeavesNoOutput() {
    byte[] packed = shell.ok(Shell.words(200_000, 1), "lz4 -B4");
    packed[packed.length / 2] ^= 0x40;
    shell.write("a.lz4", packed);
    String err = shell.line("lz4 -d a.lz4").expect(ExitCode.PROBLEM).err();
    assertTrue(err.contains("a.lz4: lz4 frame at byte "), err);
    assertEquals(List.of("a.lz4"), shell.files());
    shell.line("lz4 nosuch").expect(ExitCode.IO);
    err = shell.line("lz4 a.lz4 nosuch/b").expect(ExitCode.IO).err();
    assertTrue(err.contains("lz4: a.lz4: nosuch/b: there is no directory "), err);
    shell.line("lz4 -z --limit-mem 1M a.lz4 b.lz4").expect(ExitCode.REFUSED);
    assertEquals(List.of("a.lz4"), shell.files());
  }

  @Test
  void aFullDiskIsAnIoErrorAndTheInputStays() {
    assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
    shell.write("a", Shell.words(100_000, 1));
    shell.line("lz4 -f --rm a /dev/full").expect(ExitCode.IO);
    assertEquals(List.of("a"), shell.files());
  }

  @Test
  void inputAndOutputMustBeDifferentFiles() {
    shell.write("a", "precious");
    String err = shell.line("lz4 -f a a").expect(ExitCode.REFUSED).err();
    assertTrue(err.contains("same file"), err);
    assertEquals("precious", new String(shell.read("a"), UTF_8));
  }

  @Test
  void timesAndPermissionsFollowTheInput() throws Exception {
    Path a = shell.write("a", "secret");
    assumeTrue(Files.getFileStore(a).supportsFileAttributeView("posix"), "needs permissions");
    Files.setPosixFilePermissions(a, PosixFilePermissions.fromString("rw-r-----"));
    FileTime time = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(a, time);
    shell.line("lz4 a").expect(0);
    shell.line("lz4 -d a.lz4 b").expect(0);
    for (String name : new String[] {"a.lz4", "b"}) {
      Path copy = shell.path(name);
      assertEquals(time, Files.getLastModifiedTime(copy), name);
      assertEquals(
          "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)), name);
    }
    Files.setPosixFilePermissions(a, PosixFilePermissions.fromString("r--r--r--"));
    shell.line("lz4 -f a").expect(0);
    assertEquals(
        "r--r--r--",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(shell.path("a.lz4"))));
  }

  @Test
  void whatRootConvertsBelongsToTheOwnerOfTheInput() throws Exception {
    Path a = shell.write("a", "secret");
    try {
      Files.setAttribute(a, "unix:uid", 4711);
      Files.setAttribute(a, "unix:gid", 4712);
    } catch (FileSystemException | UnsupportedOperationException e) {
      assumeTrue(false, "needs to be root: " + e);
    }
    Files.setPosixFilePermissions(a, PosixFilePermissions.fromString("rw-------"));
    shell.line("lz4 --rm a").expect(0);
    Path packed = shell.path("a.lz4");
    assertEquals(4711, Files.getAttribute(packed, "unix:uid"));
    assertEquals(4712, Files.getAttribute(packed, "unix:gid"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(packed)));
  }

  @Test
  void aLinkToTheOutputStaysALink() throws Exception {
    shell.write("a", "new");
    shell.write("real", "old");
    Files.createSymbolicLink(shell.path("a.lz4"), Path.of("real"));
    shell.line("lz4 -f a").expect(0);
    assertTrue(Files.isSymbolicLink(shell.path("a.lz4")));
    assertEquals("new", new String(shell.ok(shell.read("real"), "lz4 -d"), UTF_8));
  }

  @Test
  void aLinkToAnOutputThatIsNotThereYetStaysALink() throws Exception {
    shell.write("a", "new");
    Files.createDirectory(shell.path("dir"));
    Files.createSymbolicLink(shell.path("a.lz4"), Path.of("dir/next"));
    Files.createSymbolicLink(shell.path("dir/next"), Path.of("real"));
    shell.line("lz4 a").expect(0);
    assertTrue(Files.isSymbolicLink(shell.path("a.lz4")));
    assertTrue(Files.isSymbolicLink(shell.path("dir/next")));
    assertEquals("new", new String(shell.ok(shell.read("dir/real"), "lz4 -d"), UTF_8));
    Files.createSymbolicLink(shell.path("loop"), Path.of("loop"));
    String err = shell.line("lz4 -f a loop").expect(ExitCode.IO).err();
    assertTrue(err.contains("loop: too many symbolic links"), err);
    assertTrue(Files.isSymbolicLink(shell.path("loop")));
  }

  @Test
  void nothingBinaryGoesToATerminalUnlessForced() {
    shell.write("a", "hello");
    shell.terminal(true, true, true);
    shell.line("lz4 a -").expect(ExitCode.REFUSED);
    assertEquals(0, shell.line("lz4 a -").bytes().length);
    assertTrue(shell.line("lz4 -c a").expect(0).bytes().length > 0);
    String err = shell.line("lz4").expect(ExitCode.REFUSED).err();
    assertTrue(err.contains("standard input is a terminal"), err);
    shell.line("lz4 --list").expect(ExitCode.REFUSED);
  }

  @Test
  void onATerminalTheUserIsAskedBeforeAFileIsReplaced() {
    shell.write("a", "new");
    shell.write("a.lz4", "old");
    shell.terminal(true, false, true);
    Shell.Result no = shell.feed("n\n".getBytes(UTF_8), "lz4", "a").expect(ExitCode.REFUSED);
    assertTrue(no.err().contains("a.lz4 already exists; overwrite it (y/N)?"), no.err());
    shell.feed(new byte[0], "lz4", "a").expect(ExitCode.REFUSED);
    assertEquals("old", new String(shell.read("a.lz4"), UTF_8));
    shell.feed("y\n".getBytes(UTF_8), "lz4", "a").expect(0);
    assertEquals("new", new String(new Shell(directory).ok(shell.read("a.lz4"), "lz4 -d"), UTF_8));
  }

  @Test
  void readersThatNeedMoreThanTheLimitAreRefusedNotCalledDamaged() {
    byte[] packed = shell.ok(Shell.words(5_000_000, 1), "lz4 -B7");
    Shell.Result result = shell.feed(packed, "lz4", "-t", "--limit-mem", "2M");
    assertTrue(result.expect(ExitCode.REFUSED).err().contains("--limit-mem"), result.err());
    shell.feed(packed, "lz4", "-t", "--limit-mem", "32M").expect(0);
    byte[] small = shell.ok(Shell.words(300_000, 1), "lz4 -B4 --limit-mem 8M");
    assertArrayEquals(Shell.words(300_000, 1), shell.ok(small, "lz4 -d --limit-mem 1M"));
  }

  @Test
  void afterAnInterruptNothingIsPublished() throws Exception {
    PartialFiles files = new PartialFiles();
    Path half = shell.write("half", "x");
    files.add(half);
    files.abandon();
    assertEquals(List.of(), shell.files());
    assertEquals(
        "interrupted",
        assertThrows(IOException.class, () -> files.publish(half, shell.path("whole")))
            .getMessage());
  }
}
