package holdfast.lz4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Makes one frame out of plain bytes that arrive in pieces of any size.
 *
 * <pre>{@code
 *       write: a block is full          write
 * NEW ------------------------> OPEN ---------.
 *  |    flush with bytes         |  ^_________|
 *  |                             |
 *  | finish                      | finish
 *  v                             v
 * DONE <-------------------------'
 *
 * Any exception from the sink, and a wrong content size, lead to FAILED: what was written is no
 * whole frame, and nothing more is written.
 * }</pre>
 *
 * <p>While NEW no header is written: when the content ends before its first block is full, the
 * header gets the smallest block size that holds it, as the original does with content that it is
 * given at once. So the frame depends on the content, the options and the places of the flushes,
 * but not on how the content was cut into writes.
 *
 * <pre>{@code
 * buffer   [ history, if linked | block so far ............ | room ]
 *          0                    blockLo     hashed      fill
 * }</pre>
 *
 * <p>Independent blocks are compressed straight from the caller's array when a write holds a whole
 * one. Linked blocks always pass through the buffer, each behind the one before: so all of them see
 * their history as a prefix. Both buffers grow with the content, up to one block (linked: one block
 * and the history, with room for {@link #LINKED_ROOM} so that the history is not moved each time).
 */
final class FrameEncoder {
  /** Takes the bytes of the frame. */
  @FunctionalInterface
  interface Sink {
    void put(byte[] bytes, int offset, int size) throws IOException;
  }

  private enum State {
    NEW,
    OPEN,
    DONE,
    FAILED
  }

  /** Small writes are hashed in batches of this size: still in the first cache, and fewer calls. */
  private static final int HASH_BATCH = 8192;

  /** Plain bytes that fit behind the history before it moves, if blocks are small. */
  private static final int LINKED_ROOM = 256 << 10;

  private static final int BUFFER_MIN = 1024;
  private static final byte[] NOTHING = {};

  private final Lz4FrameOptions options;
  private final Sink sink;
  private final int cut;
  private final XxHash32 contentHash;
  private final FrameBlocks out = new FrameBlocks();
  private State state = State.NEW;
  private BlockCoder coder;
  private byte[] buffer = NOTHING;
  private int blockLo;
  private int hashed;
  private int fill;
  private long total;

  FrameEncoder(Lz4FrameOptions options, Sink sink) {
    this.options = options;
    this.sink = sink;
    this.cut = options.cut();
    this.contentHash = options.contentChecksum() ? new XxHash32() : null;
  }

  /** Adds plain bytes. */
  void write(byte[] bytes, int offset, int size) throws IOException {
    announce(size);
    int lo = offset;
    int hi = offset + size;
    while (lo < hi) {
      if (fill == blockLo && hi - lo >= cut && !options.linked()) {
        hash(bytes, lo, cut);
        block(bytes, lo, cut);
        drain();
        lo += cut;
      } else {
        int piece = Math.min(hi - lo, room(hi - lo));
        System.arraycopy(bytes, lo, buffer, fill, piece);
        lo += piece;
        filled(piece);
      }
    }
    if (options.autoFlush()) {
      flush();
    }
  }

  /** Adds the remaining bytes of a buffer and moves its position to its limit. */
  void write(ByteBuffer bytes) throws IOException {
    if (bytes.hasArray()) {
      write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      bytes.position(bytes.limit());
      return;
    }
    announce(bytes.remaining());
    while (bytes.hasRemaining()) {
      int piece = Math.min(bytes.remaining(), room(bytes.remaining()));
      bytes.get(buffer, fill, piece);
      filled(piece);
    }
    if (options.autoFlush()) {
      flush();
    }
  }

  /**
   * Ends the block begun, so that everything written so far can be read. In a legacy frame all
   * blocks but the last have to be full, so there it stays begun.
   */
  void flush() throws IOException {
    if (state == State.DONE) {
      return;
    }
    requireOpen();
    if (fill > blockLo && !options.legacy()) {
      bufferedBlock();
      drain();
    }
  }

  /** Whether what was written is no whole frame, and never will be. */
  boolean isFailed() {
    return state == State.FAILED;
  }

  /** Ends the frame. Does nothing when it has ended before. */
  void finish() throws IOException {
    if (state == State.DONE) {
      return;
    }
    requireOpen();
    if (options.contentSize() != Lz4FrameOptions.UNKNOWN && total != options.contentSize()) {
      state = State.FAILED;
      throw new IllegalStateException(
          "the frame announces " + options.contentSize() + " bytes, but got " + total);
    }
    if (state == State.NEW) {
      begin(options.fittedHeader(fill - blockLo));
    }
    if (fill > blockLo) {
      bufferedBlock();
    }
    out.addEnd(options, contentHash);
    drain();
    state = State.DONE;
  }

  /** Counts bytes that are about to be written; refuses them when there are too many. */
  private void announce(int size) throws IOException {
    requireOpen();
    if (options.contentSize() != Lz4FrameOptions.UNKNOWN && size > options.contentSize() - total) {
      throw new IllegalStateException(
          "the frame announces "
              + options.contentSize()
              + " bytes, but got "
              + total
              + " and now "
              + size);
    }
    total += size;
  }

  private void requireOpen() throws IOException {
    if (state == State.FAILED) {
      throw new IOException("the frame cannot go on: an earlier write of it failed");
    }
    if (state == State.DONE) {
      throw new IllegalStateException("the frame has ended");
    }
  }

  /** Makes room for bytes of the block begun, at least one; says for how many. */
  private int room(int wanted) {
    if (blockLo + cut > buffer.length) {
      if (blockLo == 0) {
        grow(fill + Math.min(wanted, cut - fill));
      } else {
        moveWindow();
      }
    }
    return Math.min(buffer.length, blockLo + cut) - fill;
  }

  private void grow(int needed) {
    if (needed > buffer.length) {
      int size = Math.min(cut, Math.max(BUFFER_MIN, 2 * buffer.length));
      buffer = Arrays.copyOf(buffer, Math.max(needed, size));
    }
  }

  /** Moves the history to the start of the buffer, when no block is begun. */
  private void moveWindow() {
    int size = Lz4Block.HISTORY + Math.max(cut, LINKED_ROOM);
    byte[] window = buffer.length == size ? buffer : new byte[size];
    restart(((BlockCoder.Linked) coder).moveHistory(window));
    buffer = window;
  }

  private void restart(int at) {
    blockLo = at;
    hashed = at;
    fill = at;
  }

  /** Takes note of bytes that were put into the buffer. */
  private void filled(int size) throws IOException {
    fill += size;
    if (fill - hashed >= HASH_BATCH) {
      hash(buffer, hashed, fill - hashed);
      hashed = fill;
    }
    if (fill == blockLo + cut) {
      bufferedBlock();
      drain();
    }
  }

  private void bufferedBlock() {
    hash(buffer, hashed, fill - hashed);
    block(buffer, blockLo, fill - blockLo);
    restart(options.linked() ? fill : 0);
  }

  private void hash(byte[] bytes, int offset, int size) {
    if (contentHash != null) {
      contentHash.update(bytes, offset, size);
    }
  }

  private void begin(FrameHeader header) {
    coder = BlockCoder.of(options.level(), header.linked(), options.dictionary());
    out.addHeader(options, header);
    state = State.OPEN;
  }

  private void block(byte[] bytes, int offset, int size) {
    if (state == State.NEW) {
      begin(options.header());
    }
    // What memory or a defect interrupts cannot be taken up again.
    state = State.FAILED;
    out.addBlock(options, coder, bytes, offset, size);
    state = State.OPEN;
  }

  /** Hands the output to the sink; a frame with a hole in it must not go on. */
  private void drain() throws IOException {
    State before = state;
    state = State.FAILED;
    sink.put(out.bytes(), 0, out.size());
    out.clear();
    state = before;
  }
}
