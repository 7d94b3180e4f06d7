package holdfast.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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
    return (int) range((long) value, min, max, name);
  }

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
  public static long range(long value, long min, long max, String name) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " must be in [" + min + ", " + max + "]: " + value);
    }
    return value;
  }

  /**
   * Requires that a segment can be written to.
   *
   * @param target the segment
   * @throws IllegalArgumentException when it is read-only
   */
  public static void writable(MemorySegment target) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("destination is read-only");
    }
  }

  /**
   * Requires that the calling thread can use a segment.
   *
   * @param segment the segment
   * @throws IllegalStateException when its arena is closed
   * @throws WrongThreadException when it belongs to another thread
   */
  public static void accessible(MemorySegment segment) {
    if (segment.byteSize() != 0) {
      // An ordinary access throws what has to be thrown.
      var _ = segment.get(ValueLayout.JAVA_BYTE, 0);
    }
  }

  /**
   * Requires that two segments share no byte.
   *
   * @param source what is read
   * @param target what is written
   * @throws IllegalArgumentException when they overlap
   */
  public static void noOverlap(MemorySegment source, MemorySegment target) {
    if (source.byteSize() == 0 || target.byteSize() == 0) {
      return;
    }
    boolean overlapping;
    if (source.isNative() && target.isNative()) {
      // The common case, without the objects that the general answer below makes.
      long distance = target.address() - source.address();
      overlapping = distance < source.byteSize() && -distance < target.byteSize();
    } else {
      overlapping = source.asOverlappingSlice(target).isPresent();
    }
    if (overlapping) {
      overlap();
    }
  }

  /**
   * Requires that ranges of two segments share no byte.
   *
   * @param source what is read
   * @param sourceOffset where the range begins, bytes from the start of the segment
   * @param sourceSize its size
   * @param target what is written
   * @param targetOffset where the range begins, bytes from the start of the segment
   * @param targetSize its size
   * @throws IllegalArgumentException when they overlap
   */
  public static void noOverlap(
      MemorySegment source,
      long sourceOffset,
      long sourceSize,
      MemorySegment target,
      long targetOffset,
      long targetSize) {
    if (source.isNative() && target.isNative()) {
      long distance = target.address() + targetOffset - (source.address() + sourceOffset);
      if (sourceSize != 0 && targetSize != 0 && distance < sourceSize && -distance < targetSize) {
        overlap();
      }
    } else if (source.isNative() == target.isNative()) {
      // Ranges of one array can only be told apart as segments.
      noOverlap(source.asSlice(sourceOffset, sourceSize), target.asSlice(targetOffset, targetSize));
    }
  }

  /**
   * Requires that two ranges of arrays share no byte.
   *
   * @param source what is read
   * @param sourceOffset where it begins
   * @param sourceSize its size
   * @param target what is written
   * @param targetOffset where it begins
   * @param targetSize its size
   * @throws IllegalArgumentException when they overlap
   */
  public static void noOverlap(
      byte[] source,
      int sourceOffset,
      int sourceSize,
      byte[] target,
      int targetOffset,
      int targetSize) {
    int distance = targetOffset - sourceOffset;
    if (source == target
        && sourceSize != 0
        && targetSize != 0
        && distance < sourceSize
        && -distance < targetSize) {
      overlap();
    }
  }

  private static void overlap() {
    throw new IllegalArgumentException("source and destination overlap");
  }
}
