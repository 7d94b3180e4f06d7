package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FastStreamTest {
  private static final int BLOCK = 40_000;

  @Test
  void aStreamGoesOnWhenItsIndexesAreRenumbered() {
    byte[] plain = Content.of(3, 1, 10 * BLOCK);
    byte[] near = compress(plain, 0);
    // The third block would pass 2^31.
    byte[] far = compress(plain, Integer.MAX_VALUE - 100_000);
    // Matches still reach over the place: forgetting the history would cost far more than this.
    assertTrue(far.length < near.length + near.length / 50, far.length + " for " + near.length);
  }

  /** A copy of the history stands in for it, and it shows nowhere: neither here nor later. */
  @Test
  void historyThatLiesElsewhereMayBeCopied() {
    for (int kind = 1; kind <= 5; kind++) {
      for (int seed = 0; seed < 6; seed++) {
        byte[] history = Content.of(kind, seed, Lz4Block.HISTORY);
        byte[] plain = Content.of(kind, seed + 6, 70_000);
        for (int size : new int[] {16_383, 16_384, 30_001, 65_536, 65_537}) {
          String name = kind + "," + seed + "," + size;
          var stream = new FastStream(1);
          stream.load(history, 0, history.length);
          int[] table = new int[FastTables.LARGE_ENTRIES];
          FastArrayEncoder.index(history, 0, history.length, table, Lz4Block.HISTORY, 3);
          checkBlock(name, stream, table, history, plain, 0, size);
          checkBlock(name, stream, table, plain, plain, size, 4000);
        }
      }
    }
  }

  /** Compares a block with the one that is made where the history lies. */
  private static void checkBlock(
      String name, FastStream stream, int[] table, byte[] history, byte[] plain, int at, int size) {
    int historySize = history == plain ? at : history.length;
    byte[] expected = new byte[Lz4Block.maxCompressedSize(size)];
    int expectedSize =
        FastArrayEncoder.compressExternal(
            plain,
            at,
            size,
            expected,
            0,
            expected.length,
            0,
            table,
            Lz4Block.HISTORY + at,
            history,
            historySize,
            historySize,
            null,
            0,
            1);
    byte[] block = new byte[expected.length];
    assertEquals(
        expectedSize, stream.compress(plain, at, size, block, 0, block.length), name + " size");
    assertArrayEquals(Arrays.copyOf(expected, expectedSize), Arrays.copyOf(block, expectedSize));
  }

  /** Compresses block by block from a given index on, decodes, and returns the blocks. */
  private static byte[] compress(byte[] plain, int index) {
    var stream = new FastStream(1);
    stream.skipTo(index);
    Lz4StreamDecoder decoder = Lz4StreamDecoder.create();
    byte[] back = new byte[plain.length];
    byte[] blocks = new byte[2 * plain.length];
    int end = 0;
    for (int at = 0; at < plain.length; at += BLOCK) {
      int size = stream.compress(plain, at, BLOCK, blocks, end, blocks.length - end);
      assertEquals(BLOCK, decoder.decompress(blocks, end, size, back, at, BLOCK), "at " + at);
      end += size;
    }
    assertArrayEquals(plain, back);
    return Arrays.copyOf(blocks, end);
  }
}
