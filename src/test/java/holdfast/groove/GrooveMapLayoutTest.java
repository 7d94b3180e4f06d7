package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Numbers of the layout as literals, and packed words and hashes as the original computes them. */
class GrooveMapLayoutTest {
  private static List<String[]> vectors(String kind) throws IOException {
    return Files.readAllLines(Golden.path("groove", "vectors.csv")).stream()
        .map(line -> line.split(","))
        .filter(fields -> fields[0].equals(kind))
        .toList();
  }

  @Test
  void offsetsOfTheStateAreThoseOfTheOriginal() {
    assertEquals(0xfd67007e3e7a3a90L, MapLayout.MAGIC);
    assertEquals(0, MapLayout.MAGIC_OFFSET);
    assertEquals(8, MapLayout.ELEMENT_MAX_OFFSET);
    assertEquals(16, MapLayout.LOCK_COUNT_OFFSET);
    assertEquals(24, MapLayout.PROBE_MAX_OFFSET);
    assertEquals(32, MapLayout.SEED_OFFSET);
    assertEquals(40, MapLayout.LOCK_SHIFT_OFFSET);
    assertEquals(48, MapLayout.WRAPS_OFFSET);
    assertEquals(128, MapLayout.LOCKS_OFFSET);
    assertEquals(256, MapLayout.footprint(1));
    assertEquals(256, MapLayout.footprint(64));
    assertEquals(384, MapLayout.footprint(128));
    assertEquals(128 + 16384, MapLayout.footprint(8192));
    assertEquals(142, MapLayout.lock(7));
    assertEquals(4, MapLayout.lockShift(256, 16));
    assertEquals(0, MapLayout.lockShift(64, 64));
  }

  @Test
  void offsetsOfAnElementAreThoseOfTheOriginal() {
    assertEquals(0, MapElement.KEY_OFFSET);
    assertEquals(32, MapElement.BITS_OFFSET);
    assertEquals(40, MapElement.VALUE_OFFSET);
    assertEquals(48, MapElement.FOOTPRINT);
    assertEquals(16_777_215, GrooveEntry.VALUE_SIZE_MAX);
  }

  @Test
  void bitsArePackedAsTheOriginalPacksThem() throws IOException {
    List<String[]> vectors = vectors("metabits");
    assertEquals(20, vectors.size());
    for (String[] fields : vectors) {
      boolean used = fields[1].equals("1");
      boolean cold = fields[2].equals("1");
      boolean hot = fields[3].equals("1");
      int size = Integer.parseInt(fields[4]);
      int capacity = Integer.parseInt(fields[5]);
      long word = Long.parseUnsignedLong(fields[6].substring(2), 16);
      long packed = MapElement.pack(size, capacity, cold, hot);
      assertEquals(word, used ? packed : packed & ~MapElement.USED, fields[6]);
      GrooveEntry entry = new GrooveEntry().raw(word, 0);
      assertEquals(used, MapElement.used(word));
      assertEquals(size, entry.valueSize());
      assertEquals(capacity, entry.valueCapacity());
      assertEquals(cold, entry.cold());
      assertEquals(hot, entry.hot());
    }
  }

  @Test
  void hashesAreThoseOfTheOriginal() throws IOException {
    List<String[]> vectors = vectors("keyhash");
    assertEquals(40, vectors.size());
    for (String[] fields : vectors) {
      long[] words = new long[6];
      for (int i = 0; i < 6; i++) {
        words[i] = Long.parseUnsignedLong(fields[i + 1].substring(2), 16);
      }
      GrooveEntry entry = new GrooveEntry().key(words[0], words[1], words[2], words[3]);
      assertEquals(words[5], entry.hash(words[4]));
    }
  }
}
