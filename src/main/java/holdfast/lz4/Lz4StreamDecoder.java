package holdfast.lz4;

import holdfast.CorruptDataException;
import holdfast.internal.Check;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Decompresses a stream of linked blocks, one call for each, in order.
 *
 * <p>As in liblz4, history is not copied: the last 64 KiB of plain bytes must stay where they were
 * written, unchanged. Blocks may be written one behind the other, into alternating buffers, or into
 * a ring buffer; a ring is large enough when it holds 64 KiB, 14 bytes and the largest block, or
 * when it is in step with a ring of the same size on the encoder's side.
 *
 * <pre>{@code
 * external history    prefix      this block
 * [ ============ ]    [ ======== |          ]       both are history when the block
 *                                                   follows the one before it
 * }</pre>
 *
 * <p>After an exception for damage, only {@link #reset} and {@link #setDictionary} are legal.
 * <b>Not thread safe.</b>
 */
public final class Lz4StreamDecoder {
  private final Staging stagedBlock = new Staging();
  private final Staging window = new Staging();

  /** The run of memory that ends where the last block ended. */
  private final HistoryRun prefix = new HistoryRun();

  /** The run before that. */
  private final HistoryRun external = new HistoryRun();

  private boolean failed;

  private Lz4StreamDecoder() {}

  /**
   * A decoder with no history.
   *
   * @return a new one
   */
  public static Lz4StreamDecoder create() {
    return new Lz4StreamDecoder();
  }

  /** Starts a new stream without history. */
  public void reset() {
    prefix.clear();
    external.clear();
    failed = false;
  }

  /**
   * Starts a new stream that follows a dictionary.
   *
   * @param dictionary array with the dictionary; its last 64 KiB must stay unchanged as long as
   *     they are history
   * @param offset where it begins
   * @param size its size
   * @throws IndexOutOfBoundsException when the range lies outside of the array
   */
  public void setDictionary(byte[] dictionary, int offset, int size) {
    Objects.checkFromIndexSize(offset, size, dictionary.length);
    reset();
    prefix.set(dictionary, offset + size, size);
  }

  /**
   * Starts a new stream that follows a dictionary.
   *
   * @param dictionary its last 64 KiB must stay unchanged as long as they are history
   */
  public void setDictionary(MemorySegment dictionary) {
    long size = Math.min(dictionary.byteSize(), Lz4Block.HISTORY);
    MemorySegment tail = dictionary.asSlice(dictionary.byteSize() - size);
    byte[] array = Staging.arrayOf(tail);
    if (array != null) {
      setDictionary(array, Staging.offsetOf(tail), (int) size);
    } else {
      setDictionary(window.copyOf(tail), 0, (int) size);
    }
  }

  /**
   * Decompresses the next block from array to array.
   *
   * @param src array with the block
   * @param srcOffset where it begins
   * @param srcSize its exact size
   * @param dst array for the plain bytes, which become history where they are
   * @param dstOffset where they begin
   * @param dstSize most that are allowed
   * @return plain size
   * @throws CorruptDataException when the block is damaged or larger than {@code dstSize}
   * @throws IllegalStateException after such an exception
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when the ranges overlap
   */
  public int decompress(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    Objects.checkFromIndexSize(srcOffset, srcSize, src.length);
    Objects.checkFromIndexSize(dstOffset, dstSize, dst.length);
    Check.noOverlap(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    begin();
    if (!prefix.endsAt(dst, dstOffset)) {
      external.set(prefix);
      prefix.set(dst, dstOffset, 0);
    }
    int produced = decode(src, srcOffset, srcSize, dst, dstSize);
    if (produced < 0) {
      throw refused(MemorySegment.ofArray(src).asSlice(srcOffset, srcSize), dstSize);
    }
    return produced;
  }

  /**
   * Decompresses the next block from segment to segment.
   *
   * @param src the block and nothing else
   * @param dst room for the plain bytes, which become history where they are
   * @return plain size
   * @throws CorruptDataException when the block is damaged or larger than {@code dst}
   * @throws IllegalStateException after such an exception
   * @throws IllegalArgumentException when the segments overlap, the destination is read-only, or
   *     one of them is too large
   */
  public long decompress(MemorySegment src, MemorySegment dst) {
    Check.writable(dst);
    Check.accessible(src);
    Check.accessible(dst);
    Check.noOverlap(src, dst);
    int srcSize = (int) Check.range(src.byteSize(), 0, Integer.MAX_VALUE, "source size");
    int room = (int) Math.min(dst.byteSize(), Math.min(255L * srcSize, ROOM_MAX));
    byte[] from = Staging.arrayOf(src);
    int fromOffset = from == null ? 0 : Staging.offsetOf(src);
    if (from == null) {
      from = stagedBlock.copyOf(src);
    }
    byte[] to = Staging.arrayOf(dst);
    if (to != null) {
      return decompress(from, fromOffset, srcSize, to, Staging.offsetOf(dst), room);
    }
    begin();
    // Memory that arrays cannot show is staged: the history stays in the window.
    if (prefix.array() != window.room(0) || room > prefix.array().length - prefix.end()) {
      prefix.moveTo(window.roomFor(Lz4Block.HISTORY + room), external);
    }
    int at = prefix.end();
    int produced = decode(from, fromOffset, srcSize, prefix.array(), room);
    if (produced < 0) {
      throw refused(src, room);
    }
    window.copyTo(dst, at, produced);
    return produced;
  }

  /** Decodes to the end of the prefix. */
  private int decode(byte[] src, int srcOffset, int srcSize, byte[] dst, int dstSize) {
    int produced =
        ArrayDecoder.decode(
            src,
            srcOffset,
            srcSize,
            dst,
            prefix.end(),
            dstSize,
            prefix.reach(),
            external.array(),
            external.end(),
            external.reach(),
            false);
    if (produced > 0) {
      prefix.extend(produced);
    }
    return produced;
  }

  private void begin() {
    if (failed) {
      throw new IllegalStateException("the last block was damaged: reset the stream first");
    }
  }

  private CorruptDataException refused(MemorySegment block, int room) {
    failed = true;
    return BlockFault.explain(block, room, prefix.reach() + external.reach(), false);
  }

  /** Longest array, less the history, so that a staged block has room. */
  private static final int ROOM_MAX = Integer.MAX_VALUE - 8 - Lz4Block.HISTORY;
}
