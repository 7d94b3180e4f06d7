package holdfast.chunkio;

import static holdfast.chunkio.ChunkLayout.HEADER;

import holdfast.internal.Bits;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * The engine that collects appends in a buffer. When it is full, it is written, and the header
 * after it, which then speaks of whole records; a killed process loses what is in the buffer.
 *
 * <pre>{@code
 * file     | header, metadata, content ... | written behind the header's size, in a transaction |
 *          0                                                                    base
 * buffer                                                                        | ... end | room |
 * }</pre>
 */
final class StagedBody extends FileBody {
  /** The buffer; empty until the first append. */
  private MemorySegment window = MemorySegment.NULL;

  /** Where the buffer begins in the file: the end of what was written. */
  private long base;

  /** Bytes that count towards the limits, ahead of those of the file. */
  private long reserved;

  StagedBody(StreamFolder folder, String name, Settings settings, Space space, Disk.File file) {
    super(folder, name, settings, space, file, false);
  }

  // ------------------------------------------------------------------------- appending

  @Override
  boolean append(MemorySegment source, long offset, long count) throws IOException {
    long at = end();
    if (count > limit - at) {
      return appendSlowly(source, offset, count);
    }
    Mem.copy(source, offset, window, at - base, count); // covered when it is written
    size += count;
    return true;
  }

  @Override
  boolean appendToEngine(MemorySegment source, long offset, long count) throws IOException {
    long needed = end() + count;
    if (needed > reserved) {
      long larger = Settings.grown(reserved, needed, growStep);
      if (!takeRoom(reserved, larger)) {
        return false;
      }
      reserved = larger;
    }
    if (window.byteSize() == 0) {
      window = settings.borrowBuffer();
      base = end();
    }
    if (needed > bufferEnd()) {
      spill(source, offset, count);
    } else {
      Mem.copy(source, offset, window, end() - base, count);
      size += count;
    }
    dirty = true;
    durable = false;
    openFastWay();
    return true;
  }

  @Override
  void openFastWay() {
    if (!inTransaction && !firstHeld && size > 0 && window.byteSize() > 0) {
      long room = Math.min(bufferEnd(), reserved);
      limit = Math.min(room, HEADER + metadataSize + space.contentMax());
    } else {
      limit = SLOW;
    }
  }

  /**
   * Where the buffer ends in the file: at a multiple of its size, because the system takes aligned
   * writes of that length a fifth faster (docs/design/0008).
   */
  private long bufferEnd() {
    return Bits.alignDown(base + window.byteSize(), alignment());
  }

  private long alignment() {
    return Long.highestOneBit(window.byteSize());
  }

  /**
   * A record that crosses the end of the buffer. Fills the buffer with its head and writes that,
   * and whole multiples of the alignment out of the caller's memory; the tail is the first in the
   * empty buffer. The header then speaks of the records before this one, which are in the file as a
   * whole.
   *
   * <p>Everything that can fail comes first, so a failure leaves the record out.
   */
  private void spill(MemorySegment source, long offset, long count) throws IOException {
    long at = end();
    long lo = base;
    long hi = bufferEnd();
    long head = hi - at;
    long direct = Bits.alignDown(count - head, alignment());
    Mem.copy(source, offset, window, at - lo, head);
    writeBuffer(hi);
    if (direct > 0) {
      file.write(source.asSlice(offset + head, direct), hi);
    }
    buffered(at);
    if (size != published) {
      wrote();
    }
    if (checked) {
      ChunkLayout.update(crc, window, at - lo, hi - lo);
      ChunkLayout.update(crc, source, offset + head, offset + head + direct);
    }
    base = hi + direct;
    allocated = Math.max(allocated, base);
    long tail = count - head - direct;
    Mem.copy(source, offset + count - tail, window, 0, tail);
    size += count;
  }

  /** Writes the buffer up to an offset in the file, but for a first content byte. */
  private void writeBuffer(long hi) throws IOException {
    int skipped = base == HEADER + metadataSize ? 1 : 0;
    file.write(window.asSlice(skipped, hi - base - skipped), base + skipped);
  }

  /** What the buffer had up to an offset is in the file now, and belongs to the checksum. */
  private void buffered(long hi) {
    dirty = true;
    durable = false;
    if (checked) {
      ChunkLayout.update(crc, window, 0, hi - base);
    }
    if (base == HEADER + metadataSize) {
      hold(Mem.getByte(window, 0));
    }
    base = hi;
    allocated = Math.max(allocated, hi); // inside what is reserved
  }

  /** Writes what is in the buffer, and the header after it. */
  @Override
  void flush() throws IOException {
    if (window.byteSize() == 0) {
      return; // nothing was appended yet
    }
    if (end() > base) {
      writeBuffer(end());
      buffered(end());
    }
    if (size != published) {
      wrote();
    }
    openFastWay();
  }

  /** Makes the header speak of all content, which is in the file; inside a transaction nothing. */
  private void wrote() throws IOException {
    if (inTransaction) {
      return;
    }
    if (firstHeld) {
      writeFirst();
    } else {
      writeHeader(checked ? (int) crc.getValue() : 0, size, anchor, metadataSize);
      published = size;
    }
  }

  // ------------------------------------------------------------------------- everything else

  @Override
  long readAt(MemorySegment target, long at, long count) throws IOException {
    long inFile = window.byteSize() > 0 ? Math.max(0, Math.min(count, base - at)) : count;
    long done = file.read(target.asSlice(0, inFile), at);
    if (done == inFile && done < count) {
      Mem.copy(window, at + done - base, target, done, count - done);
      done = count;
    }
    return done;
  }

  @Override
  void commit() throws IOException {
    inTransaction = false;
    flush();
    openFastWay();
  }

  @Override
  void cutBack() {
    base = Math.min(base, end());
  }

  @Override
  void noteSize() {
    reserved = allocated;
    limit = Math.min(limit, reserved);
    super.noteSize();
  }

  @Override
  long realSize() {
    return reserved;
  }

  /** Gives the buffer back. */
  @Override
  void release() {
    limit = SLOW;
    if (window.byteSize() > 0) {
      settings.returnBuffer(window);
    }
    window = MemorySegment.NULL;
  }
}
