package holdfast.lz4;

import holdfast.internal.Check;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Compresses a stream block by block, where each block may refer to the 64 KiB of plain bytes
 * before it.
 *
 * <p>As in liblz4, history is not copied: the plain bytes of the last 64 KiB must stay where they
 * are, unchanged, until they are history no more or {@link #saveDictionary} moved them. A block
 * that follows the one before it in memory compresses best; any other place, also a ring buffer
 * that wraps around onto its own history, is right too. The same layout of the same bytes gives the
 * same blocks as liblz4.
 *
 * <pre>{@code
 *             compress, loadDictionary, attach, saveDictionary
 *            .-----------.
 *            v           |   compress returned 0
 * reset -->  READY ------'-----------------------> FAILED   only reset, loadDictionary, attach
 * }</pre>
 *
 * <p>Blocks must be decoded whole and in order, each with one call of {@link Lz4StreamDecoder}.
 * Keeps 16 KiB of tables (256 KiB from level 2 on, 304 KiB from level 10 on, 496 KiB at level 12)
 * and, for memory that has to be staged, a copy of the history and the largest block; at level 1,
 * once a block of 16 to 64 KiB had its history elsewhere, 128 KiB more. <b>Not thread safe.</b>
 */
public final class Lz4StreamEncoder {
  private final StreamEngine engine;
  private final Shadow shadow = new Shadow();
  private final Staging stagedBlock = new Staging();
  private boolean failed;

  private Lz4StreamEncoder(StreamEngine engine) {
    this.engine = engine;
  }

  /**
   * An encoder with no history.
   *
   * @param level how much work to do
   * @return a new one
   */
  public static Lz4StreamEncoder of(Lz4Level level) {
    return new Lz4StreamEncoder(StreamEngine.of(level));
  }

  /** Starts a new stream without history. */
  public void reset() {
    engine.reset();
    shadow.clear();
    failed = false;
  }

  /**
   * Starts a new stream without history, without clearing the tables.
   *
   * <p>Faster than {@link #reset} for short streams. At level 1 the blocks are those that liblz4
   * gives after {@code LZ4_resetStream_fast} of a stream that was used before, and can differ by a
   * few bytes from those after {@link #reset}: there an empty slot of the table stands for the
   * first byte of the stream, here it stands for nothing. At other levels there is no difference.
   */
  public void restart() {
    engine.restart();
    shadow.clear();
    failed = false;
  }

  /**
   * Starts a new stream that follows a dictionary.
   *
   * @param dictionary array with the dictionary; its last 64 KiB must stay unchanged as long as
   *     they are history
   * @param offset where it begins
   * @param size its size; at level 1 under 8 bytes count as none
   * @return how many bytes of it count, 0 to 65536
   * @throws IndexOutOfBoundsException when the range lies outside of the array
   */
  public int loadDictionary(byte[] dictionary, int offset, int size) {
    Objects.checkFromIndexSize(offset, size, dictionary.length);
    shadow.clear();
    failed = false;
    return engine.load(dictionary, offset, size);
  }

  /**
   * Starts a new stream that follows a dictionary.
   *
   * @param dictionary its last 64 KiB must stay unchanged as long as they are history; under 8
   *     bytes it counts as none
   * @return how many bytes of it count, 0 to 65536
   */
  public int loadDictionary(MemorySegment dictionary) {
    Check.accessible(dictionary);
    long size = Math.min(dictionary.byteSize(), Lz4Block.HISTORY);
    MemorySegment tail = dictionary.asSlice(dictionary.byteSize() - size);
    failed = false;
    byte[] array = Staging.arrayOf(tail);
    if (array != null) {
      shadow.clear();
      return engine.load(array, Staging.offsetOf(tail), (int) size);
    }
    shadow.clear();
    int at = shadow.place(tail, engine);
    return engine.load(shadow.array(), at, (int) size);
  }

  /**
   * Starts a new stream that follows a dictionary which is ready.
   *
   * @param dictionary the dictionary; not copied
   */
  public void attach(Lz4Dictionary dictionary) {
    shadow.clear();
    failed = false;
    engine.attach(dictionary);
  }

  /**
   * Compresses the next block from array to array.
   *
   * @param src array with the plain bytes, which become history where they are
   * @param srcOffset where they begin
   * @param srcSize how many, 0 to {@link Lz4#INPUT_SIZE_MAX}
   * @param dst array for the block
   * @param dstOffset where it begins
   * @param dstSize room for it
   * @return size of the block, or 0 when it does not fit; the stream has FAILED then
   * @throws IllegalStateException when FAILED
   * @throws IndexOutOfBoundsException when a range lies outside of its array
   * @throws IllegalArgumentException when the ranges overlap, or the source is too large
   */
  public int compress(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    Objects.checkFromIndexSize(srcOffset, srcSize, src.length);
    Objects.checkFromIndexSize(dstOffset, dstSize, dst.length);
    Check.range(srcSize, 0, Lz4.INPUT_SIZE_MAX, "source size");
    Check.noOverlap(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    begin();
    shadow.clear();
    return end(engine.compress(src, srcOffset, srcSize, dst, dstOffset, dstSize));
  }

  /**
   * Compresses the next block from segment to segment.
   *
   * @param src plain bytes, at most {@link Lz4#INPUT_SIZE_MAX}, which become history where they are
   * @param dst room for the block
   * @return size of the block, or 0 when it does not fit; the stream has FAILED then
   * @throws IllegalStateException when FAILED
   * @throws IllegalArgumentException when the segments overlap, the source is too large, or the
   *     destination is read-only
   */
  public long compress(MemorySegment src, MemorySegment dst) {
    Check.writable(dst);
    Check.accessible(src);
    Check.accessible(dst);
    Check.noOverlap(src, dst);
    int size = (int) Check.range(src.byteSize(), 0, Lz4.INPUT_SIZE_MAX, "source size");
    begin();
    byte[] from = Staging.arrayOf(src);
    int fromOffset;
    if (from != null) {
      fromOffset = Staging.offsetOf(src);
      shadow.clear();
    } else {
      fromOffset = shadow.place(src, engine);
      from = shadow.array();
    }
    byte[] to = Staging.arrayOf(dst);
    int room = (int) Math.min(dst.byteSize(), Lz4Block.maxCompressedSize(size));
    if (to != null) {
      return end(engine.compress(from, fromOffset, size, to, Staging.offsetOf(dst), room));
    }
    int produced = end(engine.compress(from, fromOffset, size, stagedBlock.room(room), 0, room));
    stagedBlock.copyTo(dst, 0, produced);
    return produced;
  }

  /**
   * Moves the history into memory of the caller's choice, so that the plain bytes of the blocks so
   * far may be changed or freed.
   *
   * @param target array that must now stay unchanged as long as it is history
   * @param offset where the history is to begin
   * @param max most bytes to keep; more than 64 KiB are never kept
   * @return how many were kept
   * @throws IllegalStateException when FAILED
   * @throws IndexOutOfBoundsException when the range lies outside of the array
   */
  public int saveDictionary(byte[] target, int offset, int max) {
    Objects.checkFromIndexSize(offset, max, target.length);
    begin();
    shadow.clear();
    return engine.save(target, offset, max);
  }

  /**
   * Moves the history into memory of the caller's choice, so that the plain bytes of the blocks so
   * far may be changed or freed.
   *
   * @param target segment that must now stay unchanged as long as it is history
   * @return how many bytes were kept, at its start
   * @throws IllegalStateException when FAILED
   * @throws IllegalArgumentException when the segment is read-only
   */
  public int saveDictionary(MemorySegment target) {
    Check.writable(target);
    Check.accessible(target);
    int max = (int) Math.min(target.byteSize(), Lz4Block.HISTORY);
    begin();
    byte[] array = Staging.arrayOf(target);
    if (array != null) {
      shadow.clear();
      return engine.save(array, Staging.offsetOf(target), max);
    }
    int kept = shadow.save(target, max, engine);
    MemorySegment.copy(shadow.array(), shadow.end() - kept, target, ValueLayout.JAVA_BYTE, 0, kept);
    return kept;
  }

  private void begin() {
    if (failed) {
      throw new IllegalStateException("the last block did not fit: reset the stream first");
    }
  }

  private int end(int size) {
    failed = size == 0;
    return size;
  }
}
