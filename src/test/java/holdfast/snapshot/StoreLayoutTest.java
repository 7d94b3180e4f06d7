package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The numbers of the layouts once more, as literals. */
class StoreLayoutTest {
  @Test
  void theHeaderIsAsDrawn() {
    assertEquals(0, StoreHeader.MAGIC_OFFSET);
    assertEquals(8, StoreHeader.VERSION_OFFSET);
    assertEquals(12, StoreHeader.KEY_SIZE_OFFSET);
    assertEquals(16, StoreHeader.SELF_OFFSET);
    assertEquals(24, StoreHeader.SEED_OFFSET);
    assertEquals(32, StoreHeader.REC_MAX_OFFSET);
    assertEquals(36, StoreHeader.TXN_MAX_OFFSET);
    assertEquals(40, StoreHeader.CHAINS_OFFSET);
    assertEquals(48, StoreHeader.CHAIN_COUNT_OFFSET);
    assertEquals(56, StoreHeader.RECORDS_OFFSET);
    assertEquals(64, StoreHeader.TXNS_OFFSET);
    assertEquals(72, StoreHeader.LIVE_HEAD_OFFSET);
    assertEquals(76, StoreHeader.LIVE_TAIL_OFFSET);
    assertEquals(80, StoreHeader.TOMBSTONE_HEAD_OFFSET);
    assertEquals(84, StoreHeader.TOMBSTONE_TAIL_OFFSET);
    assertEquals(88, StoreHeader.CHILD_HEAD_OFFSET);
    assertEquals(92, StoreHeader.CHILD_TAIL_OFFSET);
    assertEquals(96, StoreHeader.LIVE_COUNT_OFFSET);
    assertEquals(104, StoreHeader.TOMBSTONE_COUNT_OFFSET);
    assertEquals(112, StoreHeader.VALUE_BYTES_OFFSET);
    assertEquals(120, StoreHeader.GATE_OFFSET);
    assertEquals(128, StoreHeader.PUBLISHED_OFFSET);
    assertEquals(136, StoreHeader.PENDING_OFFSET);
    assertEquals(140, StoreHeader.HASH_OFFSET);
    assertEquals(144, StoreHeader.FLOOR_OFFSET);
    assertEquals(152, StoreHeader.RECORD_POOL_OFFSET);
    assertEquals(160, StoreHeader.TXN_POOL_OFFSET);
    assertEquals(168, StoreHeader.STORE_ID_OFFSET);
    assertEquals(184, StoreHeader.BASE_TAG_OFFSET);
    assertEquals(192, StoreHeader.SUM_OFFSET);
    assertEquals(224, StoreHeader.LATTICE_OFFSET);
    assertEquals(232, StoreHeader.GROOVE_OFFSET);
    assertEquals(240, StoreHeader.BLOCK_OFFSET);
    assertEquals(242, StoreHeader.RECORD_OFFSET);
    assertEquals(244, StoreHeader.VOLUME_OFFSET);
    assertEquals(248, StoreHeader.OWNER_OFFSET);
    assertEquals(256, StoreHeader.FOOTPRINT);
    byte[] magic = new byte[8];
    Mem.putLong(MemorySegment.ofArray(magic), 0, StoreHeader.MAGIC);
    assertArrayEquals("HFRECST1".getBytes(StandardCharsets.US_ASCII), magic);
    assertEquals(0x4846525300000000L, RecordStoreConfig.BASE_TAG);
  }

  @Test
  void theExampleOfTheFormatIsTrue() throws IOException {
    StringBuilder shown = new StringBuilder();
    for (String line : Files.readAllLines(Path.of("docs/formats/record-store.md"))) {
      if (line.matches(" {4}([0-9a-f]{2} +)*[0-9a-f]{2}")) {
        shown.append(line.replace(" ", ""));
      }
    }
    byte[] example = HexFormat.of().parseHex(shown);
    assertEquals(40, example.length);
    try (StoreRig rig = StoreRig.small()) {
      byte[] made = new byte[40];
      Mem.getBytes(rig.region, 16512, made, 0, 40);
      assertArrayEquals(example, made);
    }
  }

  @Test
  void aRecordIsAsDrawn() {
    assertEquals(0, RecordSlot.XID_OFFSET);
    assertEquals(16, RecordSlot.MAP_NEXT_OFFSET);
    assertEquals(20, RecordSlot.TXN_OFFSET);
    assertEquals(24, RecordSlot.PREV_OFFSET);
    assertEquals(28, RecordSlot.NEXT_OFFSET);
    assertEquals(32, RecordSlot.HASH_OFFSET);
    assertEquals(40, RecordSlot.MOD_SEQ_OFFSET);
    assertEquals(48, RecordSlot.VALUE_OFFSET);
    assertEquals(56, RecordSlot.SIZE_OFFSET);
    assertEquals(60, RecordSlot.CAPACITY_OFFSET);
    assertEquals(64, RecordSlot.FLAGS_OFFSET);
    assertEquals(68, RecordSlot.UNDO_SIZE_OFFSET);
    assertEquals(72, RecordSlot.KEY_OFFSET);
    assertEquals(120, RecordSlot.UNDO_PLACE_OFFSET);
    assertEquals(128, RecordSlot.INLINE_OFFSET);
  }

  @Test
  void aTransactionIsAsDrawn() {
    assertEquals(0, TxnSlot.XID_OFFSET);
    assertEquals(16, TxnSlot.MAP_NEXT_OFFSET);
    assertEquals(20, TxnSlot.GENERATION_OFFSET);
    assertEquals(24, TxnSlot.PARENT_OFFSET);
    assertEquals(28, TxnSlot.CHILD_HEAD_OFFSET);
    assertEquals(32, TxnSlot.CHILD_TAIL_OFFSET);
    assertEquals(36, TxnSlot.SIB_PREV_OFFSET);
    assertEquals(40, TxnSlot.SIB_NEXT_OFFSET);
    assertEquals(44, TxnSlot.STACK_OFFSET);
    assertEquals(48, TxnSlot.REC_HEAD_OFFSET);
    assertEquals(52, TxnSlot.REC_TAIL_OFFSET);
    assertEquals(56, TxnSlot.REC_COUNT_OFFSET);
    assertEquals(60, TxnSlot.LOCK_OFFSET);
    assertEquals(64, TxnSlot.SUM_OFFSET);
    assertEquals(96, TxnSlot.LATTICE_OFFSET);
    assertEquals(104, TxnSlot.ZERO_OFFSET);
    assertEquals(128, TxnSlot.FOOTPRINT);
  }

  @Test
  void thereAreAsManyChainsAsRecordsOrMore() {
    assertEquals(1, StoreMemory.chainCount(1));
    assertEquals(2, StoreMemory.chainCount(2));
    assertEquals(4, StoreMemory.chainCount(3));
    assertEquals(4, StoreMemory.chainCount(4));
    assertEquals(8, StoreMemory.chainCount(5));
    assertEquals(1L << 32, StoreMemory.chainCount((1L << 32) - 2));
    assertEquals(1, StoreMemory.txnHeadCount(1));
    assertEquals(4, StoreMemory.txnHeadCount(3));
    assertEquals(128 + 3 * 128, StoreMemory.txnsSize(3));
    assertEquals(256 + 33 * 128, StoreMemory.txnsSize(33));
  }
}
