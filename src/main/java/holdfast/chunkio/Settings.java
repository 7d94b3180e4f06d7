package holdfast.chunkio;

import holdfast.internal.Bits;
import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;

/** What the bodies of one store share: its options, those that may change later among them. */
final class Settings {
  /** Sizes that the original accepts for a growth step: 8 pages to 8 000 000 bytes. */
  static final int GROW_STEP_MIN = 32_768;

  static final int GROW_STEP_MAX = 8_000_000;

  // With no step given, a file has 64, 256, 512 KiB, and then 512 KiB or a quarter more: enough
  // that a map of it is made seldom, little enough that a small chunk costs little. Each growth
  // writes
  // zeros, measured as the fastest way to get storage (docs/benchmarks.md).
  private static final long SMALL = 64 << 10;
  private static final long MEDIUM = 256 << 10;
  private static final long USUAL = 512 << 10;

  /** Buffers kept for the next chunk: to get and clear one costs as much as to write it. */
  private static final int BUFFERS_MAX = 4;

  final ChunkStoreOptions options;
  private final Deque<MemorySegment> buffers = new ArrayDeque<>();
  volatile int growStep;
  volatile Trim trim;

  Settings(ChunkStoreOptions options) {
    this.options = options;
    this.growStep = options.growStep();
    this.trim = options.trim();
  }

  /** A buffer for a staged chunk; its memory ends with the last one who knows it. */
  MemorySegment borrowBuffer() {
    synchronized (buffers) {
      MemorySegment buffer = buffers.poll();
      if (buffer != null) {
        return buffer;
      }
    }
    return Arena.ofAuto().allocate(options.stagedSize(), Long.BYTES);
  }

  void returnBuffer(MemorySegment buffer) {
    synchronized (buffers) {
      if (buffers.size() < BUFFERS_MAX) {
        buffers.push(buffer);
      }
    }
  }

  /**
   * The size of a file that has to hold more.
   *
   * @param allocated its size now
   * @param needed bytes that it has to hold
   * @param step the growth step, 0 for the adaptive one
   */
  static long grown(long allocated, long needed, int step) {
    long size = allocated;
    while (size < needed) {
      size = step > 0 ? size + step : adaptive(size);
    }
    return Bits.alignUp(size, Mem.PAGE);
  }

  private static long adaptive(long size) {
    return size < SMALL
        ? SMALL
        : size < MEDIUM ? MEDIUM : Bits.alignDown(size + Math.max(USUAL, size / 4), USUAL);
  }
}
