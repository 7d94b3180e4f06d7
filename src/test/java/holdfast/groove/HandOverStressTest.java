package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Two threads allocate, two others free, so that every object changes its cache, with flushes and
 * compactions in between and so little memory that it runs out. First and last word are the
 * owner's.
 */
class HandOverStressTest {
  private static final int PAIRS = 2;
  private static final int OBJECTS = Tier.of(2_000_000, 100_000_000);
  private static final int PLACES = 1024;

  private final AtomicLongArray places = new AtomicLongArray(PLACES);
  private final AtomicInteger producing = new AtomicInteger(PAIRS);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private interface Work {
    void run(GrooveHandle handle, SplittableRandom random);
  }

  @Test
  void everyConsumerFindsTheProducersWords() throws InterruptedException {
    long seed = Tier.seed(23);
    System.out.println("HandOverStressTest seed " + seed);
    try (Bytes bytes = new Bytes(GrooveGeometry.compact(64, 1 << 20), 1)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < PAIRS; i++) {
        threads.add(start(bytes, seed + i, (handle, random) -> produce(bytes, handle, random)));
        threads.add(start(bytes, ~seed - i, (handle, random) -> consume(bytes, handle, random)));
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

  private Thread start(Bytes bytes, long seed, Work work) {
    SplittableRandom random = new SplittableRandom(seed);
    return Thread.ofPlatform()
        .start(
            () -> {
              try (GrooveHandle handle = bytes.groove.handle()) {
                work.run(handle, random);
              } catch (Throwable e) {
                failure.compareAndSet(null, e);
              }
            });
  }

  private void produce(Bytes bytes, GrooveHandle handle, SplittableRandom random) {
    try {
      for (int i = 0; i < OBJECTS / PAIRS && failure.get() == null; i++) {
        long size = 16 + random.nextLong(16L << random.nextInt(7));
        long object = handle.alloc(16, size, size);
        if (object == GrooveHandle.FULL) {
          LockSupport.parkNanos(10_000);
          continue;
        }
        Mem.putLong(bytes.volumes, object, ~object);
        Mem.putLong(bytes.volumes, object + size - 8, object);
        int place = random.nextInt(PLACES);
        while (!places.compareAndSet(place, 0, object) && failure.get() == null) {
          place = (place + 1) & (PLACES - 1);
          if (place == 0) {
            LockSupport.parkNanos(10_000); // all may be taken
          }
        }
        if (random.nextInt(100_000) == 0) {
          handle.flush();
        }
      }
    } finally {
      producing.decrementAndGet();
    }
  }

  private void consume(Bytes bytes, GrooveHandle handle, SplittableRandom random) {
    boolean last;
    do {
      last = producing.get() == 0; // then one more round finds all that is left
      int found = 0;
      for (int place = 0; place < PLACES && failure.get() == null; place++) {
        long object = places.getAndSet(place, 0);
        if (object == 0) {
          continue;
        }
        found++;
        check(bytes.volumes, object);
        if (!handle.free(object)) {
          throw new AssertionError("object " + object + " was freed by somebody else");
        }
        if (random.nextInt(100_000) == 0) {
          bytes.groove.compact();
        }
      }
      if (found == 0) {
        LockSupport.parkNanos(10_000);
      }
    } while (!last && failure.get() == null);
  }

  private static void check(MemorySegment volumes, long object) {
    long size = Mem.getLong(volumes, object - 8); // the tag
    if (Mem.getLong(volumes, object + size - 8) != object
        || (size >= 24 && Mem.getLong(volumes, object) != ~object)) {
      throw new AssertionError("object " + object + " of " + size + " bytes was overwritten");
    }
  }
}
