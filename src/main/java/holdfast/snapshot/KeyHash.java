package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Where a key is looked for: a hash that nobody can aim at without the seed.
 *
 * <pre>{@code
 * k = fold(seed ^ A, B)                       both factors of every product depend on the seed,
 * h = seed                                    so no key makes one of them zero on purpose
 * each two words:   h = fold(w0 ^ k, w1 ^ h)
 * an odd last one:  h = fold(w0 ^ k, h ^ C)
 * hash = fold(h ^ D, k ^ size)
 *
 * fold(x, y): the 128 bits of the product x * y, upper half exclusive-or lower half
 * }</pre>
 */
final class KeyHash {
  // The fractions of the square roots of 2, 3, 5 and 7, made odd.
  private static final long A = 0x6a09e667f3bcc909L;
  private static final long B = 0xbb67ae8584caa73bL;
  private static final long C = 0x3c6ef372fe94f82bL;
  private static final long D = 0xa54ff53a5f1d36f1L;

  private KeyHash() {}

  /**
   * Hashes a key.
   *
   * @param seed random, the same for all keys of a table
   * @param memory where the key is
   * @param at offset of its first byte
   * @param keySize its size in bytes, a multiple of 8
   */
  static long of(long seed, MemorySegment memory, long at, int keySize) {
    long k = fold(seed ^ A, B);
    long h = seed;
    long i = at;
    long pairs = at + (keySize & -2 * Long.BYTES);
    for (; i < pairs; i += 2 * Long.BYTES) {
      h = fold(Mem.getLong(memory, i) ^ k, Mem.getLong(memory, i + Long.BYTES) ^ h);
    }
    if (i < at + keySize) {
      h = fold(Mem.getLong(memory, i) ^ k, h ^ C);
    }
    return fold(h ^ D, k ^ keySize);
  }

  private static long fold(long x, long y) {
    return x * y ^ Math.unsignedMultiplyHigh(x, y);
  }
}
