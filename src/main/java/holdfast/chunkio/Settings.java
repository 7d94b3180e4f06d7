package holdfast.chunkio;

import holdfast.internal.Bits;
import holdfast.internal.Mem;

/** What the bodies of one store share: its options, those that may change later among them. */
final class Settings {
  /** Sizes that the original accepts for a growth step: 8 pages to 8 000 000 bytes. */
  static final int GROW_STEP_MIN = 32_768;

  static final int GROW_STEP_MAX = 8_000_000;

  // With no step given, a file grows fast at first and then by 256 KiB or a quarter: enough that a
  // map of it is made seldom, little enough that a small chunk costs little. Each growth writes
  // zeros, measured as the fastest way to get storage (docs/benchmarks.md).
  private static final long ADAPTIVE_MIN = 60 << 10;
  private static final long ADAPTIVE_USUAL = 256 << 10;

  final ChunkStoreOptions options;
  volatile int growStep;
  volatile Trim trim;

  Settings(ChunkStoreOptions options) {
    this.options = options;
    this.growStep = options.growStep();
    this.trim = options.trim();
  }

  /**
   * The size of a file that has to hold more.
   *
   * @param allocated its size now
   * @param needed bytes that it has to hold
   * @param step the growth step, 0 for the adaptive one
   */
  static long grown(long allocated, long needed, int step) {
    long size = allocated;
    while (size < needed) {
      size +=
          step > 0
              ? step
              : Math.max(Math.min(ADAPTIVE_USUAL, Math.max(ADAPTIVE_MIN, 4 * size)), size / 4);
    }
    return Bits.alignUp(size, Mem.PAGE);
  }
}
