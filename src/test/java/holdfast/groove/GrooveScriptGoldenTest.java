package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts of the original, run here: same offsets, same results, same bytes everywhere. */
class GrooveScriptGoldenTest {
  private final Map<Integer, GrooveHandle> joins = new HashMap<>();
  private final Map<Integer, Long> objects = new HashMap<>();
  private Groove groove;

  @ParameterizedTest
  @ValueSource(
      strings = {"g01_empty", "g02_volumes", "g03_classes", "g04_mix", "g05_full", "g06_drained"})
  void aScriptLeavesTheBytesOfTheOriginal(String image) {
    GoldenImage golden = GoldenImage.load(image);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment state = arena.allocate(GrooveGeometry.STANDARD.stateSize(), 128);
      MemorySegment volumes = SparseVolumes.map(golden.volumeMax() << 30, arena);
      groove = Groove.create(GrooveGeometry.STANDARD, state, volumes);
      groove.original = true;
      int line = 0;
      for (String[] f : GoldenImage.lines(image, "ops.csv")) {
        run(f, image + " line " + ++line + ": " + String.join(",", f));
      }
      groove.verify();
      groove.close();
      assertArrayEquals(golden.shmem(), state.toArray(ValueLayout.JAVA_BYTE));
      assertEquals(-1, golden.mismatch(volumes));
    }
  }

  private void run(String[] f, String where) {
    switch (f[0]) {
      case "N" -> {}
      case "J" -> joins.put(number(f[1]), groove.handle(number(f[2])));
      case "V" -> groove.addVolumes(number(f[1]), number(f[2]), ascii(f[3]));
      case "R" ->
          assertEquals(
              f[1].equals("-") ? Groove.EMPTY : number(f[1]), groove.removeVolume(), where);
      case "A" -> alloc(f, where);
      case "F" -> {
        boolean freed = joins.get(number(f[1])).free(objects.remove(number(f[2])));
        assertEquals(f[3].equals("OK"), freed, where);
      }
      case "X" ->
          assertEquals(
              f[3].equals("OK"), joins.get(number(f[1])).free(Long.parseLong(f[2])), where);
      default -> throw new AssertionError(where);
    }
  }

  private void alloc(String[] f, String where) {
    GrooveHandle join = joins.get(number(f[1]));
    int align = number(f[3]);
    long size = Long.parseUnsignedLong(f[4]);
    long tag = Long.parseUnsignedLong(f[5].substring(2), 16);
    switch (f[6]) {
      case "OK" -> {
        long offset = join.alloc(align, size, tag);
        assertEquals(Long.parseLong(f[7]), offset, where);
        objects.put(number(f[2]), offset);
        fill(join.segment(offset), tag);
        assertEquals(size, join.size(offset), where);
        assertEquals(tag, join.tag(offset), where);
        assertEquals(align == 0 ? 16 : align, join.align(offset), where);
      }
      case "FULL" -> assertEquals(GrooveHandle.FULL, join.alloc(align, size, tag), where);
      case "INVAL" ->
          assertThrows(IllegalArgumentException.class, () -> join.alloc(align, size, tag), where);
      default -> throw new AssertionError(where);
    }
  }

  /** The payload of the scripts: all of it, or both ends of large objects. */
  private static void fill(MemorySegment object, long tag) {
    long size = object.byteSize();
    for (long i = 0; i < size; i++) {
      if (size > 4096 && i == 256) {
        i = size - 256;
      }
      object.set(ValueLayout.JAVA_BYTE, i, (byte) ((tag >> (8 * (i & 7))) ^ i));
    }
  }

  private static int number(String field) {
    return Integer.parseInt(field);
  }

  private static byte[] ascii(String field) {
    return field.getBytes(StandardCharsets.US_ASCII);
  }
}
