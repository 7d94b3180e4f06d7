package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.groove.GrooveMap.Result;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many threads on a small map: each finds its own keys as it left them, and the shared ones with
 * values that one thread has written whole.
 */
class GrooveMapStressTest {
  private static final int SLOTS = 256;
  private static final int SHARED = 8;

  @ParameterizedTest
  @CsvSource({"2, false", "4, false", "16, false", "16, true"})
  void ownersFindTheirKeysAndNobodyATornValue(int threads, boolean virtual) throws Exception {
    long seed = Tier.seed(4711);
    try (Arena arena = Arena.ofShared()) {
      GrooveMap map = Maps.create(arena, SLOTS, 16, SLOTS, seed);
      List<Future<Map<Long, Integer>>> owners = new ArrayList<>();
      try (ExecutorService pool =
          virtual
              ? Executors.newVirtualThreadPerTaskExecutor()
              : Executors.newFixedThreadPool(threads)) {
        for (int thread = 0; thread < threads; thread++) {
          Owner owner = new Owner(map, thread, SLOTS / 2 / threads, seed + thread);
          owners.add(pool.submit(() -> owner.work(Tier.of(3_000_000, 60_000_000) / threads)));
        }
      }
      map.verify();
      long count = 0;
      for (Future<Map<Long, Integer>> owner : owners) {
        for (Map.Entry<Long, Integer> own : owner.get().entrySet()) {
          GrooveEntry entry = Maps.key(own.getKey());
          assertEquals(Result.FOUND, map.query(entry), "seed " + seed);
          assertEquals(own.getValue(), Maps.mark(entry));
          count++;
        }
      }
      assertTrue(map.count() >= count && map.count() <= count + SHARED);
    }
  }

  private record Owner(GrooveMap map, int number, int keys, SplittableRandom random) {
    Owner(GrooveMap map, int number, int keys, long seed) {
      this(map, number, keys, new SplittableRandom(seed));
    }

    Map<Long, Integer> work(int steps) {
      Map<Long, Integer> own = new HashMap<>();
      GrooveEntry entry = new GrooveEntry();
      for (int step = 1; step <= steps; step++) {
        if (random.nextInt(4) == 0) {
          shared(entry, step & 0xffffff);
        } else {
          own(own, entry, step & 0xffffff);
        }
        if (step % 5000 == 0) {
          everything(own, entry);
        }
      }
      return own;
    }

    private void shared(GrooveEntry entry, int step) {
      entry.key(-1 - random.nextInt(SHARED), 0, 0, 0);
      switch (random.nextInt(4)) {
        case 0 -> check(map.put(Maps.marked(entry, step)), Result.INSERTED, Result.REPLACED);
        case 1 -> check(map.remove(entry), Result.REMOVED, Result.ABSENT);
        default -> {
          if (check(map.query(entry), Result.FOUND, Result.ABSENT) == Result.FOUND) {
            Maps.mark(entry);
          }
        }
      }
    }

    private void own(Map<Long, Integer> own, GrooveEntry entry, int step) {
      long key = number * 1000L + random.nextInt(keys);
      entry.key(key, 0, 0, 0);
      Integer had = own.get(key);
      switch (random.nextInt(4)) {
        case 0 -> {
          Result result = map.put(Maps.marked(entry, step));
          check(result, had == null ? Result.INSERTED : Result.REPLACED);
          own.put(key, step);
        }
        case 1 -> {
          check(map.remove(entry), had == null ? Result.ABSENT : Result.REMOVED);
          own.remove(key);
        }
        default -> {
          check(map.query(entry), had == null ? Result.ABSENT : Result.FOUND);
          if (had != null) {
            assertEquals(had, Maps.mark(entry));
          }
        }
      }
    }

    /** A walk sees every key of its own exactly once, whatever others do. */
    private void everything(Map<Long, Integer> own, GrooveEntry entry) {
      Map<Long, Integer> seen = new HashMap<>();
      GrooveMapCursor cursor = map.cursor();
      while (check(cursor.next(entry), Result.FOUND, Result.ABSENT) == Result.FOUND) {
        Maps.mark(entry);
        if (entry.keyWord(0) / 1000 == number && entry.keyWord(0) >= 0) {
          assertEquals(null, seen.put(entry.keyWord(0), Maps.mark(entry)));
        }
      }
      assertEquals(own, seen);
    }

    private static Result check(Result result, Result... allowed) {
      assertTrue(List.of(allowed).contains(result), () -> "" + result);
      return result;
    }
  }
}
