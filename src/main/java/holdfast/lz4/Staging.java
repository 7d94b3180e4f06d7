package holdfast.lz4;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * An array of its own that stands in for memory that a kernel cannot reach directly.
 *
 * <p>Grows to the largest block seen and stays, so that repeated calls allocate nothing.
 */
final class Staging {
  private byte[] bytes = {};

  /** The array, at least {@code size} long; its old content may be gone. */
  byte[] room(int size) {
    if (bytes.length < size) {
      bytes = new byte[size];
    }
    return bytes;
  }

  /** The array, at least {@code size} long and no smaller than it was, with its content. */
  byte[] roomFor(int size) {
    if (bytes.length < size) {
      bytes = Arrays.copyOf(bytes, Math.max(size, 2 * bytes.length));
    }
    return bytes;
  }

  /** The array, beginning with a copy of a segment. */
  byte[] copyOf(MemorySegment segment) {
    int size = Math.toIntExact(segment.byteSize());
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, room(size), 0, size);
    return bytes;
  }

  /** Copies a range of the array to the start of a segment. */
  void copyTo(MemorySegment segment, int offset, int size) {
    MemorySegment.copy(bytes, offset, segment, ValueLayout.JAVA_BYTE, 0, size);
  }

  /** The byte array behind a segment; {@code null} when it has another, or shows none. */
  static byte[] arrayOf(MemorySegment segment) {
    return segment.isNative()
        ? null
        : segment.heapBase().orElse(null) instanceof byte[] a ? a : null;
  }

  /** Where a segment starts in {@link #arrayOf its array}. */
  static int offsetOf(MemorySegment segment) {
    return (int) segment.address();
  }
}
