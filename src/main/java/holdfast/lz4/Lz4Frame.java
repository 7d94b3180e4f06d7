package holdfast.lz4;

import holdfast.Limits;
import holdfast.Structure;
import holdfast.internal.Check;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * Frames in one call, and what is inside of them.
 *
 * <pre>{@code
 * byte[] frame = Lz4Frame.compress(plain);
 * byte[] again = Lz4Frame.decompress(frame);
 * Lz4Frame.list(path).forEach(info -> System.out.println(info.plainSize()));
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class Lz4Frame {
  /** Longest array that every JVM can make. */
  private static final long ARRAY_MAX = Integer.MAX_VALUE - 8;

  private Lz4Frame() {}

  /**
   * Compresses an array into a frame with {@link Lz4FrameOptions#DEFAULT}.
   *
   * @param plain the content
   * @return the frame
   */
  public static byte[] compress(byte[] plain) {
    return compress(plain, Lz4FrameOptions.DEFAULT);
  }

  /**
   * Compresses an array into a frame: the same bytes as {@link Lz4FrameOutputStream} writes.
   *
   * @param plain the content
   * @param options how
   * @return the frame
   * @throws IllegalStateException if the content is not of the announced size
   */
  public static byte[] compress(byte[] plain, Lz4FrameOptions options) {
    var frame = new ByteArrayOutputStream();
    var encoder = new FrameEncoder(options, frame::write);
    try {
      encoder.write(plain, 0, plain.length);
      encoder.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return frame.toByteArray();
  }

  /**
   * Makes a skippable frame: bytes of the user's own between other frames, which every reader of
   * LZ4 frames passes over.
   *
   * @param kind which of the sixteen magic numbers, 0 to 15; what they mean is the user's to say
   * @param content the bytes
   * @return the frame: 8 bytes more than the content
   * @throws IllegalArgumentException when the kind lies outside
   */
  public static byte[] skippable(int kind, byte[] content) {
    Check.range(kind, 0, 15, "kind");
    byte[] frame = new byte[Math.addExact(2 * FrameLayout.WORD_SIZE, content.length)];
    FrameLayout.putWord(frame, 0, FrameLayout.SKIPPABLE_MAGIC + kind);
    FrameLayout.putWord(frame, FrameLayout.WORD_SIZE, content.length);
    System.arraycopy(content, 0, frame, 2 * FrameLayout.WORD_SIZE, content.length);
    return frame;
  }

  /**
   * Decompresses all frames of an array, within {@link Limits#DEFAULT}.
   *
   * @param frames one or more frames and nothing else
   * @return their content
   * @throws holdfast.CorruptDataException if the frames are damaged
   * @throws holdfast.UnsupportedFormatException if they need what is not there
   */
  public static byte[] decompress(byte[] frames) {
    return decompress(frames, Lz4FrameReadOptions.DEFAULT);
  }

  /**
   * Decompresses the frames of an array.
   *
   * @param frames one or more frames
   * @param options how; the content must fit into an array too
   * @return their content
   * @throws holdfast.CorruptDataException if the frames are damaged
   * @throws holdfast.UnsupportedFormatException if they need what is not there
   */
  public static byte[] decompress(byte[] frames, Lz4FrameReadOptions options) {
    long sizeMax = Math.min(options.limits().outputMax(), ARRAY_MAX);
    var arrayOptions = options.withLimits(options.limits().withOutputMax(sizeMax));
    var plain = new ByteArrayOutputStream();
    var decoder = new FrameDecoder(arrayOptions, frames, 0, frames.length);
    try {
      while (decoder.decode(plain) > 0) {
        // All input is there: nothing to bring.
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    decoder.finish();
    return plain.toByteArray();
  }

  /**
   * Lists the frames of a file without decoding them: blocks are jumped over.
   *
   * @param path the file
   * @return a record for each frame, in file order
   * @throws IOException if the file cannot be read
   * @throws holdfast.CorruptDataException if the frames do not fill the file
   * @throws holdfast.UnsupportedFormatException if one is of an unknown version
   */
  public static List<Lz4FrameInfo> list(Path path) throws IOException {
    try (var channel = FileChannel.open(path)) {
      return list(channel, Limits.DEFAULT);
    }
  }

  /**
   * Lists the frames of a channel, up to its end, without decoding them.
   *
   * @param channel in blocking mode; left open. Blocks are jumped over when it is a {@link
   *     java.nio.channels.SeekableByteChannel}, else read
   * @param limits the memory limit bounds the list
   * @return a record for each frame
   * @throws IOException if the channel cannot be read
   * @throws holdfast.CorruptDataException if the channel holds something else
   * @throws holdfast.UnsupportedFormatException if a frame is of an unknown version
   */
  public static List<Lz4FrameInfo> list(ReadableByteChannel channel, Limits limits)
      throws IOException {
    var listing = new FrameListing(limits, false);
    walk(channel, Lz4FrameReadOptions.DEFAULT, listing, true);
    return listing.infos();
  }

  /**
   * Shows every part of the frames of a file without decoding them.
   *
   * @param path the file
   * @return a tree: frames, then their fields and blocks
   * @throws IOException if the file cannot be read
   * @throws holdfast.CorruptDataException if the frames do not fill the file
   * @throws holdfast.UnsupportedFormatException if one is of an unknown version
   */
  public static Structure inspect(Path path) throws IOException {
    try (var channel = FileChannel.open(path)) {
      return inspect(channel, Lz4FrameReadOptions.DEFAULT, false);
    }
  }

  /**
   * Shows every part of the frames of a channel, up to its end.
   *
   * @param channel in blocking mode; left open
   * @param options how to read; the memory limit also bounds the tree
   * @param decode whether to decode the blocks too: their plain sizes are shown and all checksums
   *     verified
   * @return a tree: frames, then their fields and blocks
   * @throws IOException if the channel cannot be read
   * @throws holdfast.CorruptDataException if the channel holds something else, or what is decoded
   *     is damaged
   * @throws holdfast.UnsupportedFormatException if a frame needs what is not there
   */
  public static Structure inspect(
      ReadableByteChannel channel, Lz4FrameReadOptions options, boolean decode) throws IOException {
    var listing = new FrameListing(options.limits(), true);
    walk(channel, options, listing, !decode);
    return listing.structure();
  }

  private static void walk(
      ReadableByteChannel channel,
      Lz4FrameReadOptions options,
      FrameDecoder.Observer observer,
      boolean isScan)
      throws IOException {
    var decoder = new FrameDecoder(options, observer, isScan);
    var feed = new FrameFeed(ByteSource.of(channel), decoder);
    OutputStream nowhere = OutputStream.nullOutputStream();
    do {
      while (decoder.decode(nowhere) > 0) {
        // Only the observer is interested.
      }
    } while (feed.more());
  }
}
