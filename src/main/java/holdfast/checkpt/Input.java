package holdfast.checkpt;

import holdfast.CorruptDataException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the bytes of a checkpoint come from. */
sealed interface Input permits RegionInput, StreamInput {
  /** What {@link #size} says when nobody knows. */
  long UNKNOWN = -1;

  /** The thing being read, in error messages. */
  String FORMAT = "checkpt";

  /** Offset of the next byte. */
  long offset();

  /** Offset behind the last byte, or {@link #UNKNOWN}. */
  long size();

  /** Goes elsewhere; the caller has checked that the size is known and not exceeded. */
  void seek(long offset) throws IOException;

  /**
   * Reads into a range of a segment.
   *
   * @throws CorruptDataException when the bytes end before
   */
  void read(MemorySegment target, long offset, long size) throws IOException;

  /**
   * Leaves bytes out.
   *
   * @throws CorruptDataException when they end before
   */
  void skip(long size) throws IOException;

  /**
   * Makes the next bytes visible in {@link #memory}.
   *
   * @param wanted at most {@link Block#STORED_MAX}
   * @return how many there are: at least {@code wanted}, or fewer at the end
   */
  int peek(int wanted) throws IOException;

  /** What {@link #peek} made visible lies in here. */
  MemorySegment memory();

  /** The array behind {@link #memory}; null when there is none to be seen. */
  byte[] array();

  /** Where in {@link #memory}. */
  long position();

  /** Goes on behind bytes that {@link #peek} made visible. */
  void take(int size);

  /** The byte array behind a segment; null when it has another, or shows none. */
  static byte[] arrayOf(MemorySegment segment) {
    return segment.isNative()
        ? null
        : segment.heapBase().orElse(null) instanceof byte[] a ? a : null;
  }

  /** What to throw when bytes are missing. */
  static CorruptDataException ended(long at, long missing) {
    return new CorruptDataException(FORMAT, at, missing + " bytes more", "the end");
  }
}
