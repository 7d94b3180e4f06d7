package holdfast.chunkio;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/** Chunks as the streams and channels of the JDK. */
final class ChunkViews {
  private ChunkViews() {}

  private static void store(Chunk chunk, MemorySegment bytes) throws IOException {
    if (!chunk.append(bytes)) {
      throw new LimitReachedException(chunk.name());
    }
  }

  /** See {@link Chunk#inputStream}. */
  static final class Input extends InputStream {
    private final Chunk chunk;
    private long position;

    Input(Chunk chunk) {
      this.chunk = chunk;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int size) throws IOException {
      Objects.checkFromIndexSize(offset, size, to.length);
      if (size == 0) {
        return 0;
      }
      int count = (int) chunk.read(position, MemorySegment.ofArray(to).asSlice(offset, size));
      position += count;
      return count == 0 ? -1 : count;
    }

    @Override
    public int available() throws IOException {
      return (int) Math.min(Integer.MAX_VALUE, Math.max(0, chunk.contentSize() - position));
    }
  }

  /** See {@link Chunk#outputStream}. */
  static final class Output extends OutputStream {
    private final Chunk chunk;

    Output(Chunk chunk) {
      this.chunk = chunk;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int size) throws IOException {
      Objects.checkFromIndexSize(offset, size, from.length);
      store(chunk, MemorySegment.ofArray(from).asSlice(offset, size));
    }
  }

  /** See {@link Chunk#readableChannel}. */
  static final class ReadChannel implements ReadableByteChannel {
    private final Chunk chunk;
    private long position;
    private boolean open = true;

    ReadChannel(Chunk chunk) {
      this.chunk = chunk;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      if (!open) {
        throw new ClosedChannelException();
      }
      if (!to.hasRemaining()) {
        return 0;
      }
      int count = (int) chunk.read(position, MemorySegment.ofBuffer(to));
      position += count;
      to.position(to.position() + count);
      return count == 0 ? -1 : count;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }

  /** See {@link Chunk#writableChannel}. */
  static final class WriteChannel implements WritableByteChannel {
    private final Chunk chunk;
    private boolean open = true;

    WriteChannel(Chunk chunk) {
      this.chunk = chunk;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      if (!open) {
        throw new ClosedChannelException();
      }
      int count = from.remaining();
      store(chunk, MemorySegment.ofBuffer(from));
      from.position(from.limit());
      return count;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }
}
