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
