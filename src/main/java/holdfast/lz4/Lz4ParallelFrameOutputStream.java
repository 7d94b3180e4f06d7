package holdfast.lz4;

import holdfast.internal.Check;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/**
 * Writes one LZ4 frame with the help of several threads: the bytes are those of {@link
 * Lz4FrameOutputStream}, however many threads there are.
 *
 * <pre>{@code
 * try (var executor = Executors.newFixedThreadPool(threads);
 *      var out = new Lz4ParallelFrameOutputStream(file, options, executor, threads)) {
 *     source.transferTo(out);
 * }
 * }</pre>
 *
 * <p>Only independent blocks can be compressed apart from each other, so the options must not ask
 * for linked ones. The calling thread cuts the content into batches of whole blocks, hashes it, and
 * writes what the executor's threads made of the batches, in order. It waits when all of them are
 * busy.
 *
 * <pre>{@code
 * write --> batch being filled --> batches being compressed, oldest first --> stream below
 *  ^                                                                             |
 *  '---------------- emptied batches, for their memory <-------------------------'
 * }</pre>
 *
 * <p>Holds one batch more than there are tasks; a batch has at least 1 MiB of plain bytes and room
 * for as much compressed. {@link #flush} flushes what is below and nothing else: a batch is
 * compressed when it is full, or at the end.
 *
 * <p><b>Not thread safe</b> itself. When a write below or a task fails, the frame is lost: all
 * later calls fail, and {@link #close} only closes what is below.
 */
public final class Lz4ParallelFrameOutputStream extends OutputStream {
  /**
   * Plain bytes of a batch, or one block where that is more: enough to be worth a thread's turn.
   */
  private static final int BATCH_MIN = 1 << 20;

  /** Whole blocks that are compressed in one go. */
  private final class Batch {
    private final byte[] plain = new byte[batchSize];
    private final FrameBlocks blocks = new FrameBlocks();
    private BlockCoder coder;
    private int fill;
    private FutureTask<Void> task;

    private Void compress() {
      if (coder == null) {
        coder = BlockCoder.of(options.level(), false, options.dictionary());
      }
      for (int at = 0; at < fill; at += cut) {
        blocks.addBlock(options, coder, plain, at, Math.min(cut, fill - at));
      }
      return null;
    }
  }

  private final OutputStream below;
  private final Lz4FrameOptions options;
  private final Executor executor;
  private final int tasksMax;
  private final int cut;
  private final int batchSize;
  private final XxHash32 contentHash = new XxHash32();
  private final ArrayDeque<Batch> busy = new ArrayDeque<>();
  private final ArrayDeque<Batch> idle = new ArrayDeque<>();
  private final byte[] single = new byte[1];
  private Batch current;
  private long total;
  private boolean begun;
  private boolean finished;
  private boolean failed;
  private boolean closed;

  /**
   * Writes a frame to a stream.
   *
   * @param out where the frame goes; closed with this stream
   * @param options how; without linked blocks, and without automatic flushes
   * @param executor runs the compression; stays open
   * @param tasksMax how many tasks it is given at a time, at least 1
   * @throws IllegalArgumentException if the options ask for linked blocks or automatic flushes
   */
  public Lz4ParallelFrameOutputStream(
      OutputStream out, Lz4FrameOptions options, Executor executor, int tasksMax) {
    this.below = Objects.requireNonNull(out, "out");
    this.options = options;
    this.executor = Objects.requireNonNull(executor, "executor");
    this.tasksMax = Check.range(tasksMax, 1, Integer.MAX_VALUE, "tasksMax");
    if (options.linked() || options.autoFlush()) {
      throw new IllegalArgumentException(
          "linked blocks and automatic flushes leave nothing to do at the same time");
    }
    this.cut = options.cut();
    this.batchSize = cut >= BATCH_MIN ? cut : BATCH_MIN / cut * cut;
    this.current = new Batch();
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
    int lo = offset;
    int hi = offset + size;
    while (lo < hi) {
      if (current.fill == batchSize) {
        submit();
      }
      int piece = Math.min(hi - lo, batchSize - current.fill);
      System.arraycopy(bytes, lo, current.plain, current.fill, piece);
      current.fill += piece;
      lo += piece;
    }
  }

  /**
   * Flushes what is below. Bytes that wait to be compressed go on waiting.
   *
   * @throws IOException if what is below fails now or did so before, or this is closed
   */
  @Override
  public void flush() throws IOException {
    requireSound();
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
    requireNotClosed();
    end();
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
      try (below) {
        if (!failed) {
          end();
        }
      } finally {
        closed = true;
      }
    }
  }

  private void end() throws IOException {
    if (finished) {
      return;
    }
    requireOpen();
    if (options.contentSize() != Lz4FrameOptions.UNKNOWN && total != options.contentSize()) {
      failed = true;
      throw new IllegalStateException(
          "the frame announces " + options.contentSize() + " bytes, but got " + total);
    }
    boolean fitsOneBlock = !begun && current.fill < cut;
    FrameHeader header = fitsOneBlock ? options.fittedHeader(current.fill) : options.header();
    if (current.fill > 0) {
      submit(header);
    } else {
      begin(header);
    }
    while (!busy.isEmpty()) {
      writeOldest();
    }
    FrameBlocks last = new FrameBlocks();
    last.addEnd(options, contentHash);
    put(last);
    finished = true;
  }

  private void submit() throws IOException {
    submit(options.header());
  }

  /** Hands the current batch to the executor and makes another one current. */
  private void submit(FrameHeader header) throws IOException {
    begin(header);
    if (busy.size() == tasksMax) {
      writeOldest();
    }
    Batch batch = current;
    batch.task = new FutureTask<>(batch::compress);
    failed = true;
    executor.execute(batch.task);
    failed = false;
    busy.add(batch);
    if (options.contentChecksum()) {
      contentHash.update(batch.plain, 0, batch.fill);
    }
    current = idle.isEmpty() ? new Batch() : idle.remove();
  }

  private void begin(FrameHeader header) throws IOException {
    if (!begun) {
      FrameBlocks first = new FrameBlocks();
      first.addHeader(options, header);
      put(first);
      begun = true;
    }
  }

  private void writeOldest() throws IOException {
    Batch batch = busy.remove();
    failed = true;
    try {
      batch.task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while compressing");
    } catch (ExecutionException e) {
      throw new IOException("compression failed", e.getCause());
    }
    put(batch.blocks);
    batch.fill = 0;
    idle.add(batch);
  }

  /** Hands bytes to what is below; a frame with a hole in it must not go on. */
  private void put(FrameBlocks blocks) throws IOException {
    failed = true;
    below.write(blocks.bytes(), 0, blocks.size());
    blocks.clear();
    failed = false;
  }

  private void requireNotClosed() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private void requireSound() throws IOException {
    requireNotClosed();
    if (failed) {
      throw new IOException("the frame cannot go on: an earlier part of it failed");
    }
  }

  private void requireOpen() throws IOException {
    requireSound();
    if (finished) {
      throw new IllegalStateException("the frame has ended");
    }
  }
}
