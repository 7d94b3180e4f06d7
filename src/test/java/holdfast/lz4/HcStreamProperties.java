package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.MixedContent;
import holdfast.testkit.NaiveLz4;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random calls; the model is a decoder that knows all the plain bytes of the stream so far. */
class HcStreamProperties {
  private static final int[] SIZES = {
    0, 1, 4, 8, 128, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073
  };

  @Property
  void whateverTheCallsEveryBlockDecodes(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int level, @ForAll boolean favor) {
    new Walk(seed, level, favor).run();
  }

  private static final class Walk {
    final SplittableRandom random;
    final HcStream stream;
    final byte[][] places = new byte[2][];
    byte[] known = {};
    byte[] current;
    int position;

    Walk(long seed, int level, boolean favor) {
      random = new SplittableRandom(seed);
      stream = new HcStream(level, favor);
      for (int i = 0; i < places.length; i++) {
        places[i] = new byte[20 + random.nextInt(1 << random.nextInt(5, 18))];
      }
      current = places[0];
    }

    void run() {
      int steps = 1 + random.nextInt(12);
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(10)) {
          case 0 -> restart();
          case 1 -> save();
          case 2 -> jump();
          default -> compress();
        }
      }
    }

    /** A new stream with or without a dictionary. */
    void restart() {
      byte[] dictionary = MixedContent.of(random, SIZES[random.nextInt(SIZES.length)]);
      switch (random.nextInt(3)) {
        case 0 -> {
          stream.reset();
          known = new byte[0];
        }
        case 1 -> {
          stream.load(dictionary, 0, dictionary.length);
          known = dictionary;
        }
        default -> {
          int made = random.nextInt(2, 13);
          stream.attach(new HcDictionary(dictionary, 0, dictionary.length, made));
          known = dictionary;
        }
      }
    }

    /** Moves the history to the start of a place, or to its own; the rest may change then. */
    void save() {
      byte[] place = random.nextBoolean() ? current : new byte[70_000];
      int kept = stream.save(place, 0, random.nextInt(Math.min(place.length, 70_000) + 1));
      assertTrue(kept <= Lz4Block.HISTORY);
      for (byte[] other : places) {
        int from = other == place ? kept : 0;
        MixedContent.fill(random, other, from, other.length - from);
      }
      if (place == current) {
        position = kept;
      } else {
        // The next block may follow the saved history directly.
        current = random.nextBoolean() ? place : current;
        position = current == place ? kept : position;
      }
    }

    /** The next block does not follow the one before. */
    void jump() {
      current = places[random.nextInt(places.length)];
      position = random.nextInt(3) == 0 ? 0 : random.nextInt(current.length);
    }

    void compress() {
      if (position >= current.length) {
        // A ring begins anew.
        position = 0;
      }
      int room = current.length - position;
      int size = Math.min(room, random.nextInt(1 << random.nextInt(1, 17)));
      MixedContent.fill(random, current, position, size);
      byte[] plain = Arrays.copyOfRange(current, position, position + size);
      int capacity = Lz4.maxCompressedSize(size);
      if (random.nextInt(16) == 0) {
        capacity = random.nextInt(capacity);
      }
      byte[] block = new byte[capacity];
      int produced = stream.compress(current, position, size, block, 0, capacity);
      if (produced == 0) {
        assertTrue(capacity < Lz4.maxCompressedSize(size));
        restart();
        return;
      }
      assertArrayEquals(
          plain,
          NaiveLz4.decodeStrictly(Arrays.copyOf(block, produced), known, size),
          "position " + position + " size " + size);
      byte[] longer = Arrays.copyOf(known, known.length + size);
      System.arraycopy(plain, 0, longer, known.length, size);
      known = longer;
      position += size;
    }
  }
}
