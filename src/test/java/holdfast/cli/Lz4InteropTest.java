package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The original tool, where it is installed, reads what we write and writes what we read. */
class Lz4InteropTest {
  private static final List<String> OPTIONS =
      List.of(
          "-1",
          "--fast=9",
          "-B4",
          "-B5",
          "-B6",
          "-B7",
          "-B4D",
          "-BD",
          "-BX",
          "-l",
          "-B4X -BD",
          "--content-size",
          "--no-frame-crc",
          "-D dict",
          "-D dict -B4",
          "-D dict -B4D");

  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
    shell.write("dict", Shell.words(20_000, 1));
  }

  /** Runs the original in the test's directory. */
  private void original(String... args) throws Exception {
    Path tool = null;
    for (String place : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(place, "lz4");
      tool = tool == null && Files.isExecutable(candidate) ? candidate : tool;
    }
    assumeTrue(tool != null, "needs the original tool on the PATH");
    List<String> command = new ArrayList<>(List.of(tool.toString()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), () -> new String(shell.read("log"), UTF_8));
  }

  private static String[] words(String line) {
    return line.split(" ", -1);
  }

  @Test
  void theOriginalReadsWhatWeWrite() throws Exception {
    for (int size : new int[] {0, 11, 65_536, 400_000}) {
      byte[] plain = Shell.words(size, 1);
      shell.write("plain", plain);
      for (String options : OPTIONS) {
        shell.line("lz4 -f " + options + " plain p.lz4").expect(0);
        String dictionary = options.startsWith("-D") ? " -D dict" : "";
        original(words("-d -f" + dictionary + " p.lz4 back"));
        assertArrayEquals(plain, shell.read("back"), options + " of " + size);
      }
    }
  }

  @Test
  void weReadWhatTheOriginalWrites() throws Exception {
    for (int size : new int[] {0, 11, 65_536, 400_000}) {
      byte[] plain = Shell.words(size, 1);
      shell.write("plain", plain);
      for (String options : OPTIONS) {
        original(words("-z -f " + options + " plain p.lz4"));
        String dictionary = options.startsWith("-D") ? " -D dict" : "";
        shell.line("lz4 -d -f" + dictionary + " p.lz4 back").expect(0);
        assertArrayEquals(plain, shell.read("back"), options + " of " + size);
      }
    }
  }
}
