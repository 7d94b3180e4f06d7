package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalTest {
  @TempDir Path directory;

  /** Prints what the process sees of its streams into the file that it is given. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) throws IOException {
      Terminal found = args.length == 1 ? Terminal.ofProcess() : Terminal.of(Path.of(args[1]));
      Files.writeString(Path.of(args[0]), found.toString());
    }
  }

  @Test
  void deviceNamesTellTerminalsFromTheRest() {
    assertTrue(Terminal.isTerminalName("/dev/pts/12"));
    assertTrue(Terminal.isTerminalName("/dev/tty1"));
    assertTrue(Terminal.isTerminalName("/dev/console"));
    assertFalse(Terminal.isTerminalName("/dev/null"));
    assertFalse(Terminal.isTerminalName("pipe:[4711]"));
    assertFalse(Terminal.isTerminalName("/home/dev/pts/0"));
  }

  @Test
  void aProcessBehindPipesHasNoTerminal() throws Exception {
    Path answer = directory.resolve("answer");
    run(new ProcessBuilder("sh", "-c", "echo | " + java(answer) + " 2>&1 | cat"));
    assertEquals("Terminal[in=false, out=false, err=false]", Files.readString(answer));
  }

  @Test
  void withoutProcThereIsNoTerminalBehindPipesEither() throws Exception {
    Path answer = directory.resolve("answer");
    run(new ProcessBuilder("sh", "-c", "echo | " + java(answer) + " nosuch 2>&1 | cat"));
    assertEquals("Terminal[in=false, out=false, err=false]", Files.readString(answer));
  }

  @Test
  void eachStreamOfAProcessUnderATerminalIsSeenAlone() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "needs script(1)");
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs /proc");
    Path answer = directory.resolve("answer");
    script(java(answer));
    assertEquals("Terminal[in=true, out=true, err=true]", Files.readString(answer));
    script(java(answer) + " > /dev/null");
    assertEquals("Terminal[in=true, out=false, err=true]", Files.readString(answer));
    script(java(answer) + " < /dev/null 2> /dev/null");
    assertEquals("Terminal[in=false, out=true, err=false]", Files.readString(answer));
  }

  private static String java(Path answer) throws URISyntaxException {
    return Path.of(System.getProperty("java.home"), "bin", "java")
        + " -XX:TieredStopAtLevel=1 -cp '"
        + classesOf(Terminal.class)
        + File.pathSeparator
        + classesOf(Probe.class)
        + "' 'holdfast.cli.TerminalTest$Probe' "
        + answer;
  }

  private static Path classesOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private void script(String command) throws Exception {
    run(
        new ProcessBuilder("script", "-qec", command, "/dev/null")
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())));
  }

  private void run(ProcessBuilder builder) throws Exception {
    Process process =
        builder
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(
        0,
        process.exitValue(),
        () -> {
          try {
            return Files.readString(directory.resolve("log"), StandardCharsets.UTF_8);
          } catch (IOException e) {
            return e.toString();
          }
        });
  }
}
