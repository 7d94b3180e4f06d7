package holdfast.groove;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example in the document is what it says. */
class GrooveMapDocumentTest {
  private static final Path FORMAT = Path.of("docs", "formats", "groove-map.md");

  /** The bytes in lines of the form "offset: hex" under a heading. */
  private static byte[] example(String heading, int size) throws IOException {
    byte[] bytes = new byte[size];
    List<String> lines = Files.readAllLines(FORMAT, StandardCharsets.UTF_8);
    int found = 0;
    for (int i = lines.indexOf(heading) + 2; lines.get(i).startsWith("    "); i++) {
      String[] line = lines.get(i).strip().split(": *", 2);
      byte[] part = HexFormat.of().parseHex(line[1].replace(" ", ""));
      System.arraycopy(part, 0, bytes, Integer.parseInt(line[0]), part.length);
      found++;
    }
    assertEquals(true, found > 2, heading);
    return bytes;
  }

  @Test
  void theExampleIsTheMapThatItDescribes() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      byte[] state = example("State:", 256);
      byte[] elements = example("Elements:", 4 * 48);
      GrooveMap map = GrooveMap.open(Maps.copy(arena, state), Maps.copy(arena, elements));
      map.verify();
      assertEquals(2, map.count());
      GrooveEntry cat = Maps.key("cat");
      assertEquals(GrooveMap.Result.FOUND, map.query(cat));
      assertEquals(12, cat.valueSize());
      GrooveEntry dog = Maps.key("dog");
      assertEquals(GrooveMap.Result.FOUND, map.query(dog));
      assertEquals(8192, dog.valueOffset());
      assertEquals(512, dog.valueCapacity());
      assertEquals(true, dog.hot());

      GrooveMap made = Maps.create(arena, 4, 2, 4, 7);
      made.put(Maps.key("cat").value(4096, 10, 16));
      made.put(Maps.key("dog").value(8192, 300, 512).marks(false, true));
      made.put(Maps.key("cat").value(4096, 12, 16));
      assertArrayEquals(state, made.state.toArray(JAVA_BYTE));
      assertArrayEquals(elements, made.elements.toArray(JAVA_BYTE));
    }
  }
}
