package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Limits;
import holdfast.Structure;
import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the documents say about frames is so. */
class FrameDocumentTest {
  private static final Path FORMAT = Path.of("docs", "formats", "lz4-frame.md");

  @Test
  void theExampleOfTheFormatDecodesToItsLine() throws IOException {
    byte[] frame = example();
    String line =
        lines().stream().filter(l -> l.startsWith("> ")).findFirst().orElseThrow().substring(2);
    byte[] plain = (line + "\n").getBytes(StandardCharsets.US_ASCII);
    assertArrayEquals(plain, Lz4Frame.decompress(frame));
    var options = Lz4FrameOptions.DEFAULT.withBlockChecksum(true).withContentSize(plain.length);
    assertArrayEquals(frame, Lz4Frame.compress(plain, options));
  }

  @Test
  void theTableOfTheExampleNamesItsParts() throws IOException {
    var channel = Channels.newChannel(new ByteArrayInputStream(example()));
    Structure stream = Lz4Frame.inspect(channel, Lz4FrameReadOptions.DEFAULT, true);
    List<String> rows =
        stream.parts().get(0).parts().stream()
            .map(p -> "| %d | %d | %s | %s |".formatted(p.offset(), p.size(), p.name(), p.value()))
            .toList();
    assertEquals(8, rows.size());
    assertTrue(lines().containsAll(rows), () -> String.join("\n", rows));
  }

  private static byte[] example() throws IOException {
    var hex = new StringBuilder();
    lines().stream().filter(l -> l.matches("    ([0-9a-f]{2} +)*[0-9a-f]{2}")).forEach(hex::append);
    return HexFormat.of().parseHex(hex.toString().replace(" ", ""));
  }

  private static List<String> lines() throws IOException {
    return Files.readAllLines(FORMAT, StandardCharsets.UTF_8);
  }

  /** The body between the marks is the example of the package's documentation, word for word. */
  @Test
  void theExampleOfThePackageRuns(@TempDir Path folder) throws IOException {
    byte[] plain = Content.of(3, 1, 100_000);
    byte[] again;
    long blocks = 0;
    Path file = folder.resolve("example.lz4");
    // example
    var options = Lz4FrameOptions.DEFAULT.withLevel(Lz4Level.fast(2)).withBlockChecksum(true);
    try (var out = new Lz4FrameOutputStream(Files.newOutputStream(file), options)) {
      out.write(plain);
    }
    var limits = Limits.DEFAULT.withOutputMax(1 << 20);
    var careful = Lz4FrameReadOptions.DEFAULT.withLimits(limits);
    try (var in = new Lz4FrameInputStream(Files.newInputStream(file), careful)) {
      again = in.readAllBytes();
    }
    for (Lz4FrameInfo info : Lz4Frame.list(file)) {
      blocks += info.blockCount();
    }
    // end of the example
    assertArrayEquals(plain, again);
    assertEquals(1, blocks);
    assertEquals(
        between("src/main/java/holdfast/lz4/package-info.java", " * ", "<pre>{@code", "}</pre>"),
        between(
            "src/test/java/holdfast/lz4/FrameDocumentTest.java",
            "    ",
            "// example",
            "// end of the example"));
  }

  private static List<String> between(String file, String margin, String from, String to)
      throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of(file)).stream()
            .map(line -> line.startsWith(margin) ? line.substring(margin.length()) : line)
            .toList();
    int start = 0;
    while (!lines.get(start).strip().equals(from)) {
      start++;
    }
    int end = start;
    while (!lines.get(end).strip().equals(to)) {
      end++;
    }
    return lines.subList(start + 1, end);
  }
}
