package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Structure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the document of the format says is so. */
class ChunkDocumentTest {
  private static final Path FORMAT = Path.of("docs", "formats", "chunkio.md");

  @TempDir Path dir;

  private static List<String> lines() throws IOException {
    return Files.readAllLines(FORMAT, StandardCharsets.UTF_8);
  }

  private Path example() throws IOException {
    var hex = new StringBuilder();
    lines().stream().filter(l -> l.matches("    ([0-9a-f]{2} +)*[0-9a-f]{2}")).forEach(hex::append);
    Path file = dir.resolve("example");
    return Files.write(file, HexFormat.of().parseHex(hex.toString().replace(" ", "")));
  }

  @Test
  void theExampleIsASealedChunk() throws IOException {
    Path file = example();
    assertEquals(ChunkState.SEALED, ChunkFiles.inspect(file).state());
    assertEquals(ChunkError.NONE, ChunkFiles.originalError(file, true));
    try (ChunkReader reader = ChunkReader.open(file)) {
      assertEquals("tag", new String(reader.metadata(), StandardCharsets.UTF_8));
      assertEquals("hello, chunk\n", new String(Chunks.content(reader), StandardCharsets.UTF_8));
    }
  }

  @Test
  void theTableOfTheExampleNamesItsParts() throws IOException {
    Structure chunk = ChunkFiles.structure(example());
    List<Structure> parts = new ArrayList<>(chunk.parts().getFirst().parts());
    parts.addAll(chunk.parts().subList(1, chunk.parts().size()));
    List<String> rows =
        parts.stream()
            .map(p -> "| %d | %d | %s | %s |".formatted(p.offset(), p.size(), p.name(), p.value()))
            .toList();
    assertEquals(9, rows.size());
    assertTrue(lines().containsAll(rows), () -> String.join("\n", rows));
  }
}
