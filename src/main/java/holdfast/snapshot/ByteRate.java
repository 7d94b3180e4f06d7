package holdfast.snapshot;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Limits the bytes per second of one writer, by a bucket of tokens: each byte takes one, time puts
 * them back.
 *
 * <p>A batch is written at once and paid for afterwards, in pauses of at most 10 ms, so that
 * whoever waits can be asked to stop. What was not used up is kept for a tenth of a second only.
 */
final class ByteRate {
  private static final long SLICE_NANOS = 10_000_000;
  private static final long SAVED_NANOS = 100_000_000;

  private final long bytesPerSecond;
  private final LongSupplier clock;
  private final LongConsumer pause;

  /** When everything that was written so far is paid for, by the clock. */
  private long paidAt;

  /**
   * A limit by the clock of the system.
   *
   * @param bytesPerSecond 0 for none
   */
  ByteRate(long bytesPerSecond) {
    this(bytesPerSecond, System::nanoTime, LockSupport::parkNanos);
  }

  ByteRate(long bytesPerSecond, LongSupplier clock, LongConsumer pause) {
    this.bytesPerSecond = bytesPerSecond;
    this.clock = clock;
    this.pause = pause;
    this.paidAt = clock.getAsLong();
  }

  /** Pays for bytes that were written. */
  void spend(long bytes) {
    if (bytesPerSecond > 0) {
      paidAt = Math.max(paidAt, clock.getAsLong() - SAVED_NANOS);
      paidAt += (long) (bytes * 1e9 / bytesPerSecond);
    }
  }

  /**
   * Waits a little when more was written than allowed.
   *
   * @return whether there is more to wait for
   */
  boolean waitSlice() {
    if (bytesPerSecond == 0) {
      return false;
    }
    long left = paidAt - clock.getAsLong();
    if (left <= 0) {
      return false;
    }
    pause.accept(Math.min(left, SLICE_NANOS));
    return true;
  }
}
