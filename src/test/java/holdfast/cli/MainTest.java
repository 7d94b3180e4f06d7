package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tool as a process of its own: exit codes, streams of bytes, interrupts. */
class MainTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  /** A process in the test's directory that runs the tool. */
  private ProcessBuilder tool(String... args) throws URISyntaxException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(
        Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    command.add("holdfast.cli.Main");
    command.addAll(List.of(args));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectError(directory.resolve("err").toFile());
  }

  private int run(String... args) throws Exception {
    Process process = tool(args).redirectOutput(directory.resolve("out").toFile()).start();
    process.getOutputStream().close();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return process.exitValue();
  }

  @Test
  void theExitCodeTellsWhatKindOfEndItWas() throws Exception {
    shell.write("a", "hello");
    assertEquals(ExitCode.DONE, run("lz4", "a"));
    assertEquals(ExitCode.REFUSED, run("lz4", "a"));
    assertEquals(ExitCode.IO, run("lz4", "nosuch"));
    assertEquals(ExitCode.USAGE, run("lz5"));
    assertEquals(ExitCode.UNSUPPORTED, run("inspect", "a"));
    assertEquals(ExitCode.PROBLEM, run("lz4", "-t", "a"));
    assertTrue(new String(shell.read("err"), UTF_8).startsWith("lz4: a: lz4 frame at byte 0"));
    assertEquals(0, shell.read("out").length);
  }

  @Test
  void bytesGoThroughPipesUnchanged() throws Exception {
    byte[] plain = Shell.noise(300_000, 1);
    shell.write("plain", plain);
    Process pack =
        tool("lz4")
            .redirectInput(directory.resolve("plain").toFile())
            .redirectOutput(directory.resolve("packed").toFile())
            .start();
    assertTrue(pack.waitFor(60, TimeUnit.SECONDS));
    assertArrayEquals(plain, shell.ok(shell.read("packed"), "lz4 -d"));
    assertEquals(0, run("lz4", "-dc", "packed"));
    assertArrayEquals(plain, shell.read("out"));
  }

  @Test
  void holesAreLeftInARedirectedOutputOnlyWhereThatIsSafe() throws Exception {
    byte[] zeros = new byte[1 << 20];
    shell.write("z.lz4", shell.ok(zeros, "lz4"));
    assertEquals(0, run("lz4", "-dc", "--sparse", "z.lz4"));
    assertArrayEquals(zeros, shell.read("out"));
    shell.write("log", "before");
    Process append =
        tool("lz4", "-dc", "--sparse", "z.lz4")
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
            .start();
    assertTrue(append.waitFor(60, TimeUnit.SECONDS));
    assertArrayEquals(Shell.cat("before".getBytes(UTF_8), zeros), shell.read("log"));
  }

  @Test
  void textThatStandardOutputDoesNotTakeIsAFailure() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "needs /dev/full");
    Process process = tool("help").redirectOutput(full.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(ExitCode.IO, process.exitValue());
    String said = new String(shell.read("err"), UTF_8);
    assertTrue(said.startsWith("holdfast: standard output: "), said);
  }

  /** Whoever reads only the first lines wants to hear nothing more, nor wait for the rest. */
  @Test
  void aReaderThatGoesAwayIsNoNews() throws Exception {
    Process process = tool("help").start();
    process.getInputStream().close();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(ExitCode.IO, process.exitValue());
    assertEquals("", new String(shell.read("err"), UTF_8));
  }

  @Test
  void anInterruptLeavesNoPartialFileAndEndsWith130() throws Exception {
    assumeTrue(takesInterrupts(), "interrupts are ignored here, and a child inherits that");
    Process process = tool("lz4", "-f", "-", "a.lz4").start();
    shell.write("a.lz4", "precious");
    try (OutputStream in = process.getOutputStream()) {
      in.write(Shell.noise(3 << 20, 1));
      in.flush();
      while (shell.files().size() < 3) {
        assertTrue(process.isAlive(), () -> new String(shell.read("err"), UTF_8));
        Thread.sleep(5);
      }
      assertEquals(
          0, new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor());
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    } catch (IOException e) {
      // The pipe may break when the stream is closed after the process is gone.
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    }
    assertEquals(130, process.exitValue());
    assertEquals(List.of("a.lz4", "err"), shell.files());
    assertEquals("precious", new String(shell.read("a.lz4"), UTF_8));
  }

  /** Whether this JVM, and so its children, may be interrupted: not so in background jobs of sh. */
  private static boolean takesInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("SigIgn:")) {
        final int interrupt = 1 << (2 - 1);
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & interrupt) == 0;
      }
    }
    return false;
  }
}
