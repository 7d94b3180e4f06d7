package holdfast.lz4;

import holdfast.Limits;
import holdfast.internal.GlobalMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * Native memory in which blocks of arrays are decoded, where native access is enabled.
 *
 * <p>The native kernel is so much faster than the one for arrays that copying the block in and the
 * plain bytes out costs less than it wins: 0.61 against 0.49 of liblz4 at 64 KiB, 0.54 against 0.37
 * at 4 KiB. Grows to the largest block seen, at most twice {@link #PLAIN_MAX}, and is freed when
 * its owner is unreachable.
 */
final class NativeScratch {
  /** Larger blocks are decoded where they are; this is the largest block of a frame. */
  static final int PLAIN_MAX = 4 << 20;

  /**
   * What a reader must be allowed to hold so that it may use this beside its own memory: the
   * largest frames need 17 MiB.
   */
  private static final long ALLOWANCE_MIN = 32 << 20;

  /** For smaller blocks the copies cost more than they win. */
  private static final int BLOCK_MIN = 256;

  private MemorySegment memory = MemorySegment.NULL;

  /** Whether a reader with these limits may use it. */
  static boolean within(Limits limits) {
    return limits.memoryMax() >= ALLOWANCE_MIN;
  }

  /** Whether a block is worth it. */
  static boolean fits(int srcSize, int dstSize) {
    return GlobalMemory.AVAILABLE
        && srcSize >= BLOCK_MIN
        && srcSize <= PLAIN_MAX
        && dstSize <= PLAIN_MAX;
  }

  /** Decodes as {@link ArrayDecoder} does; bytes that were not produced stay untouched. */
  int decode(
      byte[] src,
      int srcStart,
      int srcSize,
      byte[] dst,
      int dstStart,
      int dstSize,
      byte[] dictionary,
      boolean partial) {
    // No byte of a block stands for more than 255 plain ones.
    int room = (int) Math.min(dstSize, 255L * srcSize);
    MemorySegment scratch = room((long) srcSize + room);
    try {
      MemorySegment.copy(src, srcStart, scratch, ValueLayout.JAVA_BYTE, 0, srcSize);
      long block = scratch.address();
      long plain = block + srcSize;
      int produced = NativeDecoder.decode(block, srcSize, plain, room, 0, dictionary, partial);
      if (produced > 0) {
        MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, srcSize, dst, dstStart, produced);
      }
      return produced;
    } finally {
      Reference.reachabilityFence(scratch);
    }
  }

  private MemorySegment room(long size) {
    if (memory.byteSize() < size) {
      memory =
          Arena.ofAuto().allocate(Math.min(2 * PLAIN_MAX, Math.max(size, 2 * memory.byteSize())));
    }
    return memory;
  }
}
