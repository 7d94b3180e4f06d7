package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.PatchedMem;
import holdfast.testkit.Stores;
import holdfast.testkit.Tier;
import holdfast.wksp.Wksp;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * An owner that dies before any of its stores leaves values that can be opened again: what was
 * surely there is there, and what leaks is found by the census.
 */
class ValuesKillTest {
  @Test
  void everyStoreMayBeTheLast() throws Throwable {
    PatchedMem.run(EveryStore.class);
  }

  /** Runs inside the loader. */
  public static final class EveryStore implements Runnable {
    /** For the loader. */
    public EveryStore() {}

    @Override
    public void run() {
      int kills = 0;
      try (History history = new History()) {
        for (long n = 1; history.dies(n); n += Tier.of(3, 1)) {
          kills++;
          history.check("killed before store " + n);
        }
      }
      assertTrue(kills > 300, kills + " kills");
    }
  }

  /** One script, again and again over the same memory, so that there are stale volumes. */
  private static final class History implements AutoCloseable {
    private final ValueRegion r = new ValueRegion(5 << 20, 2);

    /** Place and size. */
    private final Map<Long, Integer> sure = new HashMap<>();

    private final List<Long> sums = new ArrayList<>();

    /** Of the store that died. */
    private long id;

    boolean dies(long n) {
      // What another store left lies wherever this one allocates.
      id = n + 77;
      sure.clear();
      sums.clear();
      r.wksp.reset(1);
      r.values =
          Values.create(
              r.wksp, ValueRegion.BASE, id, ValueRegion.BLOCK_LOG2, ValueRegion.VOLUME_LOG2, 2);
      Stores.dieAt(n);
      try {
        operate();
        return false;
      } catch (Stores.Killed e) {
        return true;
      } finally {
        Stores.dieAt(Long.MAX_VALUE);
      }
    }

    private void operate() {
      for (int i = 0; i < 6; i++) {
        alloc(100 + 97 * i);
      }
      sums.add(r.values.allocAccumulator());
      long first = alloc(20_000);
      long second = alloc(700_000);
      free(first);
      List<Long> places = new ArrayList<>();
      for (int i = 0; i < 130; i++) {
        places.add(alloc(8300)); // more than a volume
      }
      places.forEach(this::free);
      free(second);
      alloc(1_500_000); // needs an empty volume
      r.values.trim(false);
      r.values.quiesce();
      r.values.resume();
      alloc(50);
      r.values.trim(true);
      r.values.close();
    }

    private long alloc(int size) {
      long place = r.values.alloc(size);
      assertTrue(place > 0);
      MemorySegment value = r.region.asSlice(ValueRegion.gaddr(place), size);
      value.fill((byte) (place >>> 6)); // no store of the library
      sure.put(place, size);
      return place;
    }

    private void free(long place) {
      sure.remove(place);
      r.values.free(place);
    }

    void check(String when) {
      Values values =
          Values.open(
              Wksp.join(r.region), // repairs what was half done
              ValueRegion.BASE,
              id,
              r.values.grooveState(),
              ValueRegion.BLOCK_LOG2,
              ValueRegion.VOLUME_LOG2,
              1,
              true);
      values.verify();
      ValueCensus census = values.census();
      for (Map.Entry<Long, Integer> e : sure.entrySet()) {
        assertTrue(census.takeValue(e.getKey(), e.getValue()), when);
        MemorySegment value = r.region.asSlice(ValueRegion.gaddr(e.getKey()), e.getValue());
        byte expected = (byte) (e.getKey() >>> 6);
        assertEquals(-1, value.mismatch(filled(e.getValue(), expected)), when);
      }
      sums.forEach(sum -> assertTrue(census.takeAccumulator(sum), when));
      // The one that was about to be handed out, or to be given back.
      assertTrue(census.left() <= 1, when + ": " + census.left() + " left");
      census.freeLeft();
      values.verify();
      sure.keySet().forEach(values::free);
      sums.forEach(values::freeAccumulator);
      assertTrue(values.alloc(1_000_000) > 0, when);
      values.trim(false);
      assertEquals(1, values.census().left(), when);
      values.close();
    }

    private static MemorySegment filled(int size, byte value) {
      return MemorySegment.ofArray(new byte[size]).fill(value);
    }

    @Override
    public void close() {
      r.close();
    }
  }
}
