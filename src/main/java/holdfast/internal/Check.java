package holdfast.internal;

import java.lang.foreign.MemorySegment;

/** Checks of callers' arguments that the JDK does not have. */
public final class Check {
  private Check() {}

  /**
   * Requires that a value lies in a range.
   *
   * @param value the value
   * @param min smallest that is allowed
   * @param max largest that is allowed
   * @param name what to call it in the message
   * @return the value
   * @throws IllegalArgumentException when it lies outside
   */
  public static int range(int value, int min, int max, String name) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " must be in [" + min + ", " + max + "]: " + value);
    }
    return value;
  }

  /**
   * Requires that two segments share no byte.
   *
   * @param source what is read
   * @param target what is written
   * @throws IllegalArgumentException when they overlap
   */
  public static void noOverlap(MemorySegment source, MemorySegment target) {
    if (source.byteSize() != 0
        && target.byteSize() != 0
        && source.asOverlappingSlice(target).isPresent()) {
      throw new IllegalArgumentException("source and destination overlap");
    }
  }
}
