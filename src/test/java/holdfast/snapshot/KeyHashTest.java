package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.Allocations;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHashTest {
  private static final int[] SIZES = {8, 16, 24, 32, 40, 48};

  private static long hash(long seed, long... words) {
    MemorySegment memory = MemorySegment.ofArray(new byte[3 + 8 * words.length]);
    for (int i = 0; i < words.length; i++) {
      Mem.putLong(memory, 3 + 8L * i, words[i]);
    }
    return KeyHash.of(seed, memory, 3, 8 * words.length);
  }

  private static BigInteger unsigned(long word) {
    return new BigInteger(Long.toUnsignedString(word));
  }

  private static long fold(long x, long y) {
    BigInteger product = unsigned(x).multiply(unsigned(y));
    return product.longValue() ^ product.shiftRight(64).longValue();
  }

  /** The picture in the class, with large numbers. */
  private static long expected(long seed, long... words) {
    long k = fold(seed ^ 0x6a09e667f3bcc909L, 0xbb67ae8584caa73bL);
    long h = seed;
    int i = 0;
    for (; i + 1 < words.length; i += 2) {
      h = fold(words[i] ^ k, words[i + 1] ^ h);
    }
    if (i < words.length) {
      h = fold(words[i] ^ k, h ^ 0x3c6ef372fe94f82bL);
    }
    return fold(h ^ 0xa54ff53a5f1d36f1L, k ^ 8L * words.length);
  }

  @Test
  void theHashIsThatOfTheRule() {
    SplittableRandom random = new SplittableRandom(1);
    for (int size : SIZES) {
      for (int i = 0; i < 100; i++) {
        long seed = random.nextLong();
        long[] words = random.longs(size / 8).toArray();
        assertEquals(expected(seed, words), hash(seed, words), "seed " + seed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void everyBitOfTheKeyChangesAboutHalfOfTheHash(int count) {
    SplittableRandom random = new SplittableRandom(count);
    int rounds = 400;
    for (int bit = 0; bit < 64 * count; bit++) {
      long changed = 0;
      for (int i = 0; i < rounds; i++) {
        long seed = random.nextLong();
        long[] words = random.longs(count).toArray();
        long before = hash(seed, words);
        words[bit / 64] ^= 1L << bit;
        changed += Long.bitCount(before ^ hash(seed, words));
      }
      double mean = (double) changed / rounds;
      // The mean of 400 draws with a deviation of 4 each; ten deviations are 2.
      assertTrue(mean > 30 && mean < 34, "bit " + bit + ": " + mean);
    }
  }

  @Test
  void wordsInAnotherOrderHashOtherwise() {
    assertNotEquals(hash(5, 1, 2, 3, 4), hash(5, 2, 1, 3, 4));
    assertNotEquals(hash(5, 1, 2, 3, 4), hash(5, 3, 4, 1, 2));
    assertNotEquals(hash(5, 0), hash(5, 0, 0));
    assertNotEquals(hash(5, 7), hash(6, 7));
  }

  /** Small numbers as keys, the lowest bits as chains: what a counter as key does. */
  @Test
  void countersSpreadOverChains() {
    int chains = 1 << 12;
    int[] filled = new int[chains];
    for (long i = 0; i < 4L * chains; i++) {
      filled[(int) hash(99, i, 0, 0, 0) & chains - 1]++;
    }
    int max = 0;
    for (int n : filled) {
      max = Math.max(max, n);
    }
    assertTrue(max < 20, "longest chain " + max); // Poisson with mean 4: above 20 is 1 in 10^8
    Set<Long> all = new HashSet<>();
    for (long i = 0; i < 100_000; i++) {
      assertTrue(all.add(hash(1, i << 40)));
    }
  }

  @Test
  void makesNoGarbage() {
    MemorySegment memory = MemorySegment.ofArray(new byte[48]);
    long[] sum = new long[1];
    Runnable work =
        () -> {
          for (int i = 0; i < 200_000; i++) {
            sum[0] += KeyHash.of(i, memory, 0, 48);
          }
        };
    work.run(); // the interpreter makes some
    work.run();
    long garbage = Allocations.of(work);
    assertNotEquals(0, sum[0]);
    assertTrue(garbage < 10_000, garbage + " bytes");
  }
}
