package holdfast.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.SplittableRandom;

/**
 * Turns the input into events: pieces of some hundred bytes, the same ones in the same order each
 * time, until the sample is used up, and then from the start again.
 */
final class TourEvents {
  private static final int SIZE_MIN = 100;
  private static final int SIZE_MAX = 1000;

  private final TourFiles input;
  private final TourSample sample;
  private final SplittableRandom random = new SplittableRandom(2);
  private final byte[] part = new byte[TourSample.PART_MAX];

  /** What is done with an event; false ends it. */
  interface Taker {
    boolean take(byte[] bytes, int offset, int size) throws IOException;
  }

  TourEvents(TourStage stage) {
    input = stage.input();
    sample = stage.sample();
  }

  /** Hands out events until the taker has enough. An input without bytes has none. */
  void each(Taker taker) throws IOException {
    if (sample.bytes() == 0) {
      return;
    }
    boolean[] more = {true};
    while (more[0]) {
      for (TourFile file : input.files()) {
        try (FileChannel channel = file.open()) {
          sample.eachPart(
              file,
              (offset, size) -> {
                if (more[0]) {
                  file.read(channel, offset, ByteBuffer.wrap(part, 0, size));
                  more[0] = cut(size, taker);
                }
              });
        }
      }
    }
  }

  private boolean cut(int size, Taker taker) throws IOException {
    for (int at = 0; at < size; ) {
      int piece = Math.min(size - at, SIZE_MIN + random.nextInt(SIZE_MAX - SIZE_MIN));
      if (!taker.take(part, at, piece)) {
        return false;
      }
      at += piece;
    }
    return true;
  }
}
