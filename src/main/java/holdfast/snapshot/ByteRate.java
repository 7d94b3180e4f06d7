package holdfast.snapshot;

import holdfast.internal.Check;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Limits the bytes per second of one writer, by a bucket of tokens: each byte takes one, time puts
 * them back.
 *
 * <p>A batch is written at once and paid for afterwards, in pauses of at most 10 ms, so that
 * whoever waits can be asked to stop. What was not used up is kept for a tenth of a second only.
 *
 * <p>Of two writers with one limit, one goes first ({@link #before}): it waits for its own bytes
 * only, the other one for those of both. May be used by several threads.
 */
final class ByteRate {
  private static final long SLICE_NANOS = 10_000_000;
  private static final long SAVED_NANOS = 100_000_000;

  private final long bytesPerSecond;
  private final LongSupplier clock;
  private final LongConsumer pause;

  /** Whose bytes these are as well; null for nobody's. */
  private final ByteRate second;

  /** When everything that was written so far is paid for, by the clock; guarded by this. */
  private long paidAt;

  /**
   * A limit by the clock of the system.
   *
   * @param bytesPerSecond 0 for none
   */
  ByteRate(long bytesPerSecond) {
    this(bytesPerSecond, System::nanoTime, LockSupport::parkNanos, null);
  }

  ByteRate(long bytesPerSecond, LongSupplier clock, LongConsumer pause, ByteRate second) {
    this.bytesPerSecond = Check.range(bytesPerSecond, 0, Long.MAX_VALUE, "bytesPerSecond");
    this.clock = clock;
    this.pause = pause;
    this.second = second;
    this.paidAt = clock.getAsLong();
  }

  /** The same limit for a writer that goes before the one of {@code second}. */
  static ByteRate before(ByteRate second) {
    return new ByteRate(second.bytesPerSecond, second.clock, second.pause, second);
  }

  /** Pays for bytes that were written. */
  void spend(long bytes) {
    if (bytesPerSecond == 0) {
      return;
    }
    synchronized (this) {
      paidAt = Math.max(paidAt, clock.getAsLong() - SAVED_NANOS);
      paidAt += (long) (bytes * 1e9 / bytesPerSecond);
    }
    if (second != null) {
      second.spend(bytes);
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
    long left = left();
    if (left <= 0) {
      return false;
    }
    pause.accept(Math.min(left, SLICE_NANOS));
    return true;
  }

  private synchronized long left() {
    return paidAt - clock.getAsLong();
  }
}
