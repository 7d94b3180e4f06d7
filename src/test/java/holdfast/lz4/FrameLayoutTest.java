package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FrameLayoutTest {
  @Test
  void theNumbersAreThoseOfTheFormat() {
    assertEquals(407708164, FrameLayout.MAGIC);
    assertEquals(407642370, FrameLayout.LEGACY_MAGIC);
    assertEquals(407710288, FrameLayout.SKIPPABLE_MAGIC);
    assertEquals(8388608, FrameLayout.LEGACY_BLOCK_MAX);
    assertEquals(FrameLayout.LEGACY_SIZE_MAX, Lz4.maxCompressedSize(FrameLayout.LEGACY_BLOCK_MAX));
    assertEquals(4, FrameHeader.FLG_OFFSET);
    assertEquals(5, FrameHeader.BD_OFFSET);
    assertEquals(6, FrameHeader.FIELDS_OFFSET);
    assertEquals(7, FrameHeader.SIZE_MIN);
    assertEquals(19, FrameHeader.SIZE_MAX);
  }

  @Test
  void blockSizesHaveTheirIds() {
    int[] sizes = {65_536, 262_144, 1_048_576, 4_194_304};
    for (int id = 4; id <= 7; id++) {
      Lz4BlockSize size = Lz4BlockSize.ofId(id);
      assertEquals(id, size.id());
      assertEquals(sizes[id - 4], size.bytes());
      assertEquals(size, Lz4BlockSize.holding(size.bytes()));
      assertEquals(size, Lz4BlockSize.holding(size.bytes() / 4 + 1));
    }
    assertEquals(Lz4BlockSize.KB_64, Lz4BlockSize.holding(0));
    assertEquals(Lz4BlockSize.MB_4, Lz4BlockSize.holding(Long.MAX_VALUE));
    for (int id : new int[] {-1, 0, 3, 8}) {
      assertThrows(IllegalArgumentException.class, () -> Lz4BlockSize.ofId(id));
    }
  }

  @Test
  void sixteenMagicsAreSkippable() {
    for (int i = 0; i < 16; i++) {
      assertTrue(FrameLayout.isSkippable(0x184D2A50 + i));
    }
    assertFalse(FrameLayout.isSkippable(0x184D2A4F));
    assertFalse(FrameLayout.isSkippable(0x184D2A60));
  }

  @Test
  void aLegacyFrameEndsAtTheFirstWordThatIsNoSize() {
    assertFalse(FrameLayout.endsLegacy(8_421_520));
    assertTrue(FrameLayout.endsLegacy(8_421_521));
    assertTrue(FrameLayout.endsLegacy(0x8000_0000));
  }

  @Test
  void everyHeaderIsReadAsItWasWritten() {
    for (Lz4BlockSize blockSize : Lz4BlockSize.values()) {
      for (int flags = 0; flags < 32; flags++) {
        var header =
            new FrameHeader(
                blockSize,
                (flags & 1) != 0,
                (flags & 2) != 0,
                (flags & 4) != 0,
                (flags & 8) != 0 ? 0x0102_0304_0506_0708L : FrameHeader.ABSENT,
                (flags & 16) != 0 ? 0xFFFF_FFFEL : FrameHeader.ABSENT);
        byte[] bytes = new byte[30];
        int size = header.write(bytes, 5);
        int expected = 7 + ((flags & 8) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 4 : 0);
        assertEquals(expected, size);
        assertEquals(expected, header.size());
        assertEquals(expected, FrameHeader.size(bytes[5 + FrameHeader.FLG_OFFSET]));
        assertEquals(header, FrameHeader.read(bytes, 5, 0));
        assertEquals(0, bytes[5 + size]);
      }
    }
  }

  @Test
  void theFullestHeaderHasTheseBytes() {
    var header = new FrameHeader(Lz4BlockSize.MB_1, true, true, true, 0x1234, 0xCAFEL);
    byte[] bytes = new byte[19];
    header.write(bytes, 0);
    assertEquals(
        "04224d18" + "5d" + "60" + "3412000000000000" + "feca0000",
        HexFormat.of().formatHex(bytes, 0, 18));
  }
}
