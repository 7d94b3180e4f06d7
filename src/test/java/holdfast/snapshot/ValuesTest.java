package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import holdfast.testkit.Allocations;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  private static final long VOLUME = ValueRegion.VOLUME;

  /** The largest object of the groove with blocks of 64 and volumes of 1 MiB. */
  private static final long LARGEST = 8304;

  private static final long STATE_TAG = ValueRegion.BASE + 4;
  private static final long VOLUME_TAG = ValueRegion.BASE + 5;
  private static final long DIRECT_TAG = ValueRegion.BASE + 6;

  private static void assertSound(Values values, List<Long> places, long size) {
    ValueCensus census = values.census();
    for (long place : places) {
      assertTrue(values.isSound(place, size));
      assertTrue(census.takeValue(place, size));
    }
    assertEquals(0, census.left());
    values.verify();
  }

  @Test
  void everythingIsAnAllocationOfTheWorkspaceWithATagOfTheStore() {
    try (ValueRegion r = new ValueRegion(8 << 20, 2)) {
      Values values = r.values;
      assertEquals(
          new Partition(values.grooveState(), values.grooveState() + 17_152, STATE_TAG),
          r.wksp.find(values.grooveState()));
      assertEquals(0, values.grooveState() % 128);
      assertEquals(0, r.wksp.tagCount(VOLUME_TAG));
      long small = values.alloc(100);
      assertEquals(0, small % 16);
      assertEquals(VOLUME_TAG, r.wksp.tag(small));
      assertEquals(VOLUME, r.wksp.find(small).size());
      assertEquals(0, r.wksp.find(small).gaddrLo() % VOLUME);
      long large = values.alloc(LARGEST + 1);
      assertEquals(1, large % 64);
      assertEquals(
          new Partition(large - 1, large - 1 + values.capacity(LARGEST + 1), DIRECT_TAG),
          r.wksp.find(large - 1));
      long sum = values.allocAccumulator();
      assertEquals(VOLUME_TAG, r.wksp.tag(sum));
      assertEquals(0, values.alloc(0));
      assertEquals(1, r.wksp.tagCount(VOLUME_TAG));
      values.free(0);
      values.free(small);
      values.free(large);
      values.freeAccumulator(sum);
      assertEquals(0, r.wksp.tagCount(DIRECT_TAG));
      assertEquals(VOLUME, values.trim(false));
      assertEquals(1, r.wksp.tagCount(STATE_TAG, VOLUME_TAG, DIRECT_TAG));
      values.verify();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 48",
    "48, 48",
    "49, 112",
    "112, 112",
    "113, 176",
    "240, 240",
    "8304, 8304",
    "8305, 8320",
    "8320, 8320",
    "8321, 8384",
    "2147483679, 2147483712",
  })
  void theCapacityIsAllThatTheObjectOrThePartitionHas(long bytes, long capacity) {
    try (ValueRegion r = new ValueRegion(4 << 20, 1)) {
      assertEquals(capacity, r.values.capacity(bytes));
      assertEquals(capacity, r.values.capacity(capacity));
      if (bytes < VOLUME) {
        long place = r.values.alloc(bytes);
        assertTrue(r.values.isSound(place, bytes));
        assertTrue(r.values.isSound(place, capacity));
        assertFalse(r.values.isSound(place, capacity + 1));
        assertFalse(bytes > 0 && r.values.isSound(place, 0));
        assertFalse(r.values.isSound(place ^ 1, bytes));
        assertFalse(r.values.isSound(place + 16, bytes));
        assertFalse(r.values.isSound(-1, bytes));
        assertFalse(r.values.isSound(Long.MAX_VALUE & -64, bytes));
        r.values.free(place);
        assertEquals(bytes == 0, r.values.isSound(place, bytes));
      }
    }
  }

  @Test
  void anAccumulatorIsZeroAndNoValue() {
    try (ValueRegion r = new ValueRegion(4 << 20, 1)) {
      long first = r.values.allocAccumulator();
      r.region.asSlice(first, 2048).fill((byte) 7);
      assertFalse(r.values.isSound(first, 2048));
      ValueCensus census = r.values.census();
      assertFalse(census.takeValue(first, 2048));
      assertTrue(census.takeAccumulator(first));
      assertFalse(census.takeAccumulator(first), "twice");
      r.values.freeAccumulator(first);
      assertEquals(first, r.values.allocAccumulator());
      assertEquals(
          -1, r.region.asSlice(first, 2048).mismatch(MemorySegment.ofArray(new byte[2048])));
      assertTrue(r.values.alloc(2048) > 0);
      assertFalse(r.values.census().takeAccumulator(first + 64));
      assertFalse(r.values.census().takeAccumulator(-1));
    }
  }

  /** As many volumes as there is room for, however much of it others have. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void whenAllVolumesAreFullNothingChanges(int taken) {
    try (ValueRegion r = new ValueRegion(7 << 20, 2)) {
      List<Long> others = new ArrayList<>();
      for (int i = 0; i < taken; i++) {
        others.add(r.wksp.alloc(VOLUME, VOLUME, 1));
      }
      List<Long> places = new ArrayList<>();
      long place = r.values.alloc(1000);
      while (place != Values.FULL) {
        ValueRegion.fill(r.region, place, 1000, 1);
        places.add(place);
        place = r.values.alloc(1000);
      }
      assertFalse(others.contains(Wksp.GADDR_NULL));
      // The workspace looks for a hole that is large enough wherever it begins: 2 MiB - 1.
      assertEquals(5 - taken, r.wksp.tagCount(VOLUME_TAG));
      // 992 objects of 1024 bytes in a volume, by the table of the groove.
      assertEquals((5 - taken) * 992, places.size());
      List<Partition> before = r.wksp.partitions();
      assertEquals(Values.FULL, r.values.alloc(1000));
      assertEquals(Values.FULL, r.values.allocAccumulator());
      assertEquals(Values.FULL, r.values.alloc(2 * VOLUME));
      assertEquals(before, r.wksp.partitions());
      assertSound(r.values, places, 1000);
      for (long p : places) {
        assertEquals(-1, ValueRegion.mismatch(r.region, p, 1000, 1));
      }
      if (!places.isEmpty()) {
        r.values.free(places.removeLast());
        assertTrue(r.values.alloc(1000) > 0, "what was freed can be had again");
      }
      if (taken > 1) {
        r.wksp.free(others.removeLast());
        r.wksp.free(others.removeLast());
        assertTrue(r.values.alloc(1000) > 0, "and what others freed");
      }
    }
  }

  @Test
  void aWorkspaceWithoutRecordsIsFull() {
    try (ValueRegion r = new ValueRegion(8 << 20, 1, 4)) {
      int direct = 0;
      List<Long> places = new ArrayList<>();
      for (long place = r.values.alloc(100_000); place != Values.FULL; direct++) {
        places.add(place);
        place = r.values.alloc(100_000);
      }
      assertTrue(direct > 0 && direct < 4, direct + " direct values");
      assertEquals(Values.FULL, r.values.alloc(10), "a volume takes a record, too");
      places.forEach(r.values::free);
      assertTrue(r.values.alloc(10) > 0);
      r.wksp.verify();
    }
  }

  @Test
  void aLargeValueGetsTheRoomOfEmptyVolumes() {
    try (ValueRegion r = new ValueRegion(5 << 20, 2)) {
      List<Long> places = new ArrayList<>();
      for (long p = r.values.alloc(500); p != Values.FULL; p = r.values.alloc(500)) {
        places.add(p);
      }
      assertEquals(Values.FULL, r.values.alloc(3 << 20));
      long kept = places.removeFirst();
      ValueRegion.fill(r.region, kept, 500, 4);
      places.forEach(r.values::free);
      long large = r.values.alloc(3 << 20);
      assertNotEquals(Values.FULL, large);
      assertEquals(1, r.wksp.tagCount(VOLUME_TAG));
      assertEquals(-1, ValueRegion.mismatch(r.region, kept, 500, 4));
      r.values.verify();
      r.values.free(large);
      assertEquals(0, r.values.trim(false), "a value is still in the last volume");
      r.values.free(kept);
      assertEquals(VOLUME, r.values.trim(false));
    }
  }

  @Test
  void emptySuperblocksOfOneSizeServeAnother() {
    try (ValueRegion r = new ValueRegion(3 << 20, 4)) {
      for (long size : new long[] {40, 8000, 500, 2000, 100}) {
        List<Long> places = new ArrayList<>();
        for (long p = r.values.alloc(size); p != Values.FULL; p = r.values.alloc(size)) {
          places.add(p);
        }
        assertTrue(places.size() * r.values.capacity(size) > VOLUME / 2, "size " + size);
        assertSound(r.values, places, size);
        places.forEach(r.values::free);
      }
    }
  }

  @Test
  void trimmedMemoryHasNoStaleBytes() {
    try (ValueRegion r = new ValueRegion(6 << 20, 2)) {
      List<Long> places = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        long place = r.values.alloc(600);
        r.region.asSlice(place, 600).fill((byte) 0xab);
        places.add(place);
      }
      long kept = places.removeFirst();
      places.forEach(r.values::free);
      assertEquals(2 * VOLUME, r.values.trim(true));
      assertEquals(1, r.wksp.tagCount(VOLUME_TAG));
      assertEquals(
          600,
          r.wksp.segment(kept).elements(ValueLayout.JAVA_BYTE).filter(ValuesTest::isMark).count());
      assertSound(r.values, List.of(kept), 600);
    }
  }

  private static boolean isMark(MemorySegment one) {
    return one.get(ValueLayout.JAVA_BYTE, 0) == (byte) 0xab;
  }

  @Test
  void aCopyMadeWhileItIsQuietOpensAsIfItWasClosed() {
    try (ValueRegion r = new ValueRegion(6 << 20, 4)) {
      List<Long> places = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        long place = r.values.alloc(700);
        ValueRegion.fill(r.region, place, 700, 3);
        places.add(place);
      }
      long state = r.values.grooveState();
      MemorySegment unclean = r.copy();
      assertThrows(
          CorruptDataException.class, () -> ValueRegion.open(unclean, state, 4, false), "owned");
      r.values.quiesce();
      assertThrows(IllegalStateException.class, () -> r.values.alloc(1));
      assertThrows(IllegalStateException.class, () -> r.values.free(places.getFirst()));
      MemorySegment copy = r.copy();
      r.values.resume();
      r.values.free(places.getFirst());
      r.region.asSlice(places.getFirst(), 700).fill((byte) 0);

      Values opened = ValueRegion.open(copy, state, 2, false);
      assertSound(opened, places, 700);
      for (long place : places) {
        assertEquals(-1, ValueRegion.mismatch(copy, place, 700, 3));
        opened.free(place);
      }
      assertEquals(2 * VOLUME, opened.trim(false));
      opened.close();
      opened.close();
      assertSound(r.values, places.subList(1, places.size()), 700);
    }
  }

  @Test
  void whatIsNotThatOfTheStoreIsRefused() {
    try (ValueRegion r = new ValueRegion(6 << 20, 1)) {
      long place = r.values.alloc(10);
      long state = r.values.grooveState();
      r.values.close();
      Wksp w = r.wksp;
      long base = ValueRegion.BASE;
      long id = ValueRegion.ID;
      assertThrows(
          CorruptDataException.class, () -> Values.open(w, base + 8, id, state, 6, 20, 1, false));
      assertThrows(
          CorruptDataException.class, () -> Values.open(w, base, id, state + 128, 6, 20, 1, false));
      assertThrows(CorruptDataException.class, () -> Values.open(w, base, id, 0, 6, 20, 1, false));
      assertThrows(
          CorruptDataException.class, () -> Values.open(w, base, id, state, 7, 20, 1, false));
      assertThrows(
          CorruptDataException.class, () -> Values.open(w, base, id, state, 6, 21, 1, false));
      assertThrows(
          CorruptDataException.class, () -> Values.open(w, base, id + 1, state, 6, 20, 1, false));
      assertThrows(
          IllegalArgumentException.class, () -> Values.open(w, base, id, state, 6, 20, 3, false));
      assertThrows(
          IllegalArgumentException.class, () -> Values.open(w, base, id, state, 5, 20, 1, false));
      // A volume that is missing shows where a value was.
      MemorySegment copy = r.copy();
      Wksp.join(copy).free(place);
      Values without = ValueRegion.open(copy, state, 1, true);
      assertFalse(without.census().takeValue(place, 10));
      // One that is damaged.
      Mem.putLong(r.region, place & -VOLUME, 5);
      assertThrows(CorruptDataException.class, () -> r.open(false));
    }
  }

  @Test
  void aFreeOfNothingIsDamage() {
    try (ValueRegion r = new ValueRegion(6 << 20, 1)) {
      long small = r.values.alloc(10);
      long large = r.values.alloc(100_000);
      r.values.free(small);
      r.values.free(large);
      assertThrows(CorruptDataException.class, () -> r.values.free(small));
      assertThrows(CorruptDataException.class, () -> r.values.free(large));
      assertThrows(CorruptDataException.class, () -> r.values.freeAccumulator(small));
    }
  }

  @Test
  void theCensusFindsWhatLeaks() {
    try (ValueRegion r = new ValueRegion(8 << 20, 2)) {
      long first = r.values.alloc(10);
      long second = r.values.alloc(200);
      long sum = r.values.allocAccumulator();
      long large = r.values.alloc(50_000);
      long leaked = r.values.alloc(60_000);
      ValueCensus census = r.values.census();
      assertEquals(5, census.left());
      assertEquals(Math.min(first, large), census.firstLeft());
      assertFalse(census.takeValue(first, 100), "of another size");
      assertTrue(census.takeValue(first, 10));
      assertFalse(census.takeValue(first, 10), "twice");
      assertFalse(census.takeValue(large, 40_000), "of another size");
      assertTrue(census.takeValue(large, 50_000));
      assertFalse(census.takeValue(large, 50_000), "twice");
      assertTrue(census.takeValue(0, 0));
      assertFalse(census.takeValue(0, 1));
      assertFalse(census.takeValue(second + VOLUME, 200));
      assertEquals(3, census.left());
      assertEquals(3, census.freeLeft());
      assertEquals(0, census.left());
      assertEquals(0, census.firstLeft());
      assertFalse(r.values.isSound(second, 200));
      assertFalse(r.values.isSound(leaked, 60_000));
      assertTrue(r.values.isSound(first, 10));
      assertTrue(r.values.isSound(large, 50_000));
      assertFalse(r.values.census().takeAccumulator(sum));
      r.values.verify();
    }
  }

  @Test
  void aVolumeOfNobodyIsFound() {
    try (ValueRegion r = new ValueRegion(8 << 20, 2)) {
      long place = r.values.alloc(10);
      r.values.verify();
      long stranger = r.wksp.alloc(VOLUME, VOLUME, VOLUME_TAG);
      assertEquals(stranger, assertThrows(CorruptDataException.class, r.values::verify).offset());
      r.wksp.free(stranger);
      r.values.verify();
      r.wksp.free(place);
      assertEquals(
          place & -VOLUME, assertThrows(CorruptDataException.class, r.values::verify).offset());
    }
  }

  @Test
  void twoStoresInOneWorkspaceDoNotMeet() {
    try (ValueRegion r = new ValueRegion(8 << 20, 2)) {
      Values other = Values.create(r.wksp, ValueRegion.BASE + 8, 5, 7, 20, 1);
      long mine = r.values.alloc(300);
      long others = other.alloc(300);
      assertThrows(CorruptDataException.class, () -> other.free(mine));
      assertThrows(CorruptDataException.class, () -> r.values.free(others));
      assertFalse(r.values.isSound(others, 300));
      other.free(others);
      assertEquals(VOLUME, other.trim(true));
      other.verify();
      r.values.verify();
    }
  }

  @Test
  void withoutRoomForTheStateThereIsNoStore() {
    try (Arena arena = Arena.ofConfined()) {
      long size = Wksp.footprint(8, 17_000);
      Wksp wksp = Wksp.create(arena.allocate(size, 4096), "w", 1, 8, 17_000);
      assertNull(Values.create(wksp, 8, 1, 6, 20, 1));
      assertEquals(0, wksp.tagCount(12));
    }
  }

  @Test
  void theUsualSizes() {
    assertEquals(20, Values.defaultVolumeLog2(1));
    assertEquals(20, Values.defaultVolumeLog2((128 << 20) - 1));
    assertEquals(21, Values.defaultVolumeLog2(128 << 20));
    assertEquals(26, Values.defaultVolumeLog2(4L << 30));
    assertEquals(26, Values.defaultVolumeLog2(Long.MAX_VALUE));
    int handles = Values.defaultHandles();
    assertTrue(handles >= Math.min(32, Runtime.getRuntime().availableProcessors()));
    assertEquals(1, Integer.bitCount(handles));
  }

  @Test
  void allocatingAndFreeingMakesNoGarbage() {
    try (ValueRegion r = new ValueRegion(8 << 20, 2)) {
      long[] live = new long[64];
      Runnable work =
          () -> {
            for (int i = 0; i < 100_000; i++) {
              int at = i & 63;
              r.values.free(live[at]);
              live[at] = r.values.alloc(20 + (i & 1023));
            }
            r.values.freeAccumulator(r.values.allocAccumulator());
          };
      for (int i = 0; i < 5; i++) {
        work.run();
      }
      long garbage = Allocations.of(work);
      assertTrue(garbage < 10_000, garbage + " bytes");
    }
  }
}
