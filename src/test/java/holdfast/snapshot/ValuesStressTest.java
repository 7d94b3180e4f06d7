package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several owners, little room: every byte is as its owner left it when the owner frees it. */
class ValuesStressTest {
  private record Value(long place, int size) {}

  @ParameterizedTest
  @CsvSource({"1, 4, false", "2, 4, false", "4, 3, false", "32, 40, true"})
  void everyOwnersBytesAreIntactWhenTheyAreFreed(int handles, int threads, boolean virtual)
      throws Exception {
    long seed = Tier.seed(2024);
    System.out.println("values stress, seed " + seed);
    try (ValueRegion r = new ValueRegion(9 << 20, handles, 2048);
        ExecutorService pool =
            virtual
                ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newFixedThreadPool(threads)) {
      int steps = Tier.of(120_000, 2_000_000) / threads;
      List<Future<List<Value>>> futures = new ArrayList<>();
      for (int owner = 0; owner < threads; owner++) {
        int own = owner;
        futures.add(pool.submit(() -> work(r, own, steps, new SplittableRandom(seed + own))));
      }
      List<List<Value>> left = new ArrayList<>();
      for (Future<List<Value>> future : futures) {
        left.add(future.get());
      }
      r.values.verify();
      r.wksp.verify();
      ValueCensus census = r.values.census();
      long live = 0;
      for (int owner = 0; owner < threads; owner++) {
        for (Value v : left.get(owner)) {
          assertTrue(census.takeValue(v.place, v.size));
          assertEquals(-1, ValueRegion.mismatch(r.region, v.place, v.size, owner));
          live++;
        }
      }
      assertEquals(0, census.left());
      assertTrue(live > 0);
      left.forEach(values -> values.forEach(v -> r.values.free(v.place)));
      r.values.trim(false);
      assertEquals(1, r.wksp.partitions().stream().filter(p -> !p.isFree()).count());
    }
  }

  private static List<Value> work(ValueRegion r, int owner, int steps, SplittableRandom random) {
    List<Value> live = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      // Up and down, so that volumes come and go.
      boolean growing = step / 4096 % 2 == 0;
      if (live.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
        int size = random.nextInt(200) == 0 ? random.nextInt(120_000) : random.nextInt(700);
        long place = r.values.alloc(size);
        if (place == Values.FULL) {
          free(r, owner, live, random);
        } else {
          ValueRegion.fill(r.region, place, size, owner);
          live.add(new Value(place, size));
        }
      } else {
        free(r, owner, live, random);
      }
      if (owner == 0 && step % 5000 == 4999) {
        r.values.trim(false);
      }
    }
    return live;
  }

  private static void free(ValueRegion r, int owner, List<Value> live, SplittableRandom random) {
    if (!live.isEmpty()) {
      Value value = live.set(random.nextInt(live.size()), live.getLast());
      live.removeLast();
      assertEquals(-1, ValueRegion.mismatch(r.region, value.place, value.size, owner));
      r.values.free(value.place);
    }
  }
}
