package holdfast.groove;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * How long an operation that found a lock taken waits before it tries again.
 *
 * <p>The first rounds spin, a random number of times that grows, so that two writers that meet do
 * not meet again; then the processor is given away, because the holder may be waiting for it; then
 * the thread sleeps up to a millisecond. After all rounds, ten seconds or more, the holder is dead
 * or stopped: the operation reports that instead of waiting for ever.
 */
final class Patience {
  static final int ROUNDS_MAX = 10_000;
  private static final int SPINNING = 12;
  private static final int YIELDING = 64;

  private Patience() {}

  @SuppressWarnings("ThreadPriorityCheck") // the yield only saves time, nothing depends on it
  static void pause(int round) {
    int spins = 1 + ThreadLocalRandom.current().nextInt(1 << Math.min(round, SPINNING));
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
    if (round >= YIELDING) {
      LockSupport.parkNanos(Math.min(1_000_000, 10_000L * (round - YIELDING + 1)));
    } else if (round >= SPINNING) {
      Thread.yield();
    }
  }
}
