package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damaged maps are refused, at the right place; hostile ones do no harm. */
class GrooveMapMalformedTest {
  /** 16 slots, 4 locks, probe limit 4; two keys with home 5, one with home 6. */
  private static GrooveMap sample(Arena arena) {
    GrooveMap map = Maps.create(arena, 16, 4, 4, 7);
    map.put(Maps.marked(Maps.key(Maps.numberAt(map, 5, 0)), 1));
    map.put(Maps.marked(Maps.key(Maps.numberAt(map, 5, 1)), 2));
    map.put(Maps.marked(Maps.key(Maps.numberAt(map, 6, 0)), 3));
    map.verify();
    return map;
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "magic of nothing, 0, 0, 0",
    "magic of the allocator, 0, 0xfd67007eda7a36c0, 0",
    "no elements, 8, 0, 8",
    "elements are no power of two, 8, 12, 8",
    "negative elements, 8, 0x8000000000000000, 8",
    "more elements than there are, 8, 32, 8",
    "no locks, 16, 0, 16",
    "locks are no power of two, 16, 3, 16",
    "more locks than elements, 16, 32, 16",
    "no probes, 24, 0, 24",
    "negative probes, 24, -1, 24",
    "more probes than elements, 24, 17, 24",
    "another lock shift, 40, 3, 40",
    "a lock that is taken, 128, 0x1, 128",
    "the last lock is taken, 128, 0x0003000000000000, 134"
  })
  void aDamagedStateIsRefused(String name, long offset, String value, long place) {
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map = sample(arena);
      Mem.putLong(map.state, offset, number(value));
      CorruptDataException e = assertThrows(CorruptDataException.class, map::verify, name);
      assertEquals("groove map", e.format());
      assertEquals(place, e.offset());
      if (offset < 128) {
        assertThrows(
            CorruptDataException.class, () -> GrooveMap.open(map.state, map.elements), name);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "a hole before a key, 5, 32, 0, 288",
    "another key in a slot, 6, 0, 12345678, 288",
    "a value larger than its room, 6, 32, 0x0000010000020001, 320",
    "a negative offset, 7, 40, -1, 376",
    "a used slot that is nobody's, 15, 32, 1, 720"
  })
  void damagedElementsAreFound(String name, long slot, long field, String value, long place) {
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map = sample(arena);
      assertEquals(3, map.count());
      Mem.putLong(map.elements, slot * 48 + field, number(value));
      CorruptDataException e = assertThrows(CorruptDataException.class, map::verify, name);
      assertEquals("groove map elements", e.format());
      assertEquals(place, e.offset());
      map.repair();
      map.verify();
    }
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }

  @Test
  void aKeyThatIsThereTwiceIsFoundAndDropped() {
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map = sample(arena);
      Mem.copy(map.elements, 5 * 48, map.elements, 8 * 48, 48);
      assertEquals(8 * 48, assertThrows(CorruptDataException.class, map::verify).offset());
      assertEquals(1, map.repair());
      map.verify();
      assertEquals(3, map.count());
    }
  }

  @Test
  void readersRefuseAValueThatIsNone() {
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map = sample(arena);
      GrooveEntry entry = Maps.key(Maps.numberAt(map, 5, 0));
      Mem.putLong(map.elements, 5 * 48 + 32, 0x0000010000020001L);
      assertThrows(CorruptDataException.class, () -> map.query(entry));
      assertThrows(CorruptDataException.class, () -> map.putIfAbsent(Maps.marked(entry, 5)));
      assertThrows(CorruptDataException.class, () -> map.cursor().next(new GrooveEntry()));
      assertThrows(CorruptDataException.class, () -> map.remove(entry));
      assertEquals(GrooveMap.Result.ABSENT, map.query(entry));
      map.verify();
    }
  }

  @Test
  void aHugeMapIsRefusedBeforeAnythingIsRead() {
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map = sample(arena);
      Mem.putLong(map.state, 8, 1L << 29);
      UnsupportedFormatException e =
          assertThrows(
              UnsupportedFormatException.class, () -> GrooveMap.open(map.state, map.elements));
      assertEquals(8, e.offset());
      MemorySegment little = arena.allocate(128, 128);
      assertEquals(
          128,
          assertThrows(CorruptDataException.class, () -> GrooveMap.open(little, map.elements))
              .offset());
    }
  }

  @Test
  void hostileMapsDoNoHarmAndCanBeRepaired() {
    long seed = Tier.seed(20261121);
    SplittableRandom seeds = new SplittableRandom(seed);
    for (int round = 0; round < Tier.of(4000, 80_000); round++) {
      long one = seeds.nextLong();
      try (Arena arena = Arena.ofConfined()) {
        hostile(sample(arena), new SplittableRandom(one));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + " round " + round + " seed " + one, e);
      }
    }
  }

  private static void hostile(GrooveMap sample, SplittableRandom random) {
    for (int i = random.nextInt(1, 30); i > 0; i--) {
      boolean inState = random.nextInt(4) == 0;
      MemorySegment segment = inState ? sample.state : sample.elements;
      long offset = random.nextLong(segment.byteSize());
      Mem.putByte(segment, offset, (byte) (random.nextBoolean() ? 1 : random.nextInt()));
    }
    GrooveMap map;
    try {
      map = GrooveMap.open(sample.state, sample.elements);
    } catch (CorruptDataException | UnsupportedFormatException e) {
      map = sample;
      MapLayout.format(map.state, 16, 4, 4, 7);
    }
    try {
      map.verify();
    } catch (CorruptDataException e) {
      // as it should be
    }
    GrooveEntry entry = new GrooveEntry();
    for (int step = 0; step < 20; step++) {
      entry.key(random.nextInt(50), 0, 0, 0);
      Maps.marked(entry, step);
      try {
        switch (random.nextInt(5)) {
          case 0 -> map.tryPut(entry);
          case 1 -> map.tryPutIfAbsent(entry);
          case 2 -> map.tryRemove(entry);
          case 3 -> map.tryQuery(entry);
          default -> {
            GrooveMapCursor cursor = map.cursor();
            while (cursor.tryNext(entry) == GrooveMap.Result.FOUND) {}
          }
        }
      } catch (CorruptDataException e) {
        // as it should be
      }
    }
    map.repair();
    map.verify();
  }
}
