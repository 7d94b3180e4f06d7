package holdfast.lz4;

import java.io.IOException;
import java.io.InterruptedIOException;

/** Brings a decoder the input that it wants, in few and large reads. */
final class FrameFeed {
  /**
   * After so much input without a pause for output it is time to see whether anybody wants this to
   * end: empty blocks and skippable frames can go on for ever. More than the largest block.
   */
  private static final long SILENCE_MAX = 2L * FrameLayout.LEGACY_SIZE_MAX;

  private final ByteSource source;
  private final FrameDecoder decoder;
  private long produced;
  private long silence;

  FrameFeed(ByteSource source, FrameDecoder decoder) {
    this.source = source;
    this.decoder = decoder;
  }

  /**
   * Brings more input.
   *
   * @return {@code false} when there is none and none is missing
   * @throws holdfast.CorruptDataException when there is none but some is missing
   */
  boolean more() throws IOException {
    long skippable = decoder.skippable();
    if (skippable > 1) {
      // The last byte is read, so that an input that ends too early is noticed.
      decoder.skipped(source.skip(skippable - 1));
    }
    int room = decoder.room();
    if (room == 0) {
      return false;
    }
    FrameInput input = decoder.input();
    int count = source.read(input.bytes(), input.hi(), room);
    if (count < 0) {
      decoder.finish();
      return false;
    }
    input.added(count);
    checkSilence(count);
    return true;
  }

  private void checkSilence(int count) throws InterruptedIOException {
    if (decoder.total() != produced) {
      produced = decoder.total();
      silence = 0;
    }
    silence += count;
    if (silence > SILENCE_MAX) {
      silence = 0;
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while frames without content were read");
      }
    }
  }
}
