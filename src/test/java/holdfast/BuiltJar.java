package holdfast;

import holdfast.testkit.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The finished jar, and ways to run it. For integration tests: the build passes its place. */
final class BuiltJar {
  /** The jar file. */
  static final Path PATH = Path.of(System.getProperty("holdfast.jar", "target/holdfast.jar"));

  /** The version of the build. */
  static final String VERSION = System.getProperty("holdfast.version", "");

  /**
   * How a command ended.
   *
   * @param exit exit code
   * @param out standard output
   * @param err standard error
   */
  record Result(int exit, String out, String err) {}

  private BuiltJar() {}

  /** Whether the jar has a class or file. */
  static boolean has(String entry) throws IOException {
    try (JarFile jar = new JarFile(PATH.toFile())) {
      return jar.getEntry(entry) != null;
    }
  }

  /** The launcher program of the JDK that runs the tests. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Runs a command with empty input; both outputs are kept apart through a file. */
  static Result run(ProcessBuilder builder, Path scratch) throws Exception {
    Path err = Files.createTempFile(scratch, "err", ".txt");
    builder.redirectError(err.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), text, Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
  }

  /** A command line as a process builder that knows nothing of this machine's Java settings. */
  static ProcessBuilder command(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    for (String name :
        List.of(
            "JAVA_HOME",
            "HOLDFAST_JAVA_HOME",
            "HOLDFAST_JDK_FOLDERS",
            "HOLDFAST_JAVA_OPTS",
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS")) {
      builder.environment().remove(name);
    }
    return builder;
  }

  /**
   * The options that make every use of native code or of Unsafe an error, where the JDK has them.
   */
  static List<String> strictOptions() {
    List<String> options = new ArrayList<>();
    if (Runtime.version().feature() >= 24) {
      options.add("--illegal-native-access=deny");
    }
    if (Runtime.version().feature() >= 23) {
      options.add("--sun-misc-unsafe-memory-access=deny");
    }
    return options;
  }

  /** A Java between 17 and 21 on this machine. */
  static Optional<Path> olderJava() throws IOException {
    Path folder = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> homes = Files.list(folder)) {
      return homes
          .filter(home -> releaseOf(home).matches("(?s).*JAVA_VERSION=\"(17|18|19|20|21)[.\"].*"))
          .map(home -> home.resolve("bin").resolve("java"))
          .filter(Files::isExecutable)
          .sorted()
          .findFirst();
    }
  }

  private static String releaseOf(Path home) {
    try {
      return Files.readString(home.resolve("release"));
    } catch (IOException e) {
      return "";
    }
  }

  /** A shell script. */
  static Path script(Path path, String text) throws IOException {
    Files.createDirectories(path.getParent());
    Files.writeString(path, "#!/bin/sh\n" + text + "\n");
    if (!path.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + path + " executable");
    }
    return path;
  }

  /** A folder that looks like a JDK; its java prints the version and its arguments. */
  static Path fakeJdk(Path home, int feature) throws IOException {
    script(home.resolve("bin").resolve("java"), "echo \"java " + feature + ": $*\"");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + feature + ".0.1\"\n");
    return home;
  }

  /** Whether a program is there. */
  static boolean canRun(String... command) throws InterruptedException {
    try {
      return ChildJvm.run(new ProcessBuilder(command)).exit() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
