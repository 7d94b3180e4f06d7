package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Several threads at one region: whatever one has, no other gets. */
class WkspStressTest {
  private static final int PART_MAX = 2000;
  private static final long DATA_MAX = 200_000;

  @Test
  void twoThreadsOfOneObject() throws InterruptedException {
    run(2, Tier.of(20_000, 400_000), false, Thread::new);
  }

  @Test
  void threeThreadsThatJoinedEachForItself() throws InterruptedException {
    run(3, Tier.of(10_000, 200_000), true, Thread::new);
  }

  @Test
  void manyVirtualThreads() throws InterruptedException {
    run(40, Tier.of(500, 10_000), false, task -> Thread.ofVirtual().unstarted(task));
  }

  private static void run(
      int count, int steps, boolean joinEach, Function<Runnable, Thread> factory)
      throws InterruptedException {
    long seed = Tier.seed(11);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment mem = arena.allocate(Wksp.footprint(PART_MAX, DATA_MAX), 4096);
      Wksp wksp = Wksp.create(mem, "stress", 1, PART_MAX, DATA_MAX);
      var failures = new ConcurrentLinkedQueue<Throwable>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        var random = new SplittableRandom(seed + i);
        long tag = i + 1L;
        Wksp mine = joinEach ? Wksp.join(mem) : wksp;
        threads.add(
            factory.apply(
                () -> {
                  try {
                    work(mine, random, tag, steps);
                  } catch (Throwable e) {
                    failures.add(e);
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertTrue(failures.isEmpty(), () -> "seed " + seed + ": " + failures);
      wksp.verify();
      assertEquals(1, wksp.partitions().size());
      assertTrue(wksp.recoveries().isEmpty());
    }
  }

  private static void work(Wksp wksp, SplittableRandom random, long tag, int steps) {
    List<Partition> own = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      if (own.size() > 20 || (!own.isEmpty() && random.nextBoolean())) {
        release(wksp, own.remove(random.nextInt(own.size())));
      } else {
        Partition p = wksp.allocAtLeast(8, 16 + random.nextInt(200), tag);
        if (p != null) {
          Mem.putLong(wksp.slice(p.gaddrLo(), p.size()), 0, p.gaddrLo() ^ tag);
          Mem.putLong(wksp.slice(p.gaddrLo(), p.size()), p.size() - 8, p.gaddrLo() ^ tag);
          own.add(p);
        }
      }
    }
    own.forEach(p -> release(wksp, p));
  }

  private static void release(Wksp wksp, Partition p) {
    MemorySegment memory = wksp.slice(p.gaddrLo(), p.size());
    long mark = p.gaddrLo() ^ p.tag();
    assertTrue(Mem.getLong(memory, p.size() - 8) == mark, "somebody else stored here");
    assertTrue(p.size() < 16 + 8 || Mem.getLong(memory, 0) == mark, "somebody else stored here");
    assertTrue(wksp.free(p.gaddrLo()), "somebody else freed it");
  }
}
