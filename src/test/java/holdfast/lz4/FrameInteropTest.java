package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.testkit.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways with the {@code lz4} command, when it is installed. */
class FrameInteropTest {
  private static final byte[] PLAIN = mixed();

  @TempDir Path folder;

  private static byte[] mixed() {
    var all = new ByteArrayOutputStream();
    for (int kind = 0; kind < Content.KINDS; kind++) {
      all.writeBytes(Content.of(kind, 6, 60_000));
    }
    return all.toByteArray();
  }

  @BeforeAll
  static void theCommandIsThere() {
    boolean isThere;
    try {
      isThere = new ProcessBuilder("lz4", "--version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      isThere = false;
    }
    assumeTrue(isThere, "no lz4 command on the path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "-3",
        "-9",
        "-12",
        "--fast=9",
        "-B4",
        "-B5",
        "-B6 -BD",
        "-B4 -BD -9",
        "-BX",
        "-l",
        "--no-frame-crc",
        "--content-size",
        "-B1000 -BD",
        "-B100000 -BX -BD",
        "-9 -l"
      })
  void whatTheCommandWritesIsRead(String options) throws Exception {
    Path plain = Files.write(folder.resolve("plain"), PLAIN);
    byte[] frame = run(plain, ("-c " + options).split(" ", -1));
    assertArrayEquals(PLAIN, Lz4Frame.decompress(frame));
  }

  @Test
  void whatIsWrittenHereTheCommandReads() throws Exception {
    var dictionary = Lz4Dictionary.of(Content.of(3, 6, 70_000));
    Path words = Files.write(folder.resolve("dictionary"), Content.of(3, 6, 70_000));
    List<Lz4FrameOptions> all = new ArrayList<>();
    for (int flags = 0; flags < 16; flags++) {
      all.add(
          Lz4FrameOptions.DEFAULT
              .withBlockCut((flags & 1) != 0 ? 65_536 : 50_001)
              .withLinked((flags & 2) != 0)
              .withBlockChecksum((flags & 4) != 0)
              .withContentSize((flags & 8) != 0 ? PLAIN.length : Lz4FrameOptions.UNKNOWN));
    }
    all.add(Lz4FrameOptions.LEGACY);
    all.add(Lz4FrameOptions.DEFAULT.withContentChecksum(false));
    for (Lz4FrameOptions options : all) {
      Path file = Files.write(folder.resolve("frame"), Lz4Frame.compress(PLAIN, options));
      assertArrayEquals(PLAIN, run(file, "-d", "-c"), options.toString());
    }
    for (boolean linked : new boolean[] {false, true}) {
      var options =
          Lz4FrameOptions.DEFAULT
              .withBlockSize(Lz4BlockSize.KB_64)
              .withLinked(linked)
              .withDictionary(dictionary, 5);
      Path file = Files.write(folder.resolve("frame"), Lz4Frame.compress(PLAIN, options));
      assertArrayEquals(PLAIN, run(file, "-d", "-c", "-D", words.toString()));
      byte[] theirs = run(folder.resolve("plain0"), linked, words);
      assertArrayEquals(
          PLAIN,
          Lz4Frame.decompress(theirs, Lz4FrameReadOptions.DEFAULT.withDictionary(dictionary, 0)));
    }
  }

  private static byte[] run(Path plain, boolean linked, Path dictionary) throws Exception {
    Files.write(plain, PLAIN);
    return run(plain, "-c", "-B4", linked ? "-BD" : "-BI", "-D", dictionary.toString());
  }

  private static byte[] run(Path input, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("lz4", "-q"));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    byte[] output = process.getInputStream().readAllBytes();
    assertEquals(0, process.waitFor(), () -> String.join(" ", command));
    return output;
  }
}
