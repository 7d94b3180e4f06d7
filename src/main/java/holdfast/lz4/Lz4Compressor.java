package holdfast.lz4;

import holdfast.internal.Check;
import holdfast.internal.GlobalMemory;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Compresses blocks, each independent of the others, into what liblz4 would write.
 *
 * <pre>{@code
 * Lz4Compressor compressor = Lz4Compressor.of(Lz4Level.FAST);
 * byte[] block = new byte[Lz4.maxCompressedSize(plain.length)];
 * int size = compressor.compress(plain, 0, plain.length, block, 0, block.length);
 * }</pre>
 *
 * <p>A destination of {@link Lz4#maxCompressedSize} is always enough. In a smaller one a block may
 * not fit: the result is then 0, which no block has as its size, and the destination range may hold
 * rubbish. Nothing is ever written outside of the range.
 *
 * <p>Keeps 32 KiB of tables (as much again once something was filled; 256 KiB from level 2 on, 304
 * KiB from level 10 on, 496 KiB at level 12) and, where memory has to be staged, copies of the
 * largest block so far; calls allocate nothing else. <b>Not thread safe</b>: one for each thread.
 */
public final class Lz4Compressor {
  private final int acceleration;
  private final int[] large;
  private final char[] small;

  /** The table of {@code fill} at level 1, in either shape; null until it is needed. */
  private int[] filling;

  /** What levels 2 to 12 need instead of the three above; null at level 1. */
  private final HcEncoder hc;

  private final Staging stagedSource = new Staging();
  private final Staging stagedBlock = new Staging();
  private long consumed;

  private Lz4Compressor(Lz4Level level) {
    boolean fast = level.isFast();
    acceleration = level.acceleration();
    large = fast ? new int[FastTables.LARGE_ENTRIES] : null;
    small = fast ? new char[FastTables.SMALL_ENTRIES] : null;
    hc = fast ? null : new HcEncoder(level.level(), level.favorDecompressionSpeed());
  }

  /**
   * A compressor.
   *
   * @param level how much work to do
   * @return a new one
   */
  public static Lz4Compressor of(Lz4Level level) {
    return new Lz4Compressor(level);
  }

  /**
   * Compresses a range of an array.
   *
   * @param src array with the plain bytes
   * @param srcOffset where they begin
   * @param srcSize how many, 0 to {@link Lz4#INPUT_SIZE_MAX}
   * @param dst array for the block; may be {@code src} when the ranges do not overlap
   * @param dstOffset where it begins
   * @param dstSize room for it
   * @return size of the block, or 0 when it does not fit
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when the ranges overlap, or the source is too large
   */
  public int compress(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    checkRanges(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    return compressArrays(src, srcOffset, srcSize, dst, dstOffset, dstSize);
  }

  /**
   * Compresses a segment.
   *
   * @param src plain bytes, at most {@link Lz4#INPUT_SIZE_MAX}
   * @param dst room for the block
   * @return size of the block, or 0 when it does not fit
   * @throws IllegalArgumentException when the segments overlap, the source is too large, or the
   *     destination is read-only
   */
  public long compress(MemorySegment src, MemorySegment dst) {
    int size = checkSegments(src, dst);
    int room = (int) Math.min(dst.byteSize(), Lz4Block.maxCompressedSize(size));
    if (hc == null && GlobalMemory.reaches(src) && GlobalMemory.reaches(dst)) {
      try {
        return compressNative(src.address(), size, dst.address(), room);
      } finally {
        Reference.reachabilityFence(src);
        Reference.reachabilityFence(dst);
      }
    }
    byte[] from = Staging.arrayOf(src);
    int fromOffset = from == null ? 0 : Staging.offsetOf(src);
    byte[] to = Staging.arrayOf(dst);
    if (from == null) {
      from = stagedSource.copyOf(src);
    }
    if (to != null) {
      return compressArrays(from, fromOffset, size, to, Staging.offsetOf(dst), room);
    }
    int produced = compressArrays(from, fromOffset, size, stagedBlock.room(room), 0, room);
    stagedBlock.copyTo(dst, 0, produced);
    return produced;
  }

  /**
   * Compresses what remains in a buffer.
   *
   * @param src plain bytes from position to limit; consumed when the block fits
   * @param dst room for the block from position to limit; its position moves behind the block
   * @return size of the block, or 0 when it does not fit; no position has moved then
   * @throws IllegalArgumentException when the ranges overlap, or the source is too large
   * @throws ReadOnlyBufferException when {@code dst} is read-only
   */
  public int compress(ByteBuffer src, ByteBuffer dst) {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int produced;
    if (src.hasArray() && dst.hasArray()) {
      produced =
          compress(
              src.array(),
              src.arrayOffset() + src.position(),
              src.remaining(),
              dst.array(),
              dst.arrayOffset() + dst.position(),
              dst.remaining());
    } else {
      produced = (int) compress(MemorySegment.ofBuffer(src), MemorySegment.ofBuffer(dst));
    }
    if (produced > 0) {
      src.position(src.limit());
      dst.position(dst.position() + produced);
    }
    return produced;
  }

  /**
   * Compresses as much from the start of a range as fits into the destination; {@link #consumed}
   * tells how much that was.
   *
   * @param src array with the plain bytes
   * @param srcOffset where they begin
   * @param srcSize how many, 0 to {@link Lz4#INPUT_SIZE_MAX}
   * @param dst array for the block
   * @param dstOffset where it begins
   * @param dstSize room for it
   * @return size of the block; 0 only when there is no room at all
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when the ranges overlap, or the source is too large
   */
  public int fill(byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    checkRanges(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    return fillArrays(src, srcOffset, srcSize, dst, dstOffset, dstSize);
  }

  /**
   * Compresses as much from the start of a segment as fits into the destination; {@link #consumed}
   * tells how much that was.
   *
   * @param src plain bytes, at most {@link Lz4#INPUT_SIZE_MAX}
   * @param dst room for the block
   * @return size of the block; 0 only when there is no room at all
   * @throws IllegalArgumentException when the segments overlap, the source is too large, or the
   *     destination is read-only
   */
  public long fill(MemorySegment src, MemorySegment dst) {
    int size = checkSegments(src, dst);
    int room = (int) Math.min(dst.byteSize(), Lz4Block.maxCompressedSize(size));
    byte[] from = Staging.arrayOf(src);
    int fromOffset = from == null ? 0 : Staging.offsetOf(src);
    if (from == null) {
      from = stagedSource.copyOf(src);
    }
    byte[] to = Staging.arrayOf(dst);
    if (to != null) {
      return fillArrays(from, fromOffset, size, to, Staging.offsetOf(dst), room);
    }
    int produced = fillArrays(from, fromOffset, size, stagedBlock.room(room), 0, room);
    stagedBlock.copyTo(dst, 0, produced);
    return produced;
  }

  /**
   * Compresses as much of what remains in a buffer as fits into the destination, and moves both
   * positions behind what was used.
   *
   * @param src plain bytes from position to limit
   * @param dst room for the block from position to limit
   * @return size of the block; 0 only when there is no room at all
   * @throws IllegalArgumentException when the ranges overlap, or the source is too large
   * @throws ReadOnlyBufferException when {@code dst} is read-only
   */
  public int fill(ByteBuffer src, ByteBuffer dst) {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int produced = (int) fill(MemorySegment.ofBuffer(src), MemorySegment.ofBuffer(dst));
    src.position(src.position() + (int) consumed);
    dst.position(dst.position() + produced);
    return produced;
  }

  /**
   * How much of its source the last {@code fill} used.
   *
   * @return bytes from the start of the source
   */
  public long consumed() {
    return consumed;
  }

  private int compressArrays(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    if (dstSize == 0) {
      return 0;
    }
    if (hc != null) {
      return hc.compress(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    }
    if (srcSize < Lz4Block.SMALL_INPUT_LIMIT) {
      Arrays.fill(small, (char) 0);
      return FastArrayEncoder.compressSmall(
          src, srcOffset, srcSize, dst, dstOffset, dstSize, small, acceleration);
    }
    Arrays.fill(large, 0);
    return FastArrayEncoder.compressLarge(
        src, srcOffset, srcSize, dst, dstOffset, dstSize, large, 0, 0, srcOffset, acceleration);
  }

  private int compressNative(long src, int srcSize, long dst, int dstSize) {
    if (srcSize < Lz4Block.SMALL_INPUT_LIMIT) {
      Arrays.fill(small, (char) 0);
      return FastNativeEncoder.compressSmall(src, srcSize, dst, dstSize, small, acceleration);
    }
    Arrays.fill(large, 0);
    return FastNativeEncoder.compressLarge(src, srcSize, dst, dstSize, large, acceleration);
  }

  private int fillArrays(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    consumed = 0;
    if (dstSize == 0) {
      return 0;
    }
    if (hc != null) {
      int produced = hc.fill(src, srcOffset, srcSize, dst, dstOffset, dstSize);
      consumed = hc.consumed();
      return produced;
    }
    boolean isSmall = srcSize < Lz4Block.SMALL_INPUT_LIMIT;
    if (filling == null) {
      filling = new int[FastTables.SMALL_ENTRIES];
    }
    Arrays.fill(filling, 0);
    long both =
        FastArrayEncoder.fill(
            src, srcOffset, srcSize, dst, dstOffset, dstSize, filling, isSmall, acceleration);
    consumed = both >>> 32;
    return (int) both;
  }

  private static void checkRanges(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    Objects.checkFromIndexSize(srcOffset, srcSize, src.length);
    Objects.checkFromIndexSize(dstOffset, dstSize, dst.length);
    Check.range(srcSize, 0, Lz4.INPUT_SIZE_MAX, "source size");
    Check.noOverlap(src, srcOffset, srcSize, dst, dstOffset, dstSize);
  }

  private static int checkSegments(MemorySegment src, MemorySegment dst) {
    Check.writable(dst);
    Check.noOverlap(src, dst);
    return (int) Check.range(src.byteSize(), 0, Lz4.INPUT_SIZE_MAX, "source size");
  }
}
