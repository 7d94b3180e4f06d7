package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workspace files to checkpoints and back. */
class WkspCkptCommandTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void make() {
    shell = new Shell(directory);
    out("wksp new w --size 2MiB --parts 16 --seed 5");
    out("wksp alloc w 700000 --tag 5");
    shell.ok(Shell.words(700_000, 1), "wksp write w:4096");
    out("wksp alloc w 1000 --tag 18446744073709551615");
    shell.ok(Shell.noise(1000, 2), "wksp write w:704512");
    out("wksp alloc w 10 --tag 7");
  }

  private String out(String line) {
    return shell.line(line).expect(ExitCode.DONE).out();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everythingComesBackFromEveryStyle(int style) {
    out("wksp checkpt w c --threads 2 --style " + style);
    out("wksp restore x c");
    out("wksp diff w x");
    out("wksp verify x");
    assertEquals(out("wksp ls w --digest"), out("wksp ls x --digest"));
    out("wksp reset w");
    out("wksp alloc w 5 --tag 99");
    out("wksp restore w c --seed 8");
    out("wksp diff w x");
    assertTrue(out("wksp ls w").contains("seed 8"));
    shell.ok(shell.read("c"), "wksp restore y -");
    out("wksp diff y x");
    out("wksp reset w");
    shell.ok(shell.read("c"), "wksp restore w -");
    out("wksp diff w x");
    assertTrue(out("wksp ls w").contains("seed 8"));
    assertEquals(List.of("c", "w", "x", "y"), shell.files());
  }

  @Test
  void theMakingIsToldInTheFile() throws Exception {
    shell.run("wksp", "checkpt", "w", "c", "--mode", "640", "--uinfo", "before the move").expect(0);
    assertEquals(
        "rw-r-----",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("c"))));
    String text = out("wksp checkpt-query c --level 2");
    assertTrue(text.contains("before the move") && text.contains("0640"), text);
    assertTrue(out("wksp checkpt-query c --json").contains("\"userInfo\":\"before the move\""));
  }

  @Test
  void tagsChooseWhatIsWrittenAndWhatIsRestored() {
    out("wksp checkpt w c --tag 5 --tag=0xffffffffffffffff");
    out("wksp restore x c");
    assertTrue(out("wksp usage x --json").contains("\"usedCount\":2,"));
    out("wksp restore y c --tag 18446744073709551615 --tag 7");
    String usage = out("wksp usage y --json 0xffffffffffffffff");
    assertTrue(usage.contains("\"usedCount\":1,") && usage.contains("\"taggedSize\":1000"), usage);
    assertTrue(shell.line("wksp restore w c --tag 9").expect(0).err().contains("no allocation"));
    assertTrue(out("wksp usage w --json").contains("\"usedCount\":0,"));
    assertTrue(shell.line("wksp checkpt w d --tag 9").expect(0).err().contains("is empty"));
  }

  @Test
  void nothingIsReplacedUnasked() throws Exception {
    shell.write("c", "mine");
    assertTrue(shell.line("wksp checkpt w c").expect(ExitCode.REFUSED).err().contains("--force"));
    assertArrayEquals("mine".getBytes(UTF_8), shell.read("c"));
    out("wksp checkpt w c --force");
    out("wksp verify c");
    shell.line("wksp checkpt w w --force").expect(ExitCode.USAGE);
    Files.createDirectory(directory.resolve("d"));
    shell.line("wksp checkpt w d --force").expect(ExitCode.REFUSED);
    out("wksp verify w");
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    out("wksp checkpt w c");
    for (String wrong :
        new String[] {
          "checkpt w",
          "checkpt w d --style 4",
          "checkpt w d --style 0",
          "checkpt w d --threads 0",
          "checkpt w d --mode 8",
          "checkpt w d --mode 1000",
          "checkpt w d --mode -1",
          "checkpt w d --tag 0",
          "restore w",
          "restore w c --tag 0",
          "restore w c --seed 0x100000000",
          "restore w - --dry-run"
        }) {
      shell.line("wksp " + wrong).expect(ExitCode.USAGE);
    }
    shell.line("wksp checkpt none d").expect(ExitCode.IO);
    shell.line("wksp checkpt c d").expect(ExitCode.PROBLEM); // no workspace
    shell.line("wksp checkpt w none/d").expect(ExitCode.IO);
    shell.line("wksp restore w none").expect(ExitCode.IO);
    shell.line("wksp restore x none").expect(ExitCode.IO);
    shell.line("wksp restore none/x c").expect(ExitCode.IO);
    shell.line("wksp restore c c").expect(ExitCode.PROBLEM); // no workspace to restore to
    assertEquals(List.of("c", "w"), shell.files());
  }

  @Test
  void damageLeavesTheTargetAsItWas() throws Exception {
    for (String name : List.of("a.v1", "a.v2", "a.v3")) {
      byte[] bytes = Files.readAllBytes(Golden.path("wksp", name + ".ckpt"));
      shell.write("c", Arrays.copyOf(bytes, bytes.length - 1));
      byte[] before = shell.read("w");
      String err = shell.line("wksp restore w c").expect(ExitCode.PROBLEM).err();
      assertTrue(err.contains("c: ") && err.contains("w is as it was."), err);
      assertArrayEquals(before, shell.read("w"));
      shell.line("wksp restore x c").expect(ExitCode.PROBLEM);
      shell.feed(shell.read("c"), "wksp", "restore", "x", "-").expect(ExitCode.PROBLEM);
      shell.line("wksp restore w c --dry-run").expect(ExitCode.PROBLEM);
      assertFalse(shell.exists("x"));
    }
    out("wksp checkpt w d --style 3");
    byte[] bad = shell.read("d");
    shell.write("d", Arrays.copyOf(bad, bad.length - 1));
    String err = shell.feed(shell.read("d"), "wksp", "restore", "w", "-").expect(1).err();
    assertTrue(err.contains("w is empty now."), err);
    out("wksp verify w");
    assertEquals(List.of("c", "d", "w"), shell.files());
  }

  @Test
  void whatDoesNotFitIsNotRestored() {
    out("wksp checkpt w c");
    out("wksp new s --size 64KiB --parts 16");
    out("wksp alloc s 10");
    byte[] before = shell.read("s");
    for (String dry : new String[] {"", " --dry-run"}) {
      String err = shell.line("wksp restore s c" + dry).expect(ExitCode.PROBLEM).err();
      assertTrue(err.contains("does not fit"), err);
      assertArrayEquals(before, shell.read("s"));
    }
    out("wksp new t --size 2MiB --parts 3");
    shell.line("wksp restore t c").expect(ExitCode.PROBLEM);
    shell.line("wksp restore t c --dry-run").expect(ExitCode.PROBLEM);
    out("wksp restore t c --dry-run --tag 5");
    out("wksp restore t c --tag 5");
  }

  @Test
  void aDryRunChangesNothing() {
    out("wksp checkpt w c");
    out("wksp memset w:4096 1");
    byte[] before = shell.read("w");
    String err = shell.line("wksp restore w c --dry-run").expect(0).err();
    assertTrue(err.contains("3 allocations, 701,010 bytes would be restored"), err);
    assertArrayEquals(before, shell.read("w"));
    out("wksp restore x c --dry-run");
    assertEquals(List.of("c", "w"), shell.files());
  }

  @Test
  void aSidecarFindsWhatTheFormatCannot() {
    out("wksp checkpt w c --style 2 --sidecar");
    assertEquals(List.of("c", "c.hfs", "w"), shell.files());
    assertEquals("c: sound, as its sidecar says\n", out("wksp verify c"));
    byte[] bytes = shell.read("c");
    bytes[bytes.length / 2] ^= 1;
    shell.write("c", bytes);
    shell.line("wksp verify c").expect(ExitCode.PROBLEM);
    shell.line("wksp restore w c --dry-run").expect(ExitCode.PROBLEM);
    String err = shell.line("wksp restore w c").expect(ExitCode.PROBLEM).err();
    assertTrue(err.contains("w is as it was."), err);
    shell.line("wksp restore x c").expect(ExitCode.PROBLEM);
    assertFalse(shell.exists("x"));
    shell.delete("c.hfs");
    assertEquals("c: sound\n", out("wksp verify c")); // plain bytes have no checksum
  }

  @Test
  void theOriginalsFilesAreRestored() throws Exception {
    for (String name :
        List.of("a.v1", "a.v2", "a.v3", "d.v3", "multi.v2", "holes.v2", "novol.v2")) {
      Files.copy(Golden.path("wksp", name + ".ckpt"), directory.resolve(name));
      out("wksp restore x " + name);
      out("wksp verify x");
      out("wksp diff x " + name);
      shell.delete("x");
    }
  }

  @Test
  void progressIsShownAndTakenAway() {
    shell.line("wksp checkpt w c --progress always").expect(0);
    shell.line("wksp restore x c --progress always").expect(0);
    shell.line("wksp ls c --digest --progress always").expect(0);
  }
}
