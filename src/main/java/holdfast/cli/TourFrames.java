package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.UnsupportedFormatException;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.lz4.Lz4FrameOutputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The input as frames in a file on disk, one frame for each input file in path order: written under
 * a hidden name, renamed when whole, read again and compared with the input.
 *
 * <p>The file stays. {@code lz4 -dc} makes the input files of it, one behind the other.
 */
final class TourFrames {
  private final TourFiles input;
  private final TourSample sample;
  private final Progress progress;
  private final byte[] plain = new byte[TourSample.PART_MAX];
  private final byte[] back = new byte[TourSample.PART_MAX];
  private long done;
  private long packNanos;
  private long restoreNanos;
  private String difference;

  private TourFrames(TourFiles input, TourSample sample, Progress progress) {
    this.input = input;
    this.sample = sample;
    this.progress = progress;
  }

  /** Goes through a sample of the files at one level, and leaves the frames behind. */
  static TourResult run(
      Host host,
      TourFiles input,
      TourSample sample,
      TourLevel level,
      Path target,
      TourTamper tamper,
      Progress progress)
      throws IOException {
    TourFrames frames = new TourFrames(input, sample, progress);
    try (OutputFile output = OutputFile.create(host, target, null, false)) {
      frames.write(Lz4FrameOptions.DEFAULT.withLevel(level.level()), output.channel());
      output.commit(false);
    }
    tamper.written(target);
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.READ);
        var in = new Lz4FrameInputStream(channel, Lz4FrameReadOptions.DEFAULT)) {
      frames.compare(in);
    } catch (CorruptDataException | UnsupportedFormatException e) {
      frames.difference = target.getFileName() + ": " + e.getMessage();
    }
    return new TourResult(
        sample.bytes(),
        Files.size(target),
        frames.packNanos,
        frames.restoreNanos,
        frames.difference);
  }

  // The frames share one channel, so their streams are finished, never closed.
  @SuppressWarnings("resource")
  private void write(Lz4FrameOptions options, FileChannel output) throws IOException {
    for (TourFile file : input.files()) {
      if (!sample.touches(file)) {
        continue;
      }
      var out = new Lz4FrameOutputStream(output, options.withContentSize(sample.sizeOf(file)));
      try (FileChannel channel = file.open()) {
        sample.eachPart(
            file,
            (offset, size) -> {
              file.read(channel, offset, ByteBuffer.wrap(plain, 0, size));
              long start = System.nanoTime();
              out.write(plain, 0, size);
              packNanos += System.nanoTime() - start;
              advance(size);
            });
      }
      long start = System.nanoTime();
      out.finish();
      packNanos += System.nanoTime() - start;
    }
  }

  private void compare(Lz4FrameInputStream in) throws IOException {
    for (TourFile file : input.files()) {
      if (!sample.touches(file)) {
        continue;
      }
      try (FileChannel channel = file.open()) {
        sample.eachPart(
            file,
            (offset, size) -> {
              file.read(channel, offset, ByteBuffer.wrap(plain, 0, size));
              long start = System.nanoTime();
              int restored = in.readNBytes(back, 0, size);
              restoreNanos += System.nanoTime() - start;
              int at = Arrays.mismatch(plain, 0, size, back, 0, restored);
              if (at >= 0 && difference == null) {
                difference =
                    file.name()
                        + " at byte "
                        + (offset + at)
                        + ": "
                        + (at < restored ? "another byte came back" : "the frames end too early");
              }
              advance(size);
            });
      }
    }
    // Reading on to the end is what compares the last content checksum.
    if (in.read() >= 0 && difference == null) {
      difference = "the frames go on behind the last byte of the input";
    }
  }

  private void advance(int size) {
    done += size;
    progress.update(done, 2 * sample.bytes());
  }
}
