package holdfast.lz4;

/**
 * A dictionary made ready for high compression once, to be attached to many streams.
 *
 * <p>Holds 256 KiB of tables, 448 KiB for level 12. Immutable; may be shared between threads and by
 * streams of all levels, but finds most when the levels are on the same side of the border between
 * 2 and 3.
 */
final class HcDictionary {
  private final HcState state;

  /**
   * Digests the last 64 KiB of a dictionary.
   *
   * @param bytes kept by reference; the range must not change as long as the dictionary is used
   * @param level 2..12: what its tables are made for
   */
  HcDictionary(byte[] bytes, int offset, int size, int level) {
    state = new HcState(HcLevel.of(level));
    state.load(bytes, offset, size);
  }

  HcState state() {
    return state;
  }
}
