package holdfast.groove;

/**
 * Where a key of 32 bytes is looked for first.
 *
 * <p>Each of its four words is mixed with the seed on its own and the results are combined by
 * exclusive or, as the original does. So keys that differ only in the order of their words have the
 * same hash, and two equal words cancel: keys from outside should be hashes themselves.
 */
final class KeyHash {
  private KeyHash() {}

  static long hash(long k0, long k1, long k2, long k3, long seed) {
    return mix(k0 ^ seed) ^ mix(k1 ^ seed) ^ mix(k2 ^ seed) ^ mix(k3 ^ seed);
  }

  /** The finaliser of Murmur3 for 64 bits. */
  private static long mix(long word) {
    long x = word;
    x ^= x >>> 33;
    x *= 0xff51afd7ed558ccdL;
    x ^= x >>> 33;
    x *= 0xc4ceb9fe1a85ec53L;
    return x ^ x >>> 33;
  }
}
