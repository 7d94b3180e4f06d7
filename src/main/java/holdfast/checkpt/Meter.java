package holdfast.checkpt;

import holdfast.Progress;
import java.util.concurrent.CancellationException;

/**
 * Tells a {@link Progress} how many plain bytes are done, for several threads, and ends the work of
 * all of them when one failed.
 */
final class Meter {
  /** Bytes between two calls of the progress: a few milliseconds of work. */
  static final long STEP = 1L << 20;

  /** Raw bytes are cheap: so many go to the channel at once. */
  static final long RAW_STEP = 8L << 20;

  private final Progress progress;
  private final long total;
  private long done;
  private volatile boolean stopped;

  Meter(Progress progress, long total) {
    this.progress = progress;
    this.total = total;
  }

  /** Adds bytes that were done. */
  synchronized void add(long bytes) {
    if (stopped) {
      throw new CancellationException("another thread failed");
    }
    done += bytes;
    if (!progress.update(done, total)) {
      stopped = true;
      throw new CancellationException("cancelled after " + done + " of " + total + " bytes");
    }
  }

  /** Lets no thread go on for long. */
  void stop() {
    stopped = true;
  }
}
