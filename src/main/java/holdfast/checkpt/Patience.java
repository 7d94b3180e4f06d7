package holdfast.checkpt;

import java.io.InterruptedIOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a channel that does not block: it may take or give nothing for a while.
 *
 * <p>Spins, then sleeps up to a millisecond at a time. There is no end but the one of the channel,
 * as with a blocking one; an interrupt ends the wait, too.
 */
final class Patience {
  private static final int SPINS = 100;
  private static final long NAP_NANOS = 50_000;
  private static final long NAP_MAX_NANOS = 1_000_000;

  private Patience() {}

  /**
   * Waits a little.
   *
   * @param turn how many times there was nothing, from 0
   * @return the next turn
   * @throws InterruptedIOException when the thread is interrupted, which it stays
   */
  static int pause(int turn) throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while the channel was not ready");
    }
    if (turn < SPINS) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(Math.min(NAP_MAX_NANOS, NAP_NANOS * (turn - SPINS + 1L)));
    }
    return Math.min(turn + 1, 1 << 20);
  }
}
