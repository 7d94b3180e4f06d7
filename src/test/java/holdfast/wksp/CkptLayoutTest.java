package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.CorruptDataException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers of the checkpoint formats as literals. */
class CkptLayoutTest {
  @Test
  void theHeaderIsTheOriginals() {
    assertEquals(8, CkptHeader.STYLE_OFFSET);
    assertEquals(12, CkptHeader.FRAMES_OFFSET);
    assertEquals(16, CkptHeader.RESERVED_OFFSET);
    assertEquals(20, CkptHeader.NAME_OFFSET);
    assertEquals(60, CkptHeader.SEED_OFFSET);
    assertEquals(64, CkptHeader.PART_MAX_OFFSET);
    assertEquals(72, CkptHeader.DATA_MAX_OFFSET);
    assertEquals(80, CkptHeader.FOOTPRINT);
  }

  @Test
  void theFooterIsTheOriginals() {
    assertEquals(8, CkptFooter.GROUP_COUNT_OFFSET);
    assertEquals(16, CkptFooter.VOLUME_COUNT_OFFSET);
    assertEquals(24, CkptFooter.VOLUMES_OFFSET);
    assertEquals(32, CkptFooter.SIZE_OFFSET);
    assertEquals(40, CkptFooter.DATA_MAX_OFFSET);
    assertEquals(48, CkptFooter.PART_MAX_OFFSET);
    assertEquals(56, CkptFooter.SEED_OFFSET);
    assertEquals(60, CkptFooter.NAME_OFFSET);
    assertEquals(100, CkptFooter.RESERVED_OFFSET);
    assertEquals(104, CkptFooter.FRAMES_OFFSET);
    assertEquals(108, CkptFooter.STYLE_OFFSET);
    assertEquals(112, CkptFooter.UNMAGIC_OFFSET);
    assertEquals(120, CkptFooter.FOOTPRINT);
  }

  @Test
  void infoAndCommandsAreTheOriginals() {
    assertEquals(8, CkptInfo.WALLCLOCK_OFFSET);
    assertEquals(16, CkptInfo.IDS_OFFSET);
    assertEquals(72, CkptInfo.SIZES_OFFSET);
    assertEquals(144, CkptInfo.FOOTPRINT);
    assertEquals(8, CkptCommand.LO_OFFSET);
    assertEquals(16, CkptCommand.HI_OFFSET);
    assertEquals(24, CkptCommand.FOOTPRINT);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "63, 7e",
    "64, 01 82",
    "1023, f9 9f",
    "262143, fd ff bf",
    "4294967296, 07 00 00 00 10 00 00 e0",
    "-1045158180063951471, 1f 59 1c 73 c3 a2 ed 17 ff"
  })
  void numbersOfTheFirstStyleAreTheOriginals(long value, String hex) {
    byte[] expected = HexFormat.ofDelimiter(" ").parseHex(hex);
    byte[] bytes = new byte[Svw.SIZE_MAX];
    assertEquals(expected.length, Svw.put(bytes, 0, value));
    assertEquals(hex, HexFormat.ofDelimiter(" ").formatHex(bytes, 0, expected.length));
    assertEquals(value, Svw.get(expected, 0, "test", 0));
  }

  @Test
  void everyWidthOfANumberComesBack() {
    byte[] bytes = new byte[Svw.SIZE_MAX];
    for (int shift = 0; shift < 64; shift++) {
      for (long value : List.of((1L << shift) - 1, 1L << shift, (1L << shift) + 1, -1L >>> shift)) {
        Arrays.fill(bytes, (byte) 0x5a);
        int end = Svw.put(bytes, 0, value);
        assertEquals(Svw.size(value), end);
        assertEquals(end, Svw.width(bytes[0]));
        assertEquals(value, Svw.get(bytes, 0, "test", 0));
        bytes[end - 1] ^= (byte) 0x80;
        assertThrows(CorruptDataException.class, () -> Svw.get(bytes, 0, "test", 0));
      }
    }
  }

  @Test
  void allocationsAreDealtByTheRuleOfTheOriginal() {
    Extents extents = new Extents(1 << 20);
    for (int i = 0; i < 100; i++) {
      extents.add(10_000 + 100L * i, 10_050 + 100L * i, 1, "test", 0);
    }
    CgroupPlan plan = CgroupPlan.of(extents);
    assertEquals(4, plan.groups);
    assertEquals(100, plan.first[4]);
    for (int g = 0; g < plan.groups; g++) {
      assertEquals(25, plan.first[g + 1] - plan.first[g], 6, "even loads");
      for (int k = plan.first[g] + 1; k < plan.first[g + 1]; k++) {
        assertEquals(1, Integer.signum(plan.order[k] - plan.order[k - 1]), "ascending");
      }
    }
    assertEquals(0, CgroupPlan.of(new Extents(1 << 20)).groups);
  }

  @Test
  void overlapsAreFoundAndGapsCounted() {
    Extents extents = new Extents(1 << 20);
    assertEquals(1, extents.gaps(null, 0, 100));
    extents.add(50, 60, 1, "test", 0);
    extents.add(10, 20, 1, "test", 0);
    extents.add(20, 30, 1, "test", 0);
    assertEquals(3, extents.gaps(null, 0, 100));
    assertEquals(1, extents.gaps(null, 10, 60));
    assertEquals(2, extents.gaps(new boolean[] {false, true, true}, 0, 100));
    extents.add(29, 31, 1, "test", 0);
    assertEquals(-1, extents.gaps(null, 0, 100));
    assertEquals(3, extents.gaps(new boolean[] {true, true, true, false}, 0, 100));
    assertThrows(CorruptDataException.class, () -> new Extents(47).add(1, 2, 1, "test", 0));
  }
}
