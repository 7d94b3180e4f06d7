package holdfast.groove;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.groove.GrooveMap.Result;
import holdfast.internal.Mem;
import holdfast.testkit.Allocated;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GrooveMapTest {
  private static void with(Consumer<GrooveMap> test) {
    try (Arena arena = Arena.ofConfined()) {
      test.accept(Maps.create(arena, 16, 4, 4, 7));
    }
  }

  @Test
  void theExampleOfTheDocumentationRuns() {
    try (Arena arena = Arena.ofShared()) {
      GrooveMap map =
          GrooveMap.create(
              arena.allocate(GrooveMap.stateSize(1024), 128),
              arena.allocate(GrooveMap.elementsSize(1024), 128),
              1024,
              7);
      GrooveEntry entry = new GrooveEntry();
      assertEquals(Result.INSERTED, map.put(entry.key(1, 2, 3, 4).value(4096, 10, 16)));
      assertEquals(Result.FOUND, map.query(new GrooveEntry().key(1, 2, 3, 4)));
      assertEquals(4096, entry.valueOffset());
      assertEquals(1024, map.lockCount());
      assertEquals(1024, map.probeMax());
      assertEquals(7, map.seed());
    }
  }

  @Test
  void eachOperationTellsWhatItFound() {
    with(
        map -> {
          GrooveEntry entry = Maps.key("a").value(10, 1, 2).marks(true, false);
          assertEquals(Result.ABSENT, map.query(entry));
          assertEquals(Result.ABSENT, map.remove(entry));
          assertEquals(Result.ABSENT, map.replace(entry));
          assertEquals(Result.INSERTED, map.putIfAbsent(entry));
          assertEquals(Result.REPLACED, map.replace(entry.value(20, 3, 4).marks(false, true)));
          entry.value(30, 5, 6);
          assertEquals(Result.FOUND, map.putIfAbsent(entry));
          assertEquals(
              List.of(20L, 3L, 4L, 0L, 1L),
              List.of(
                  entry.valueOffset(),
                  (long) entry.valueSize(),
                  (long) entry.valueCapacity(),
                  entry.cold() ? 1L : 0L,
                  entry.hot() ? 1L : 0L));
          assertEquals(Result.REPLACED, map.put(entry.value(40, 0, 0)));
          assertEquals(Result.REMOVED, map.remove(entry.value(0, 0, 0)));
          assertEquals(40, entry.valueOffset());
          assertEquals(0, map.count());
        });
  }

  @Test
  void aKeyThatFindsNoRoomWithinItsProbesIsRefusedAndNothingChanges() {
    with(
        map -> {
          for (int i = 0; i < 4; i++) {
            assertEquals(Result.INSERTED, map.put(Maps.key(Maps.numberAt(map, 14, i))));
          }
          byte[] state = map.state.toArray(JAVA_BYTE);
          assertEquals(Result.FULL, map.put(Maps.key(Maps.numberAt(map, 14, 4))));
          assertEquals(Result.FULL, map.putIfAbsent(Maps.key(Maps.numberAt(map, 14, 4))));
          assertEquals(Result.ABSENT, map.replace(Maps.key(Maps.numberAt(map, 14, 4))));
          assertArrayEquals(state, map.state.toArray(JAVA_BYTE));
          assertEquals(Result.REPLACED, map.put(Maps.key(Maps.numberAt(map, 14, 3))));
          assertEquals(Result.INSERTED, map.put(Maps.key(Maps.numberAt(map, 2, 0))));
          map.verify();
        });
  }

  @Test
  void keysWithTheSameWordsInAnotherOrderAreOtherKeys() {
    with(
        map -> {
          // They have the same hash, and two equal words even cancel: a weakness of the format.
          GrooveEntry first = new GrooveEntry().key(1, 2, 3, 3).value(1, 1, 1);
          GrooveEntry second = new GrooveEntry().key(2, 1, 5, 5).value(2, 2, 2);
          assertEquals(first.hash(9), second.hash(9));
          map.put(first);
          map.put(second);
          assertEquals(Result.FOUND, map.query(first.value(0, 0, 0)));
          assertEquals(1, first.valueOffset());
          assertEquals(Result.FOUND, map.query(second.value(0, 0, 0)));
          assertEquals(2, second.valueOffset());
        });
  }

  @Test
  void aTakenLockStopsOnlyItsRangeAndTryMethodsDoNotWait() {
    with(
        map -> {
          GrooveEntry here = Maps.key(Maps.numberAt(map, 5, 0));
          GrooveEntry there = Maps.key(Maps.numberAt(map, 9, 0));
          map.put(here);
          map.put(there);
          Mem.getAndOrInt(map.state, 128, 1 << 16); // lock 1: slots 4 to 7
          assertEquals(Result.AGAIN, map.tryQuery(here));
          assertEquals(Result.AGAIN, map.tryPut(here));
          assertEquals(Result.AGAIN, map.tryPutIfAbsent(here));
          assertEquals(Result.AGAIN, map.tryReplace(here));
          assertEquals(Result.AGAIN, map.tryRemove(here));
          assertEquals(Result.FOUND, map.query(there));
          assertEquals(Result.REMOVED, map.remove(there));
          GrooveMapCursor cursor = map.cursor();
          GrooveEntry entry = new GrooveEntry();
          assertEquals(Result.AGAIN, cursor.tryNext(entry));
          assertEquals(0, map.repair());
          assertEquals(Result.FOUND, cursor.tryNext(entry));
          assertEquals(here.keyWord(0), entry.keyWord(0));
          assertEquals(Result.ABSENT, cursor.tryNext(entry));
          map.verify();
        });
  }

  @Test
  void theCounterGrowsWhenAVersionGoesRound() {
    with(
        map -> {
          GrooveEntry entry = Maps.key(Maps.numberAt(map, 5, 0));
          for (int change = 1; change < 1 << 15; change++) {
            map.put(entry);
          }
          assertEquals((short) 0xfffe, Mem.getShort(map.state, 130));
          assertEquals(0, Mem.getLong(map.state, 48));
          map.put(entry);
          assertEquals(0, Mem.getShort(map.state, 130));
          assertEquals(1, Mem.getLong(map.state, 48));
          map.verify();
        });
  }

  @Test
  void deathsInTheMiddleOfOperationsAreRepaired() {
    with(
        map -> {
          GrooveEntry moved = Maps.key(Maps.numberAt(map, 5, 1)).value(2, 2, 2);
          map.put(Maps.key(Maps.numberAt(map, 5, 0)).value(1, 1, 1));
          map.put(moved);
          map.put(Maps.key(Maps.numberAt(map, 6, 0)).value(3, 3, 3));
          // A removal of the first that died after it had freed the slot: a hole in the run.
          Mem.getAndOrInt(map.state, 128, 1 << 16);
          Mem.putLong(map.elements, 5 * 48 + 32, 0);
          assertEquals(0, map.repair());
          map.verify();
          assertEquals(Result.FOUND, map.query(moved.value(0, 0, 0)));
          assertEquals(2, moved.valueOffset());
          assertEquals(2, map.count());
        });
  }

  @Test
  void argumentsAreChecked() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(256, 128);
      MemorySegment elements = arena.allocate(16 * 48, 128);
      refused(() -> GrooveMap.create(state, elements, 0, 7));
      refused(() -> GrooveMap.create(state, elements, 12, 7));
      refused(() -> GrooveMap.create(state, elements, 1L << 29, 7));
      refused(() -> GrooveMap.create(state, elements, 32, 7));
      refused(() -> GrooveMap.create(state, elements, 16, 32, 1, 7));
      refused(() -> GrooveMap.create(state, elements, 16, 3, 1, 7));
      refused(() -> GrooveMap.create(state, elements, 16, 1, 0, 7));
      refused(() -> GrooveMap.create(state, elements, 16, 1, 17, 7));
      refused(() -> GrooveMap.create(state.asSlice(64), elements, 16, 7));
      refused(() -> GrooveMap.create(state.asSlice(0, 128), elements, 16, 7));
      refused(() -> GrooveMap.create(state, elements.asSlice(4), 1, 7));
      refused(() -> GrooveMap.create(state, state, 1, 7));
      refused(() -> GrooveMap.create(MemorySegment.ofArray(new long[64]), elements, 16, 7));
      refused(() -> GrooveMap.create(state.asReadOnly(), elements, 16, 7));
      refused(() -> new GrooveEntry().value(-1, 0, 0));
      refused(() -> new GrooveEntry().value(0, 2, 1));
      refused(() -> new GrooveEntry().value(0, 0, 1 << 24));
      assertThrows(
          IndexOutOfBoundsException.class, () -> new GrooveEntry().key(elements, 16 * 48 - 31));
      assertThrows(IndexOutOfBoundsException.class, () -> new GrooveEntry().keyWord(4));
    }
  }

  private static void refused(Runnable call) {
    assertThrows(IllegalArgumentException.class, call::run);
  }

  @Test
  void keysAreReadAndWrittenAsBytes() {
    byte[] bytes = new byte[40];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    byte[] target = new byte[40];
    new GrooveEntry().key(bytes).getKey(MemorySegment.ofArray(target), 4);
    for (int i = 0; i < 40; i++) {
      assertEquals(i >= 4 && i < 36 ? i - 3 : 0, target[i]);
    }
    assertEquals(0x0807060504030201L, new GrooveEntry().key(bytes).keyWord(0));
    assertEquals('x', new GrooveEntry().key(new byte[] {'x'}).keyWord(0));
  }

  @Test
  void operationsMakeNoGarbage() {
    assumeTrue(Allocated.isCounted());
    try (Arena arena = Arena.ofConfined()) {
      GrooveMap map = Maps.create(arena, 1024, 64, 1024, 7);
      GrooveEntry entry = new GrooveEntry();
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 20; round++) {
        long before = Allocated.byThisThread();
        for (int i = 0; i < 5000; i++) {
          entry.key(i % 700, i, 0, 0);
          map.put(entry.value(i, 1, 1));
          map.query(entry);
          map.remove(entry);
          map.query(entry);
        }
        least = Math.min(least, Allocated.byThisThread() - before);
      }
      assertTrue(least < 1000, least + " bytes");
    }
  }
}
