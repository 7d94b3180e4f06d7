package holdfast.internal;

/** Arithmetic on alignments, which are powers of two. */
public final class Bits {
  private Bits() {}

  /**
   * Tells whether a value can be an alignment.
   *
   * @param value any value; as an unsigned number, so that 2^63 is one
   * @return whether exactly one bit is set
   */
  public static boolean isPowerOfTwo(long value) {
    return Long.bitCount(value) == 1;
  }

  /**
   * Tells whether a value is a multiple of an alignment.
   *
   * @param value any value
   * @param alignment a power of two
   * @return whether the low bits are zero
   */
  public static boolean isAligned(long value, long alignment) {
    return (value & (alignment - 1)) == 0;
  }

  /**
   * Rounds up.
   *
   * <p>The caller sees to it that the result fits: near 2^63 it turns negative.
   *
   * @param value at least 0
   * @param alignment a power of two
   * @return the smallest multiple of the alignment that is not below the value
   */
  public static long alignUp(long value, long alignment) {
    return (value + (alignment - 1)) & -alignment;
  }

  /**
   * Rounds down.
   *
   * @param value at least 0
   * @param alignment a power of two
   * @return the largest multiple of the alignment that is not above the value
   */
  public static long alignDown(long value, long alignment) {
    return value & -alignment;
  }
}
