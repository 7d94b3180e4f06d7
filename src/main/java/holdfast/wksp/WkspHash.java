package holdfast.wksp;

/** The two mixing functions of the original: every output bit depends on every input bit. */
final class WkspHash {
  private WkspHash() {}

  /** Draws heap priorities; a bijection of 32 bits. */
  static int hash(int x) {
    int h = x;
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    h ^= h >>> 16;
    return h;
  }

  /** Deals allocations to the frames of a checkpoint; a bijection of 64 bits. */
  static long hash(long x) {
    long h = x;
    h ^= h >>> 33;
    h *= 0xff51afd7ed558ccdL;
    h ^= h >>> 33;
    h *= 0xc4ceb9fe1a85ec53L;
    h ^= h >>> 33;
    return h;
  }
}
