package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many threads allocate and free, hand objects to each other, fill the memory to the last byte and
 * empty it again. Every object is full of its owner's pattern, looked at before it is freed.
 */
class GrooveStressTest {
  private static final int EXCHANGE = 64;

  private final AtomicLongArray exchange = new AtomicLongArray(EXCHANGE);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicLong fulls = new AtomicLong();
  private Groove groove;

  @ParameterizedTest
  @CsvSource({
    "2, false, 64, 4096",
    "4, false, 64, 8250",
    "16, false, 64, 1000",
    "16, false, 512, 8000",
    "32, true, 128, 4096"
  })
  void ownersKeepTheirBytes(int threads, boolean virtual, int block, int sizeMax)
      throws InterruptedException {
    long seed = Tier.seed(11);
    int rounds = Tier.of(6, 100);
    int operations = Tier.of(400_000, 6_000_000) / rounds / threads * 2;
    try (Bytes bytes = new Bytes(GrooveGeometry.compact(block, 1 << 20), 3)) {
      groove = bytes.groove;
      ThreadFactory factory = virtual ? Thread.ofVirtual().factory() : Thread::new;
      for (int round = 0; round < rounds; round++) {
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          SplittableRandom random = new SplittableRandom(seed + 1000L * round + t);
          running.add(factory.newThread(() -> own(random, operations, sizeMax)));
        }
        running.forEach(Thread::start);
        for (Thread thread : running) {
          thread.join();
        }
        if (failure.get() != null) {
          throw new AssertionError("seed=" + seed + " round=" + round, failure.get());
        }
        groove.verify();
        drainExchange();
        assertEquals(0, groove.usage().held());
        groove.compact();
        groove.verify();
        assertTrue(groove.volumes().stream().allMatch(GrooveVolume::empty), "round " + round);
      }
      assertTrue(fulls.get() > 0, "the memory was never exhausted");
      assertEquals(List.of(), groove.damaged());
    }
  }

  /** The list of volumes, which are begun and emptied, taken out and added at the same time. */
  @Test
  void volumesAreListedAtAnyTime() throws InterruptedException {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 2)) {
      groove = bytes.groove;
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (GrooveHandle handle = groove.handle(0, 0)) {
                      for (int i = 0; i < Tier.of(300_000, 5_000_000); i++) {
                        assertTrue(handle.free(handle.alloc(8000)));
                        groove.compact();
                        if (i % 8 == 0) {
                          groove.addVolumes(groove.removeVolume(), 1, new byte[0]);
                        }
                      }
                    } catch (Throwable e) {
                      failure.set(e);
                    }
                  });
      try {
        while (other.isAlive()) {
          assertTrue(groove.volumes().size() >= 1);
        }
      } finally {
        other.join();
      }
      assertNull(failure.get());
      groove.verify();
    }
  }

  private void own(SplittableRandom random, int operations, int sizeMax) {
    try (GrooveHandle handle = groove.handle()) {
      List<Long> mine = new ArrayList<>();
      boolean filling = true;
      for (int i = 0; i < operations; i++) {
        int choice = random.nextInt(16);
        if (choice == 0 && !mine.isEmpty()) {
          long got = exchange.getAndSet(random.nextInt(EXCHANGE), mine.removeLast());
          if (got != 0) {
            mine.add(got);
          }
        } else if (filling ? choice < 13 : choice < 3) {
          long size = random.nextInt(1 + random.nextInt(sizeMax));
          long object = handle.alloc(1 << random.nextInt(7), size, random.nextLong());
          if (object == GrooveHandle.FULL) {
            fulls.incrementAndGet();
            filling = false;
          } else {
            pattern(handle, object, true);
            mine.add(object);
          }
        } else if (!mine.isEmpty()) {
          int at = random.nextInt(mine.size());
          long object = mine.get(at);
          mine.set(at, mine.getLast());
          mine.removeLast();
          release(handle, object);
        } else {
          filling = true;
        }
      }
      for (long object : mine) {
        release(handle, object);
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  private static void release(GrooveHandle handle, long object) {
    pattern(handle, object, false);
    assertTrue(handle.free(object));
  }

  private void drainExchange() {
    try (GrooveHandle handle = groove.handle()) {
      for (int i = 0; i < EXCHANGE; i++) {
        long object = exchange.getAndSet(i, 0);
        if (object != 0) {
          release(handle, object);
        }
      }
    }
  }

  /** Words that depend on place and tag, over the whole object. */
  private static void pattern(GrooveHandle handle, long object, boolean write) {
    MemorySegment bytes = handle.segment(object);
    long word = handle.tag(object) ^ object;
    for (long at = 0; at + 8 <= bytes.byteSize(); at += 8) {
      if (write) {
        bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, at, word + at);
      } else if (bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != word + at) {
        throw new AssertionError("object " + object + " was overwritten at " + at);
      }
    }
  }
}
