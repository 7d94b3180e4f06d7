package holdfast.lz4;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.internal.Check;
import holdfast.internal.GlobalMemory;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;

/**
 * Decompresses blocks of every level.
 *
 * <pre>{@code
 * Lz4Decompressor decompressor = Lz4Decompressor.create();
 * int size = decompressor.decompress(block, 0, block.length, plain, 0, plain.length);
 * }</pre>
 *
 * <p>Whatever the bytes of the block are, nothing is read outside of the source range and nothing
 * is written outside of the destination range. Damage that breaks a rule of the format is a {@link
 * CorruptDataException} with the offset inside the block; the destination range then holds rubbish.
 * A block has no checksum: other damage gives other bytes. Bytes of the destination behind the
 * returned size may have been overwritten; do not use them.
 *
 * <p>History before a block, when it was compressed with one, lies either just before the
 * destination ({@code ...After}) or in a dictionary of its own ({@link #withDictionary}).
 *
 * <p>Where memory has to be staged, copies of the largest block so far are kept; with native access
 * enabled, blocks of arrays are decoded by way of at most 8 MiB of native memory, because that is
 * faster. Calls allocate nothing else. <b>Not thread safe</b>: one for each thread.
 */
public final class Lz4Decompressor {
  private final byte[] dictionary;
  private final Staging stagedBlock = new Staging();
  private final Staging stagedPlain = new Staging();

  /** Where blocks of arrays are decoded faster; null when the memory for it is not allowed. */
  private final NativeScratch scratch;

  private Lz4Decompressor(byte[] dictionary, NativeScratch scratch) {
    this.dictionary = dictionary;
    this.scratch = scratch;
  }

  /**
   * A decompressor without a dictionary.
   *
   * @return a new one
   */
  public static Lz4Decompressor create() {
    return new Lz4Decompressor(new byte[0], new NativeScratch());
  }

  /** The decompressor of a reader, which keeps within what it may hold. */
  static Lz4Decompressor within(Limits limits) {
    return new Lz4Decompressor(
        new byte[0], NativeScratch.within(limits) ? new NativeScratch() : null);
  }

  /**
   * A decompressor whose blocks follow a dictionary.
   *
   * @param bytes the dictionary; its last 64 KiB are copied
   * @return a new one
   */
  public Lz4Decompressor withDictionary(byte[] bytes) {
    return withDictionary(MemorySegment.ofArray(bytes));
  }

  /**
   * A decompressor whose blocks follow a dictionary.
   *
   * @param bytes the dictionary; its last 64 KiB are copied
   * @return a new one
   */
  public Lz4Decompressor withDictionary(MemorySegment bytes) {
    return new Lz4Decompressor(
        Lz4Dictionary.tail(bytes), scratch == null ? null : new NativeScratch());
  }

  /**
   * Decompresses a whole block.
   *
   * @param src array with the block
   * @param srcOffset where it begins
   * @param srcSize its exact size
   * @param dst array for the plain bytes; may be {@code src} when the ranges do not overlap
   * @param dstOffset where they begin
   * @param dstSize most that are allowed
   * @return plain size
   * @throws CorruptDataException when the block is damaged or larger than {@code dstSize}
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when the ranges overlap
   */
  public int decompress(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    return checked(src, srcOffset, srcSize, dst, dstOffset, dstSize, 0, false);
  }

  /**
   * Decompresses the beginning of a block: as much as the destination holds, or as there is when
   * the block was cut short inside its literals.
   *
   * @param src array with the block, or with its beginning
   * @param srcOffset where it begins
   * @param srcSize how much of it there is
   * @param dst array for the plain bytes
   * @param dstOffset where they begin
   * @param dstSize how many are wanted
   * @return how many there are: {@code dstSize}, or fewer when the block ends before
   * @throws CorruptDataException when the part that was read is damaged
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when the ranges overlap
   */
  public int decompressPartial(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    return checked(src, srcOffset, srcSize, dst, dstOffset, dstSize, 0, true);
  }

