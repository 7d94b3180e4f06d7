package holdfast.checkpt;

import holdfast.CorruptDataException;
import holdfast.internal.Check;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;

/**
 * Reads a checkpoint, from a channel or from a region of memory.
 *
 * <p>The calls have to be those that wrote it: the same styles and the same sizes of buffers.
 *
 * <pre>{@code
 * try (Restore in = Restore.from(channel)) {
 *   in.openFrame(FrameStyle.LZ4);
 *   in.meta(header);
 *   in.data(body);
 *   long end = in.closeFrame();      // compare it, if it is known where the frame ends
 * }
 * }</pre>
 *
 * <pre>{@code
 *   seek
 *   .---.  openFrame            closeFrame
 *   '-> IDLE ------------> IN_FRAME ----------> IDLE
 *         |                   |
 *         '-----. any failure |  a call in the wrong state, too
 *               v             v
 *                  FAILED                       only close is legal
 *
 * close leads from every state to CLOSED.
 * }</pre>
 *
 * <p>Frames can be read in any order, by {@link #seek}, where the input is a region or a channel
 * that can seek; so one object for each thread reads the frames of one checkpoint at the same time.
 * A buffer of the caller is complete when its call returns, and not needed any more by this object.
 * After an exception its content is unspecified.
 *
 * <p>There is no checksum in the format: damage that leaves the blocks readable, or is in a RAW
 * frame, gives other bytes and no exception. Bytes behind the last frame are not looked at.
 *
 * <p>Keeps one buffer of the size asked for, and from the first LZ4 frame on 256 to 512 KiB,
 * whatever the input says; calls make no garbage, but for the small view that a channel is given of
 * native memory larger than the buffer. <b>Not thread safe</b>; may be handed from thread to
 * thread.
 */
public final class Restore implements AutoCloseable {
  /** Most bytes of a {@link #meta} buffer. */
  public static final int META_MAX = Checkpt.META_MAX;

  /** Smallest buffer for a channel: one block, 65 812 bytes, rounded up to 4 KiB. */
  public static final int BUFFER_SIZE_MIN = Checkpt.BUFFER_SIZE_MIN;

  /** Buffer for a channel unless another size is given. */
  public static final int BUFFER_SIZE = Checkpt.BUFFER_SIZE;

  /** What {@link #size} returns when nobody knows. */
  public static final long SIZE_UNKNOWN = Input.UNKNOWN;

  private final Input input;

  /** Null until the first LZ4 frame. */
  private ChunkDecoder decoder;

  private final FrameState state = new FrameState("restore");
  private FrameStyle style = FrameStyle.RAW;

  private Restore(Input input) {
    this.input = input;
  }

  /**
   * Reads a channel, with a buffer of {@link #BUFFER_SIZE}; see {@link #from(ReadableByteChannel,
   * int)}.
   *
   * @param in the channel; stays open
   * @return a new one
   * @throws IOException when the channel is closed
   */
  public static Restore from(ReadableByteChannel in) throws IOException {
    return from(in, BUFFER_SIZE);
  }

  /**
   * Reads a channel from where it stands.
   *
   * <p>Of a {@link java.nio.channels.SeekableByteChannel} that knows its size and position, offsets
   * are positions. Any other channel cannot seek, its size is unknown, and its offsets begin at 0.
   *
   * @param in the channel, blocking or not; stays open, and is read ahead, maybe beyond the end of
   *     the checkpoint
   * @param bufferSize bytes of native memory to read into, at least {@link #BUFFER_SIZE_MIN}
   * @return a new one
   * @throws IllegalArgumentException when the size is too small, or the channel stands behind its
   *     end
   * @throws IOException when the channel is closed
   */
  public static Restore from(ReadableByteChannel in, int bufferSize) throws IOException {
    Objects.requireNonNull(in, "in");
    Check.range(bufferSize, BUFFER_SIZE_MIN, Integer.MAX_VALUE, "bufferSize");
    return new Restore(new StreamInput(in, bufferSize));
  }

  /**
   * Reads memory from its start on.
   *
   * @param region the checkpoint; trailing bytes are allowed. Must not change while a call reads it
   * @return a new one
   */
  public static Restore from(MemorySegment region) {
    return new Restore(new RegionInput(region));
  }

