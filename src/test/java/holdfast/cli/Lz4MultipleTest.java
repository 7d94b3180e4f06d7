package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the original's suites "multiple" and "multiple-legacy" ask, and -r. */
class Lz4MultipleTest {
  @TempDir Path directory;
  private Shell shell;
  private final byte[][] plain = new byte[3][];

  @BeforeEach
  void open() {
    shell = new Shell(directory);
    for (int i = 0; i < 3; i++) {
      plain[i] = Shell.words(65_536 + i * 50_000, i);
      shell.write("f" + i, plain[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " -l"})
  void eachInputGetsItsOwnOutput(String format) {
    shell.line("lz4 -f -m" + format + " f0 f1 f2").expect(0);
    for (int i = 0; i < 3; i++) {
      shell.delete("f" + i);
    }
    shell.line("lz4 -d -f -m" + format + " f0.lz4 f1.lz4 f2.lz4").expect(0);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(plain[i], shell.read("f" + i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " -l"})
  void toStandardOutputTheyFollowOneAnother(String format) {
    byte[] packed = shell.line("lz4 -m" + format + " f0 f1 f2 -c").expect(0).bytes();
    assertEquals(List.of("f0", "f1", "f2"), shell.files());
    shell.line("lz4 -m" + format + " f0 f1 f2").expect(0);
    assertArrayEquals(
        packed, Shell.cat(shell.read("f0.lz4"), shell.read("f1.lz4"), shell.read("f2.lz4")));
    for (int i = 0; i < 3; i++) {
      shell.delete("f" + i);
    }
    byte[] all = shell.line("lz4 -d -m f0.lz4 f1.lz4 f2.lz4 -c").expect(0).bytes();
    assertArrayEquals(Shell.cat(plain), all);
    assertEquals(List.of("f0.lz4", "f1.lz4", "f2.lz4"), shell.files());
  }

  @Test
  void aMissingInputFailsAfterTheOthersAreDone() {
    Shell.Result result = shell.line("lz4 -f -m f0 notHere f2").expect(ExitCode.IO);
    assertTrue(result.err().contains("notHere: no such file"), result.err());
    assertTrue(shell.exists("f0.lz4") && shell.exists("f2.lz4"));
    shell.line("lz4 -tm f0.lz4 notHere.lz4 f2.lz4").expect(ExitCode.IO);
    shell.line("lz4 -fm notHere1 notHere2").expect(ExitCode.IO);
  }

  @Test
  void aDamagedInputFailsAfterTheOthersAreDone() {
    shell.line("lz4 -m f0 f1").expect(0);
    byte[] bad = shell.read("f0.lz4");
    bad[bad.length - 20] ^= 1;
    shell.write("f0.lz4", bad);
    shell.delete("f0");
    shell.delete("f1");
    shell.line("lz4 -dm f0.lz4 f1.lz4").expect(ExitCode.PROBLEM);
    assertEquals(List.of("f0.lz4", "f1", "f1.lz4", "f2"), shell.files());
  }

  @Test
  void aNameWithoutTheSuffixIsNotUnpackedAmongOthers() {
    shell.line("lz4 -m f0").expect(0);
    shell.write("plain", "text");
    Shell.Result result = shell.line("lz4 -dfm f0.lz4 plain").expect(ExitCode.USAGE);
    assertTrue(result.err().contains("plain: the name does not end in .lz4"), result.err());
  }

  @Test
  void testingMakesNoFiles() {
    shell.line("lz4 -m --rm f0 f1").expect(0);
    shell.line("lz4 -tm f0.lz4").expect(0);
    shell.line("lz4 -tm f0.lz4 f1.lz4").expect(0);
    assertEquals(List.of("f0.lz4", "f1.lz4", "f2"), shell.files());
  }

  @Test
  void removalTakesEachSourceAfterItsOwnSuccess() {
    shell.line("lz4 -m --rm f0 notHere f1").expect(ExitCode.IO);
    assertEquals(List.of("f0.lz4", "f1.lz4", "f2"), shell.files());
  }

  @Test
  void directoriesStandForTheirFilesWithRecursion() throws Exception {
    Files.createDirectories(shell.path("dir/sub/empty"));
    shell.write("dir/a", "a");
    shell.write("dir/sub/b c", "b");
    shell.line("lz4 -r dir f0").expect(0);
    assertTrue(shell.exists("dir/a.lz4") && shell.exists("dir/sub/b c.lz4"));
    assertTrue(shell.exists("f0.lz4"));
    shell.delete("dir/a");
    shell.delete("dir/sub/b c");
    shell.line("lz4 -dr --rm dir").expect(0);
    assertEquals("a", new String(shell.read("dir/a"), UTF_8));
    assertEquals("b", new String(shell.read("dir/sub/b c"), UTF_8));
    assertEquals(0, shell.line("lz4 -tr dir").expect(0).err().length());
    shell.line("lz4 -m dir f1").expect(ExitCode.REFUSED);
    assertTrue(shell.exists("f1.lz4"));
  }

  @Test
  void aNamedLinkToADirectoryIsFollowedWithRecursion() throws Exception {
    Files.createDirectories(shell.path("dir/sub"));
    shell.write("dir/sub/a", "a");
    Files.createSymbolicLink(shell.path("dir/up"), Path.of(".."));
    Files.createSymbolicLink(shell.path("link"), Path.of("dir"));
    shell.line("lz4 -r link").expect(0);
    assertTrue(shell.exists("dir/sub/a.lz4"));
    assertFalse(shell.exists("f0.lz4"), "a link below leads out again");
    Shell.Result list = shell.line("lz4 --list -r link --json").expect(0);
    assertTrue(list.out().contains("link/sub/a.lz4"), list.out());
  }

  @Test
  void anUnreadableDirectoryFailsAfterTheOthersAreDone() throws Exception {
    Path closed = Files.createDirectories(shell.path("dir/closed"));
    shell.write("dir/a", "a");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      assumeFalse(Files.isReadable(closed), "a user who may read everything");
      Shell.Result result = shell.line("lz4 -r dir f0").expect(ExitCode.IO);
      assertTrue(result.err().contains("dir/closed: permission denied"), result.err());
      assertTrue(shell.exists("dir/a.lz4") && shell.exists("f0.lz4"));
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
