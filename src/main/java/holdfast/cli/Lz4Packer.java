package holdfast.cli;

import holdfast.Progress;
import holdfast.lz4.Lz4BlockSize;
import holdfast.lz4.Lz4Dictionary;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.lz4.Lz4FrameOutputStream;
import holdfast.lz4.Lz4Level;
import java.io.IOException;
import java.io.OutputStream;

/** Compresses inputs, each into a frame of its own. */
final class Lz4Packer implements Lz4Codec {
  /** Bytes per read: whole blocks, and not less than this many. */
  private static final int READ_MIN = 1 << 20;

  private static final int LEGACY_BLOCK = 8 << 20;

  private final Lz4FrameOptions frame;
  private final boolean contentSize;
  private final int readSize;

  Lz4Packer(Lz4Options options, byte[] dictionary) {
    Lz4Level level = Lz4Levels.of(options.level, options.favorDecompressionSpeed);
    this.contentSize = options.contentSize && !options.legacy;
    int cut = options.legacy ? LEGACY_BLOCK : options.blockSize();
    this.readSize = cut >= READ_MIN ? cut : READ_MIN / cut * cut;
    this.frame =
        options.legacy
            ? Lz4FrameOptions.LEGACY.withLevel(level)
            : frame(options, level, dictionary);
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
    // Closing would close what is below; after a failure there is nothing to release.
    @SuppressWarnings("resource")
    Lz4FrameOutputStream packed = new Lz4FrameOutputStream(counted, options);
    // A small file needs no buffer of the size of a block; one byte more shows its end at once.
    byte[] buffer = new byte[size < 0 ? readSize : (int) Math.min(readSize, size + 1)];
    long read = 0;
    for (int n = input.fill(buffer); n > 0; n = n < buffer.length ? 0 : input.fill(buffer)) {
      read += n;
      requireSize(options, read, false);
      packed.write(buffer, 0, n);
      progress.update(read, size);
    }
    requireSize(options, read, true);
    packed.finish();
    return new Tally(read, counted.count());
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
  public void close() {}
}
