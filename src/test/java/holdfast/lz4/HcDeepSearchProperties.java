package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.testkit.MixedContent;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * The search with {@link HcDeepSearch} against the plain walk, which a state for level 11 takes.
 */
class HcDeepSearchProperties {
  private static final int INDEX_BITS = 29;
  private static final int[] TRIES = {1, 16, 17, 18, 30, 100, 512, 4000, 16_384};

  @Property
  void aSearchFindsWhatTheWalkFinds(@ForAll long seed) {
    var random = new SplittableRandom(seed);
    byte[] bytes = content(random, 40 + random.nextInt(1 << random.nextInt(8, 17)));
    int tries = TRIES[random.nextInt(TRIES.length)];
    int moved = random.nextInt(1 << INDEX_BITS);
    HcState deep = begun(12, bytes, moved);
    HcState plain = begun(11, bytes, moved);
    int limit = deep.end - Lz4Block.LAST_LITERALS;
    int best = Lz4Block.MATCH_MIN - 1;
    int stride = 1 + bytes.length / 4000;
    for (int p = deep.prefixStart; p < limit - 7; p += 1 + random.nextInt(2 * stride)) {
      String what = "seed " + seed + " tries " + tries + " p " + (p - deep.prefixStart);
      int expected = HcOptimalSearch.search(plain, p, limit, best, tries);
      assertEquals(expected, HcOptimalSearch.search(deep, p, limit, best, tries), what);
      if (expected > best) {
        assertEquals(plain.matchOffset, deep.matchOffset, what);
      }
    }
  }

  private static HcState begun(int level, byte[] bytes, int moved) {
    HcState state = new HcState(HcLevel.of(level));
    state.end += moved;
    state.begin(bytes, 0);
    state.end += bytes.length;
    return state;
  }

  @Property
  void blocksAndStreamsAreThoseOfTheWalk(@ForAll long seed) {
    var random = new SplittableRandom(seed);
    byte[] bytes = content(random, 200 + random.nextInt(1 << random.nextInt(10, 18)));
    HcState deep = new HcState(HcLevel.of(12));
    HcState plain = new HcState(HcLevel.of(11));
    HcParser parser = new HcParser(HcLevel.of(12));
    int at = 0;
    deep.begin(bytes, at);
    plain.begin(bytes, at);
    for (int block = 0; at < bytes.length; block++) {
      switch (random.nextInt(8)) {
        case 0 -> {
          deep.begin(bytes, at);
          plain.begin(bytes, at);
        }
        case 1 -> {
          int size = random.nextInt(at + 1);
          deep.load(bytes, at - size, size);
          plain.load(bytes, at - size, size);
        }
        case 2 -> {
          deep.makeExternal(bytes, at);
          plain.makeExternal(bytes, at);
        }
        case 3 -> {
          deep.dropExternal(1 << 16);
          plain.dropExternal(1 << 16);
        }
        default -> {}
      }
      int size = 1 + random.nextInt(Math.min(bytes.length - at, 1 << random.nextInt(5, 18)));
      byte[] expected = new byte[Lz4.maxCompressedSize(size)];
      byte[] found = new byte[expected.length];
      int packed = parser.compress(plain, size, expected, 0, expected.length, false);
      String what = "seed " + seed + " block " + block + " at " + at + " size " + size;
      assertEquals(packed, parser.compress(deep, size, found, 0, found.length, false), what);
      assertArrayEquals(Arrays.copyOf(expected, packed), Arrays.copyOf(found, packed), what);
      at += size;
    }
  }

  private static byte[] content(SplittableRandom random, int size) {
    return switch (random.nextInt(5)) {
      case 0 -> letters(random, size);
      case 1 -> periods(random, size);
      case 2 -> records(random, size);
      default -> MixedContent.of(random, size);
    };
  }

  /** Few letters: chains of many candidates. */
  private static byte[] letters(SplittableRandom random, int size) {
    byte[] bytes = new byte[size];
    int letters = random.nextInt(2, 6);
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) random.nextInt(letters);
    }
    return bytes;
  }

  /** Stretches of one period each, short or long, with a wrong byte here and there. */
  private static byte[] periods(SplittableRandom random, int size) {
    byte[] bytes = new byte[size];
    for (int at = 0; at < size; ) {
      int period = 1 + random.nextInt(1 << random.nextInt(1, 9));
      int stop = Math.min(size, at + period + random.nextInt(1 << random.nextInt(1, 14)));
      for (int start = at; at < stop; at++) {
        boolean own = at - start < period || random.nextInt(500) == 0;
        bytes[at] = own ? (byte) random.nextInt(4) : bytes[at - period];
      }
    }
    return bytes;
  }

  /** Equal records but for a few bytes: thousands of matches of about the same length. */
  private static byte[] records(SplittableRandom random, int size) {
    byte[] record = new byte[random.nextInt(8, 40)];
    random.nextBytes(record);
    int counter = random.nextInt(record.length);
    int noise = random.nextInt(record.length);
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      int field = i % record.length;
      bytes[i] =
          field == counter
              ? (byte) (i / record.length)
              : field == noise ? (byte) random.nextInt(256) : record[field];
    }
    return bytes;
  }
}
