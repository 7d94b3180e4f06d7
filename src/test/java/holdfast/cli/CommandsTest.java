package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  @TempDir Path directory;

  private Shell shell() {
    return new Shell(directory);
  }

  @Test
  void theBareToolAndItsHelpListEveryCommandOnStandardOutput() {
    for (String line : new String[] {"--help", "-h", "help"}) {
      Shell.Result result = shell().line(line).expect(ExitCode.DONE);
      assertEquals("", result.err());
      for (Command command : Commands.all()) {
        assertTrue(result.out().contains("  " + command.name() + " "), command.name());
      }
    }
    assertEquals(shell().run("--help").out(), shell().run().expect(ExitCode.DONE).out());
  }

  @Test
  void everyCommandHasTheSameHelpInThreeWays() {
    for (Command command : Commands.all()) {
      String help = shell().run(command.name(), "--help").expect(ExitCode.DONE).out();
      assertTrue(help.startsWith("usage: holdfast"), help);
      assertEquals(help, shell().run("help", command.name()).expect(ExitCode.DONE).out());
      assertEquals(help, shell().run(command.name(), "-h").expect(ExitCode.DONE).out());
    }
  }

  @Test
  void helpFitsATerminalOfHundredColumns() {
    for (Command command : Commands.all()) {
      assertTrue(command.help().lines().allMatch(line -> line.length() <= 100), command.name());
    }
    assertTrue(HelpCommand.overview().lines().allMatch(line -> line.length() <= 100));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--version", "-V", "lz4 --version", "lz4 -V", "inspect -V", "verify x -V"})
  void theVersionIsOneLineOnStandardOutput(String line) {
    String out = shell().line(line).expect(ExitCode.DONE).out();
    assertTrue(out.startsWith("holdfast "), out);
    assertEquals(1, out.lines().count());
  }

  @ParameterizedTest
  @CsvSource({
    "lz5, Did you mean lz4?",
    "inpsect x, Did you mean inspect?",
    "verfy, Did you mean verify?",
    "zzzzzz, lists the commands",
    "inspect --jsno x, Did you mean --json?",
    "lz4 --content-sise x, Did you mean --content-size?",
    "--verison, Did you mean --version?",
    "inspect --json=1 x, takes no value",
    "inspect x --progress, needs a value",
    "inspect, names no file",
    "help lz4 x, one command at a time",
    "help lz5, Did you mean lz4?",
    "verify -z x, unknown option -z"
  })
  void aMistakeIsUsageAndTheErrorSaysWhatToDo(String line, String advice) {
    Shell.Result result = shell().line(line).expect(ExitCode.USAGE);
    assertEquals("", result.out());
    assertTrue(result.err().contains(advice), result.err());
  }

  @Test
  void optionsMayStandBeforeTheCommand() {
    shell().write("a", "x");
    Shell.Result result = shell().line("-q --progress never lz4 nosuch").expect(ExitCode.IO);
    assertTrue(result.err().contains("nosuch: no such file"), result.err());
    shell().line("-qq lz4 nosuch").expect(ExitCode.IO);
    assertEquals("", shell().line("-q -q lz4 nosuch").err());
  }

  @Test
  void whatEndsACommandEarlyIsSaidAsQuietlyAndAsPlainlyAsAskedFor() {
    assertTrue(shell().line("chunkio ls -q nosuch").expect(ExitCode.IO).err().contains("nosuch"));
    assertEquals("", shell().line("-q -q chunkio ls nosuch").expect(ExitCode.IO).err());
    assertEquals("", shell().line("chunkio ls nosuch -qq").expect(ExitCode.IO).err());
    assertEquals("", shell().line("inspect -qq").expect(ExitCode.USAGE).err());
    assertTrue(shell().line("inspect -- -qq").expect(ExitCode.IO).err().contains("no such file"));
    Shell terminal = shell().terminal(false, false, true);
    assertFalse(terminal.line("--no-color chunkio ls nosuch").err().contains("\u001b"));
  }

  @ParameterizedTest
  @CsvSource({"/usr/bin/lz4cat, lz4cat", "unlz4, unlz4", "./lz4, lz4"})
  void aLinkNamedLikeTheOriginalToolActsAsIt(String argv0, String command) {
    Shell shell = shell().set(Host.ARGV0, argv0);
    Shell.Result result = shell.run("nosuch.lz4").expect(ExitCode.IO);
    assertTrue(result.err().startsWith(command + ": nosuch.lz4"), result.err());
    shell.set(Host.ARGV0, "/opt/holdfast").run("nosuch.lz4").expect(ExitCode.USAGE);
  }

  @Test
  void colourIsForTerminalsWhoseUserDidNotForbidIt() {
    assertFalse(shell().run("lz5").err().contains("\u001b"));
    assertTrue(shell().terminal(false, false, true).run("lz5").err().contains("\u001b[31m"));
    assertFalse(
        shell()
            .terminal(false, false, true)
            .set("NO_COLOR", "1")
            .run("lz5")
            .err()
            .contains("\u001b"));
  }

  @Test
  void theToolProviderRunsCommandsAndReturnsTheirCodes() {
    ToolProvider tool = new HoldfastTool();
    assertEquals("holdfast", tool.name());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(0, tool.run(new PrintWriter(out), new PrintWriter(err), "--help"));
    assertTrue(out.toString().contains("usage: holdfast COMMAND"));
    assertEquals(2, tool.run(new PrintWriter(out), new PrintWriter(err), "lz5"));
    assertTrue(err.toString().contains("Did you mean lz4?"));
  }

  @Test
  void theToolProviderWritesBytesOnlyToAStreamOfBytes() {
    Path file = shell().write("hello", "Hello, LZ4!");
    ToolProvider tool = new HoldfastTool();
    StringWriter err = new StringWriter();
    int code =
        tool.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            "lz4",
            "-c",
            file.toString());
    assertEquals(ExitCode.REFUSED, code);
    assertTrue(err.toString().contains("PrintStream"), err.toString());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertEquals(0, tool.run(new PrintStream(bytes), System.err, "lz4", "-c", file.toString()));
    assertEquals(0x04, bytes.toByteArray()[0]);
  }
}
