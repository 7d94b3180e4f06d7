package holdfast.cli;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.cli.Lz4Options.Mode;
import holdfast.lz4.Lz4Dictionary;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;

/** Decompresses inputs: all frames of each, one after the other. */
final class Lz4Unpacker implements Lz4Codec {
  private static final int BUFFER_MAX = 4 << 20;
  private static final int BUFFER_MIN = 64 << 10;

  private static final int MAGIC_SIZE = 4;
  private static final int FRAME_MAGIC = 0x184D2204;
  private static final int LEGACY_MAGIC = 0x184C2102;
  private static final int SKIPPABLE_MAGIC = 0x184D2A50;

  private final boolean test;
  private final int bufferSize;
  private final boolean passThrough;
  private final Lz4FrameReadOptions readOptions;

  Lz4Unpacker(Lz4Options options, Mode mode, byte[] dictionary) {
    this.test = mode == Mode.TEST;
    this.passThrough = options.passThrough() && !test;
    this.bufferSize = bufferSize(options);
    this.readOptions = readOptions(options, dictionary);
  }

  /** Room for a whole block of any size, so that it is decoded there; less when memory is short. */
  private static int bufferSize(Lz4Options options) {
    return Math.clamp(options.globals.memoryMax() / 4, BUFFER_MIN, BUFFER_MAX);
  }

  /** How frames are read under the command's options. */
  static Lz4FrameReadOptions readOptions(Lz4Options options, byte[] dictionary) {
    long allowed = Math.max(0, options.globals.memoryMax() - bufferSize(options));
    long memoryMax = Math.min(allowed, Limits.DEFAULT.memoryMax());
    return Lz4FrameReadOptions.DEFAULT
        .withLimits(Limits.DEFAULT.withMemoryMax(memoryMax))
        .withVerifyChecksums(options.verifyChecksums)
        .withDictionary(dictionary.length == 0 ? null : Lz4Dictionary.of(dictionary), 0);
  }

  @Override
  public Tally run(Input input, OutputStream out, Progress progress) throws IOException {
    long size = input.remaining();
    InputStream in = input.stream();
    if (passThrough) {
      PushbackInputStream start = new PushbackInputStream(in, MAGIC_SIZE);
      byte[] magic = start.readNBytes(MAGIC_SIZE);
      start.unread(magic);
      in = start;
      if (magic.length > 0 && !isLz4(magic)) {
        long copied = in.transferTo(out);
        return new Tally(copied, copied);
      }
    }
    // Not closed: that would close standard input, and the file has an owner.
    @SuppressWarnings("resource")
    Lz4FrameInputStream plain = new Lz4FrameInputStream(in, readOptions);
    byte[] buffer = new byte[size >= 0 && size < BUFFER_MIN ? BUFFER_MIN : bufferSize];
    long written = 0;
    for (int n = plain.read(buffer); n >= 0; n = plain.read(buffer)) {
      out.write(buffer, 0, n);
      written += n;
      progress.update(size < 0 ? written : size - Math.max(0, input.remaining()), size);
    }
    return new Tally(size, written);
  }

  private static boolean isLz4(byte[] magic) {
    if (magic.length < MAGIC_SIZE) {
      return false;
    }
    int word =
        (magic[0] & 0xFF)
            | (magic[1] & 0xFF) << 8
            | (magic[2] & 0xFF) << 16
            | (magic[3] & 0xFF) << 24;
    return word == FRAME_MAGIC || word == LEGACY_MAGIC || (word & ~0xF) == SKIPPABLE_MAGIC;
  }

  @Override
  public String describe(Tally tally) {
    return (test ? "sound, " : "decompressed, ") + tally.written() + " bytes";
  }

  @Override
  public void close() {}
}
