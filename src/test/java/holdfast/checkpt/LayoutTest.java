package holdfast.checkpt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** The numbers of the format, as literals. */
class LayoutTest {
  @Test
  void aBlockIsThreeBytesOfSizeAndItsData() {
    assertEquals(0, Block.SIZE_OFFSET);
    assertEquals(3, Block.DATA_OFFSET);
    assertEquals(65_536, Block.PLAIN_MAX);
    assertEquals(4, Block.STORED_MIN);
    assertEquals(65_812, Block.STORED_MAX);
    assertEquals(20, Block.storedMax(1));
    assertEquals(273, Block.storedMax(254));
    assertEquals(275, Block.storedMax(255));
    assertEquals(196_608, ChunkEncoder.RING_SIZE);
    assertEquals(65_536, Checkpt.META_MAX);
    assertEquals(65_536, Restore.META_MAX);
  }

  @Test
  void theSizeOfABlockIsLittleEndian() {
    byte[] block = new byte[5];
    Block.putSize(block, 0x123456);
    assertEquals(0x56, block[0]);
    assertEquals(0x34, block[1]);
    assertEquals(0x12, block[2]);
    assertEquals(0, block[3]);
    assertEquals(0x123456, Block.size(MemorySegment.ofArray(block), 0));
    Block.putSize(block, 0xfffefd);
    assertEquals(0xfffefd, Block.size(MemorySegment.ofArray(block).asSlice(0, 3), 0));
  }

  @Test
  void theFirstStateEndsWithTheFirstBlockAndReturnsAboveOneGibibyte() {
    History history = new History();
    assertTrue(history.open());
    assertTrue(history.open(), "an empty frame changes nothing");
    history.add(1);
    assertFalse(history.open());
    history.skipTo(1L << 30);
    assertFalse(history.open(), "exactly 1 GiB is not more");
    assertTrue(history.open(), "but the gap made it more");
    assertTrue(history.open());
  }

  @Test
  void positionsStartOverBeforeTheyPassTwoGibibytes() {
    History history = new History();
    history.addBuffer(1L << 31);
    assertTrue(history.open(), "2 GiB are just reached");
    history.addBuffer((1L << 31) + 1);
    // Now it stands at 65536 + 1.
    assertFalse(history.open());
    history.addBuffer((1L << 30) - 131_073);
    assertFalse(history.open(), "exactly 1 GiB");
    assertTrue(history.open());
  }
}
