package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Looks at a few bytes here and there in a file, by way of a buffer. Who goes on from where it was
 * gets a whole buffer; who jumps, as from block to block, will jump again, and gets little more
 * than what was asked for.
 */
final class FileBytes {
  /** Bytes that are read behind a jump, one cache line. */
  private static final int LOOK_SIZE = 64;

  private final Disk.File file;
  private final long size;
  private final String format;
  private final byte[] buffer;

  /** What the system reads into: of arrays it makes copies of its own, by longer ways. */
  private final MemorySegment memory;

  private long lo;
  private int count;

  FileBytes(Disk.File file, long size, String format, int bufferSize) {
    this.file = file;
    this.size = size;
    this.format = format;
    buffer = new byte[bufferSize];
    memory = Arena.ofAuto().allocate(bufferSize);
  }

  /**
   * Makes some bytes visible in {@link #bytes}.
   *
   * @param wanted how many, at most the size of the buffer
   * @return index of the first
   * @throws CorruptDataException when the file ends before
   */
  int at(long position, int wanted) throws IOException {
    if (position < lo || position > lo + count - wanted) {
      boolean jump = position < lo || position - lo > buffer.length;
      int most = jump ? Math.max(wanted, LOOK_SIZE) : buffer.length;
      lo = position;
      count = 0;
      if (wanted > size - position) {
        throw new CorruptDataException(
            format, position, wanted + " bytes more", Math.max(0, size - position) + " bytes");
      }
      int read = (int) file.read(memory.asSlice(0, Math.min(most, size - position)), position);
      if (read < wanted) {
        throw new IOException(file.path() + " became shorter while it was read");
      }
      Mem.getBytes(memory, 0, buffer, 0, read);
      count = read;
    }
    return (int) (position - lo);
  }

  byte[] bytes() {
    return buffer;
  }
}