  /**
   * Decompresses a whole block that follows its history in the same array.
   *
   * @param src array with the block
   * @param srcOffset where it begins
   * @param srcSize its exact size
   * @param dst array with the history and room for the plain bytes
   * @param dstOffset where the plain bytes begin
   * @param dstSize most that are allowed
   * @param historySize bytes just before {@code dstOffset} that the block may refer to; a
   *     dictionary lies before them
   * @return plain size
   * @throws CorruptDataException when the block is damaged or larger than {@code dstSize}
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when source and destination, history included, overlap
   */
  public int decompressAfter(
      byte[] src,
      int srcOffset,
      int srcSize,
      byte[] dst,
      int dstOffset,
      int dstSize,
      int historySize) {
    return checked(src, srcOffset, srcSize, dst, dstOffset, dstSize, historySize, false);
  }

  /**
   * Decompresses the beginning of a block that follows its history in the same array, as {@link
   * #decompressPartial(byte[], int, int, byte[], int, int)} does.
   *
   * @param src array with the block, or with its beginning
   * @param srcOffset where it begins
   * @param srcSize how much of it there is
   * @param dst array with the history and room for the plain bytes
   * @param dstOffset where the plain bytes begin
   * @param dstSize how many are wanted
   * @param historySize bytes just before {@code dstOffset} that the block may refer to
   * @return how many there are: {@code dstSize}, or fewer when the block ends before
   * @throws CorruptDataException when the part that was read is damaged
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when source and destination, history included, overlap
   */
  public int decompressPartialAfter(
      byte[] src,
      int srcOffset,
      int srcSize,
      byte[] dst,
      int dstOffset,
      int dstSize,
      int historySize) {
    return checked(src, srcOffset, srcSize, dst, dstOffset, dstSize, historySize, true);
  }

  /**
   * Decompresses a whole block.
   *
   * @param src the block and nothing else
   * @param dst room for the plain bytes
   * @return plain size
   * @throws CorruptDataException when the block is damaged or larger than {@code dst}
   * @throws IllegalArgumentException when the segments overlap, the destination is read-only, or
   *     one of them is too large
   */
  public long decompress(MemorySegment src, MemorySegment dst) {
    return checked(src, dst, 0, false);
  }

  /**
   * Decompresses the beginning of a block, as {@link #decompressPartial(byte[], int, int, byte[],
   * int, int)} does.
   *
   * @param src the block, or its beginning
   * @param dst room for what is wanted
   * @return how many bytes there are: the size of {@code dst}, or fewer when the block ends before
   * @throws CorruptDataException when the part that was read is damaged
   * @throws IllegalArgumentException when the segments overlap, the destination is read-only, or
   *     one of them is too large
   */
  public long decompressPartial(MemorySegment src, MemorySegment dst) {
    return checked(src, dst, 0, true);
  }

  /**
   * Decompresses a whole block that follows its history in the same segment.
   *
   * @param src the block and nothing else
   * @param dst the history, then room for the plain bytes
   * @param historySize bytes at the start of {@code dst} that the block may refer to
   * @return plain size, without the history
   * @throws CorruptDataException when the block is damaged or larger than its room
   * @throws IndexOutOfBoundsException when the history is larger than {@code dst}
   * @throws IllegalArgumentException when the segments overlap, the destination is read-only, or
   *     one of them is too large
   */
  public long decompressAfter(MemorySegment src, MemorySegment dst, long historySize) {
    return checked(src, dst, historySize, false);
  }

