package holdfast.testkit;

import java.util.concurrent.CountDownLatch;

/** Waiting where nothing may be thrown. */
public final class Latches {
  private Latches() {}

  /** Waits; an interrupt is a failure of the test. */
  public static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
