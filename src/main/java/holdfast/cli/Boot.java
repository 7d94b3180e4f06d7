package holdfast.cli;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Entry point of the jar, compiled for Java 17: on an older Java it hands over to a Java 22 or
 * newer found on this machine, or says plainly what is missing and ends with 69.
 *
 * <p>It looks at the JDKs that the environment variables {@code HOLDFAST_JAVA_HOME} and {@code
 * JAVA_HOME} name, then at those in the folders that {@code HOLDFAST_JDK_FOLDERS} lists (separated
 * as in a path), or in the usual folders when that is not set, and there takes the newest.
 */
public final class Boot {
  private static final int MIN = 22;

  private Boot() {}

  /**
   * Starts the tool.
   *
   * @param args command line
   * @throws Throwable what the tool throws
   */
  public static void main(String[] args) throws Throwable {
    if (Runtime.version().feature() >= MIN) {
      try {
        Class.forName("holdfast.cli.Main")
            .getMethod("main", String[].class)
            .invoke(null, (Object) args);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
      return;
    }
    Path java = find();
    if (java == null) {
      System.err.println(
          "holdfast: needs Java "
              + MIN
              + " or newer, this is Java "
              + Runtime.version().feature()
              + ", and no newer one was found: point HOLDFAST_JAVA_HOME at a JDK 25");
      System.exit(69);
    }
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("holdfast.cli.Main");
    command.addAll(List.of(args));
    System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private static Path find() {
    for (String name : List.of("HOLDFAST_JAVA_HOME", "JAVA_HOME")) {
      String home = System.getenv(name);
      if (home != null && feature(Path.of(home, "release")) >= MIN) {
        return Path.of(home, "bin", "java");
      }
    }
    List<Path> homes = new ArrayList<>();
    for (String root : folders()) {
      try (Stream<Path> list = Files.list(Path.of(root))) {
        list.sorted().forEach(homes::add);
      } catch (IOException e) {
        // no such folder: look at the next one
      }
    }
    Path best = null;
    int bestVersion = MIN - 1;
    for (Path home : homes) {
      Path java = home.resolve("bin").resolve("java");
      int version = feature(home.resolve("release"));
      if (version > bestVersion && Files.isExecutable(java)) {
        best = java;
        bestVersion = version;
      }
    }
    return best;
  }

  private static List<String> folders() {
    String given = System.getenv("HOLDFAST_JDK_FOLDERS");
    return given != null
        ? List.of(given.split(File.pathSeparator, -1))
        : List.of("/usr/lib/jvm", "/opt/java", System.getProperty("user.home") + "/.jdks");
  }

  private static int feature(Path release) {
    try (Stream<String> lines = Files.lines(release)) {
      return lines
          .filter(l -> l.startsWith("JAVA_VERSION=\""))
          .map(l -> l.substring(14).split("[\".]", 2)[0])
          .mapToInt(Integer::parseInt)
          .findFirst()
          .orElse(0);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }
}
