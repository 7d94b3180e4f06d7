package holdfast.checkpt;

import holdfast.internal.Check;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/**
 * Writes a checkpoint, frame by frame, to a channel or into a region of memory.
 *
 * <pre>{@code
 * try (Checkpt out = Checkpt.to(channel)) {
 *   out.openFrame(FrameStyle.LZ4);
 *   out.meta(header);
 *   out.data(body);
 *   long end = out.closeFrame();
 * }
 * }</pre>
 *
 * <p>Nothing but the buffers is written: whoever reads must know the styles of the frames and the
 * sizes of the buffers. The same calls give the same bytes, wherever they go.
 *
 * <pre>{@code
 *        openFrame            closeFrame
 * IDLE ------------> IN_FRAME ----------> IDLE
 *   |                   |
 *   '-----. any failure |  a call in the wrong state, too
 *         v             v
 *            FAILED                       only close is legal
 *
 * close leads from every state to CLOSED; from IN_FRAME or FAILED the output is worthless.
 * }</pre>
 *
 * <p>Buffers may be changed, reused or freed as soon as a call returns; they must not lie in the
 * region that is written. Keeps one buffer, and from the first LZ4 frame on 272 KiB; calls make no
 * garbage, but for the small view that a channel is given of native memory larger than the buffer.
 * <b>Not thread safe</b>; may be handed from thread to thread.
 */
public final class Checkpt implements AutoCloseable {
  /** Most bytes of a {@link #meta} buffer. */
  public static final int META_MAX = 65_536;

  /** Smallest buffer for a channel: one block, 65 812 bytes, rounded up to 4 KiB. */
  public static final int BUFFER_SIZE_MIN = 69_632;

  /** Buffer for a channel unless another size is given. */
  public static final int BUFFER_SIZE = 1 << 18;

  private enum State {
    IDLE,
    IN_FRAME,
    FAILED,
    CLOSED
  }

  private final Output output;

  private final History history = new History();

  /** Null until the first LZ4 frame. */
  private ChunkEncoder encoder;

  private State state = State.IDLE;
  private FrameStyle style = FrameStyle.RAW;

  Checkpt(Output output) {
    this.output = output;
  }

  /**
   * Writes to a channel from where it stands.
   *
   * @param out the channel, blocking or not; stays open
   * @return a new one, at offset 0
   */
  public static Checkpt to(WritableByteChannel out) {
    return to(out, BUFFER_SIZE);
  }

  /**
   * Writes to a channel from where it stands.
   *
   * @param out the channel, blocking or not; stays open
   * @param bufferSize bytes of native memory to collect output in, at least {@link
   *     #BUFFER_SIZE_MIN}; has no influence on what is written
   * @return a new one, at offset 0
   * @throws IllegalArgumentException when the size is too small
   */
  public static Checkpt to(WritableByteChannel out, int bufferSize) {
    Objects.requireNonNull(out, "out");
    Check.range(bufferSize, BUFFER_SIZE_MIN, Integer.MAX_VALUE, "bufferSize");
    return new Checkpt(new StreamOutput(out, new WriteBuffer(bufferSize)));
  }

  /**
   * Writes into memory, from its start on.
   *
   * @param region room for the checkpoint
   * @return a new one, at offset 0
   * @throws IllegalArgumentException when the region is read-only
   */
  public static Checkpt into(MemorySegment region) {
    return new Checkpt(new RegionOutput(region));
  }

  /**
   * Begins a frame.
   *
   * @param frameStyle how its buffers are stored
   * @return offset of its first byte
   * @throws IllegalStateException unless IDLE
   */
  public long openFrame(FrameStyle frameStyle) {
    require(State.IDLE, "openFrame");
    style = Objects.requireNonNull(frameStyle, "frameStyle");
    if (style == FrameStyle.LZ4) {
      if (encoder == null) {
        encoder = new ChunkEncoder();
      }
      encoder.open(history.open());
    }
    state = State.IN_FRAME;
    return offset();
  }

  /**
   * Adds a small buffer to the frame.
   *
   * @param buffer at most {@link #META_MAX} bytes; an empty one adds nothing
   * @throws IllegalStateException unless IN_FRAME
   * @throws IllegalArgumentException when the buffer is too large
   * @throws IOException when the channel refuses bytes, or the region has no room for them
   */
  public void meta(MemorySegment buffer) throws IOException {
    require(State.IN_FRAME, "meta");
    Check.range(buffer.byteSize(), 0, META_MAX, "size of a meta buffer");
    add(buffer);
  }

  /**
   * Adds a buffer to the frame. Other than the size there is no difference to {@link #meta}: what
   * one wrote the other may read.
   *
   * @param buffer any size; an empty one adds nothing
   * @throws IllegalStateException unless IN_FRAME
   * @throws IOException when the channel refuses bytes, or the region has no room for them. A part
   *     of the buffer may have been written
   */
  public void data(MemorySegment buffer) throws IOException {
    require(State.IN_FRAME, "data");
    add(buffer);
  }

  private void add(MemorySegment buffer) throws IOException {
    long size = buffer.byteSize();
    if (style == FrameStyle.LZ4) {
      for (long lo = 0; lo < size; lo += Block.PLAIN_MAX) {
        int chunk = (int) Math.min(Block.PLAIN_MAX, size - lo);
        int stored = encoder.encode(buffer, lo, chunk);
        output.put(encoder.block(), stored);
        history.add(chunk);
      }
    } else {
      output.put(buffer, 0, size);
    }
    state = State.IN_FRAME;
  }

  /**
   * Ends the frame. All its bytes are in the channel, or the region, when this returns.
   *
   * @return offset behind its last byte
   * @throws IllegalStateException unless IN_FRAME
   * @throws IOException when the channel refuses bytes
   */
  public long closeFrame() throws IOException {
    require(State.IN_FRAME, "closeFrame");
    output.flush();
    state = State.IDLE;
    return offset();
  }

  /**
   * How many bytes the checkpoint has so far.
   *
   * @return bytes since this object began, whatever the channel's position was
   */
  public long offset() {
    return output.offset();
  }

  /**
   * Whether a frame may be opened now.
   *
   * @return whether IDLE
   */
  public boolean canOpen() {
    return state == State.IDLE;
  }

  /**
   * Whether buffers may be added now.
   *
   * @return whether IN_FRAME
   */
  public boolean inFrame() {
    return state == State.IN_FRAME;
  }

  /** Ends the use of this object, in any state; the channel stays open. */
  @Override
  public void close() {
    state = State.CLOSED;
  }

  /** Fails until the call that asks has succeeded. */
  private void require(State wanted, String call) {
    State now = state;
    if (now != State.CLOSED) {
      state = State.FAILED;
    }
    if (now != wanted) {
      throw new IllegalStateException("checkpt: " + call + " while " + now);
    }
  }
}
