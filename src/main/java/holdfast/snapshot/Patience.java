package holdfast.snapshot;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How those wait who found a short lock taken: they spin, then give the processor away, then sleep
 * up to a millisecond.
 *
 * <p>After ten seconds the holder is not at work, it waits for us: somebody called the store from
 * inside a function that the store called. That is an error, not a dead lock.
 */
final class Patience {
  private static final int SPINNING = 64;
  private static final int YIELDING = 128;
  private static final long PARK_NANOS = 20_000;
  private static final long PARK_MAX_NANOS = 1_000_000;

  /** So many rounds are ten seconds or more. */
  private static final int ROUNDS_MAX = (int) TimeUnit.SECONDS.toMillis(10);

  private Patience() {}

  @SuppressWarnings("ThreadPriorityCheck") // the yield only saves time, nothing depends on it
  static void pause(int round, String what) {
    if (round < SPINNING) {
      Thread.onSpinWait();
    } else if (round < YIELDING) {
      Thread.yield();
    } else if (round < ROUNDS_MAX + YIELDING) {
      LockSupport.parkNanos(Math.min(PARK_MAX_NANOS, PARK_NANOS * (round - YIELDING + 1)));
    } else {
      throw new IllegalStateException(
          what + " is locked for ten seconds: was the store called from inside a reader?");
    }
  }
}
