package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.MixedContent;
import holdfast.testkit.NaiveLz4;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HcEncoderProperties {
  private static final byte[] NO_HISTORY = {};
  private static final byte GUARD = 0x5A;
  private static final int MARGIN = 9;

  @Property
  void aBlockDecodesToItsInputAndFitsExactlyIntoItsSize(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int level, @ForAll boolean favor) {
    var random = new SplittableRandom(seed);
    byte[] plain = MixedContent.of(random, random.nextInt(1 << random.nextInt(1, 17)));
    int at = random.nextInt(plain.length + 1);
    int size = plain.length - at;
    HcEncoder encoder = new HcEncoder(level, favor);
    byte[] block = new byte[Lz4.maxCompressedSize(size)];
    int produced = encoder.compress(plain, at, size, block, 0, block.length);
    assertTrue(produced > 0);
    byte[] packed = Arrays.copyOf(block, produced);
    assertArrayEquals(
        Arrays.copyOfRange(plain, at, plain.length),
        NaiveLz4.decodeStrictly(packed, NO_HISTORY, size));

    byte[] exact = guarded(produced);
    assertEquals(produced, encoder.compress(plain, at, size, exact, MARGIN, produced));
    assertArrayEquals(packed, Arrays.copyOfRange(exact, MARGIN, MARGIN + produced));
    assertGuards(exact, produced);
    byte[] short1 = guarded(produced - 1);
    assertEquals(0, encoder.compress(plain, at, size, short1, MARGIN, produced - 1));
    assertGuards(short1, produced - 1);
  }

  @Property
  void aFilledBlockDecodesToTheConsumedStartOfItsInput(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int level, @ForAll boolean favor) {
    var random = new SplittableRandom(seed);
    byte[] plain = MixedContent.of(random, random.nextInt(1 << random.nextInt(1, 15)));
    HcEncoder encoder = new HcEncoder(level, favor);
    for (int i = 0; i < 4; i++) {
      int room = 1 + random.nextInt(Lz4.maxCompressedSize(plain.length));
      byte[] target = guarded(room);
      int produced = encoder.fill(plain, 0, plain.length, target, MARGIN, room);
      assertTrue(produced > 0 && produced <= room);
      assertGuards(target, room);
      assertArrayEquals(
          Arrays.copyOf(plain, encoder.consumed()),
          NaiveLz4.decodeStrictly(
              Arrays.copyOfRange(target, MARGIN, MARGIN + produced), NO_HISTORY, plain.length));
    }
  }

  private static byte[] guarded(int size) {
    byte[] bytes = new byte[size + 2 * MARGIN];
    Arrays.fill(bytes, GUARD);
    return bytes;
  }

  private static void assertGuards(byte[] bytes, int size) {
    for (int i = 0; i < MARGIN; i++) {
      assertEquals(GUARD, bytes[i], "before the range");
      assertEquals(GUARD, bytes[MARGIN + size + i], "behind the range");
    }
  }
}
