package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Allocations;
import holdfast.testkit.Content;
import holdfast.testkit.MixedContent;
import holdfast.testkit.NaiveLz4;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HcEncoderTest {
  private static final byte[] NO_HISTORY = {};

  @Test
  void thereAreTheLevelsOfTheOriginal() {
    assertEquals(new HcLevel(HcLevel.Method.MID, 0, 0), HcLevel.of(2));
    int searches = 4;
    for (int level = 3; level <= 9; level++) {
      assertEquals(new HcLevel(HcLevel.Method.CHAIN, searches, 0), HcLevel.of(level));
      assertEquals(level == 9, HcLevel.of(level).jumpsRuns());
      searches *= 2;
    }
    assertEquals(new HcLevel(HcLevel.Method.OPTIMAL, 96, 64), HcLevel.of(10));
    assertEquals(new HcLevel(HcLevel.Method.OPTIMAL, 512, 128), HcLevel.of(11));
    assertEquals(new HcLevel(HcLevel.Method.OPTIMAL, 16_384, 4095), HcLevel.of(12));
    assertTrue(HcLevel.of(12).full());
    assertThrows(IllegalArgumentException.class, () -> HcLevel.of(1));
    assertThrows(IllegalArgumentException.class, () -> HcLevel.of(13));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void sizesAroundTheLimitsComeBack(int level) {
    HcEncoder encoder = new HcEncoder(level, false);
    int[] around = {4095, 4096, 4097, 65_535, 65_536, 65_537, 65_546, 65_547, 65_548};
    for (int kind = 0; kind < Content.KINDS; kind++) {
      byte[] plain = Content.of(kind, 7, 65_548);
      for (int size = 0; size <= 40; size++) {
        assertComesBack(encoder, plain, size);
      }
      assertComesBack(encoder, plain, around[(level + kind) % around.length]);
    }
  }

  private static void assertComesBack(HcEncoder encoder, byte[] plain, int size) {
    byte[] block = new byte[Lz4.maxCompressedSize(size)];
    int produced = encoder.compress(plain, 0, size, block, 0, block.length);
    assertEquals(size, encoder.consumed());
    byte[] back = NaiveLz4.decodeStrictly(Arrays.copyOf(block, produced), NO_HISTORY, size);
    assertArrayEquals(Arrays.copyOf(plain, size), back, "size " + size);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 9, 10, 12})
  void everyTargetIsFilledWithABlockOfTheStartOfTheInput(int level) {
    HcEncoder encoder = new HcEncoder(level, false);
    byte[] plain = MixedContent.of(new SplittableRandom(level), 1500);
    int whole = encoder.compress(plain, 0, plain.length, new byte[2000], 0, 2000);
    byte guard = 0x5A;
    for (int room = 1; room <= whole + 1; room++) {
      byte[] target = new byte[room + 2];
      Arrays.fill(target, guard);
      int produced = encoder.fill(plain, 0, plain.length, target, 1, room);
      assertTrue(produced > 0 && produced <= room, "room " + room + " produced " + produced);
      byte[] block = Arrays.copyOfRange(target, 1, 1 + produced);
      assertArrayEquals(
          Arrays.copyOf(plain, encoder.consumed()),
          NaiveLz4.decodeStrictly(block, NO_HISTORY, plain.length),
          "room " + room);
      assertEquals(guard, target[0]);
      assertEquals(guard, target[room + 1], "room " + room);
      if (room >= whole) {
        assertEquals(plain.length, encoder.consumed(), "room " + room);
      } else {
        // All but a few bytes of the room are used.
        assertTrue(encoder.consumed() < plain.length && produced >= room - 20, "room " + room);
      }
    }
    assertEquals(0, encoder.fill(plain, 0, plain.length, new byte[1], 1, 0));
    assertEquals(0, encoder.consumed());
  }

  @Test
  void aBlockThatDoesNotFitHasNoInfluenceOnTheNext() {
    byte[] plain = MixedContent.of(new SplittableRandom(1), 20_000);
    for (int level = 2; level <= 12; level++) {
      byte[] block = new byte[Lz4.maxCompressedSize(plain.length)];
      HcEncoder encoder = new HcEncoder(level, true);
      int size = encoder.compress(plain, 0, plain.length, block, 0, block.length);
      assertEquals(0, encoder.compress(plain, 0, plain.length, new byte[size], 0, size / 2));
      assertEquals(0, encoder.consumed());
      byte[] again = new byte[block.length];
      assertEquals(size, encoder.compress(plain, 0, plain.length, again, 0, again.length));
      assertArrayEquals(Arrays.copyOf(block, size), Arrays.copyOf(again, size));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 9, 10, 12})
  void whatAnEncoderNeedsIsAllocatedOnce(int level) {
    byte[] plain = Content.of(5, 6, 2000);
    byte[] block = new byte[Lz4.maxCompressedSize(plain.length)];
    HcEncoder[] made = new HcEncoder[2];
    // The first one also loads classes.
    made[0] = new HcEncoder(level, false);
    long size = Allocations.of(() -> made[1] = new HcEncoder(level, false));
    long tables = (level < 10 ? 256L : level < 12 ? 304L : 496L) << 10;
    assertTrue(size >= tables && size < tables + 2048, "an encoder of " + size + " bytes");
    HcEncoder encoder = made[1];
    Runnable calls =
        () -> {
          for (int i = 0; i < 50; i++) {
            encoder.compress(plain, 0, plain.length, block, 0, block.length);
            encoder.fill(plain, 0, plain.length, block, 0, 100 + i);
          }
        };
    calls.run();
    long garbage = Allocations.of(calls);
    assertTrue(garbage < 1000, "garbage of 100 calls: " + garbage);
  }

  @Test
  void thePublicFaceGivesTheSameBlocks() {
    byte[] plain = MixedContent.of(new SplittableRandom(11), 10_000);
    byte[] expected = new byte[Lz4.maxCompressedSize(plain.length)];
    byte[] block = new byte[expected.length];
    for (int level = 2; level <= 12; level++) {
      for (boolean favor : new boolean[] {false, true}) {
        HcEncoder encoder = new HcEncoder(level, favor);
        Lz4Compressor face =
            Lz4Compressor.of(Lz4Level.hc(level).withFavorDecompressionSpeed(favor));
        int size = encoder.compress(plain, 0, plain.length, expected, 0, expected.length);
        assertEquals(size, face.compress(plain, 0, plain.length, block, 0, block.length));
        assertArrayEquals(Arrays.copyOf(expected, size), Arrays.copyOf(block, size));
        int filled = encoder.fill(plain, 0, plain.length, expected, 0, 1000);
        assertEquals(filled, face.fill(plain, 0, plain.length, block, 0, 1000));
        assertEquals(encoder.consumed(), face.consumed());
        assertArrayEquals(Arrays.copyOf(expected, filled), Arrays.copyOf(block, filled));
      }
    }
  }

  @Test
  void indexesBeginAnewAboveOneGibibyte() {
    byte[] plain = MixedContent.of(new SplittableRandom(2), 5000);
    byte[] block = new byte[6000];
    byte[] first = new byte[6000];
    for (int level : new int[] {2, 9, 12}) {
      HcEncoder encoder = new HcEncoder(level, false);
      int size = encoder.compress(plain, 0, plain.length, first, 0, first.length);
      // Each block moves the index by 64 KiB and its size.
      for (int i = 0; i < (1 << 30) / 65_536 + 10; i++) {
        int part = i % 512 == 0 ? plain.length : 1;
        encoder.compress(plain, 0, part, block, 0, block.length);
      }
      assertEquals(size, encoder.compress(plain, 0, plain.length, block, 0, block.length));
      assertArrayEquals(Arrays.copyOf(first, size), Arrays.copyOf(block, size));
    }
  }

  /** Content for which a search without a bound on its work takes time quadratic in the size. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 9, 10, 12})
  void theTimeForHostileContentIsLinear(int level) {
    int size = 1 << 16;
    HcEncoder encoder = new HcEncoder(level, false);
    for (int kind = 0; kind < 5; kind++) {
      byte[] small = hostile(kind, size);
      byte[] large = hostile(kind, 4 * size);
      // The best of some rounds, since others use the machine too. 4 when linear, 16 when
      // quadratic; half a millisecond is noise.
      long one = Long.MAX_VALUE;
      long four = Long.MAX_VALUE;
      for (int round = 0; round < 3 || (round < 50 && four > 9 * (one + 500_000)); round++) {
        one = Math.min(one, time(encoder, small));
        four = Math.min(four, time(encoder, large));
      }
      assertTrue(four <= 9 * (one + 500_000), "kind " + kind + ": " + one + " and " + four + " ns");
    }
  }

  private static byte[] hostile(int kind, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      boolean mark = i % 4000 == 3999;
      bytes[i] =
          switch (kind) {
            case 0 -> 0;
            case 1 -> (byte) (i & 1);
            // Runs of zeros, each with its own end: every start matches all that went before.
            case 2 -> (byte) (i % 300 == 299 ? i / 300 : 0);
            // Long periods of 2 and of 7, nearly as long as the optimal parser's path.
            case 3 -> (byte) (mark ? i / 4000 * 31 + 2 : i & 1);
            default -> (byte) (mark ? i / 4000 * 31 + 7 : i % 7);
          };
    }
    return bytes;
  }

  private static long time(HcEncoder encoder, byte[] plain) {
    byte[] block = new byte[Lz4.maxCompressedSize(plain.length)];
    long start = System.nanoTime();
    encoder.compress(plain, 0, plain.length, block, 0, block.length);
    return System.nanoTime() - start;
  }
}
