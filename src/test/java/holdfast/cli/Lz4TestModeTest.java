package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the original's suite "testmode" asks: -t, passing through, -b. */
class Lz4TestModeTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  @Test
  void foreignBytesAreNeverSound() {
    byte[] foreign = Shell.words(65_536, 1);
    shell.feed(foreign, "lz4", "-t").expect(ExitCode.PROBLEM);
    shell.feed(foreign, "lz4", "-tf").expect(ExitCode.PROBLEM);
    shell.feed(foreign, "lz4", "-tfc").expect(ExitCode.PROBLEM);
  }

  @Test
  void foreignBytesPassOnlyWithForceAndStandardOutputAskedFor() {
    byte[] foreign = Shell.words(65_536, 1);
    shell.feed(foreign, "lz4", "-dc").expect(ExitCode.PROBLEM);
    shell.feed(foreign, "lz4", "-df").expect(ExitCode.PROBLEM);
    assertArrayEquals(foreign, shell.ok(foreign, "lz4 -dcf"));
    shell.write("2.lz4", "Why hello there\n");
    shell.line("lz4 -f 2.lz4").expect(ExitCode.PROBLEM);
    shell.write("a", "Hello World!\n");
    shell.write("b", "from underground\n");
    assertEquals("Hello World!\n", shell.line("lz4 -dcf a").expect(0).out());
    assertEquals("Hello World!\nfrom underground\n", shell.line("lz4 -dcfm a b").expect(0).out());
  }

  @Test
  void foreignBytesBehindAFrameDoNotPass() {
    byte[] frame = shell.ok("good\n".getBytes(UTF_8), "lz4");
    shell.feed(Shell.cat(frame, "bad\n".getBytes(UTF_8)), "lz4", "-dcf").expect(ExitCode.PROBLEM);
  }

  @Test
  void missingInputsFailCleanly() {
    for (String line : new String[] {"lz4 no", "lz4 -f no", "lz4 -t no", "lz4 -fm no1 no2"}) {
      String err = shell.line(line).expect(ExitCode.IO).err();
      assertTrue(err.contains("no such file"), err);
    }
    assertEquals(0, shell.files().size());
  }

  @Test
  void theResultOfATestNamesTheFileAndTheSizeOnStandardError() {
    shell.write("a.lz4", shell.ok(Shell.words(1234, 1), "lz4"));
    Shell.Result result = shell.line("lz4 -t a.lz4").expect(0);
    assertEquals("", result.out());
    assertEquals("a.lz4: sound, 1234 bytes\n", result.err());
    assertEquals("", shell.line("lz4 -tq a.lz4").err());
  }

  @Test
  void measuringTellsSizesAndRates() {
    shell.write("a", Shell.words(100_000, 1));
    int packed = shell.ok(new byte[0], "lz4 -B5 -c --no-frame-crc a").length - 7 - 4 - 4;
    String line = shell.line("lz4 -bi0 -B5 a").expect(0).out();
    assertTrue(
        line.matches(" 1#a  +:     100000 -> +" + packed + " \\(\\d+\\.\\d{3}\\), .*\n"), line);
    assertTrue(shell.line("lz4 -bi0").expect(0).out().contains("sample text"));
  }

  @Test
  void measuringKnowsDictionariesLevelsAndSeparateFiles() {
    shell.write("a", Shell.words(50_000, 1));
    shell.write("b", Shell.words(30_000, 2));
    assertTrue(shell.line("lz4 -bi0 -D a a b").expect(0).out().contains("2 files"));
    assertEquals(2, shell.line("lz4 -bSi0 a b").expect(0).out().lines().count());
    String json = shell.line("lz4 -bi0 --json a").expect(0).out();
    assertTrue(
        json.startsWith("{\"benchmarks\":[{\"name\":\"a\",\"level\":1,\"originalSize\":50000,"));
    shell.line("lz4 -bi0 nosuch").expect(ExitCode.IO);
    assertEquals(4, shell.line("lz4 -b1e4i0 a").expect(0).out().lines().count());
  }

  @Test
  void measuringCanReadFramesAlone() {
    shell.write("a.lz4", shell.ok(Shell.words(70_000, 1), "lz4"));
    assertTrue(shell.line("lz4 -bdi0 a.lz4").expect(0).out().contains(":      70000 ->"));
    shell.line("lz4 -bdi0 --no-crc a.lz4").expect(0);
    shell.write("bad.lz4", "no frame at all");
    shell.line("lz4 -bdi0 bad.lz4").expect(ExitCode.PROBLEM);
  }
}
