package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.testkit.Content;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Crc32cTest {
  @Test
  void itIsTheCastagnoliSum() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertEquals(0xE3069283, Crc32c.of(MemorySegment.ofArray(digits)));
    assertEquals(0, Crc32c.of(MemorySegment.ofArray(new byte[0])));
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(
          0xE3069283, Crc32c.of(arena.allocate(9).copyFrom(MemorySegment.ofArray(digits))));
    }
  }

  @Test
  void twoPiecesJoinWhateverTheirSizes() {
    MemorySegment all = MemorySegment.ofArray(Content.of(1, 7, 3000));
    int whole = Crc32c.of(all);
    for (long cut = 0; cut <= 3000; cut++) {
      int first = Crc32c.of(all.asSlice(0, cut));
      int second = Crc32c.of(all.asSlice(cut));
      assertEquals(whole, Crc32c.join(first, second, Crc32c.shift(3000 - cut)), "cut at " + cut);
    }
  }

  @Test
  void shiftsOfLargeSizesAddUp() {
    // x^(8a) * x^(8b) = x^(8(a+b)); join with 0 is the multiplication.
    long[] sizes = {1, 65_536, 1L << 31, (1L << 40) + 12_345, Long.MAX_VALUE / 2};
    for (long a : sizes) {
      for (long b : sizes) {
        int product = Crc32c.join(Crc32c.shift(a), 0, Crc32c.shift(b));
        assertEquals(Crc32c.shift(a + b), product, a + " and " + b);
      }
    }
  }
}
