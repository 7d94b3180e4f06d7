package holdfast.testkit;

/**
 * Generated content that the C programs behind the golden files make too: six kinds, any seed, any
 * size, byte for byte.
 *
 * <p>All arithmetic is modulo 2^64; remainders and quotients are unsigned.
 */
public final class Content {
  /** Number of kinds: zeros, random, runs, words, records, small alphabet. */
  public static final int KINDS = 6;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Content() {}

  /** A buffer of the given kind, seed and size. */
  public static byte[] of(int kind, long seed, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = at(kind, seed, i);
    }
    return bytes;
  }

  /** Byte {@code i} of the buffer of the given kind and seed. */
  public static byte at(int kind, long seed, long i) {
    return switch (kind) {
      case 0 -> 0;
      case 1 -> (byte) (r(seed, i >>> 3) >>> (8 * (i & 7)));
      case 2 -> (byte) r(seed, Long.divideUnsigned(i, 1 + (seed & 31)));
      case 3 ->
          (byte)
              ('a'
                  + Long.remainderUnsigned(
                      r(seed, 1_000_000 + (r(seed, i >>> 3) & 63) * 8 + (i & 7)), 26));
      case 4 -> record(seed, i);
      case 5 ->
          (byte) ('a' + Long.remainderUnsigned(r(seed, i), 2 + Long.remainderUnsigned(seed, 6)));
      default -> throw new IllegalArgumentException("kind " + kind);
    };
  }

  private static byte record(long seed, long i) {
    long q = i >>> 6;
    int b = (int) (i & 63);
    long value = b < 8 ? q : b < 16 ? seed : b < 24 ? r(seed, q) : 0;
    return (byte) (value >>> (8 * (b & 7)));
  }

  /** Word {@code i} of the random sequence of a seed. */
  public static long r(long seed, long i) {
    return mix(seed * GOLDEN + i + 1);
  }

  private static long mix(long x) {
    x ^= x >>> 33;
    x *= 0xff51afd7ed558ccdL;
    x ^= x >>> 33;
    x *= 0xc4ceb9fe1a85ec53L;
    return x ^ (x >>> 33);
  }
}
