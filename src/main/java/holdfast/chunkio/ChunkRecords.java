package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Goes through the records of a content, as views of it. For one thread.
 *
 * <pre>{@code
 * lengthPrefixed    | size, 4 bytes, big-endian | that many bytes | size | ...
 * lines             bytes up to a line feed, which is not part of the record; the last one may lack it
 * }</pre>
 */
public final class ChunkRecords implements Iterator<MemorySegment> {
  /** Bytes before a record of {@link #lengthPrefixed}. */
  public static final int PREFIX = Integer.BYTES;

  private static final byte LINE_FEED = '\n';

  private final MemorySegment content;
  private final boolean prefixed;
  private long position;

  private ChunkRecords(MemorySegment content, boolean prefixed) {
    this.content = content;
    this.prefixed = prefixed;
  }

  /**
   * Records with their size before them, as {@link #append} writes them.
   *
   * @param content for example {@link Chunk#content}; not changed while this is used
   * @return throws {@link CorruptDataException} where a record is longer than what is left
   */
  public static ChunkRecords lengthPrefixed(MemorySegment content) {
    return new ChunkRecords(content, true);
  }

  /**
   * Records that end with a line feed.
   *
   * @param content for example {@link Chunk#content}; not changed while this is used
   * @return the lines
   */
  public static ChunkRecords lines(MemorySegment content) {
    return new ChunkRecords(content, false);
  }

  /**
   * Appends a record with its size before it, in one step: after a crash all of it is there or
   * nothing.
   *
   * @param chunk where to
   * @param record the bytes; at most 2^31 - 5
   * @return false when a limit does not allow it; nothing changed
   * @throws IOException when the disk is full or fails; nothing was appended
   */
  public static boolean append(Chunk chunk, MemorySegment record) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(PREFIX + record.byteSize())];
    MemorySegment all = MemorySegment.ofArray(bytes);
    Mem.putIntBe(all, 0, (int) record.byteSize());
    Mem.copy(record, 0, all, PREFIX, record.byteSize());
    return chunk.append(all);
  }

  /**
   * Where the next record begins.
   *
   * @return bytes from the start of the content
   */
  public long position() {
    return position;
  }

  @Override
  public boolean hasNext() {
    return position < content.byteSize();
  }

  /** The next record, as a view of the content. */
  @Override
  public MemorySegment next() {
    if (!hasNext()) {
      throw new NoSuchElementException("no record behind byte " + position);
    }
    return prefixed ? nextPrefixed() : nextLine();
  }

  private MemorySegment nextPrefixed() {
    long left = content.byteSize() - position - PREFIX;
    long size = left < 0 ? 0 : Mem.getIntBe(content, position) & 0xFFFF_FFFFL;
    if (left < 0 || size > left) {
      throw new CorruptDataException(
          "records",
          position,
          "a size and as many bytes",
          left < 0 ? (left + PREFIX) + " bytes" : size + " of " + left + " bytes");
    }
    MemorySegment record = content.asSlice(position + PREFIX, size);
    position += PREFIX + size;
    return record;
  }

  private MemorySegment nextLine() {
    long lo = position;
    long hi = lo;
    while (hi < content.byteSize() && Mem.getByte(content, hi) != LINE_FEED) {
      hi++;
    }
    position = hi + 1;
    return content.asSlice(lo, hi - lo);
  }
}
