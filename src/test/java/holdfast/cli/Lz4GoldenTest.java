package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same options on the same files give the bytes of the original tool, and are read again.
 *
 * <p>One exception: for {@code -B1000} the original's version 1.10.0 cuts small inputs at 64 KiB
 * all the same, which later versions of it call a defect. Ours cuts where it was told to, so those
 * files are compared with what they really hold.
 */
class Lz4GoldenTest {
  /** What the last part of a file name stands for. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "l1", "-1",
          "l1-BD-B4-BX", "-1 -BD -B4 -BX",
          "l2-BD", "-2 -BD",
          "l3-nocrc-B6", "-3 --no-frame-crc -B6",
          "l9-BD-B4", "-9 -BD -B4",
          "l12-B5-BX-cs", "-12 -B5 -BX --content-size",
          "fast5-B1000", "--fast=5 -B4", // see the class
          "legacy", "-l");

  @TempDir Path directory;

  static Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(Golden.path("lz4", "generated-frames"))) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".lz4"))
              .sorted()
              .toList();
      return names.stream();
    }
  }

  @Test
  void thereAreGoldenFramesOfEveryKind() throws IOException {
    List<String> kinds = names().map(name -> name.split("\\.", -1)[1]).distinct().toList();
    assertTrue(kinds.containsAll(OPTIONS.keySet()), kinds.toString());
  }

  @ParameterizedTest
  @MethodSource("names")
  void theToolsBytesAreOurs(String name) throws IOException {
    String[] parts = name.split("\\.", -1);
    String[] content = parts[0].split("-", -1);
    byte[] plain = Content.of(number(content[0]), number(content[1]), number(content[2]));
    byte[] golden = Files.readAllBytes(Golden.path("lz4", "generated-frames", name));
    Shell shell = new Shell(directory);
    assertArrayEquals(plain, shell.ok(golden, "lz4 -d"), name);
    shell.write("plain", plain);
    assertArrayEquals(golden, shell.ok(new byte[0], "lz4 -c " + OPTIONS.get(parts[1]) + " plain"));
  }

  private static int number(String word) {
    return Integer.parseInt(word.substring(1));
  }
}
