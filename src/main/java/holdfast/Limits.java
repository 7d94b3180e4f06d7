package holdfast;

/**
 * What a reader may spend on bytes that it does not trust.
 *
 * <p>A reader that would have to go beyond a limit throws {@link CorruptDataException} before it
 * spends anything. Immutable.
 *
 * @param outputMax most bytes that one reader may hand out in all, over all frames; at least 0
 * @param memoryMax most bytes of working memory that one reader may hold at a time; at least 0
 */
public record Limits(long outputMax, long memoryMax) {
  /** No limit on the output, 64 MiB of working memory: enough for every format of this library. */
  public static final Limits DEFAULT = new Limits(Long.MAX_VALUE, 64L << 20);

  /** Checks the values. */
  public Limits {
    if (outputMax < 0) {
      throw new IllegalArgumentException("outputMax must not be negative: " + outputMax);
    }
    if (memoryMax < 0) {
      throw new IllegalArgumentException("memoryMax must not be negative: " + memoryMax);
    }
  }

  /**
   * The same limits with another bound on the output.
   *
   * @param outputMax bytes, at least 0
   * @return a copy
   */
  public Limits withOutputMax(long outputMax) {
    return new Limits(outputMax, memoryMax);
  }

  /**
   * The same limits with another bound on the working memory.
   *
   * @param memoryMax bytes, at least 0
   * @return a copy
   */
  public Limits withMemoryMax(long memoryMax) {
    return new Limits(outputMax, memoryMax);
  }
}