  /**
   * Begins a frame at the current offset.
   *
   * @param frameStyle how it was written
   * @return offset of its first byte
   * @throws IllegalStateException unless IDLE
   */
  public long openFrame(FrameStyle frameStyle) {
    state.leaveIdle("openFrame");
    style = Objects.requireNonNull(frameStyle, "frameStyle");
    if (style == FrameStyle.LZ4) {
      if (decoder == null) {
        decoder = new ChunkDecoder();
      }
      decoder.open();
    }
    state.inFrame();
    return offset();
  }

  /**
   * Reads a small buffer of the frame.
   *
   * @param buffer at most {@link #META_MAX} bytes, all of which are read; an empty one reads
   *     nothing
   * @throws IllegalStateException unless IN_FRAME
   * @throws IllegalArgumentException when the buffer is too large, or read-only
   * @throws CorruptDataException when the bytes are damaged or end before
   * @throws IOException when the channel fails
   */
  public void meta(MemorySegment buffer) throws IOException {
    state.leaveFrame("meta");
    Check.range(buffer.byteSize(), 0, META_MAX, "size of a meta buffer");
    read(buffer);
  }

  /**
   * Reads a buffer of the frame. Other than the size there is no difference to {@link #meta}. A
   * buffer may also be read in parts, see {@link Checkpt#data}.
   *
   * @param buffer any size, all of which is read; an empty one reads nothing
   * @throws IllegalStateException unless IN_FRAME
   * @throws IllegalArgumentException when the buffer is read-only
   * @throws CorruptDataException when the bytes are damaged or end before
   * @throws IOException when the channel fails
   */
  public void data(MemorySegment buffer) throws IOException {
    state.leaveFrame("data");
    read(buffer);
  }

  private void read(MemorySegment buffer) throws IOException {
    long size = buffer.byteSize();
    if (size > 0) {
      Check.writable(buffer);
      if (style == FrameStyle.LZ4) {
        decoder.read(input, buffer, size);
      } else {
        input.read(buffer, 0, size);
      }
    }
    state.inFrame();
  }

  /**
   * Leaves one buffer of the frame out. In an LZ4 frame it is decoded all the same, in a RAW frame
   * of an input that can seek nothing is read.
   *
   * @param size its size, at least 0: buffers have to be left out one by one, because each begins
   *     with a block of its own
   * @throws IllegalStateException unless IN_FRAME
   * @throws IllegalArgumentException when the size is negative
   * @throws CorruptDataException when the bytes are damaged or end before
   * @throws IOException when the channel fails
   */
  public void skip(long size) throws IOException {
    state.leaveFrame("skip");
    Check.range(size, 0, Long.MAX_VALUE, "size");
    if (style == FrameStyle.LZ4) {
      decoder.skip(input, size);
    } else {
      input.skip(size);
    }
    state.inFrame();
  }

  /**
   * Ends the frame here. Whether it was read to its end only the caller can tell.
   *
   * @return offset behind the last byte that was read
   * @throws IllegalStateException unless IN_FRAME
   */
  public long closeFrame() {
    state.leaveFrame("closeFrame");
    state.idle();
    return offset();
  }

  /**
   * Goes to another place.
   *
   * @param offset where, 0 to {@link #size}
   * @throws IllegalStateException unless IDLE, or when the input cannot seek
   * @throws IllegalArgumentException when the offset lies outside
   * @throws IOException when the channel fails
   */
  public void seek(long offset) throws IOException {
    state.leaveIdle("seek");
    if (input.size() == SIZE_UNKNOWN) {
      throw new IllegalStateException("checkpt: seek in a channel that cannot seek");
    }
    Check.range(offset, 0, input.size(), "offset");
    input.seek(offset);
    state.idle();
  }

  /**
   * How large the input was when this object began: the region, or the file of the channel.
   *
   * @return bytes, or {@link #SIZE_UNKNOWN}
   */
  public long size() {
    return input.size();
  }

  /**
   * Where the next byte comes from.
   *
   * @return bytes from the start of the region or file; from where the channel stood, if it cannot
   *     seek
   */
  public long offset() {
    return input.offset();
  }

  /**
   * Whether a frame may be opened now.
   *
   * @return whether IDLE
   */
  public boolean canOpen() {
    return state.isIdle();
  }

  /**
   * Whether buffers may be read now.
   *
   * @return whether IN_FRAME
   */
  public boolean inFrame() {
    return state.isInFrame();
  }

  /** Ends the use of this object, in any state; the channel stays open. */
  @Override
  public void close() {
    state.close();
  }
}