  /**
   * Decompresses a whole block that follows its history in the same segment, between ranges of two
   * segments; so a caller with many blocks makes no slices.
   *
   * @param src segment with the block
   * @param srcOffset where it begins
   * @param srcSize its exact size
   * @param dst segment with the history and room for the plain bytes
   * @param dstOffset where the plain bytes begin
   * @param dstSize most that are allowed
   * @param historySize bytes just before {@code dstOffset} that the block may refer to
   * @return plain size
   * @throws CorruptDataException when the block is damaged or larger than its room
   * @throws IndexOutOfBoundsException when a range lies outside of its segment
   * @throws IllegalArgumentException when source and destination, history included, overlap, or the
   *     destination is read-only
   */
  public int decompressAfter(
      MemorySegment src,
      long srcOffset,
      int srcSize,
      MemorySegment dst,
      long dstOffset,
      int dstSize,
      int historySize) {
    Check.writable(dst);
    Objects.checkFromIndexSize(srcOffset, srcSize, src.byteSize());
    Objects.checkFromIndexSize(dstOffset, dstSize, dst.byteSize());
    Objects.checkFromIndexSize(dstOffset - historySize, historySize, dst.byteSize());
    Check.noOverlap(
        src, srcOffset, srcSize, dst, dstOffset - historySize, (long) historySize + dstSize);
    int history = Math.min(historySize, Lz4Block.HISTORY);
    int room = (int) Math.min(dstSize, Math.min(255L * Math.max(1, srcSize), ROOM_MAX));
    int produced = segments(src, srcOffset, srcSize, dst, dstOffset, room, history, false);
    if (produced < 0) {
      throw refused(src.asSlice(srcOffset, srcSize), room, history, false);
    }
    return produced;
  }

  /**
   * Decompresses the beginning of a block that follows its history in the same segment.
   *
   * @param src the block, or its beginning
   * @param dst the history, then room for what is wanted
   * @param historySize bytes at the start of {@code dst} that the block may refer to
   * @return how many bytes there are behind the history
   * @throws CorruptDataException when the part that was read is damaged
   * @throws IndexOutOfBoundsException when the history is larger than {@code dst}
   * @throws IllegalArgumentException when the segments overlap, the destination is read-only, or
   *     one of them is too large
   */
  public long decompressPartialAfter(MemorySegment src, MemorySegment dst, long historySize) {
    return checked(src, dst, historySize, true);
  }

  /**
   * Decompresses the whole block that remains in a buffer.
   *
   * @param src the block from position to limit; consumed
   * @param dst room for the plain bytes from position to limit; its position moves behind them
   * @return plain size
   * @throws CorruptDataException when the block is damaged or larger than the room; no position has
   *     moved then
   * @throws IllegalArgumentException when the ranges overlap
   * @throws ReadOnlyBufferException when {@code dst} is read-only
   */
  public int decompress(ByteBuffer src, ByteBuffer dst) {
    return buffers(src, dst, false);
  }

  /**
   * Decompresses the beginning of the block that remains in a buffer.
   *
   * @param src the block, or its beginning, from position to limit; consumed
   * @param dst room for what is wanted, from position to limit; its position moves behind it
   * @return how many bytes there are
   * @throws CorruptDataException when the part that was read is damaged; no position has moved then
   * @throws IllegalArgumentException when the ranges overlap
   * @throws ReadOnlyBufferException when {@code dst} is read-only
   */
  public int decompressPartial(ByteBuffer src, ByteBuffer dst) {
    return buffers(src, dst, true);
  }

  private int buffers(ByteBuffer src, ByteBuffer dst, boolean partial) {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int produced;
    if (src.hasArray() && dst.hasArray()) {
      produced =
          checked(
              src.array(),
              src.arrayOffset() + src.position(),
              src.remaining(),
              dst.array(),
              dst.arrayOffset() + dst.position(),
              dst.remaining(),
              0,
              partial);
    } else {
      produced =
          (int) checked(MemorySegment.ofBuffer(src), MemorySegment.ofBuffer(dst), 0, partial);
    }
    src.position(src.limit());
    dst.position(dst.position() + produced);
    return produced;
  }

  private int checked(
      byte[] src,
      int srcOffset,
      int srcSize,
      byte[] dst,
      int dstOffset,
      int dstSize,
      int historySize,
      boolean partial) {
    Objects.checkFromIndexSize(srcOffset, srcSize, src.length);
    Objects.checkFromIndexSize(dstOffset, dstSize, dst.length);
    Objects.checkFromIndexSize(dstOffset - historySize, historySize, dst.length);
    Check.noOverlap(src, srcOffset, srcSize, dst, dstOffset - historySize, historySize + dstSize);
    int produced = arrays(src, srcOffset, srcSize, dst, dstOffset, dstSize, historySize, partial);
    if (produced < 0) {
      throw refused(
          MemorySegment.ofArray(src).asSlice(srcOffset, srcSize), dstSize, historySize, partial);
    }
    return produced;
  }

