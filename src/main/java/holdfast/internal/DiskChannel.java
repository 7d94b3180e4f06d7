package holdfast.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * A file of a {@link Disk} for code that wants channels.
 *
 * <p>Has a position of its own, so that several threads can read one file, each through its own
 * channel. The file stays open and belongs to whoever opened it. Not thread safe.
 */
public final class DiskChannel implements SeekableByteChannel {
  private final Disk.File file;
  private final int readMax;
  private long position;
  private boolean closed;

  /**
   * A channel that stands at the start of a file.
   *
   * @param file the file; stays open
   */
  public DiskChannel(Disk.File file) {
    this(file, Integer.MAX_VALUE);
  }

  /**
   * The same, for a reader that never needs much at a place.
   *
   * @param file the file; stays open
   * @param readMax most bytes that one call reads, at least 1
   */
  public DiskChannel(Disk.File file, int readMax) {
    this.file = file;
    this.readMax = readMax;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    requireOpen();
    int wanted = Math.min(target.remaining(), readMax);
    int count = (int) file.read(MemorySegment.ofBuffer(target).asSlice(0, wanted), position);
    position += count;
    target.position(target.position() + count);
    return count == 0 && wanted > 0 ? -1 : count;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    requireOpen();
    int count = source.remaining();
    file.write(MemorySegment.ofBuffer(source), position);
    position += count;
    source.position(source.limit());
    return count;
  }

  @Override
  public long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    requireOpen();
    position = Check.range(newPosition, 0, Long.MAX_VALUE, "position");
    return this;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return file.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    requireOpen();
    Check.range(size, 0, Long.MAX_VALUE, "size");
    if (size < file.size()) {
      file.truncate(size);
    }
    position = Math.min(position, size);
    return this;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /** Ends the use of the channel; the file stays open. */
  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }
}
