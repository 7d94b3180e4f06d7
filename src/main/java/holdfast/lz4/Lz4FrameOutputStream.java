package holdfast.lz4;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/**
 * Writes one LZ4 frame, which the {@code lz4} tool and every other reader of the format understand.
 *
 * <pre>{@code
 * try (var out = new Lz4FrameOutputStream(Files.newOutputStream(path))) {
 *     source.transferTo(out);
 * }
 * }</pre>
 *
 * <p>The bytes of the frame depend on the content and the {@link Lz4FrameOptions options}, not on
 * how the content is cut into writes; only {@link #flush} leaves its mark, because it ends a block.
 * A content that ends before its first block is full gets a header with a smaller block size, so
 * that its reader needs less memory. Closing without writing makes the frame of an empty content.
 *
 * <p>Goes to the stream or channel below in one write per block, so a buffer in between is not
 * needed. Allocates nothing once its buffers have grown to the size of a block. When a write below
 * fails, the frame is lost: all later calls fail, and {@link #close} only closes what is below.
 *
 * <p><b>Not thread safe.</b>
 */
public final class Lz4FrameOutputStream extends OutputStream implements WritableByteChannel {
  /** What is below. */
  private interface Below extends Closeable {
    void put(byte[] bytes, int offset, int size) throws IOException;

    void flush() throws IOException;
  }

  private final Below below;
  private final FrameEncoder encoder;
  private final byte[] single = new byte[1];
  private boolean closed;

  /**
   * Writes a frame with {@link Lz4FrameOptions#DEFAULT} to a stream.
   *
   * @param out where the frame goes; closed with this stream
   */
  public Lz4FrameOutputStream(OutputStream out) {
    this(out, Lz4FrameOptions.DEFAULT);
  }

  /**
   * Writes a frame to a stream.
   *
   * @param out where the frame goes; closed with this stream
   * @param options how
   */
  public Lz4FrameOutputStream(OutputStream out, Lz4FrameOptions options) {
    this(belowOf(Objects.requireNonNull(out, "out")), options);
  }

  /**
   * Writes a frame to a channel.
   *
   * @param out where the frame goes, in blocking mode; closed with this stream
   * @param options how
   * @throws java.nio.channels.IllegalBlockingModeException when the channel is in non-blocking mode
   */
  public Lz4FrameOutputStream(WritableByteChannel out, Lz4FrameOptions options) {
    this(belowOf(Objects.requireNonNull(out, "out")), options);
  }

  private Lz4FrameOutputStream(Below below, Lz4FrameOptions options) {
    this.below = below;
    this.encoder = new FrameEncoder(options, below::put);
  }

  /**
   * Writes one byte. Many at once are faster.
   *
   * @param b the byte, in the low eight bits
   * @throws IOException if what is below refuses bytes now or did so before, or this is closed
   * @throws IllegalStateException if the content becomes larger than announced, or the frame is
   *     finished
   */
  @Override
  public void write(int b) throws IOException {
    single[0] = (byte) b;
    write(single, 0, 1);
  }

  /**
   * Writes a range of an array.
   *
   * @param bytes the array; not kept
   * @param offset index of the first byte
   * @param size number of bytes
   * @throws IOException if what is below refuses bytes now or did so before, or this is closed
   * @throws IllegalStateException if the content becomes larger than announced, or the frame is
   *     finished
   */
  @Override
  public void write(byte[] bytes, int offset, int size) throws IOException {
    Objects.checkFromIndexSize(offset, size, bytes.length);
    requireOpen();
    encoder.write(bytes, offset, size);
  }

  /**
   * Writes all remaining bytes of a buffer.
   *
   * @param bytes heap or direct; its position moves to its limit
   * @return how many bytes that were
   * @throws IOException if what is below refuses bytes now or did so before, or this is closed
   * @throws IllegalStateException if the content becomes larger than announced, or the frame is
   *     finished
   */
  @Override
  public int write(ByteBuffer bytes) throws IOException {
    requireOpen();
    int size = bytes.remaining();
    encoder.write(bytes);
    return size;
  }

  /**
   * Ends the block begun and flushes what is below, so that a reader can have everything written so
   * far. Costs compression: use it seldom. In a {@link Lz4FrameOptions#legacy() legacy} frame a
   * block that is not full can only be the last, so there what is in it waits.
   *
   * @throws IOException if what is below refuses bytes now or did so before, or this is closed
   */
  @Override
  public void flush() throws IOException {
    requireOpen();
    encoder.flush();
    below.flush();
  }

  /**
   * Ends the frame and flushes, but does not close what is below, so that something else may
   * follow. Only {@link #close} is useful afterwards.
   *
   * @throws IOException if what is below refuses bytes now or did so before, or this is closed
   * @throws IllegalStateException if the content is not of the announced size
   */
  public void finish() throws IOException {
    requireOpen();
    encoder.finish();
    below.flush();
  }

  /**
   * Ends the frame, unless it is finished or failed, and closes what is below in any case. Does
   * nothing when closed before.
   *
   * @throws IOException if what is below refuses bytes or cannot be closed
   * @throws IllegalStateException if the content is not of the announced size; readers will find
   *     the frame incomplete
   */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try (below) {
        if (!encoder.isFailed()) {
          encoder.finish();
        }
      }
    }
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private static Below belowOf(OutputStream out) {
    return new Below() {
      @Override
      public void put(byte[] bytes, int offset, int size) throws IOException {
        out.write(bytes, offset, size);
      }

      @Override
      public void flush() throws IOException {
        out.flush();
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  private static Below belowOf(WritableByteChannel out) {
    ByteSource.requireBlocking(out);
    return new Below() {
      private ByteBuffer view = ByteBuffer.allocate(0);

      @Override
      public void put(byte[] bytes, int offset, int size) throws IOException {
        if (view.array() != bytes) {
          view = ByteBuffer.wrap(bytes);
        }
        view.limit(offset + size).position(offset);
        while (view.hasRemaining()) {
          out.write(view);
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }
}
