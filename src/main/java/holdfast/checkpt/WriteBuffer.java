package holdfast.checkpt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Native memory that collects bytes for a channel; there from the first use on, and freed when
 * nobody refers to it any more.
 */
final class WriteBuffer {
  final int size;

  /** Null before the first use. */
  private MemorySegment memory;

  /** The same memory, as channels want it. */
  private ByteBuffer view;

  /** Bytes in it. */
  int used;

  WriteBuffer(int size) {
    this.size = size;
  }

  MemorySegment memory() {
    if (memory == null) {
      memory = Arena.ofAuto().allocate(size, Long.BYTES);
      view = memory.asByteBuffer().asReadOnlyBuffer();
    }
    return memory;
  }

  /** The bytes in it, at least one, for one write. */
  ByteBuffer content() {
    return view.limit(used).position(0);
  }
}
