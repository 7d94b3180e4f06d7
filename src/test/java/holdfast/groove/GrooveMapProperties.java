package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.groove.GrooveMap.Result;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** After any history the map is what a {@link HashMap} is, and sound after every step. */
class GrooveMapProperties {
  @Property(edgeCases = EdgeCasesMode.NONE)
  void anyHistoryLeavesWhatAModelHas(
      @ForAll @IntRange(min = 0, max = 6) int sizeShift,
      @ForAll @IntRange(min = 0, max = 6) int lockShift,
      @ForAll @IntRange(min = 1, max = 64) int probes,
      @ForAll long seed) {
    long size = 1L << sizeShift;
    long locks = Math.min(size, 1L << lockShift);
    var random = new SplittableRandom(seed);
    Map<Long, Integer> model = new HashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map = Maps.create(arena, size, locks, Math.min(probes, size), seed);
      GrooveEntry entry = new GrooveEntry();
      for (int step = 1; step <= 300; step++) {
        long key = random.nextLong(size + size / 4 + 1);
        entry.key(key, 0, key, 1);
        step(map, model, entry, key, step, random.nextInt(8));
        map.verify();
        assertEquals(model.size(), map.count());
      }
      seenByACursor(map, model);
      model.keySet().forEach(key -> assertEquals(Result.REMOVED, map.remove(keyed(key))));
      assertEquals(0, map.count());
      map.verify();
    }
  }

  private static GrooveEntry keyed(long key) {
    return new GrooveEntry().key(key, 0, key, 1);
  }

  private static void step(
      GrooveMap map, Map<Long, Integer> model, GrooveEntry entry, long key, int step, int what) {
    Integer had = model.get(key);
    switch (what) {
      case 0, 1, 2 -> {
        Result result = map.put(Maps.marked(entry, step));
        if (result == Result.FULL) {
          assertTrue(had == null && noRoom(map, entry));
        } else {
          assertEquals(had == null ? Result.INSERTED : Result.REPLACED, result);
          model.put(key, step);
        }
      }
      case 3 -> {
        Result result = map.putIfAbsent(Maps.marked(entry, step));
        if (result == Result.FULL) {
          assertTrue(had == null && noRoom(map, entry));
        } else if (had == null) {
          assertEquals(Result.INSERTED, result);
          model.put(key, step);
        } else {
          assertEquals(Result.FOUND, result);
          assertEquals(had, Maps.mark(entry));
        }
      }
      case 4 -> {
        Result result = map.replace(Maps.marked(entry, step));
        assertEquals(had == null ? Result.ABSENT : Result.REPLACED, result);
        model.computeIfPresent(key, (k, v) -> step);
      }
      case 5 -> assertRead(map.query(entry), Result.FOUND, had, entry);
      default -> assertRead(map.remove(entry), Result.REMOVED, model.remove(key), entry);
    }
  }

  private static void assertRead(Result result, Result there, Integer had, GrooveEntry entry) {
    assertEquals(had == null ? Result.ABSENT : there, result);
    if (had != null) {
      assertEquals(had, Maps.mark(entry));
    }
  }

  private static boolean noRoom(GrooveMap map, GrooveEntry entry) {
    long home = entry.hash(map.seed()) & map.elementMask;
    boolean used = true;
    for (long probe = 0; probe < map.probeMax(); probe++) {
      used &= MapElement.used(MapElement.bits(map.elements, (home + probe) & map.elementMask));
    }
    return used;
  }

  private static void seenByACursor(GrooveMap map, Map<Long, Integer> model) {
    Map<Long, Integer> seen = new HashMap<>();
    GrooveMapCursor cursor = map.cursor();
    GrooveEntry entry = new GrooveEntry();
    while (cursor.next(entry) == Result.FOUND) {
      assertEquals(null, seen.put(entry.keyWord(0), Maps.mark(entry)));
    }
    assertEquals(Result.ABSENT, cursor.next(entry));
    assertEquals(model, seen);
  }
}
