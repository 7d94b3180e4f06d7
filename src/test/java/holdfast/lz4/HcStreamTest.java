package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import holdfast.testkit.MixedContent;
import holdfast.testkit.NaiveLz4;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HcStreamTest {
  private static final int[] LEVELS = {2, 3, 9, 10, 12};
  private static final int BLOCK = 5000;

  private final byte[] target = new byte[Lz4.maxCompressedSize(1 << 17)];

  private byte[] compress(HcStream stream, byte[] src, int offset, int size) {
    return Arrays.copyOf(target, stream.compress(src, offset, size, target, 0, target.length));
  }

  private static byte[] history(byte[] bytes, int end) {
    return Arrays.copyOfRange(bytes, Math.max(0, end - Lz4Block.HISTORY), end);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 3, 4, 8, 9, 128, 32_767, 32_768, 32_769, 32_777, 65_535, 65_536, 65_537, 131_071,
        131_072, 131_073
      })
  void aDictionaryCountsWithItsLast64KiB(int size) {
    byte[] all = MixedContent.of(new SplittableRandom(size), size + BLOCK);
    byte[] dictionary = Arrays.copyOf(all, size);
    byte[] tail = history(all, size);
    for (int level : LEVELS) {
      HcStream stream = new HcStream(level, false);
      assertEquals(tail.length, stream.load(dictionary, 0, size));
      byte[] block = compress(stream, all, size, BLOCK);
      assertArrayEquals(
          Arrays.copyOfRange(all, size, size + BLOCK),
          NaiveLz4.decodeStrictly(block, tail, BLOCK),
          "level " + level);
      stream.load(tail, 0, tail.length);
      assertArrayEquals(block, compress(stream, all, size, BLOCK), "level " + level);
      // As a prefix: the dictionary lies right before the block.
      stream.load(all, 0, size);
      assertArrayEquals(
          Arrays.copyOfRange(all, size, size + BLOCK),
          NaiveLz4.decodeStrictly(compress(stream, all, size, BLOCK), tail, BLOCK),
          "level " + level);
    }
  }

  @Test
  void anAttachedDictionaryGivesTheFirstLargeBlockOfALoadedOne() {
    byte[] all = MixedContent.of(new SplittableRandom(4), 40_000);
    int at = 30_000;
    byte[] dictionary = Arrays.copyOf(all, at);
    for (int level : LEVELS) {
      HcStream loaded = new HcStream(level, false);
      loaded.load(dictionary, 0, at);
      HcStream attached = new HcStream(level, false);
      attached.attach(new HcDictionary(dictionary, 0, at, level));
      assertArrayEquals(
          compress(loaded, all, at, BLOCK), compress(attached, all, at, BLOCK), "level " + level);
      assertArrayEquals(
          compress(loaded, all, at + BLOCK, BLOCK),
          compress(attached, all, at + BLOCK, BLOCK),
          "level " + level);
    }
  }

  @Test
  void anAttachedDictionaryHelpsSmallBlocksWhateverItsKind() {
    SplittableRandom random = new SplittableRandom(5);
    // Nothing repeats but the dictionary.
    byte[] dictionary = new byte[20_000];
    random.nextBytes(dictionary);
    for (int level : LEVELS) {
      for (int made : LEVELS) {
        HcDictionary ready = new HcDictionary(dictionary, 0, dictionary.length, made);
        HcStream stream = new HcStream(level, false);
        stream.attach(ready);
        byte[] plain = Arrays.copyOfRange(dictionary, 5000, 9000);
        byte[] known = dictionary;
        int compressed = 0;
        for (int at = 0; at < plain.length; at += 500) {
          byte[] block = compress(stream, plain, at, 500);
          byte[] piece = Arrays.copyOfRange(plain, at, at + 500);
          assertArrayEquals(piece, NaiveLz4.decodeStrictly(block, known, 500));
          known = join(known, piece);
          compressed += block.length;
        }
        // A stream with chains misreads the tables of the mid method: it may find nothing.
        boolean usable = level == 2 || made != 2;
        String what = "level " + level + " dictionary of level " + made + ": " + compressed;
        assertEquals(usable, compressed < 400, what);
      }
    }
  }

  @Test
  void savingAPartOfTheHistoryDetachesTheDictionary() {
    SplittableRandom random = new SplittableRandom(6);
    byte[] dictionary = new byte[8000];
    random.nextBytes(dictionary);
    byte[] plain = Arrays.copyOf(dictionary, 6000);
    for (int level : LEVELS) {
      for (int kept : new int[] {0, 100, 1000}) {
        HcStream stream = new HcStream(level, false);
        stream.attach(new HcDictionary(dictionary, 0, dictionary.length, level));
        byte[] first = compress(stream, plain, 0, 1000);
        byte[] known = join(dictionary, NaiveLz4.decodeStrictly(first, dictionary, 1000));
        byte[] buffer = new byte[kept + 2000];
        assertEquals(kept, stream.save(buffer, 0, kept));
        System.arraycopy(plain, 1000, buffer, kept, 2000);
        byte[] second = compress(stream, buffer, kept, 2000);
        assertArrayEquals(
            Arrays.copyOfRange(plain, 1000, 3000), NaiveLz4.decodeStrictly(second, known, 2000));
        if (kept < 1000) {
          assertNull(stream.state.dictionary);
        }
      }
    }
  }

  @Test
  void savingIsBoundedByTheHistoryAndBy64KiB() {
    byte[] plain = MixedContent.of(new SplittableRandom(7), 100_000);
    byte[] buffer = new byte[70_000];
    HcStream stream = new HcStream(3, false);
    assertEquals(0, stream.save(buffer, 0, 70_000));
    compress(stream, plain, 0, 100);
    assertEquals(0, stream.save(buffer, 0, 3));
    compress(stream, plain, 100, 100);
    assertEquals(100, stream.save(buffer, 7, 70_000));
    assertArrayEquals(
        Arrays.copyOfRange(plain, 100, 200), Arrays.copyOfRange(buffer, 7, 107), "only the prefix");
    stream.reset();
    compress(stream, plain, 0, 100_000);
    assertEquals(4, stream.save(buffer, 0, 4));
    stream.reset();
    compress(stream, plain, 0, 100_000);
    assertEquals(65_536, stream.save(buffer, 0, 70_000));
    assertArrayEquals(history(plain, 100_000), Arrays.copyOf(buffer, 65_536));
  }

  @Test
  void aResetStreamIsAsNew() {
    byte[] plain = MixedContent.of(new SplittableRandom(8), 100_000);
    byte[] elsewhere = MixedContent.of(new SplittableRandom(9), 100_000);
    for (int level : LEVELS) {
      HcStream used = new HcStream(level, true);
      for (int round = 0; round < 3; round++) {
        HcStream fresh = new HcStream(level, true);
        for (int at = 0; at < 60_000; at += 20_000) {
          byte[] from = at == 20_000 ? elsewhere : plain;
          assertArrayEquals(
              compress(fresh, from, at, 20_000), compress(used, from, at, 20_000), "at " + at);
        }
        // It ends in a failure, which must not be seen either.
        assertEquals(0, used.compress(plain, 0, 100_000, target, 0, 100));
        used.reset();
      }
    }
  }

  @Test
  void historyIsIndexedAnewAboveIndexTwoToTheThirtyOne() {
    byte[] plain = MixedContent.of(new SplittableRandom(10), 200_000);
    int at = 150_000;
    for (int level : LEVELS) {
      HcStream low = streamUpTo(at, plain, level);
      byte[] expected = compress(low, plain, at, BLOCK);

      HcStream high = streamUpTo(at, plain, level);
      // The index is 65 536 + 150 000 now.
      move(high.state, 0x7FFF_0000 - 4 * 65_536);
      assertArrayEquals(expected, compress(high, plain, at, BLOCK), "below, level " + level);

      HcStream above = streamUpTo(at, plain, level);
      move(above.state, 0x7FFF_0000);
      byte[] block = compress(above, plain, at, BLOCK);
      HcStream loaded = new HcStream(level, false);
      loaded.load(plain, 0, at);
      assertArrayEquals(compress(loaded, plain, at, BLOCK), block, "above, level " + level);
      assertArrayEquals(
          Arrays.copyOfRange(plain, at, at + BLOCK),
          NaiveLz4.decodeStrictly(block, history(plain, at), BLOCK));
      assertEquals(loaded.state.end, above.state.end);
    }
  }

  private HcStream streamUpTo(int end, byte[] plain, int level) {
    HcStream stream = new HcStream(level, false);
    for (int at = 0; at < end; at += 50_000) {
      compress(stream, plain, at, 50_000);
    }
    return stream;
  }

  /** Pretends that so many bytes, a multiple of 64 KiB, went before. */
  private static void move(HcState state, int bytes) {
    assertEquals(0, bytes & 0xFFFF);
    for (int i = 0; i < state.heads.length; i++) {
      if (state.heads[i] != HcState.EMPTY) {
        state.heads[i] += bytes;
      }
    }
    state.lowest += bytes;
    state.prefixStart += bytes;
    state.end += bytes;
    state.next += bytes;
    state.prefixShift -= bytes;
    state.extShift -= bytes;
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }
}
