package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import holdfast.testkit.YieldingMem;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * More threads than processors, all in the class with two objects in a superblock, often suspended
 * just before a compare-and-set: what breaks a stack with a short version within seconds.
 */
class SuspendedPopStressTest {
  private static final int THREADS = 8;

  @Test
  void nobodyGetsWhatAnotherHolds() throws Throwable {
    YieldingMem.run(Body.class);
  }

  /** Loaded again, on the other {@code Mem}. */
  public static final class Body implements Runnable {
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** For {@link YieldingMem}. */
    public Body() {}

    @Override
    public void run() {
      GrooveGeometry g = GrooveGeometry.compact(64, 1 << 20);
      try (Arena arena = Arena.ofShared();
          Groove groove = Groove.inMemory(g, 1, arena)) {
        int operations = Tier.of(20_000, 1_500_000);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          long owner = t;
          threads.add(new Thread(() -> own(groove, owner, operations)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
          thread.join();
        }
        if (failure.get() != null) {
          throw new AssertionError(failure.get());
        }
        groove.verify();
        assertEquals(0, groove.usage().held());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private void own(Groove groove, long owner, int operations) {
      long[] mine = new long[4];
      try (GrooveHandle handle = groove.handle(0)) {
        for (int i = 0; i < operations && failure.get() == null; i++) {
          int at = i * 7 % mine.length;
          if (mine[at] != 0) {
            assertEquals(mine[at] ^ owner, Mem.getLong(groove.view.volumes, mine[at]));
            assertTrue(handle.free(mine[at]));
            mine[at] = 0;
          } else {
            long object = handle.alloc(8000);
            if (object != GrooveHandle.FULL) {
              Mem.putLong(groove.view.volumes, object, object ^ owner);
              mine[at] = object;
            }
          }
        }
        for (long object : mine) {
          assertTrue(object == 0 || handle.free(object));
        }
      } catch (Throwable e) {
        failure.compareAndSet(null, e);
      }
    }
  }
}