  private long checked(MemorySegment src, MemorySegment dst, long historySize, boolean partial) {
    Check.writable(dst);
    Objects.checkFromIndexSize(0, historySize, dst.byteSize());
    Check.noOverlap(src, dst);
    int srcSize = (int) Check.range(src.byteSize(), 0, Integer.MAX_VALUE, "source size");
    // No byte of a block stands for more than 255 plain ones. Some room, so that an empty source
    // is refused as a block that is not there, not as one that found no room.
    long most = Math.min(255L * Math.max(1, srcSize), ROOM_MAX);
    int room = (int) Math.min(dst.byteSize() - historySize, most);
    int history = (int) Math.min(historySize, Lz4Block.HISTORY);
    int produced = segments(src, 0, srcSize, dst, historySize, room, history, partial);
    if (produced < 0) {
      throw refused(src, room, history, partial);
    }
    return produced;
  }

  private int segments(
      MemorySegment src,
      long srcOffset,
      int srcSize,
      MemorySegment dst,
      long dstOffset,
      int room,
      int history,
      boolean partial) {
    if (GlobalMemory.reaches(src) && GlobalMemory.reaches(dst)) {
      try {
        long from = src.address() + srcOffset;
        long to = dst.address() + dstOffset;
        return NativeDecoder.decode(from, srcSize, to, room, history, dictionary, partial);
      } finally {
        Reference.reachabilityFence(src);
        Reference.reachabilityFence(dst);
      }
    }
    return staged(src, srcOffset, srcSize, dst, dstOffset, room, history, partial);
  }

  /** Decodes where at least one side is, or stands in for, an array. */
  private int staged(
      MemorySegment src,
      long srcOffset,
      int srcSize,
      MemorySegment dst,
      long dstOffset,
      int room,
      int history,
      boolean partial) {
    byte[] from = Staging.arrayOf(src);
    int fromOffset = from == null ? 0 : (int) (Staging.offsetOf(src) + srcOffset);
    if (from == null) {
      from = stagedBlock.room(srcSize);
      Mem.getBytes(src, srcOffset, from, 0, srcSize);
    }
    byte[] to = Staging.arrayOf(dst);
    if (to != null) {
      int toOffset = (int) (Staging.offsetOf(dst) + dstOffset);
      return arrays(from, fromOffset, srcSize, to, toOffset, room, history, partial);
    }
    to = stagedPlain.room(history + room);
    Mem.getBytes(dst, dstOffset - history, to, 0, history);
    int produced = arrays(from, fromOffset, srcSize, to, history, room, history, partial);
    if (produced > 0) {
      Mem.putBytes(dst, dstOffset, to, history, produced);
    }
    return produced;
  }

  private int arrays(
      byte[] src,
      int srcOffset,
      int srcSize,
      byte[] dst,
      int dstOffset,
      int dstSize,
      int historySize,
      boolean partial) {
    if (scratch != null && historySize == 0 && NativeScratch.fits(srcSize, dstSize)) {
      return scratch.decode(src, srcOffset, srcSize, dst, dstOffset, dstSize, dictionary, partial);
    }
    return ArrayDecoder.decode(
        src,
        srcOffset,
        srcSize,
        dst,
        dstOffset,
        dstSize,
        historySize,
        dictionary,
        dictionary.length,
        dictionary.length,
        partial);
  }

  private CorruptDataException refused(
      MemorySegment block, long room, long historySize, boolean partial) {
    return BlockFault.explain(block, room, historySize + dictionary.length, partial);
  }

  /** Longest array, less the history, so that a staged block has room. */
  private static final int ROOM_MAX = Integer.MAX_VALUE - 8 - Lz4Block.HISTORY;
}
