package holdfast.checkpt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the document about the format says is so. */
class CheckptDocumentTest {
  private static final Path FORMAT = Path.of("docs", "formats", "checkpt.md");

  @Test
  void theExampleIsWrittenAndRead() throws IOException {
    List<String> lines = Files.readAllLines(FORMAT, StandardCharsets.UTF_8);
    var hex = new StringBuilder();
    lines.stream().filter(l -> l.matches("    ([0-9a-f]{2} +)*[0-9a-f]{2}")).forEach(hex::append);
    byte[] example = HexFormat.of().parseHex(hex.toString().replace(" ", ""));
    List<byte[]> buffers =
        lines.stream()
            .filter(l -> l.startsWith("> "))
            .map(l -> (l.substring(2) + "\n").getBytes(StandardCharsets.US_ASCII))
            .toList();
    assertEquals(3, buffers.size());

    byte[] written = new byte[example.length];
    Checkpt out = Checkpt.into(MemorySegment.ofArray(written));
    out.openFrame(FrameStyle.RAW);
    out.meta(MemorySegment.ofArray(buffers.get(0)));
    out.closeFrame();
    out.openFrame(FrameStyle.LZ4);
    out.data(MemorySegment.ofArray(buffers.get(1)));
    long middle = out.offset();
    out.data(MemorySegment.ofArray(buffers.get(2)));
    assertEquals(example.length, out.closeFrame());
    assertArrayEquals(example, written);

    Restore in = Restore.from(MemorySegment.ofArray(example));
    for (int i = 0; i < 3; i++) {
      if (i < 2) {
        in.openFrame(i == 0 ? FrameStyle.RAW : FrameStyle.LZ4);
      }
      byte[] found = new byte[buffers.get(i).length];
      in.data(MemorySegment.ofArray(found));
      assertArrayEquals(buffers.get(i), found);
      if (i != 1) {
        in.closeFrame();
      }
    }

    // The rows of the table that name the blocks.
    MemorySegment memory = MemorySegment.ofArray(example);
    for (long at : new long[] {8, middle}) {
      int size = Block.size(memory, at);
      assertTrue(
          lines.stream().anyMatch(l -> l.startsWith("| %d | 3 | ".formatted(at))), "at " + at);
      assertTrue(
          lines.stream().anyMatch(l -> l.startsWith("| %d | %d | ".formatted(at + 3, size))),
          "block at " + at);
    }
  }
}
