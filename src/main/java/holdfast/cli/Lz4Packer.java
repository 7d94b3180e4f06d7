package holdfast.cli;

import holdfast.Progress;
import holdfast.lz4.Lz4BlockSize;
import holdfast.lz4.Lz4Dictionary;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.lz4.Lz4FrameOutputStream;
import holdfast.lz4.Lz4Level;
import holdfast.lz4.Lz4ParallelFrameOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Compresses inputs, each into a frame of its own. */
final class Lz4Packer implements Lz4Codec {
  /** Bytes per read: whole blocks, and not less than this many. */
  private static final int READ_MIN = 1 << 20;

  private static final int LEGACY_BLOCK = 8 << 20;

  /** What the tables of one encoder take at most. */
  private static final int CODEC_MEMORY = 1 << 20;

  private final Lz4FrameOptions frame;
  private final boolean contentSize;
  private final int readSize;
  private final int workers;

  /** Made when the first input needs it; null until then. */
  private ExecutorService executor;

  Lz4Packer(Lz4Options options, byte[] dictionary) {
    Lz4Level level = Lz4Levels.of(options.level, options.favorDecompressionSpeed);
    this.contentSize = options.contentSize && !options.legacy;
    int cut = options.legacy ? LEGACY_BLOCK : options.blockSize();
    this.readSize = cut >= READ_MIN ? cut : READ_MIN / cut * cut;
    this.workers = workers(options);
    refuseWhenOverLimit(options);
    this.frame =
        options.legacy
            ? Lz4FrameOptions.LEGACY.withLevel(level)
            : frame(options, level, dictionary);
  }

  /** As many threads as wanted, or as there are processors, or as fit into the memory allowed. */
  private int workers(Lz4Options options) {
    int wanted = options.threads > 0 ? options.threads : Runtime.getRuntime().availableProcessors();
    long allowed = Math.min(options.globals.memoryMax(), Runtime.getRuntime().maxMemory() / 2);
    // The buffer read into, one batch being filled, and a batch for each: plain and packed.
    long fitting = (allowed - 3L * readSize) / (2L * readSize + CODEC_MEMORY);
    return (int) Math.max(1, Math.min(wanted, fitting));
  }

  /** One thread needs a buffer to read into, one for a block, one for what becomes of it. */
  private void refuseWhenOverLimit(Lz4Options options) {
    long needed = 3L * readSize + CODEC_MEMORY;
    if (needed > options.globals.memoryMax()) {
      throw CommandException.refused(
          "this needs "
              + Numbers.size(needed)
              + " of memory, more than --limit-mem "
              + Numbers.size(options.globals.memoryMax()),
          "Smaller blocks need less: -B4 is 64 KiB.");
    }
  }

  private static Lz4FrameOptions frame(Lz4Options options, Lz4Level level, byte[] dictionary) {
    Lz4FrameOptions frame =
        Lz4FrameOptions.DEFAULT
            .withLevel(level)
            .withLinked(options.linkedBlocks)
            .withBlockChecksum(options.blockChecksum)
            .withContentChecksum(options.contentChecksum)
            .withDictionary(dictionary.length == 0 ? null : Lz4Dictionary.of(dictionary), 0);
    return options.blockBytes > 0
        ? frame.withBlockCut(options.blockBytes)
        : frame.withBlockSize(Lz4BlockSize.ofId(options.blockId));
  }

  @Override
  public Tally run(Input input, OutputStream out, Progress progress) throws IOException {
    long size = input.remaining();
    Lz4FrameOptions options = contentSize && size > 0 ? frame.withContentSize(size) : frame;
    CountingOutput counted = new CountingOutput(out);
    // A small file needs no buffer of the size of a block; one byte more shows its end at once.
    byte[] buffer = new byte[size < 0 ? readSize : (int) Math.min(readSize, size + 1)];
    int n = input.fill(buffer);
    long read = n;
    // Closing would close what is below; after a failure there is nothing to release.
    @SuppressWarnings("resource")
    OutputStream packed = packer(counted, options, n == buffer.length);
    while (n > 0) {
      requireSize(options, read, false);
      packed.write(buffer, 0, n);
      progress.update(read, size);
      n = n < buffer.length ? 0 : input.fill(buffer);
      read += n;
    }
    requireSize(options, read, true);
    if (packed instanceof Lz4ParallelFrameOutputStream parallel) {
      parallel.finish();
    } else {
      ((Lz4FrameOutputStream) packed).finish();
    }
    return new Tally(read, counted.count());
  }

  /** Threads are worth their start when there is more than one buffer to compress. */
  private OutputStream packer(OutputStream out, Lz4FrameOptions options, boolean hasMore) {
    if (!hasMore || workers == 1 || options.linked()) {
      return new Lz4FrameOutputStream(out, options);
    }
    if (executor == null) {
      executor = Executors.newFixedThreadPool(workers);
    }
    return new Lz4ParallelFrameOutputStream(out, options, executor, workers);
  }

  /** The size was written into the header; a file that changes now cannot keep that promise. */
  private static void requireSize(Lz4FrameOptions options, long read, boolean ended)
      throws IOException {
    long size = options.contentSize();
    if (size != Lz4FrameOptions.UNKNOWN && (read > size || (ended && read < size))) {
      throw new IOException(
          "the input changed while it was read: " + size + " bytes before, now " + read);
    }
  }

  @Override
  public String describe(Tally tally) {
    return tally.read()
        + " bytes compressed into "
        + tally.written()
        + ", "
        + Numbers.percent(tally.written(), tally.read());
  }

  @Override
  public void close() {
    if (executor != null) {
      executor.shutdownNow();
    }
  }
}
