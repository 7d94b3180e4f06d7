package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class ChunkLayoutTest {
  @Test
  void theNumbersAreThoseOfTheFormat() {
    assertEquals(0, ChunkLayout.MAGIC_OFFSET);
    assertEquals(2, ChunkLayout.CRC_OFFSET);
    assertEquals(6, ChunkLayout.ZEROS_OFFSET);
    assertEquals(10, ChunkLayout.SIZE_OFFSET);
    assertEquals(14, ChunkLayout.ANCHOR_SIZE_OFFSET);
    assertEquals(18, ChunkLayout.ANCHOR_CRC_OFFSET);
    assertEquals(22, ChunkLayout.METADATA_SIZE_OFFSET);
    assertEquals(22, ChunkLayout.COVERED_OFFSET);
    assertEquals(24, ChunkLayout.HEADER);
    assertEquals(65_535, ChunkLayout.METADATA_MAX);
    assertEquals(4_294_967_295L, ChunkLayout.SIZE_MAX);
    assertEquals(0xC100, ChunkLayout.MAGIC);
  }

  @Test
  void theChecksumsOfAnEmptyChunkAreWhatTheOriginalStores() {
    CRC32 crc = new CRC32();
    crc.update(new byte[2]);
    assertEquals((int) crc.getValue(), ChunkLayout.EMPTY_CRC);
    assertEquals(0xFF12_D941, ChunkLayout.FRESH_CRC);
  }

  @Test
  void aHeaderHasItsFieldsWhereTheFormatHasThem() {
    byte[] bytes = new byte[24];
    MemorySegment header = MemorySegment.ofArray(bytes);
    long anchor = ChunkLayout.anchor(0x1122_3344L, 0x5566_7788);
    ChunkLayout.putHeader(header, 0x0102_0304, 0xAABB_CCDDL, anchor, 0xEEFF);
    assertArrayEquals(
        HexFormat.of().parseHex("c1000102030400000000aabbccdd1122334455667788eeff"), bytes);
    assertEquals(0xC100, ChunkLayout.magic(header));
    assertEquals(0x0102_0304, ChunkLayout.crc(header));
    assertEquals(0, ChunkLayout.zeros(header));
    assertEquals(0xAABB_CCDDL, ChunkLayout.size(header));
    assertEquals(0x1122_3344L, ChunkLayout.anchorSize(ChunkLayout.anchor(header)));
    assertEquals(0x5566_7788, ChunkLayout.anchorCrc(ChunkLayout.anchor(header)));
    assertEquals(0xEEFF, ChunkLayout.metadataSize(header));
  }
}
