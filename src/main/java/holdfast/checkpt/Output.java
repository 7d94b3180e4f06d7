package holdfast.checkpt;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the bytes of a checkpoint go. */
sealed interface Output permits RegionOutput, StreamOutput {
  /** Bytes taken so far, those included that are still in a buffer. */
  long offset();

  /**
   * Takes the start of an array.
   *
   * @throws IOException when there is no room or the channel refuses
   */
  void put(byte[] bytes, int size) throws IOException;

  /**
   * Takes a range of a segment.
   *
   * @throws IOException when there is no room or the channel refuses
   */
  void put(MemorySegment bytes, long offset, long size) throws IOException;

  /** Keeps nothing in a buffer. */
  void flush() throws IOException;

  /** Starts over at offset 0; what is in a buffer is dropped. */
  void restart();
}
