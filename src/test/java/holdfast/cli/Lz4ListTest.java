package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Lz4ListTest {
  private static final String HEADING =
      "    Frames           Type Block  Compressed  Uncompressed     Ratio   Filename\n";

  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
    shell.write("plain", Shell.noise(100_000, 1));
    shell.line("lz4 -f --content-size -B4D plain sized.lz4").expect(0);
    shell.line("lz4 -f -l plain legacy.lz4").expect(0);
    byte[] skippable = Shell.cat(new byte[] {0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0}, new byte[3]);
    shell.write("skip.lz4", skippable);
    shell.write("all.lz4", Shell.cat(shell.read("sized.lz4"), skippable, shell.read("legacy.lz4")));
  }

  @Test
  void eachFileIsOneLineInTheColumnsOfTheOriginal() {
    String out = shell.line("lz4 --list sized.lz4 legacy.lz4 skip.lz4 all.lz4").expect(0).out();
    String legacy = Numbers.shortSize(shell.read("legacy.lz4").length);
    assertEquals(
        HEADING
            + "         1       LZ4Frame   B4D      97.69K        97.66K   100.03%   sized.lz4\n"
            + "         1    LegacyFrame     -"
            + Numbers.right(legacy, 12)
            + "             -         -   legacy.lz4\n"
            + "         1 SkippableFrame     -       11.00             -         -   skip.lz4\n"
            + "         3              -     -"
            + Numbers.right(Numbers.shortSize(shell.read("all.lz4").length), 12)
            + "             -         -   all.lz4\n",
        out);
  }

  @Test
  void withDetailsEachFrameIsALine() {
    String out = shell.line("lz4 --list -v all.lz4 sized.lz4").expect(0).out();
    String[] lines = out.split("\n", -1);
    assertEquals("all.lz4(1/2)", lines[0]);
    assertEquals(
        "         1       LZ4Frame   B4D    XXH32"
            + "               100031               100000   100.03%",
        lines[2]);
    assertTrue(lines[3].startsWith("         2 SkippableFrame     -        -"), lines[3]);
    assertTrue(lines[4].startsWith("         3    LegacyFrame     -        -"), lines[4]);
    assertEquals("", lines[5]);
    assertEquals("sized.lz4(2/2)", lines[6]);
  }

  @Test
  void jsonIsOneDocumentWithEverythingInIt() {
    String out = shell.line("lz4 --list --json all.lz4").expect(0).out();
    assertEquals(1, out.lines().count());
    assertTrue(
        out.startsWith(
            "{\"files\":[{\"name\":\"all.lz4\",\"frames\":[{\"type\":\"LZ4Frame\",\"offset\":0,"
                + "\"compressedSize\":100031,\"originalSize\":100000,\"blockSize\":65536,"
                + "\"linkedBlocks\":true,\"blockChecksum\":false,\"contentChecksum\":true,"
                + "\"dictionaryId\":null,\"blocks\":2,\"storedBlocks\":2},"
                + "{\"type\":\"SkippableFrame\",\"offset\":100031,\"compressedSize\":11,"
                + "\"originalSize\":null},"),
        out);
  }

  @Test
  void standardInputCanBeListed() {
    String out = new String(shell.ok(shell.read("skip.lz4"), "lz4 --list"), UTF_8);
    assertTrue(out.endsWith("   stdin\n"), out);
  }

  @Test
  void whatIsNoListOfFramesIsToldAndTheOthersAreListed() {
    shell.write("cut.lz4", java.util.Arrays.copyOf(shell.read("sized.lz4"), 70_000));
    Shell.Result result = shell.line("lz4 --list plain cut.lz4 nosuch skip.lz4");
    result.expect(ExitCode.PROBLEM);
    assertEquals(2, result.out().lines().count());
    assertTrue(result.err().contains("plain: lz4 frame at byte 0"), result.err());
    assertTrue(result.err().contains("cut.lz4: lz4 frame at byte"), result.err());
    assertTrue(result.err().contains("nosuch: no such file"), result.err());
    String json = shell.line("lz4 --list --json plain").expect(ExitCode.PROBLEM).out();
    assertTrue(json.startsWith("{\"files\":[{\"name\":\"plain\",\"error\":\"lz4 frame at"), json);
  }
}
