package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrooveGeometryTest {
  private static List<String[]> vectors(String kind) throws IOException {
    return Files.readAllLines(Golden.path("groove", "vectors.csv")).stream()
        .map(line -> line.split(","))
        .filter(fields -> fields[0].equals(kind))
        .toList();
  }

  @Test
  void theClassesOfTheStandardAreThoseOfTheOriginal() throws IOException {
    GrooveGeometry g = GrooveGeometry.STANDARD;
    assertEquals(32, g.classCount());
    for (String[] f : vectors("szcfg")) {
      int c = Integer.parseInt(f[1]);
      assertEquals(Long.parseLong(f[2]), g.footprint(c), "footprint of " + c);
      assertEquals(Integer.parseInt(f[3]), g.objectsPerSuperblock(c), "objects of " + c);
      assertEquals(Integer.parseInt(f[4]) + 1, g.groups(c), "groups of " + c);
      assertEquals(Integer.parseInt(f[5]), g.parent(c), "parent of " + c);
    }
  }

  @Test
  void everyFootprintFindsTheClassThatTheOriginalFinds() throws IOException {
    for (String[] f : vectors("szc")) {
      long footprint = Long.parseLong(f[1]);
      assertEquals(Integer.parseInt(f[2]), GrooveGeometry.STANDARD.classes.of(footprint), f[1]);
    }
  }

  @Test
  void headersArePackedAsTheOriginalPacksThem() throws IOException {
    for (String[] f : vectors("hdr")) {
      int type = Integer.parseInt(f[1]);
      int index = Integer.parseInt(f[2]);
      int sizeClass = Integer.parseInt(f[3]);
      int align = Integer.parseInt(f[4]);
      long size = Long.parseLong(f[5]);
      long word = ObjectHeader.pack(type, index, sizeClass, align, size);
      assertEquals(Long.parseUnsignedLong(f[7].substring(2), 16), word);
      assertEquals(type, ObjectHeader.type(word));
      assertEquals(index, ObjectHeader.index(word));
      assertEquals(sizeClass, ObjectHeader.sizeClass(word));
      assertEquals(align, ObjectHeader.align(word));
      assertEquals(size, ObjectHeader.size(word));
    }
  }

  @Test
  void theLayoutsAreWhereTheFormatSays() {
    assertEquals(16896, GrooveGeometry.STANDARD.stateSize());
    assertEquals(16768, GrooveGeometry.STANDARD.poolOffset);
    GrooveGeometry compact = GrooveGeometry.compact(64, 1 << 20);
    assertEquals(17152, compact.stateSize());
    assertEquals(17024, compact.poolOffset);
    assertEquals(0, StateLayout.MAGIC_OFFSET);
    assertEquals(8, StateLayout.MARK_OFFSET);
    assertEquals(16, StateLayout.BLOCK_SHIFT_OFFSET);
    assertEquals(20, StateLayout.VOLUME_SHIFT_OFFSET);
    assertEquals(24, StateLayout.CLASS_COUNT_OFFSET);
    assertEquals(128, StateLayout.activeSlot(32, 0, 0));
    assertEquals(128 + 8 * (5 + 32 * 3), StateLayout.activeSlot(32, 5, 3));
    assertEquals(128 + 8 * (5 + 64 * 3), StateLayout.activeSlot(64, 5, 3));
    assertEquals(16512, StateLayout.inactiveStack(0));
    assertEquals(16512 + 8 * 31, StateLayout.inactiveStack(31));
    assertEquals(0, VolumeHeader.MAGIC_OFFSET);
    assertEquals(8, VolumeHeader.INDEX_OFFSET);
    assertEquals(16, VolumeHeader.NEXT_OFFSET);
    assertEquals(24, VolumeHeader.INFO_SIZE_OFFSET);
    assertEquals(32, VolumeHeader.INFO_OFFSET);
    assertEquals(480, VolumeHeader.INFO_MAX);
    assertEquals(0, VolumePool.MAGIC_OFFSET);
    assertEquals(8, VolumePool.VER_TOP_OFFSET);
    assertEquals(0x3ffffffffL, VolumePool.NONE);
    assertEquals(0, ObjectHeader.WORD_OFFSET);
    assertEquals(8, ObjectHeader.INFO_OFFSET);
    assertEquals(16, ObjectHeader.FREE_OFFSET);
    assertEquals("HFGRVST1", ascii(compact.stateMagic));
    assertEquals("HFGRVVL1", ascii(compact.volumeMagic));
    assertEquals(0xceb3a9a9adb8b9b7L, ~compact.volumeMagic);
    assertEquals(0x0298ff818fe3ccffL, ~GrooveGeometry.STANDARD.volumeMagic);
  }

  private static String ascii(long word) {
    StringBuilder text = new StringBuilder();
    for (int shift = 0; shift < 64; shift += 8) {
      text.append((char) (word >>> shift & 0xff));
    }
    return text.toString();
  }

  @Test
  void theLargestObjectOfTheStandardIsTenMebibytesAndABit() {
    assertEquals(10486256, GrooveGeometry.STANDARD.sizeMax(0));
    assertEquals(10486256, GrooveGeometry.STANDARD.sizeMax(16));
    assertEquals(10486240, GrooveGeometry.STANDARD.sizeMax(32));
    assertEquals(10 << 20, GrooveGeometry.STANDARD.sizeMax(512));
    assertEquals(8304, GrooveGeometry.compact(64, 1 << 20).sizeMax(0));
  }

  /** The table of the smallest one: footprint, objects, group mask, parent. */
  @Test
  void theRuleGivesTheTableForBlocksOf64AndVolumesOf1Mebibyte() {
    long[][] expected = {
      {64, 64, 7, 20}, {128, 32, 7, 20}, {192, 21, 7, 20}, {256, 16, 7, 20},
      {320, 12, 7, 20}, {384, 10, 7, 20}, {448, 9, 7, 20}, {512, 8, 7, 20},
      {576, 7, 7, 20}, {640, 6, 7, 20}, {768, 5, 7, 20}, {896, 18, 1, 23},
      {1024, 16, 1, 23}, {1152, 14, 1, 23}, {1344, 12, 1, 23}, {1664, 10, 1, 23},
      {2048, 8, 1, 23}, {2368, 7, 1, 23}, {2752, 6, 1, 23}, {3328, 5, 1, 23},
      {4160, 4, 1, 23}, {5504, 3, 1, 23}, {8320, 2, 1, 23}, {16704, 62, 0, 24},
    };
    GrooveGeometry g = GrooveGeometry.compact(64, 1 << 20);
    assertEquals(expected.length, g.classCount());
    for (int c = 0; c < expected.length; c++) {
      assertEquals(expected[c][0], g.footprint(c), "footprint of " + c);
      assertEquals(expected[c][1], g.objectsPerSuperblock(c), "objects of " + c);
      assertEquals(expected[c][2] + 1, g.groups(c), "groups of " + c);
      assertEquals(expected[c][3], g.parent(c), "parent of " + c);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256, 512})
  void everyGeometryIsSound(int block) {
    for (int shift = 20; shift <= 30; shift++) {
      check(GrooveGeometry.compact(block, 1L << shift));
    }
    check(GrooveGeometry.STANDARD);
  }

  private static void check(GrooveGeometry g) {
    int last = g.classCount() - 1;
    for (int c = 0; c <= last; c++) {
      String which = g + " class " + c;
      assertTrue(c == 0 || g.footprint(c) > g.footprint(c - 1), which);
      assertTrue(g.objectsPerSuperblock(c) >= 2 && g.objectsPerSuperblock(c) <= 64, which);
      assertEquals(Long.bitCount(g.classes.full[c]), g.objectsPerSuperblock(c), which);
      assertTrue(g.groups(c) >= 1 && Integer.bitCount(g.groups(c)) == 1, which);
      assertTrue(g.groups(c) * g.classMax <= StateLayout.ACTIVE_SLOTS, which);
      assertEquals(0, g.footprint(c) % g.blockSize(), which);
      assertTrue(g.parent(c) > c, which);
      long room = c == last ? g.volumeSize() - VolumeHeader.SIZE : g.footprint(g.parent(c));
      assertTrue(g.classes.superblockSize(c) <= room, which);
    }
    assertEquals(last + 1, g.parent(last));
    assertTrue(g.sizeMax(0) < 1 << 25, g.toString());
    IntStream.rangeClosed(1, 3000)
        .forEach(
            blocks -> {
              long bytes = (long) blocks * g.blockSize();
              if (bytes <= g.classes.footprintMax) {
                int c = g.classes.of(bytes);
                assertTrue(g.footprint(c) >= bytes && (c == 0 || g.footprint(c - 1) < bytes));
                assertEquals(c, g.classes.of(bytes - 1));
              }
            });
    assertTrue(g.classes.of(g.classes.footprintMax) < last);
  }

  @ParameterizedTest
  @CsvSource({"32, 1048576", "1024, 1048576", "96, 1048576", "64, 524288", "64, 3145728"})
  void otherSizesAreRefused(int block, long volume) {
    assertThrows(IllegalArgumentException.class, () -> GrooveGeometry.compact(block, volume));
  }
}
