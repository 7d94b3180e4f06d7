package holdfast.wksp;

import holdfast.Progress;
import java.util.concurrent.CancellationException;

/** Adds up what several threads have done and tells one that watches. */
final class CkptMeter {
  /** Bytes between two calls of the same thread. */
  static final long STEP = 1L << 20;

  private final Progress progress;
  private final long total;
  private long done;

  CkptMeter(Progress progress, long total) {
    this.progress = progress;
    this.total = total;
  }

  /**
   * Adds some bytes.
   *
   * @throws CancellationException when the work is to stop
   */
  synchronized void add(long size) {
    done += size;
    if (!progress.update(done, total)) {
      throw new CancellationException();
    }
  }
}
