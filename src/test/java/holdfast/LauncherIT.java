package holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script in the top folder, and Maven, on machines that lack something.
 *
 * <p>The script runs in a copy of the checkout with an empty environment, on a PATH that has a few
 * ordinary tools and no java.
 */
class LauncherIT {
  /** What the launcher passes to the JVM unless the user has options. */
  private static final String COLLECTOR = "-XX:+UseSerialGC";

  @TempDir Path dir;

  private Path checkout;
  private Path bin;
  private Path jar;

  @BeforeEach
  void copyTheScript() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no POSIX shell here");
    checkout = dir.resolve("checkout");
    Files.createDirectories(checkout.resolve("src").resolve("main"));
    Files.createDirectories(checkout.resolve("target"));
    Files.writeString(checkout.resolve("pom.xml"), "");
    Files.copy(Path.of("holdfast"), checkout.resolve("holdfast"));
    assertTrue(checkout.resolve("holdfast").toFile().setExecutable(true));
    jar = Files.writeString(checkout.resolve("target").resolve("holdfast.jar"), "");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    bin = Files.createDirectories(dir.resolve("bin"));
    for (String tool : List.of("sed", "head", "dirname", "readlink", "find", "touch")) {
      Path real =
          List.of("/bin", "/usr/bin").stream()
              .map(folder -> Path.of(folder, tool))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      BuiltJar.script(bin.resolve(tool), "exec " + real + " \"$@\"");
    }
  }

  private ProcessBuilder launcher(String... arguments) {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("holdfast").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("HOLDFAST_JDK_FOLDERS", dir.resolve("jdks").toString());
    return builder;
  }

  private BuiltJar.Result run(ProcessBuilder builder) throws Exception {
    return BuiltJar.run(builder, dir);
  }

  private void jdk(int feature) throws IOException {
    BuiltJar.fakeJdk(dir.resolve("jdks").resolve("jdk-" + feature), feature);
  }

  private void refuses(ProcessBuilder builder, String sentence) throws Exception {
    BuiltJar.Result result = run(builder);
    assertEquals(69, result.exit(), result.err());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().startsWith("holdfast: "), result.err());
    assertTrue(result.err().contains(sentence), result.err());
  }

  @Test
  void withoutAJdkItSaysSoInOneSentence() throws Exception {
    refuses(launcher("--version"), "needs a JDK 22 or newer");
    jdk(17);
    jdk(21);
    ProcessBuilder builder = launcher("--version");
    builder.environment().put("JAVA_HOME", dir.resolve("jdks").resolve("jdk-17").toString());
    builder.environment().put("HOME", "");
    refuses(builder, "needs a JDK 22 or newer");
  }

  @Test
  void itTakesTheNewestInTheFolders() throws Exception {
    for (int feature : List.of(17, 22, 25, 24)) {
      jdk(feature);
    }
    BuiltJar.Result result = run(launcher("lz4", "a b"));
    assertEquals("java 25: " + COLLECTOR + " -jar " + jar + " lz4 a b\n", result.out());
    assertEquals("", result.err());
    assertEquals(0, result.exit());
  }

  @Test
  void theEnvironmentHasItsSayWhenItFits() throws Exception {
    for (int feature : List.of(17, 22, 23, 24, 25)) {
      jdk(feature);
    }
    ProcessBuilder builder = launcher();
    builder.environment().put("JAVA_HOME", dir.resolve("jdks").resolve("jdk-23").toString());
    assertTrue(run(builder).out().startsWith("java 23: "));
    builder
        .environment()
        .put("HOLDFAST_JAVA_HOME", dir.resolve("jdks").resolve("jdk-22").toString());
    assertTrue(run(builder).out().startsWith("java 22: "));
    builder
        .environment()
        .put("HOLDFAST_JAVA_HOME", dir.resolve("jdks").resolve("jdk-17").toString());
    assertTrue(run(builder).out().startsWith("java 23: "), "too old, so the next one");
  }

  @Test
  void aJavaOnThePathIsAskedForItsVersion() throws Exception {
    jdk(25);
    Path java =
        BuiltJar.script(
            dir.resolve("own").resolve("bin").resolve("java"),
            "[ \"$1\" = -version ] && { echo 'openjdk version \"24.0.1\" 2025' >&2; exit; }\n"
                + "echo \"own java: $*\"");
    Files.createSymbolicLink(bin.resolve("java"), java);
    assertEquals("own java: " + COLLECTOR + " -jar " + jar + " x\n", run(launcher("x")).out());
  }

  @Test
  void optionsForTheJvmComeFirst() throws Exception {
    jdk(25);
    ProcessBuilder builder = launcher("x");
    builder.environment().put("HOLDFAST_JAVA_OPTS", "-Xmx1g -Da=b");
    assertEquals("java 25: -Xmx1g -Da=b -jar " + jar + " x\n", run(builder).out());
  }

  @Test
  void aLinkToItFindsTheCheckoutAndPassesItsName() throws Exception {
    jdk(25);
    BuiltJar.script(
        dir.resolve("jdks").resolve("jdk-25").resolve("bin").resolve("java"),
        "echo \"$HOLDFAST_ARGV0 $*\"");
    Path link = Files.createSymbolicLink(dir.resolve("unlz4"), checkout.resolve("holdfast"));
    ProcessBuilder builder = launcher();
    builder.command(link.toString(), "f.lz4");
    assertEquals(link + " " + COLLECTOR + " -jar " + jar + " f.lz4\n", run(builder).out());
  }

  @Test
  void closedStreamsStayUnusableAndAreNotTakenByOtherFiles() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs /proc");
    jdk(25);
    Path seen = dir.resolve("seen");
    BuiltJar.script(
        dir.resolve("jdks").resolve("jdk-25").resolve("bin").resolve("java"),
        "exec 4> "
            + seen
            + "; for fd in 0 1 2; do [ -e /proc/$$/fd/$fd ] || echo closed >&4;"
            + " [ /proc/$$/fd/$fd -ef /dev/null ] && echo null >&4; done");
    for (String closing : List.of("<&-", ">&-", "2>&-", "<&- >&- 2>&-")) {
      ProcessBuilder builder = launcher();
      builder.command("/bin/sh", "-c", "exec " + checkout.resolve("holdfast") + " x " + closing);
      run(builder);
      assertFalse(Files.readString(seen).contains("closed"), closing);
      assertTrue(Files.readString(seen).contains("null"), closing);
    }
    // A command that reads nothing must notice, not find an empty input.
    BuiltJar.script(
        dir.resolve("jdks").resolve("jdk-25").resolve("bin").resolve("java"),
        "head -c 1 || exit 3");
    ProcessBuilder builder = launcher();
    builder.command("/bin/sh", "-c", "exec " + checkout.resolve("holdfast") + " x <&-");
    assertEquals(3, run(builder).exit());
  }

  @Test
  void itEndsWithTheCodeOfTheCommand() throws Exception {
    jdk(25);
    BuiltJar.script(dir.resolve("jdks").resolve("jdk-25").resolve("bin").resolve("java"), "exit 4");
    assertEquals(4, run(launcher("x")).exit());
  }

  @Test
  void withoutAJarAndWithoutMavenItSaysSoInOneSentence() throws Exception {
    jdk(25);
    Files.delete(jar);
    refuses(launcher("x"), "no mvn on the PATH");
  }

  @Test
  void itBuildsWhenTheJarIsMissingOrOlderThanTheSources() throws Exception {
    jdk(25);
    BuiltJar.script(bin.resolve("mvn"), "echo building with $JAVA_HOME; : > target/holdfast.jar");
    Files.delete(jar);
    BuiltJar.Result first = run(launcher("x"));
    assertEquals(
        "java 25: " + COLLECTOR + " -jar " + jar + " x\n",
        first.out(),
        "the build does not write there");
    assertTrue(first.err().contains("building with " + dir.resolve("jdks").resolve("jdk-25")));

    Files.setLastModifiedTime(jar, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
    assertEquals("", run(launcher("x")).err(), "nothing to build");

    Path source = Files.writeString(checkout.resolve("src").resolve("main").resolve("A.java"), "");
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 120_000));
    assertTrue(run(launcher("x")).err().contains("building with"), "a newer source");
  }

  @Test
  void aFailedBuildIsNotRun() throws Exception {
    jdk(25);
    BuiltJar.script(bin.resolve("mvn"), "echo broken; exit 1");
    Files.delete(jar);
    BuiltJar.Result result = run(launcher("x"));
    assertEquals(69, result.exit());
    assertEquals("", result.out());
    assertTrue(result.err().contains("broken"), result.err());
    assertTrue(result.err().endsWith("holdfast: the build failed, see above\n"), result.err());
  }

  @Test
  void mavenWithoutAJdkSaysSoInOneSentence() throws Exception {
    assumeTrue(BuiltJar.canRun("mvn", "--version"), "no Maven on the PATH");
    ProcessBuilder builder =
        new ProcessBuilder("mvn", "-o", "-q", "-B", "-Djdk.range=[99,)", "validate");
    BuiltJar.Result result = BuiltJar.run(builder, dir);
    assertTrue(result.exit() != 0);
    assertTrue(
        (result.out() + result.err()).contains("Holdfast needs a JDK 22 or newer"), result.out());
  }
}
