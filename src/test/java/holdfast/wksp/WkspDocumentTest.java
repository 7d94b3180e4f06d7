package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the document says about regions is so. */
class WkspDocumentTest {
  private static byte[] example() throws IOException {
    var hex = new StringBuilder();
    Files.readAllLines(Path.of("docs", "formats", "wksp.md"), StandardCharsets.UTF_8).stream()
        .dropWhile(line -> !line.startsWith("A workspace named"))
        .filter(line -> line.matches("    ([0-9a-f]{2} ){15}[0-9a-f]{2}"))
        .limit(20)
        .forEach(hex::append);
    return HexFormat.of().parseHex(hex.toString().replace(" ", ""));
  }

  @Test
  void theExampleIsWhatIsMade() throws IOException {
    MemorySegment mem = MemorySegment.ofArray(new long[64]);
    assertEquals(512, Wksp.footprint(3, 64));
    Wksp wksp = Wksp.create(mem, "demo", 1, 3, 64);
    assertEquals(320, wksp.alloc(16, 10, 7));
    assertArrayEquals(example(), mem.asSlice(0, 320).toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  void theExampleCanBeJoined() throws IOException {
    MemorySegment mem = MemorySegment.ofArray(new long[64]);
    mem.copyFrom(MemorySegment.ofArray(example()));
    Wksp wksp = Wksp.join(mem);
    wksp.verify();
    assertEquals("demo", wksp.name());
    assertEquals(
        List.of(new Partition(320, 330, 7), new Partition(330, 384, 0)), wksp.partitions());
    assertEquals(0x05f0b427, Pinfo.prio(mem, Pinfo.at(2)));
  }
}
