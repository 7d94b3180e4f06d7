package holdfast.checkpt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory that collects bytes for a channel; freed when nobody refers to it any more. */
final class WriteBuffer {
  final MemorySegment memory;
  final int size;

  /** The same memory, as channels want it. */
  private final ByteBuffer view;

  /** Bytes in it. */
  int used;

  WriteBuffer(int size) {
    this.size = size;
    memory = Arena.ofAuto().allocate(size, Long.BYTES);
    view = memory.asByteBuffer().asReadOnlyBuffer();
  }

  /** The bytes in it, for one write. */
  ByteBuffer content() {
    return view.limit(used).position(0);
  }
}
