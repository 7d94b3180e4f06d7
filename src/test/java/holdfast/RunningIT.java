package holdfast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.ChildJvm;
import holdfast.testkit.Content;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The jar does its work without a word on standard error: as {@code java -jar}, and in a run-time
 * image of java.base and Holdfast alone, where native code and Unsafe are forbidden.
 */
class RunningIT {
  @TempDir static Path dir;

  private static Path image;
  private static Path job;

  /** A program that uses the library as a user would. */
  private static final String JOB =
      """
      package job;

      import holdfast.lz4.Lz4;
      import java.util.Arrays;

      public class Job {
        public static void main(String[] args) {
          byte[] plain = new byte[300_000];
          for (int i = 0; i < plain.length; i++) {
            plain[i] = (byte) (i * i >> 7);
          }
          byte[] block = Lz4.compress(plain);
          byte[] back = Lz4.decompress(block, plain.length);
          System.out.println(
              block.length < plain.length && Arrays.equals(plain, back) ? "equal" : "different");
          System.out.println(ModuleLayer.boot().modules().stream().map(Module::getName).sorted().toList());
        }
      }
      """;

  /** The ways to start it. */
  enum Way {
    JAR,
    STRICT_JAR,
    STRICT_IMAGE;

    /** A command that runs the tool with arguments. */
    ProcessBuilder tool(String... arguments) {
      List<String> command = start();
      switch (this) {
        case JAR, STRICT_JAR -> command.addAll(List.of("-jar", BuiltJar.PATH.toString()));
        case STRICT_IMAGE -> command.addAll(List.of("-m", "holdfast/holdfast.cli.Main"));
      }
      command.addAll(List.of(arguments));
      return BuiltJar.command(command);
    }

    /** A command that runs the program above. */
    ProcessBuilder job() {
      List<String> command = start();
      String path =
          this == STRICT_IMAGE ? job.toString() : BuiltJar.PATH + File.pathSeparator + job;
      command.addAll(List.of("--module-path", path, "-m", "job/job.Job"));
      return BuiltJar.command(command);
    }

    private List<String> start() {
      List<String> command = new ArrayList<>();
      command.add(
          this == STRICT_IMAGE ? image.resolve("bin").resolve("java").toString() : BuiltJar.java());
      command.addAll(this == JAR ? List.of() : BuiltJar.strictOptions());
      return command;
    }
  }

  @BeforeAll
  static void buildImageAndProgram() throws Exception {
    image = dir.resolve("image");
    tool(
        "jlink",
        "--module-path",
        BuiltJar.PATH.toString(),
        "--add-modules",
        "holdfast",
        "--strip-debug",
        "--no-header-files",
        "--no-man-pages",
        "--output",
        image.toString());
    Path source = dir.resolve("source");
    Files.createDirectories(source.resolve("job"));
    Files.writeString(source.resolve("module-info.java"), "module job { requires holdfast; }");
    Files.writeString(source.resolve("job").resolve("Job.java"), JOB);
    job = dir.resolve("classes");
    tool(
        "javac",
        "--release",
        "22",
        "--module-path",
        BuiltJar.PATH.toString(),
        "-d",
        job.toString(),
        source.resolve("module-info.java").toString(),
        source.resolve("job").resolve("Job.java").toString());
  }

  /** A program of the JDK in a process of its own: jlink refuses to run among patched modules. */
  private static void tool(String name, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", name).toString());
    command.addAll(List.of(arguments));
    ChildJvm.Result result = ChildJvm.run(BuiltJar.command(command));
    assertEquals(0, result.exit(), () -> command + "\n" + result.output());
  }

  /** Runs to the end; exit code 0 and not a word on standard error. */
  private static String quietly(ProcessBuilder builder) throws Exception {
    BuiltJar.Result result = BuiltJar.run(builder, dir);
    assertEquals("", result.err(), () -> builder.command().toString());
    assertEquals(0, result.exit(), () -> builder.command() + "\n" + result.out());
    return result.out();
  }

  @Test
  void theImageHoldsJavaBaseAndHoldfastOnly() throws Exception {
    String release = Files.readString(image.resolve("release"));
    assertTrue(release.contains("MODULES=\"java.base holdfast\""), release);
  }

  @ParameterizedTest
  @EnumSource
  void aProgramCompressesAndRestores(Way way) throws Exception {
    List<String> lines = quietly(way.job()).lines().toList();
    assertEquals("equal", lines.get(0));
    if (way == Way.STRICT_IMAGE) {
      assertEquals("[holdfast, java.base, job]", lines.get(1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theToolTellsItsVersionAndHelps(Way way) throws Exception {
    String version = quietly(way.tool("--version"));
    assertTrue(version.startsWith("holdfast "), version);
    assertTrue(version.contains(BuiltJar.VERSION), version);
    String help = quietly(way.tool("--help"));
    assertTrue(help.toLowerCase(Locale.ROOT).contains("usage"), help);
  }

  @ParameterizedTest
  @EnumSource
  void theToolCompressesAndRestoresAFile(Way way) throws Exception {
    Path plain = dir.resolve("plain-" + way);
    Path packed = dir.resolve("packed-" + way + ".lz4");
    Path back = dir.resolve("back-" + way);
    byte[] bytes = Content.of(3, 1, 500_000);
    Files.write(plain, bytes);
    quietly(way.tool("lz4", "-q", plain.toString(), packed.toString()));
    quietly(way.tool("lz4", "-q", "-d", packed.toString(), back.toString()));
    assertTrue(Files.size(packed) < bytes.length);
    assertArrayEquals(bytes, Files.readAllBytes(back));
  }
}
