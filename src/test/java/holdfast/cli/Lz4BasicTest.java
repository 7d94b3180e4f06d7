package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the original's suite "basic" asks: pipes, file names, --rm, aliases, refusals. */
class Lz4BasicTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-v",
        "-1",
        "-BI",
        "-BD",
        "-BX",
        "--no-crc",
        "--no-frame-crc",
        "-B4",
        "-B4D",
        "-vqB4D",
        "-B5DX",
        "-B2048",
        "-B4096 -T1",
        "-B65537",
        "--fast",
        "--fast=9",
        "--fast=999999999",
        "-T2",
        "--threads=2",
        "-l"
      })
  void whatIsPackedInAPipeIsUnpackedInAPipe(String options) {
    for (int size : new int[] {0, 1, 150_000}) {
      byte[] plain = Shell.words(size, 1);
      byte[] packed = shell.ok(plain, "lz4 " + options);
      assertArrayEquals(plain, shell.ok(packed, "lz4 -d"), options + " of " + size);
      shell.ok(packed, "lz4 -t");
      assertTrue(size < 20_000 || packed.length < size + 100, options);
    }
    assertEquals(List.of(), shell.files());
  }

  @Test
  void threadsChangeNothingInTheBytes() {
    byte[] plain = Shell.cat(Shell.words(2_500_000, 1), Shell.noise(600_000, 2));
    for (String options : new String[] {"-B4X", "-B1000 --no-frame-crc"}) {
      byte[] one = shell.ok(plain, "lz4 -T1 " + options);
      assertArrayEquals(one, shell.ok(plain, "lz4 -T3 " + options), options);
      assertArrayEquals(one, shell.ok(plain, "lz4 " + options), options);
      assertArrayEquals(plain, shell.ok(one, "lz4 -d"), options);
    }
    byte[] linked = shell.ok(plain, "lz4 -T1 -BD -B100000");
    assertArrayEquals(linked, shell.ok(plain, "lz4 -T4 -BD -B100000"));
  }

  @Test
  void checksumsOfDamagedContentAreComparedUnlessToldNotTo() {
    byte[] packed = shell.ok(Shell.words(1000, 1), "lz4");
    packed[packed.length - 1] ^= 1;
    assertTrue(shell.feed(packed, "lz4", "-t").expect(ExitCode.PROBLEM).err().contains("checksum"));
    shell.ok(packed, "lz4 -t --no-crc");
  }

  @Test
  void removalHappensAfterSuccessOnly() {
    shell.write("hw", "hello world\n");
    shell.line("lz4 --rm -f hw hw.lz4").expect(0);
    assertEquals(List.of("hw.lz4"), shell.files());
    shell.line("lz4 -d --rm -f hw.lz4").expect(0);
    assertEquals(List.of("hw"), shell.files());
    assertEquals("hello world\n", new String(shell.read("hw"), UTF_8));

    shell.line("lz4 --rm hw").expect(0);
    assertEquals(List.of("hw.lz4"), shell.files());
    shell.line("lz4 -t --rm hw.lz4").expect(0);
    shell.line("lz4 -dc --rm hw.lz4").expect(0);
    assertEquals(List.of("hw.lz4"), shell.files());
    assertTrue(shell.line("lz4 -vdc --rm hw.lz4").err().contains("--rm needs an output file"));

    byte[] bad = Shell.cat(new byte[] {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0}, "BAD!".getBytes(UTF_8));
    shell.write("bad.lz4", bad);
    shell.line("lz4 -d --rm -f bad.lz4 bad.out").expect(ExitCode.PROBLEM);
    assertArrayEquals(bad, shell.read("bad.lz4"));
    assertEquals(List.of("bad.lz4", "hw.lz4"), shell.files());
  }

  @Test
  void aFileGoesToAFileEvenWhenStandardOutputIsNoTerminal() {
    shell.write("hw", "hello world\n");
    assertEquals(0, shell.line("lz4 hw").expect(0).bytes().length);
    assertTrue(shell.exists("hw.lz4"));
  }

  @Test
  void theAliasesDoWhatTheirNamesSay() {
    shell.write("hw", "hello world\n");
    shell.line("lz4 hw").expect(0);
    assertEquals("hello world\n", shell.line("lz4cat hw.lz4").expect(0).out());
    assertEquals("hello world\n", shell.line("lz4cat hw").expect(0).out());
    assertEquals("hello world\n", new String(shell.ok(shell.read("hw.lz4"), "lz4cat"), UTF_8));
    assertEquals("x", new String(shell.ok(new byte[] {'x'}, "lz4cat"), UTF_8));
    assertEquals(List.of("hw", "hw.lz4"), shell.files());
    shell.delete("hw");
    shell.line("unlz4 --rm hw.lz4 hw").expect(0);
    assertEquals(List.of("hw"), shell.files());
  }

  @Test
  void namesLikeOptionsWorkBehindTwoDashes() {
    shell.write("-d", "hello");
    shell.line("lz4 --rm -- -d -d.lz4").expect(0);
    assertEquals(List.of("-d.lz4"), shell.files());
    shell.line("lz4 -d --rm -- -d.lz4 back").expect(0);
    assertEquals(List.of("back"), shell.files());
    assertEquals("hello", new String(shell.read("back"), UTF_8));
  }

  @Test
  void threeNamesAreRefusedWithoutMultiple() {
    shell.write("a", "a");
    shell.write("b", "b");
    String err = shell.line("lz4 a b c").expect(ExitCode.USAGE).err();
    assertTrue(err.contains("-m"), err);
    assertEquals(List.of("a", "b"), shell.files());
  }

  @Test
  void anOutputThatWouldNotBeWrittenIsRefused() {
    shell.write("a.lz4", shell.ok("a".getBytes(UTF_8), "lz4"));
    shell.write("b.lz4", "precious");
    for (String line :
        List.of("lz4 -dcf a.lz4 b.lz4", "lz4 -zc a.lz4 null", "lz4 -t a.lz4 b.lz4")) {
      Shell.Result result = shell.line(line).expect(ExitCode.USAGE);
      assertTrue(result.err().contains("-m"), result.err());
      assertEquals(0, result.bytes().length, line);
    }
    assertEquals("precious", new String(shell.read("b.lz4"), UTF_8));
    assertEquals("a", new String(shell.ok(new byte[0], "lz4 -dc a.lz4 -"), UTF_8));
    assertEquals(List.of("a.lz4", "b.lz4"), shell.files());
  }

  @Test
  void directoriesAreRefusedAndLeaveNothingBehind() throws Exception {
    Files.createDirectory(shell.path("dir"));
    assertTrue(shell.line("lz4 dir").expect(ExitCode.REFUSED).err().contains("is a directory"));
    shell.write("a", "a");
    String err = shell.line("lz4 -f a dir").expect(ExitCode.REFUSED).err();
    assertTrue(err.contains("lz4: a: dir: is a directory"), err);
    assertEquals(List.of("a", "dir"), shell.files());
  }

  @Test
  void anExistingOutputIsKeptUnlessForced() {
    shell.write("a", "new");
    shell.write("a.lz4", "precious");
    String err = shell.line("lz4 a").expect(ExitCode.REFUSED).err();
    assertTrue(err.contains("lz4: a: a.lz4: already exists") && err.contains("-f"), err);
    assertEquals("precious", new String(shell.read("a.lz4"), UTF_8));
    shell.line("lz4 -f a").expect(0);
    assertEquals("new", new String(shell.ok(shell.read("a.lz4"), "lz4 -d"), UTF_8));
  }

  @Test
  void aFrameFollowedByRubbishFailsAndLeavesTheOldOutputAlone() {
    shell.write("hw", "hello world\n");
    shell.line("lz4 hw").expect(0);
    shell.write("hw.lz4", Shell.cat(shell.read("hw.lz4"), "hello world\n".getBytes(UTF_8)));
    shell.line("lz4 -f hw.lz4").expect(ExitCode.PROBLEM);
    assertEquals("hello world\n", new String(shell.read("hw"), UTF_8));
    assertEquals(List.of("hw", "hw.lz4"), shell.files());
  }

  @Test
  void accelerationTradesSizeForSpeedInOrder() {
    byte[] plain = Shell.words(20_480, 1);
    int level1 = shell.ok(plain, "lz4 -c -1").length;
    int fast = shell.ok(plain, "lz4 -c --fast").length;
    int fast9 = shell.ok(plain, "lz4 -c --fast=9").length;
    assertTrue(level1 <= fast && fast < fast9, level1 + " " + fast + " " + fast9);
    assertEquals(fast, shell.ok(plain, "lz4 -c --fast=1").length);
    shell.feed(plain, "lz4", "-c", "--fast=0").expect(ExitCode.USAGE);
    shell.feed(plain, "lz4", "-c", "--fast=-1").expect(ExitCode.USAGE);
  }

  @Test
  void theLevelMayComeFromTheEnvironment() {
    byte[] plain = Shell.words(20_480, 1);
    byte[] fast9 = shell.ok(plain, "lz4 --fast=9");
    assertArrayEquals(fast9, new Shell(directory).set("LZ4_CLEVEL", "-9").ok(plain, "lz4"));
    assertFalse(fast9.length == shell.ok(plain, "lz4").length);
  }

  @Test
  void theBlockThatJustMissesTheBlockSizeComesBack() {
    byte[] plain = Shell.words(4_194_302, 1);
    assertArrayEquals(plain, shell.ok(shell.ok(plain, "lz4 -B4 -c"), "lz4 -d"));
  }

  @Test
  void standardNamesMeanStreams() {
    shell.write("a", "hello");
    byte[] packed = shell.ok(new byte[0], "lz4 a stdout");
    assertArrayEquals(packed, shell.ok(new byte[0], "lz4 a -"));
    assertArrayEquals(packed, shell.ok("hello".getBytes(UTF_8), "lz4 stdin -"));
    assertArrayEquals(packed, shell.ok("hello".getBytes(UTF_8), "lz4 - stdout"));
    shell.feed("hello".getBytes(UTF_8), "lz4", "-", "b.lz4").expect(0);
    assertArrayEquals(packed, shell.read("b.lz4"));
    assertEquals(0, shell.line("lz4 a null").expect(0).bytes().length);
    assertEquals(List.of("a", "b.lz4"), shell.files());
  }

  @Test
  void withoutTheSuffixTheOutputNeedsAName() {
    shell.write("a", "hello");
    shell.line("lz4 a packed").expect(0);
    String err = shell.line("lz4 -d packed").expect(ExitCode.USAGE).err();
    assertTrue(err.contains("does not end in .lz4") && err.contains("-c"), err);
    shell.line("lz4 -d packed b").expect(0);
    assertEquals("hello", new String(shell.read("b"), UTF_8));
  }
}
