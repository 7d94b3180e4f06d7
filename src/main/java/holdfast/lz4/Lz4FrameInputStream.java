package holdfast.lz4;

import holdfast.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;

/**
 * Reads the content of LZ4 frames, whoever wrote them: every block size and mode, checksums,
 * dictionaries, skippable and legacy frames, any number of them in a row.
 *
 * <pre>{@code
 * try (var in = new Lz4FrameInputStream(Files.newInputStream(path))) {
 *     in.transferTo(sink);
 * }
 * }</pre>
 *
 * <p>The input need not be trusted. Whatever it holds, this hands out what its writer compressed,
 * or throws {@link holdfast.CorruptDataException} or {@link holdfast.UnsupportedFormatException}
 * with the offset in the input, within the {@link Limits}. With a content checksum, which most
 * writers add, any change is noticed before the end of the content is reported; but a block is
 * handed out when it is decoded, so do not act on the content of a frame before its end was seen.
 * After such an exception every read throws it again. An input that ends inside a frame, is empty,
 * or goes on with something that is no frame, is damaged. After an {@link IOException} from below
 * reading may go on.
 *
 * <p>Reads ahead unless told to stop after the first frame; a buffer below is not needed. A block
 * is decoded straight into the caller's array when that has room for a whole one; as with other
 * inflating streams, bytes of the range behind the returned count may then be overwritten.
 * Allocates nothing once its buffers have grown to the size of a block.
 *
 * <p><b>Not thread safe.</b>
 */
public final class Lz4FrameInputStream extends InputStream implements ReadableByteChannel {
  private final ByteSource source;
  private final FrameDecoder decoder;
  private final FrameFeed feed;
  private final byte[] single = new byte[1];
  private boolean closed;

  /**
   * Reads all frames of a stream, within {@link Limits#DEFAULT}.
   *
   * @param in the frames and nothing else; closed with this stream
   */
  public Lz4FrameInputStream(InputStream in) {
    this(in, Lz4FrameReadOptions.DEFAULT);
  }

  /**
   * Reads frames from a stream.
   *
   * @param in where the frames come from; closed with this stream
   * @param options how
   */
  public Lz4FrameInputStream(InputStream in, Lz4FrameReadOptions options) {
    this(ByteSource.of(Objects.requireNonNull(in, "in")), options);
  }

  /**
   * Reads frames from a channel.
   *
   * @param in where the frames come from, in blocking mode; closed with this stream. Skippable
   *     frames are jumped over when it is a {@link java.nio.channels.SeekableByteChannel}
   * @param options how
   * @throws java.nio.channels.IllegalBlockingModeException when the channel is in non-blocking mode
   */
  public Lz4FrameInputStream(ReadableByteChannel in, Lz4FrameReadOptions options) {
    this(ByteSource.of(Objects.requireNonNull(in, "in")), options);
  }

  private Lz4FrameInputStream(ByteSource source, Lz4FrameReadOptions options) {
    this.source = source;
    this.decoder = new FrameDecoder(options);
    this.feed = new FrameFeed(source, decoder);
  }

  /**
   * Reads one byte. Many at once are faster.
   *
   * @return 0 to 255, or -1 at the end of the last frame
   * @throws IOException if what is below cannot be read, or this is closed
   */
  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  /**
   * Reads some bytes: at most what is left of one block.
   *
   * @param to array for them; with room for a whole block nothing is copied twice
   * @param offset index of the first
   * @param size most that are wanted
   * @return how many, at least 1 unless {@code size} is 0; -1 at the end of the last frame
   * @throws IOException if what is below cannot be read, or this is closed
   */
  @Override
  public int read(byte[] to, int offset, int size) throws IOException {
    Objects.checkFromIndexSize(offset, size, to.length);
    requireOpen();
    if (size == 0) {
      return 0;
    }
    do {
      int count = decoder.decode(to, offset, size);
      if (count > 0) {
        return count;
      }
    } while (feed.more());
    return -1;
  }

  /**
   * Reads some bytes into the room of a buffer: at most what is left of one block.
   *
   * @param to heap or direct; its position moves behind what was read
   * @return how many, at least 1 unless there is no room; -1 at the end of the last frame
   * @throws IOException if what is below cannot be read, or this is closed
   */
  @Override
  public int read(ByteBuffer to) throws IOException {
    requireOpen();
    if (to.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    if (!to.hasRemaining()) {
      return 0;
    }
    do {
      int count = decoder.decode(to);
      if (count > 0) {
        return count;
      }
    } while (feed.more());
    return -1;
  }

  /**
   * Writes all that is left to a stream, block by block and without a copy in between.
   *
   * @param to where it goes; not closed
   * @return how many bytes that were
   * @throws IOException if one of the streams fails, or this is closed
   */
  @Override
  public long transferTo(OutputStream to) throws IOException {
    Objects.requireNonNull(to, "to");
    requireOpen();
    long total = 0;
    do {
      for (int count; (count = decoder.decode(to)) > 0; total += count) {}
    } while (feed.more());
    return total;
  }

  /**
   * How many bytes are decoded already.
   *
   * @return bytes that can be read without touching what is below
   * @throws IOException if this is closed
   */
  @Override
  public int available() throws IOException {
    requireOpen();
    return decoder.ready();
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /**
   * Closes what is below. Does nothing when closed before.
   *
   * @throws IOException if what is below cannot be closed
   */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      source.close();
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }
}
