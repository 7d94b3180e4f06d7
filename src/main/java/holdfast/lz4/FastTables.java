package holdfast.lz4;

/**
 * The hash tables of the fast encoder: 16 KiB in one of two shapes, as the original has them.
 *
 * <p>Small inputs index 8192 16-bit entries by a hash of 4 bytes, all others 4096 32-bit entries by
 * a hash of 5 bytes. Both hashes are those of a little-endian 64-bit machine, whatever the machine,
 * so that the compressed bytes are the same everywhere.
 */
final class FastTables {
  static final int SMALL_ENTRIES = 8192;
  static final int LARGE_ENTRIES = 4096;

  /** Misses before the search takes longer steps, as a power of two. */
  static final int SKIP_TRIGGER = 6;

  /** Multiplier of the hash of 4 bytes: {@code (int) word * PRIME_4 >>> 19}. */
  static final int PRIME_4 = 0x9E37_79B1;

  /** Multiplier of the hash of 5 bytes: {@code (int) ((word << 24) * PRIME_5 >>> 52)}. */
  static final long PRIME_5 = 889_523_592_379L;

  private FastTables() {}

  /** Slot of the 4 lowest bytes of a word in a small table. */
  static int smallSlot(long word) {
    return ((int) word * PRIME_4) >>> 19;
  }

  /** Slot of the 5 lowest bytes of a word in a large table. */
  static int largeSlot(long word) {
    return (int) (((word << 24) * PRIME_5) >>> 52);
  }
}
