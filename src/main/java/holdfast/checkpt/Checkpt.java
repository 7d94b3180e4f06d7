package holdfast.checkpt;

import holdfast.Progress;
import holdfast.internal.Check;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;

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
 * region that is written. Keeps one buffer, and from the first LZ4 frame on 400 KiB; calls make no
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

  /** Null in an object that only counts. */
  private final Output output;

  private final History history = new History();

  /** Null until the first LZ4 frame. */
  private ChunkEncoder encoder;

  private final FrameState state = new FrameState("checkpt");
  private FrameStyle style = FrameStyle.RAW;

  /** Null unless somebody watches. */
  private Meter meter;

  /** Plain bytes taken, and how many of them the meter knows. */
  private long plain;

  private long metered;

  /** Frames opened. */
  private long opened;

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
    state.leaveIdle("openFrame");
    Objects.requireNonNull(frameStyle, "frameStyle");
    open(frameStyle, frameStyle == FrameStyle.LZ4 && history.open());
    return offset();
  }

  /** Begins a frame in a state that is given; the caller has the history. */
  void open(FrameStyle frameStyle, boolean first) {
    style = frameStyle;
    if (style == FrameStyle.LZ4 && output != null) {
      if (encoder == null) {
        encoder = new ChunkEncoder();
      }
      encoder.open(first);
    }
    opened++;
    state.inFrame();
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
    state.leaveFrame("meta");
    Check.range(buffer.byteSize(), 0, META_MAX, "size of a meta buffer");
    add(buffer);
  }

  /**
   * Adds a buffer to the frame. Other than the size there is no difference to {@link #meta}: what
   * one wrote the other may read. A buffer may also be added, and read, in parts, a call for each,
   * when the size of each part but the last is a multiple of 65 536.
   *
   * @param buffer any size; an empty one adds nothing
   * @throws IllegalStateException unless IN_FRAME
   * @throws IOException when the channel refuses bytes, or the region has no room for them. A part
   *     of the buffer may have been written
   */
  public void data(MemorySegment buffer) throws IOException {
    state.leaveFrame("data");
    add(buffer);
  }

  private void add(MemorySegment buffer) throws IOException {
    long size = buffer.byteSize();
    if (output == null) {
      if (style == FrameStyle.LZ4) {
        history.addBuffer(size);
      }
      plain += size;
    } else if (style == FrameStyle.LZ4) {
      addChunks(buffer, size);
    } else {
      addRaw(buffer, size);
    }
    state.inFrame();
  }

  private void addChunks(MemorySegment buffer, long size) throws IOException {
    for (long lo = 0; lo < size; lo += Block.PLAIN_MAX) {
      int chunk = (int) Math.min(Block.PLAIN_MAX, size - lo);
      int stored = encoder.encode(buffer, lo, chunk);
      output.put(encoder.block(), stored);
      history.add(chunk);
      count(chunk);
    }
  }

  private void addRaw(MemorySegment buffer, long size) throws IOException {
    // When nobody watches, the channel gets all at once.
    long step = meter == null ? Long.MAX_VALUE : Meter.RAW_STEP;
    for (long lo = 0; lo < size; ) {
      long piece = Math.min(step, size - lo);
      output.put(buffer, lo, piece);
      lo += piece;
      count(piece);
    }
  }

  private void count(long size) {
    plain += size;
    if (meter != null && plain - metered >= Meter.STEP) {
      tell();
    }
  }

  private void tell() {
    long news = plain - metered;
    metered = plain;
    meter.add(news);
  }

  /**
   * Ends the frame. All its bytes are in the channel, or the region, when this returns.
   *
   * @return offset behind its last byte
   * @throws IllegalStateException unless IN_FRAME
   * @throws IOException when the channel refuses bytes
   */
  public long closeFrame() throws IOException {
    state.leaveFrame("closeFrame");
    if (output != null) {
      output.flush();
    }
    state.idle();
    return offset();
  }

  /**
   * Adds whole frames, several of them encoded at the same time. The bytes are those that {@link
   * #openFrame}, {@link #meta}, {@link #data} and {@link #closeFrame} would give.
   *
   * <p>The calling thread takes part; with {@code threads} 1 it does everything. All help has ended
   * when this returns, also with an exception. Each thread has a buffer of {@code bufferSize}, and
   * as much again for a frame that waits for its turn, beside 0.4 MiB; a frame that becomes larger
   * than the buffer waits for its turn and is then written as it grows. So frames of LZ4 style
   * should be many, of about the same size, and small enough for the buffer.
   *
   * @param frames what to add, in this order
   * @param executor runs the help; stays open. May be {@code null} when {@code threads} is 1
   * @param threads how many work at the same time, the calling one included; at least 1. When the
   *     executor runs fewer tasks, fewer do
   * @param bufferSize bytes, at least {@link #BUFFER_SIZE_MIN}; has no influence on what is written
   * @param progress told plain bytes; called by one thread at a time
   * @return offset of each frame, and behind them the end of the last
   * @throws IllegalStateException unless IDLE, or when a frame does something else than add the
   *     same sizes of buffers each time
   * @throws CancellationException when the progress says so
   * @throws IOException when the channel refuses bytes, the region has no room for them, or a frame
   *     throws it
   */
  public long[] addFrames(
      List<? extends Frame> frames,
      Executor executor,
      int threads,
      int bufferSize,
      Progress progress)
      throws IOException {
    state.leaveIdle("addFrames");
    Check.range(threads, 1, Integer.MAX_VALUE, "threads");
    Check.range(bufferSize, BUFFER_SIZE_MIN, Integer.MAX_VALUE, "bufferSize");
    Objects.requireNonNull(progress, "progress");
    FramePlan plan = FramePlan.of(frames, history);
    Meter all = new Meter(progress, plan.total());
    long[] offsets;
    if (threads == 1 || frames.size() <= 1) {
      offsets = addOneByOne(plan, all);
    } else {
      Objects.requireNonNull(executor, "executor");
      offsets = new ParallelFrames(output, plan, all, threads, bufferSize).run(executor);
    }
    history.set(plan.historyAfter());
    state.idle();
    return offsets;
  }

  private long[] addOneByOne(FramePlan plan, Meter all) throws IOException {
    long[] offsets = new long[plan.count() + 1];
    offsets[0] = offset();
    for (int i = 0; i < plan.count(); i++) {
      addFrame(plan, i, all);
      offsets[i + 1] = offset();
    }
    output.flush();
    return offsets;
  }

  /** Encodes a frame of a plan; leaves its end in the buffer. */
  void addFrame(FramePlan plan, int index, Meter all) throws IOException {
    meter = all;
    open(plan.style(index), plan.isFirst(index));
    long before = opened;
    plain = metered = 0;
    plan.frame(index).addTo(this);
    if (!state.isInFrame() || opened != before || plain != plan.size(index)) {
      state.failed();
      throw new IllegalStateException(
          "checkpt: frame " + index + " did not add the buffers that it announced");
    }
    if (metered != plain) {
      tell();
    }
    meter = null;
    state.idle();
  }

  /** An object that writes nothing: it learns what a frame adds. */
  static Checkpt counter(History history) {
    Checkpt counter = new Checkpt((Output) null);
    counter.history.set(history);
    return counter;
  }

  /**
   * Counts a frame.
   *
   * @return its plain bytes
   */
  long count(Frame frame, int index) throws IOException {
    long before = ++opened;
    state.inFrame();
    plain = 0;
    frame.addTo(this);
    if (!state.isInFrame() || opened != before) {
      throw new IllegalStateException(
          "checkpt: frame " + index + " does something else than add buffers");
    }
    state.idle();
    return plain;
  }

  /** Opens a frame of a counter; whether it is in the first state. */
  boolean countOpen(FrameStyle frameStyle) {
    style = frameStyle;
    return frameStyle == FrameStyle.LZ4 && history.open();
  }

  /** What the frames so far have to do with the next ones. */
  History history() {
    return history;
  }

  /**
   * How many bytes the checkpoint has so far.
   *
   * @return bytes since this object began, whatever the channel's position was
   */
  public long offset() {
    return output == null ? 0 : output.offset();
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
   * Whether buffers may be added now.
   *
   * @return whether IN_FRAME
   */
  public boolean inFrame() {
    return state.isInFrame();
  }

  /**
   * Makes this object as good as a new one, in any state but CLOSED: the offset is 0, and the next
   * frame is encoded as the first one, so that its bytes depend on nothing that came before. A
   * region is written from its start on again; a channel goes on where it stands. Memory is kept.
   *
   * @throws IllegalStateException when CLOSED
   */
  public void restart() {
    state.restart();
    output.restart();
    history.set(new History());
  }

  /** Ends the use of this object, in any state; the channel stays open. */
  @Override
  public void close() {
    state.close();
  }
}
