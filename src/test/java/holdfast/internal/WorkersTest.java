package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void eachWorkerRunsOnceAndTheCallerIsTheFirst() throws IOException {
    AtomicIntegerArray runs = new AtomicIntegerArray(5);
    Thread caller = Thread.currentThread();
    Workers.run(
        5,
        worker -> {
          runs.incrementAndGet(worker);
          assertEquals(worker == 0, Thread.currentThread() == caller);
        });
    assertEquals("[1, 1, 1, 1, 1]", runs.toString());
  }

  @Test
  void theLowestFailureIsThrownAndTheOthersAreInIt() {
    IOException third = new IOException("third");
    IllegalStateException second = new IllegalStateException("second");
    Exception thrown =
        assertThrows(
            Exception.class,
            () ->
                Workers.run(
                    4,
                    worker -> {
                      if (worker == 1) {
                        throw second;
                      } else if (worker == 2) {
                        throw third;
                      }
                    }));
    assertSame(second, thrown);
    assertSame(third, thrown.getSuppressed()[0]);
  }

  @Test
  void anInterruptReachesTheWorkersAndStays() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    Workers.run(
        2,
        worker -> {
          if (worker == 1) {
            assertThrows(InterruptedException.class, never::await);
          }
        });
    assertTrue(Thread.interrupted());
  }
}
