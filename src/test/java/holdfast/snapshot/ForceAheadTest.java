package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ForceAheadTest {
  private static final long STEP = 100;

  /** Who forced, in this order. */
  private final List<Thread> forces = new CopyOnWriteArrayList<>();

  private final CountDownLatch go = new CountDownLatch(1);
  private volatile Throwable failure;

  private final Disk.File file =
      (Disk.File)
          Proxy.newProxyInstance(
              Disk.class.getClassLoader(),
              new Class<?>[] {Disk.File.class},
              (proxy, method, arguments) -> {
                assertEquals("force", method.getName());
                assertEquals(false, arguments[0]);
                forces.add(Thread.currentThread());
                if (Thread.currentThread().getName().equals("holdfast-snapshot-f")) {
                  go.await();
                }
                if (failure != null) {
                  throw failure;
                }
                return null;
              });

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachStepIsForcedOnce(boolean beside) throws IOException {
    go.countDown();
    try (ForceAhead ahead = new ForceAhead(file, STEP, beside)) {
      for (long position = 30; position <= 330; position += 30) {
        ahead.written(position); // steps at 120, 240
      }
      ahead.await();
      assertEquals(2, forces.size());
      for (Thread thread : forces) {
        if (beside) {
          assertNotSame(Thread.currentThread(), thread);
        } else {
          assertSame(Thread.currentThread(), thread);
        }
      }
    }
  }

  @Test
  void theWriterGoesOnUntilTheNextStep() throws Exception {
    try (ForceAhead ahead = new ForceAhead(file, STEP, true)) {
      ahead.written(STEP); // returns, though the force does not
      ahead.written(2 * STEP - 1);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread waiter = Thread.currentThread();
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (waiter.getState() != Thread.State.WAITING) {
                      Thread.onSpinWait();
                    }
                    assertEquals(1, forces.size(), "two forces at a time");
                    go.countDown();
                  });
      other.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
      ahead.written(2 * STEP);
      other.join();
      ahead.await();
      assertEquals(null, thrown.get());
      assertEquals(2, forces.size());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFailureIsTheWriters(boolean beside) {
    failure = new IOException("no");
    go.countDown();
    try (ForceAhead ahead = new ForceAhead(file, STEP, beside)) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> {
                ahead.written(STEP);
                ahead.await();
              });
      assertSame(failure, e);
    }
    failure = new IllegalStateException("no");
    try (ForceAhead ahead = new ForceAhead(file, STEP, beside)) {
      assertSame(
          failure,
          assertThrows(
              IllegalStateException.class,
              () -> {
                ahead.written(STEP);
                ahead.written(2 * STEP);
              }));
    }
  }

  @Test
  void anInterruptEndsTheWaitAndClosingWaitsAllTheSame() throws IOException {
    Thread waiter = Thread.currentThread();
    try (ForceAhead ahead = new ForceAhead(file, STEP, true)) {
      ahead.written(STEP);
      waiter.interrupt();
      assertThrows(InterruptedIOException.class, ahead::await);
      assertTrue(waiter.isInterrupted());
      Thread.ofPlatform()
          .start(
              () -> {
                while (waiter.getState() != Thread.State.WAITING) {
                  Thread.onSpinWait();
                }
                go.countDown();
              });
    }
    assertEquals(0, go.getCount(), "it did not wait");
    assertTrue(Thread.interrupted());
    assertFalse(forces.isEmpty());
  }
}
