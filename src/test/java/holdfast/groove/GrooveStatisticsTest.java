package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What there is, by class and tag, and while others change it. */
class GrooveStatisticsTest {
  @Test
  void leaksAreAddedUpByTagAndClass() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      assertEquals(List.of(), bytes.groove.leaks());
      long large = handle.alloc(16, 1000, 7);
      long first = handle.alloc(16, 40, 7);
      long second = handle.alloc(16, 30, 7);
      long other = handle.alloc(16, 40, -1);
      assertTrue(handle.free(handle.alloc(16, 40, 8))); // cached, and nobody's
      assertEquals(
          List.of(
              new GrooveLeak(7, 12, 1, 1000, 1024, large),
              new GrooveLeak(7, 0, 2, 70, 128, Math.min(first, second)),
              new GrooveLeak(-1, 0, 1, 40, 64, other)),
          bytes.groove.leaks());
      for (long object : new long[] {large, first, second, other}) {
        assertTrue(handle.free(object));
      }
      assertEquals(List.of(), bytes.groove.leaks());
    }
  }

  @Test
  void moreKindsThanAreToldApartAreOneLine() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      for (int i = 1; i <= 10; i++) {
        assertTrue(handle.alloc(16, 40, i) > 0);
      }
      List<GrooveLeak> lines = LeakReport.of(bytes.groove, 4);
      assertEquals(5, lines.size());
      assertEquals(-1, lines.getFirst().sizeClass()); // the most bytes
      assertEquals(6, lines.getFirst().objects());
      assertEquals(240, lines.getFirst().requested());
      assertEquals(384, lines.getFirst().occupied());
    }
  }

  @Test
  void whatIsHeldAllTheTimeIsShownOnceWhileOthersAllocateAndFree() throws Exception {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 3)) {
      Map<Long, Long> steady = new HashMap<>();
      try (GrooveHandle handle = bytes.groove.handle()) {
        for (int i = 0; i < 500; i++) {
          long size = i * 7L % 3000;
          steady.put(handle.alloc(16, size, 1), size);
        }
      }
      AtomicBoolean end = new AtomicBoolean();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        SplittableRandom random = new SplittableRandom(t);
        threads.add(Thread.ofPlatform().start(() -> churn(bytes.groove, random, end, failure)));
      }
      long shown = 0;
      for (int round = 0; round < 300; round++) {
        Set<Long> met = new HashSet<>();
        long[] others = new long[1];
        bytes.groove.liveObjects(
            o -> {
              if (o.tag() == 1) {
                assertTrue(met.add(o.offset()), o::toString);
                assertEquals(steady.get(o.offset()), o.size(), o::toString);
              } else {
                assertEquals(2, o.tag(), o::toString);
                others[0]++;
              }
            });
        assertEquals(steady.keySet(), met);
        shown += others[0];
      }
      end.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(null, failure.get());
      assertTrue(shown > 0);
      Set<Long> atRest = new HashSet<>();
      bytes.groove.liveObjects(o -> atRest.add(o.offset()));
      bytes.groove.objects(o -> assertTrue(atRest.remove(o.offset())));
      assertEquals(Set.of(), atRest);
    }
  }

  private static void churn(
      Groove groove,
      SplittableRandom random,
      AtomicBoolean end,
      AtomicReference<Throwable> failure) {
    try (GrooveHandle handle = groove.handle()) {
      long[] mine = new long[200];
      while (!end.get()) {
        int at = random.nextInt(mine.length);
        if (mine[at] != 0) {
          assertTrue(handle.free(mine[at]));
        }
        mine[at] = Math.max(0, handle.alloc(16, random.nextInt(5000), 2));
        if (random.nextInt(1000) == 0) {
          groove.compact();
        }
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }
}
