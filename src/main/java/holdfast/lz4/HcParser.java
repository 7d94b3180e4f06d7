package holdfast.lz4;

/**
 * Compresses the tail of a history into a block, by the method of a level.
 *
 * <p>Owns what the methods need besides the history: the writer, and for the optimal method a table
 * of prices of 48 KiB.
 */
final class HcParser {
  private final HcLevel level;
  private final HcWriter writer = new HcWriter();

  /** Null for the methods that do not need it. */
  private final HcOptimalKernel optimal;

  HcParser(HcLevel level) {
    this.level = level;
    optimal = level.method() == HcLevel.Method.OPTIMAL ? new HcOptimalKernel() : null;
  }

  /**
   * Compresses the bytes that follow the prefix, which become its tail. Keeps no reference to the
   * destination.
   *
   * @param size how many bytes, at most {@link Lz4Block#PLAIN_MAX}
   * @param capacity bytes that may be written
   * @param fill whether to take as much input as fits, instead of all or nothing
   * @return the compressed size, or 0 if it does not fit
   */
  int compress(HcState state, int size, byte[] target, int position, int capacity, boolean fill) {
    state.end += size;
    writer.open(state, size, target, position, capacity, fill);
    int produced =
        switch (level.method()) {
          case MID -> HcMidKernel.compress(state, writer);
          case CHAIN -> HcChainKernel.compress(state, writer, level);
          case OPTIMAL -> optimal.compress(state, writer, level);
        };
    writer.release();
    return produced;
  }

  /** Bytes of input that the last block stands for, if it was successful. */
  int consumed() {
    return writer.consumed();
  }
}
