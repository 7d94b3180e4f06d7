package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.checkpt.FrameStyle;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The numbers of the snapshot format as literals. */
class SnapLayoutTest {
  @Test
  void theHeaderIsAsDocumented() {
    assertEquals(8, SnapHeader.VERSION_OFFSET);
    assertEquals(12, SnapHeader.KIND_OFFSET);
    assertEquals(16, SnapHeader.SEQ_OFFSET);
    assertEquals(24, SnapHeader.BASE_SEQ_OFFSET);
    assertEquals(32, SnapHeader.ID_OFFSET);
    assertEquals(48, SnapHeader.BASE_ID_OFFSET);
    assertEquals(64, SnapHeader.STORE_ID_OFFSET);
    assertEquals(80, SnapHeader.KEY_SIZE_OFFSET);
    assertEquals(84, SnapHeader.STYLE_OFFSET);
    assertEquals(88, SnapHeader.HASH_OFFSET);
    assertEquals(92, SnapHeader.BATCH_OFFSET);
    assertEquals(96, SnapHeader.CLOCK_OFFSET);
    assertEquals(104, SnapHeader.ZERO_OFFSET);
    assertEquals(124, SnapHeader.CRC_OFFSET);
    assertEquals(128, SnapHeader.SIZE);
    assertEquals(65_536, SnapHeader.BATCH_MIN);
    assertEquals(67_108_864, SnapHeader.BATCH_MAX);
  }

  @Test
  void theFooterIsAsDocumented() {
    assertEquals(8, SnapFooter.VERSION_OFFSET);
    assertEquals(12, SnapFooter.KIND_OFFSET);
    assertEquals(16, SnapFooter.SEQ_OFFSET);
    assertEquals(24, SnapFooter.BASE_SEQ_OFFSET);
    assertEquals(32, SnapFooter.ID_OFFSET);
    assertEquals(48, SnapFooter.BASE_ID_OFFSET);
    assertEquals(64, SnapFooter.STORE_ID_OFFSET);
    assertEquals(80, SnapFooter.RECORDS_OFFSET);
    assertEquals(88, SnapFooter.TOMBSTONES_OFFSET);
    assertEquals(96, SnapFooter.VALUE_BYTES_OFFSET);
    assertEquals(104, SnapFooter.STORE_RECORDS_OFFSET);
    assertEquals(112, SnapFooter.STORE_VALUE_BYTES_OFFSET);
    assertEquals(120, SnapFooter.DIRECTORY_OFFSET_OFFSET);
    assertEquals(128, SnapFooter.DIRECTORY_BYTES_OFFSET);
    assertEquals(136, SnapFooter.FRAMES_OFFSET);
    assertEquals(144, SnapFooter.FILE_SIZE_OFFSET);
    assertEquals(152, SnapFooter.DIRECTORY_CRC_OFFSET);
    assertEquals(156, SnapFooter.HEADER_CRC_OFFSET);
    assertEquals(160, SnapFooter.HASH_OFFSET);
    assertEquals(192, SnapFooter.ZERO_OFFSET);
    assertEquals(252, SnapFooter.CRC_OFFSET);
    assertEquals(256, SnapFooter.SIZE);
  }

  @Test
  void entriesAndHeadsAreAsDocumented() {
    assertEquals(8, SnapEntry.STORED_OFFSET);
    assertEquals(16, SnapEntry.PLAIN_OFFSET);
    assertEquals(24, SnapEntry.RECORDS_OFFSET);
    assertEquals(28, SnapEntry.FLAGS_OFFSET);
    assertEquals(32, SnapEntry.FIRST_SEQ_OFFSET);
    assertEquals(40, SnapEntry.STORED_CRC_OFFSET);
    assertEquals(44, SnapEntry.DATA_CRC_OFFSET);
    assertEquals(48, SnapEntry.SIZE);
    assertEquals(4, BatchHead.FLAGS_OFFSET);
    assertEquals(8, BatchHead.RECORDS_OFFSET);
    assertEquals(12, BatchHead.DATA_CRC_OFFSET);
    assertEquals(16, BatchHead.DATA_BYTES_OFFSET);
    assertEquals(24, BatchHead.ORDINAL_OFFSET);
    assertEquals(28, BatchHead.CRC_OFFSET);
    assertEquals(32, BatchHead.SIZE);
    assertEquals(8, RecordHead.VALUE_SIZE_OFFSET);
    assertEquals(12, RecordHead.FLAGS_OFFSET);
    assertEquals(16, RecordHead.SIZE);
    assertEquals(16 + 16, RecordHead.size(16, 0));
    assertEquals(16 + 16 + 8, RecordHead.size(16, 1));
    assertEquals(48 + 16 + (1L << 31), RecordHead.size(48, Integer.MAX_VALUE));
  }

  @Test
  void magicsAreText() {
    byte[] bytes = new byte[SnapFooter.SIZE];
    MemorySegment mem = MemorySegment.ofArray(bytes);
    ModelStore store = new ModelStore();
    store.seq = 1;
    SnapHeader header = store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
    header.put(mem);
    assertEquals("HFSNAP\n\u001a", new String(bytes, 0, 8, StandardCharsets.ISO_8859_1));
    new SnapFooter(header, 0, 0, 0, 0, 0, 0, 128, 0, 0, store.hash()).put(mem);
    assertEquals("HFSNAPEN", new String(bytes, 0, 8, StandardCharsets.ISO_8859_1));
    BatchHead.put(mem, new BatchInfo());
    assertEquals("HFBT", new String(bytes, 0, 4, StandardCharsets.ISO_8859_1));
  }

  @Test
  void idsReadFromLeftToRight() {
    byte[] bytes = new byte[SnapId.SIZE];
    UUID id = UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f");
    SnapId.put(MemorySegment.ofArray(bytes), 0, id);
    for (int i = 0; i < bytes.length; i++) {
      assertEquals(i, bytes[i]);
    }
    assertEquals(id, SnapId.get(MemorySegment.ofArray(bytes), 0));
  }
}
