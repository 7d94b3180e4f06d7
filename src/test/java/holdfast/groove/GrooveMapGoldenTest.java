package holdfast.groove;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.testkit.Golden;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts of the original leave the same bytes, and its images can be used. */
class GrooveMapGoldenTest {
  private static final int PARAMETERS = 7;

  private static List<String[]> script(String image) throws IOException {
    return Files.readAllLines(Golden.path("groove", image, "ops.csv")).stream()
        .map(line -> line.split(",", -1))
        .toList();
  }

  private static long hex(String field) {
    return Long.parseUnsignedLong(field.substring(2), 16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"m01_meta", "m02_meta_probe"})
  void aScriptLeavesTheSameBytes(String image) throws IOException {
    List<String[]> script = script(image);
    try (Arena arena = Arena.ofConfined()) {
      String[] parameters = script.getFirst();
      assertEquals(PARAMETERS, parameters.length);
      GrooveMap map =
          Maps.create(
              arena,
              Long.parseLong(parameters[1]),
              Long.parseLong(parameters[2]),
              Long.parseLong(parameters[3]),
              hex(parameters[4]));
      assertEquals(Long.parseLong(parameters[5]), map.state.byteSize());
      assertEquals(48, Long.parseLong(parameters[6]));
      for (int line = 1; line < script.size(); line++) {
        String[] fields = script.get(line);
        assertEquals(expected(fields), run(map, fields), image + " line " + (line + 1));
        map.verify();
      }
      byte[] state = Files.readAllBytes(Golden.path("groove", image, "map.bin"));
      byte[] elements = Files.readAllBytes(Golden.path("groove", image, "ele.bin"));
      assertArrayEquals(state, map.state.toArray(JAVA_BYTE));
      assertArrayEquals(elements, map.elements.toArray(JAVA_BYTE));
    }
  }

  private static String expected(String[] fields) {
    return fields[0]
        + switch (fields[4]) {
          case "KEY" -> "ABSENT";
          case "FULL" -> "FULL";
          default ->
              switch (fields[0]) {
                case "U" -> fields[5].equals("new") ? "INSERTED" : "REPLACED";
                case "D" -> "REMOVED";
                default -> "FOUND";
              };
        };
  }

  private static String run(GrooveMap map, String[] fields) {
    GrooveEntry entry = Maps.key(fields[1]);
    return fields[0]
        + switch (fields[0]) {
          case "U" -> {
            GrooveMap.Result result = map.put(value(entry, fields));
            if (result != GrooveMap.Result.FULL) {
              long slot = Long.parseLong(fields[6]);
              assertEquals(entry.k0, MapElement.key(map.elements, slot, 0), "slot " + slot);
            }
            yield result;
          }
          case "D" -> map.remove(entry);
          default -> map.query(entry);
        };
  }

  private static GrooveEntry value(GrooveEntry entry, String[] fields) {
    boolean given = !fields[2].isEmpty(); // not when the map was full
    return given ? entry.raw(hex(fields[2]), Long.parseLong(fields[3])) : entry.value(0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"m01_meta", "m02_meta_probe"})
  void anImageOfTheOriginalCanBeUsed(String image) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map =
          GrooveMap.open(
              Maps.copy(arena, Files.readAllBytes(Golden.path("groove", image, "map.bin"))),
              Maps.copy(arena, Files.readAllBytes(Golden.path("groove", image, "ele.bin"))));
      map.verify();
      long count = map.count();
      assertEquals(0, map.repair());
      assertEquals(count, map.count());
      GrooveEntry entry = new GrooveEntry();
      long seen = 0;
      for (GrooveMapCursor cursor = map.cursor();
          cursor.next(entry) == GrooveMap.Result.FOUND;
          seen++) {
        long where = entry.valueOffset();
        assertEquals(GrooveMap.Result.FOUND, map.query(entry));
        assertEquals(where, entry.valueOffset());
      }
      assertEquals(count, seen);
      for (int i = 0; i < 400; i++) {
        map.remove(Maps.key("key-" + i));
        map.verify();
      }
      assertEquals(0, map.count());
    }
  }
}
