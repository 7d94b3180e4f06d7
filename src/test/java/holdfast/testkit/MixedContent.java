package holdfast.testkit;

import java.util.SplittableRandom;

/**
 * Random mixtures of everything that an encoder meets: the generated kinds, runs of one byte,
 * copies from near and far, in pieces of all sizes.
 */
public final class MixedContent {
  private static final int PIECE_BITS_MAX = 13;
  private static final int REACH = 70_000;

  private MixedContent() {}

  /** A buffer of the given size. */
  public static byte[] of(SplittableRandom random, int size) {
    byte[] bytes = new byte[size];
    fill(random, bytes, 0, size);
    return bytes;
  }

  /** Overwrites a range; its copies may come from anywhere before it. */
  public static void fill(SplittableRandom random, byte[] bytes, int offset, int size) {
    int at = offset;
    int end = offset + size;
    while (at < end) {
      int piece = 1 + random.nextInt(1 << random.nextInt(PIECE_BITS_MAX));
      int stop = Math.min(end, at + piece);
      int kind = random.nextInt(Content.KINDS + 2);
      if (kind < Content.KINDS) {
        long seed = random.nextInt(5);
        long from = random.nextInt(2000);
        for (; at < stop; at++) {
          bytes[at] = Content.at(kind, seed, from++);
        }
      } else if (kind == Content.KINDS || at == 0) {
        byte one = (byte) random.nextInt(3);
        for (; at < stop; at++) {
          bytes[at] = one;
        }
      } else {
        int distance = 1 + random.nextInt(Math.min(at, REACH));
        for (; at < stop; at++) {
          bytes[at] = bytes[at - distance];
        }
      }
    }
  }
}
