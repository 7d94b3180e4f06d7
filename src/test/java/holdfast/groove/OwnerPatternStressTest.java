package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Fifty million operations of four threads with caches, so that each is filled and given back some
 * million times. The first and the last word of every object are its owner's; every tenth object
 * goes to another thread, which frees it.
 */
class OwnerPatternStressTest {
  private static final int THREADS = 4;
  private static final int OPERATIONS = Tier.of(50_000_000, 1_000_000_000);
  private static final int LIVE = 500;
  private static final int EXCHANGE = 64;

  private final AtomicLongArray exchange = new AtomicLongArray(EXCHANGE);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  @Test
  void everyOwnerFindsItsWords() throws InterruptedException {
    run(OPERATIONS, 0);
  }

  @Test
  void everyOwnerFindsItsWordsThroughTrustedHandles() throws InterruptedException {
    run(OPERATIONS / 5, THREADS);
  }

  @Test
  void everyOwnerFindsItsWordsThroughHandlesOfBothKinds() throws InterruptedException {
    run(OPERATIONS / 5, THREADS / 2);
  }

  private void run(int operations, int trusted) throws InterruptedException {
    long seed = Tier.seed(17);
    System.out.println("OwnerPatternStressTest seed " + seed);
    try (Bytes bytes = new Bytes(GrooveGeometry.compact(64, 1 << 20), 6)) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        SplittableRandom random = new SplittableRandom(seed + t);
        GrooveHandle own = t < trusted ? bytes.groove.trustedHandle(t) : bytes.groove.handle(t);
        threads.add(
            Thread.ofPlatform().start(() -> own(own, bytes.volumes, operations / THREADS, random)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        throw new AssertionError("seed " + seed, failure.get());
      }
      bytes.groove.verify();
      assertEquals(List.of(), bytes.groove.leaks());
      bytes.groove.compact();
      assertTrue(bytes.groove.volumes().stream().allMatch(GrooveVolume::empty));
      assertEquals(List.of(), bytes.groove.damaged());
    }
  }

  private void own(
      GrooveHandle own, MemorySegment volumes, int operations, SplittableRandom random) {
    try (GrooveHandle handle = own) {
      long[] mine = new long[LIVE];
      long bits = 0;
      for (int i = 0; i < operations / 2 && failure.get() == null; i++) {
        bits = i % 2 == 0 ? random.nextLong() : bits >>> 32;
        int at = ((int) (bits & 0xffff) * LIVE) >>> 16;
        long old = mine[at];
        if ((bits & 0xf0000) < 0x18000) {
          old = exchange.getAndSet((int) (bits >>> 20) & (EXCHANGE - 1), old);
        }
        if (old != 0) {
          release(handle, volumes, old);
        }
        // Sizes up to 600, small ones more often.
        long size = 8 + ((((bits >>> 20) & 0x3ff) * ((bits >>> 22) & 0x3ff) * 600) >>> 20);
        long object = handle.alloc(16, size, size);
        if (object == GrooveHandle.FULL) {
          throw new AssertionError("full");
        }
        Mem.putLong(volumes, object + size - 8, object + 1);
        Mem.putLong(volumes, object, ~object); // may lie on the one before
        mine[at] = object;
      }
      for (int i = 0; i < LIVE + EXCHANGE; i++) {
        long object = i < LIVE ? mine[i] : exchange.getAndSet(i - LIVE, 0);
        if (object != 0) {
          release(handle, volumes, object);
        }
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  private static void release(GrooveHandle handle, MemorySegment volumes, long object) {
    long size = Mem.getLong(volumes, object - 8); // the tag
    if (Mem.getLong(volumes, object) != ~object
        || (size >= 16 && Mem.getLong(volumes, object + size - 8) != object + 1)) {
      throw new AssertionError("object " + object + " of " + size + " bytes was overwritten");
    }
    if (!handle.free(object)) {
      throw new AssertionError("object " + object + " was freed by somebody else");
    }
  }
}
