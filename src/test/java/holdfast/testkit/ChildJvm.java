package holdfast.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another JVM, for tests that may end the process or need a second one.
 *
 * <p>It runs a class of the test sources on the class path, with the same Java. Standard error goes
 * where standard output goes; neither is inherited, because the test runner talks over them.
 */
public final class ChildJvm {
  /**
   * How it ended.
   *
   * @param exit exit code; 128 and the number of the signal that killed it
   * @param output all it printed
   */
  public record Result(int exit, String output) {}

  private ChildJvm() {}

  /** The command that starts a main class, with options of the JVM before it. */
  public static List<String> command(Class<?> main, List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath());
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Runs a main class to its end. */
  public static Result run(Class<?> main, List<String> jvmOptions, String... arguments)
      throws IOException, InterruptedException {
    return run(new ProcessBuilder(command(main, jvmOptions, arguments)));
  }

  /** Runs any process to its end, with empty input. */
  public static Result run(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), text);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The classes under test and the test classes, wherever the test runner put them. */
  static String classPath() {
    return String.join(
        File.pathSeparator,
        Path.of("target", "test-classes").toAbsolutePath().toString(),
        Path.of("target", "classes").toAbsolutePath().toString());
  }
}
