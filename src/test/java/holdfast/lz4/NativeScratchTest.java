package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.internal.GlobalMemory;
import holdfast.testkit.Content;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NativeScratchTest {
  @Test
  void itIsForBlocksOfMiddleSizeWhereNativeAccessIsEnabled() {
    assertEquals(GlobalMemory.AVAILABLE, NativeScratch.fits(256, 0));
    assertEquals(GlobalMemory.AVAILABLE, NativeScratch.fits(4 << 20, 4 << 20));
    assertFalse(NativeScratch.fits(255, 4 << 20));
    assertFalse(NativeScratch.fits(256, (4 << 20) + 1));
    assertFalse(NativeScratch.fits((4 << 20) + 1, 256));
  }

  @Test
  void readersWithLittleMemoryDoWithoutIt() {
    assertTrue(NativeScratch.within(Limits.DEFAULT));
    assertTrue(NativeScratch.within(Limits.DEFAULT.withMemoryMax(32 << 20)));
    assertFalse(NativeScratch.within(Limits.DEFAULT.withMemoryMax((32 << 20) - 1)));
  }

  @Test
  void blocksOfManySizesComeOutTheSameWithAndWithoutIt() {
    Lz4Decompressor with = Lz4Decompressor.create();
    Lz4Decompressor without = Lz4Decompressor.within(Limits.DEFAULT.withMemoryMax(0));
    for (int size : new int[] {300, 400_000, 5000, 1 << 20, 70_000, (4 << 20) + 1, 4 << 20}) {
      byte[] plain = Content.of(3, size, size);
      byte[] block = Lz4.compress(plain);
      byte[] one = new byte[size + 20];
      byte[] other = new byte[size + 20];
      assertEquals(size, with.decompress(block, 0, block.length, one, 10, size), "size " + size);
      assertEquals(size, without.decompress(block, 0, block.length, other, 10, size));
      assertArrayEquals(other, one, "size " + size);
      assertArrayEquals(plain, Arrays.copyOfRange(one, 10, 10 + size), "size " + size);
    }
  }

  @Test
  void aRefusedBlockLeavesNoTrace() {
    byte[] block = Lz4.compress(Content.of(3, 1, 5000));
    block[block.length / 2] ^= 0x55;
    byte[] cut = Arrays.copyOf(block, block.length - 7);
    byte[] target = new byte[6000];
    Arrays.fill(target, (byte) 7);
    assertThrows(
        CorruptDataException.class,
        () -> Lz4Decompressor.create().decompress(cut, 0, cut.length, target, 500, 5000));
    for (int i = 0; i < 500; i++) {
      assertEquals(7, target[i]);
      assertEquals(7, target[5500 + i]);
    }
  }
}
