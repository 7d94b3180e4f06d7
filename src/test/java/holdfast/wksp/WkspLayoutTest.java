package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The numbers of the layout, once more, and the arithmetic of sizes. */
class WkspLayoutTest {
  @Test
  void headerFields() {
    assertEquals(0xF17EDA2C3731C591L, WkspHeader.MAGIC);
    assertEquals(0, WkspHeader.MAGIC_OFFSET);
    assertEquals(8, WkspHeader.PART_MAX_OFFSET);
    assertEquals(16, WkspHeader.DATA_MAX_OFFSET);
    assertEquals(24, WkspHeader.GADDR_LO_OFFSET);
    assertEquals(32, WkspHeader.GADDR_HI_OFFSET);
    assertEquals(40, WkspHeader.NAME_OFFSET);
    assertEquals(80, WkspHeader.SEED_OFFSET);
    assertEquals(84, WkspHeader.IDLE_TOP_OFFSET);
    assertEquals(88, WkspHeader.PART_HEAD_OFFSET);
    assertEquals(92, WkspHeader.PART_TAIL_OFFSET);
    assertEquals(96, WkspHeader.USED_ROOT_OFFSET);
    assertEquals(100, WkspHeader.FREE_ROOT_OFFSET);
    assertEquals(104, WkspHeader.CYCLE_OFFSET);
    assertEquals(112, WkspHeader.OWNER_OFFSET);
    assertEquals(120, WkspHeader.ZERO_OFFSET);
    assertEquals(128, WkspHeader.FOOTPRINT);
  }

  @Test
  void recordFields() {
    assertEquals(0, Pinfo.LO_OFFSET);
    assertEquals(8, Pinfo.HI_OFFSET);
    assertEquals(16, Pinfo.TAG_OFFSET);
    assertEquals(24, Pinfo.PRIO_OFFSET);
    assertEquals(28, Pinfo.PREV_OFFSET);
    assertEquals(32, Pinfo.NEXT_OFFSET);
    assertEquals(36, Pinfo.LEFT_OFFSET);
    assertEquals(40, Pinfo.RIGHT_OFFSET);
    assertEquals(44, Pinfo.PARENT_OFFSET);
    assertEquals(48, Pinfo.SAME_OFFSET);
    assertEquals(52, Pinfo.STACK_OFFSET);
    assertEquals(56, Pinfo.CYCLE_OFFSET);
    assertEquals(64, Pinfo.FOOTPRINT);
    assertEquals(128, Pinfo.at(0));
    assertEquals(192, Pinfo.at(1));
    assertEquals(128 + 64 * 0xFFFF_FFFEL, Pinfo.at(-2));
  }

  @Test
  void hashesAreThoseOfTheOriginal() {
    assertEquals(1364076727, WkspHash.hash(1));
    assertEquals(6870676271827195191L, WkspHash.hash(1152L));
  }

  @Test
  void footprints() {
    assertEquals(256, Wksp.footprint(1, 1));
    assertEquals(256, Wksp.footprint(1, 63));
    assertEquals(384, Wksp.footprint(1, 64));
    assertEquals(128 + 512 * 64 + 1048576 + 128, Wksp.footprint(512, 1048576));
    assertEquals(0, Wksp.footprint(0, 1));
    assertEquals(0, Wksp.footprint(1, 0));
    assertEquals(0, Wksp.footprint(-1, 1));
    assertEquals(0, Wksp.footprint(1, -1));
    assertEquals(0, Wksp.footprint(1L << 32, 1));
    assertEquals(128 + ((1L << 32) - 1) * 64 + 64, Wksp.footprint((1L << 32) - 1, 1));
    long largest = Long.MAX_VALUE - 127 - 192 - 1;
    assertEquals(Long.MAX_VALUE - 127, Wksp.footprint(1, largest));
    assertEquals(0, Wksp.footprint(1, largest + 1));
    assertEquals(0, Wksp.footprint(1, Long.MAX_VALUE));
  }

  @Test
  void estimates() {
    assertEquals(16368, Wksp.partMaxEstimate(1L << 30, 1 << 16));
    assertEquals(1072694143L, Wksp.dataMaxEstimate(1L << 30, 16368));
    assertEquals(0, Wksp.partMaxEstimate(0, 1));
    assertEquals(0, Wksp.partMaxEstimate(127, 1));
    assertEquals(0, Wksp.partMaxEstimate(128, 1));
    assertEquals(1, Wksp.partMaxEstimate(256, 63));
    assertEquals(0, Wksp.partMaxEstimate(256, 64));
    assertEquals(0, Wksp.partMaxEstimate(1L << 30, 0));
    assertEquals(0, Wksp.partMaxEstimate(1L << 30, Long.MAX_VALUE));
    assertEquals((1L << 32) - 1, Wksp.partMaxEstimate(1L << 60, 1));
    assertEquals(0, Wksp.dataMaxEstimate(0, 1));
    assertEquals(0, Wksp.dataMaxEstimate(128, 1));
    assertEquals(63, Wksp.dataMaxEstimate(256, 1));
    assertEquals(63, Wksp.dataMaxEstimate(383, 1));
    assertEquals(0, Wksp.dataMaxEstimate(1L << 30, 0));
    assertEquals(0, Wksp.dataMaxEstimate(1L << 62, 1L << 32));
    for (long footprint = 256; footprint < 100_000; footprint += 1111) {
      long dataMax = Wksp.dataMaxEstimate(footprint, 3);
      if (dataMax > 0) {
        assertTrue(Wksp.footprint(3, dataMax) <= footprint);
        assertTrue(Wksp.footprint(3, dataMax + 1) > footprint - 127);
      }
    }
  }

  @Test
  void names() {
    for (String good : new String[] {"a", "Z9", "0", "a_b-c.d", "x".repeat(39)}) {
      assertTrue(Wksp.isValidName(good), good);
    }
    for (String bad : new String[] {"", "_a", "-a", ".a", "a b", "a/b", "ä", "x".repeat(40)}) {
      assertFalse(Wksp.isValidName(bad), bad);
    }
  }
}
