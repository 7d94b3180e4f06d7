package holdfast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar started by a Java that is too old for it finds a newer one, or says what it needs. */
class OlderJavaIT {
  @TempDir Path dir;

  private Path older;

  @BeforeEach
  void findOlderJava() throws Exception {
    assumeTrue(BuiltJar.olderJava().isPresent(), "no Java 17 to 21 on this machine");
    older = BuiltJar.olderJava().orElseThrow();
  }

  private ProcessBuilder tool(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(older.toString(), "-jar", BuiltJar.PATH.toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = BuiltJar.command(command);
    Path empty = Files.createDirectories(dir.resolve("empty"));
    builder.environment().put("HOLDFAST_JDK_FOLDERS", empty.toString());
    return builder;
  }

  @Test
  void withoutANewerOneItSaysSoInOneSentence() throws Exception {
    BuiltJar.Result result = BuiltJar.run(tool("--version"), dir);
    assertEquals(69, result.exit());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().startsWith("holdfast: needs Java 22 or newer, this is Java "));
  }

  @Test
  void itRunsOnTheJavaThatTheEnvironmentNames() throws Exception {
    ProcessBuilder builder = tool("--version");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    BuiltJar.Result result = BuiltJar.run(builder, dir);
    assertEquals("", result.err());
    assertEquals(0, result.exit());
  }

  @Test
  void itHandsOverArgumentsAndExitCode() throws Exception {
    Path jdk = BuiltJar.fakeJdk(dir.resolve("jdk"), 22);
    BuiltJar.script(
        jdk.resolve("bin").resolve("java"),
        "for word in \"$@\"; do echo \"[$word]\"; done\nexit 5");
    ProcessBuilder builder = tool("verify", "a b", "--x=y");
    builder.environment().put("JAVA_HOME", dir.resolve("empty").toString());
    builder.environment().put("HOLDFAST_JAVA_HOME", jdk.toString());
    BuiltJar.Result result = BuiltJar.run(builder, dir);
    assertEquals(5, result.exit(), result.err());
    assertEquals(
        List.of(
            "[-cp]",
            "[" + BuiltJar.PATH.toAbsolutePath() + "]",
            "[holdfast.cli.Main]",
            "[verify]",
            "[a b]",
            "[--x=y]"),
        result.out().lines().toList());
  }

  @Test
  void ofSeveralItTakesTheNewest() throws Exception {
    for (int feature : List.of(17, 22, 25, 24)) {
      BuiltJar.fakeJdk(dir.resolve("jdks").resolve("jdk-" + feature), feature);
    }
    Files.createDirectories(dir.resolve("jdks").resolve("jdk-99")); // not a JDK
    ProcessBuilder builder = tool("x");
    builder
        .environment()
        .put(
            "HOLDFAST_JDK_FOLDERS",
            dir.resolve("nothing") + File.pathSeparator + dir.resolve("jdks"));
    BuiltJar.Result result = BuiltJar.run(builder, dir);
    assertEquals(0, result.exit(), result.err());
    assertTrue(result.out().startsWith("java 25: "), result.out());
  }
}
