package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BitsTest {
  @Test
  void onlyASingleBitIsAPowerOfTwo() {
    for (int shift = 0; shift < 64; shift++) {
      assertTrue(Bits.isPowerOfTwo(1L << shift), "2^" + shift);
    }
    for (long value : new long[] {0, 3, -1, 6, Long.MAX_VALUE}) {
      assertFalse(Bits.isPowerOfTwo(value), "" + value);
    }
  }

  @Test
  void roundingStopsAtTheNextMultiple() {
    for (long alignment : new long[] {1, 2, 64, 4096, 1L << 40}) {
      for (long value : new long[] {0, 1, 63, 64, 65, 4095, 4096, 4097, (1L << 41) + 1}) {
        long up = Bits.alignUp(value, alignment);
        long down = Bits.alignDown(value, alignment);
        assertEquals(Math.ceilDiv(value, alignment) * alignment, up);
        assertEquals(value / alignment * alignment, down);
        assertTrue(Bits.isAligned(up, alignment) && Bits.isAligned(down, alignment));
        assertEquals(value % alignment == 0, Bits.isAligned(value, alignment));
      }
    }
  }
}
