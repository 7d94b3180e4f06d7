package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What handles keep for themselves: seen by nobody as objects, never lost, always given back. */
class ObjectCacheTest {
  private static long cached(Groove groove) {
    return groove.usage().classes().stream().mapToLong(GrooveClassUsage::cached).sum();
  }

  private static void assertEmpty(Groove groove) {
    groove.compact();
    groove.verify();
    assertEquals(0, cached(groove));
    assertTrue(groove.volumes().stream().allMatch(GrooveVolume::empty));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 512})
  void mostCallsLeaveTheSharedStateAlone(int block) {
    try (Bytes bytes = new Bytes(GrooveGeometry.compact(block, 1 << 20), 2);
        GrooveHandle handle = bytes.groove.handle()) {
      long object = handle.alloc(100);
      bytes.remember();
      for (int i = 0; i < 1000; i++) {
        assertTrue(handle.free(object));
        object = handle.alloc(i % 3 == 0 ? 100 : 99);
      }
      assertEquals(-1, bytes.state.mismatch(bytes.rememberedState()));
      bytes.groove.verify();
    }
  }

  @Test
  void anObjectInACacheIsNoObject() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle one = bytes.groove.handle();
        GrooveHandle other = bytes.groove.handle();
        GrooveHandle plain = bytes.groove.handle(0, 0)) {
      long object = one.alloc(16, 100, 7);
      assertTrue(one.free(object));
      bytes.remember();
      for (GrooveHandle handle : List.of(one, other, plain)) {
        assertFalse(handle.free(object));
        assertThrows(IllegalArgumentException.class, () -> handle.size(object));
        assertThrows(IllegalArgumentException.class, () -> handle.tag(object));
      }
      assertNull(bytes.groove.find(object));
      bytes.groove.objects(o -> assertEquals(0, 1, o::toString));
      assertTrue(bytes.unchanged());
      assertEquals(0, bytes.groove.usage().held());
      // Half of 32 were taken, one of them was handed out and came back.
      assertEquals(16, cached(bytes.groove));
    }
  }

  @Test
  void whatOneAllocatesAnotherOneFreesAndKeeps() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle one = bytes.groove.handle();
        GrooveHandle other = bytes.groove.handle()) {
      long object = one.alloc(100);
      assertTrue(other.free(object));
      assertFalse(one.free(object));
      assertEquals(object, other.alloc(100));
      assertTrue(one.free(object));
      assertEquals(object, one.alloc(100));
      assertTrue(one.free(object));
    }
  }

  @Test
  void aCacheIsBounded() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 3);
        GrooveHandle handle = bytes.groove.handle(0, 5000)) {
      List<Long> objects = new ArrayList<>();
      for (long size : new long[] {10, 500, 1500, 5000}) {
        for (int i = 0; i < 100; i++) {
          objects.add(handle.alloc(size));
        }
      }
      objects.forEach(handle::free);
      for (GrooveClassUsage c : bytes.groove.usage().classes()) {
        long limit = Math.min(32, 5000 / c.footprint());
        long depot = Depot.BATCHES * ((limit + 1) / 2);
        assertTrue(c.cached() <= limit + depot, c::toString);
      }
      assertTrue(cached(bytes.groove) > 32);
      handle.flush();
      assertEmpty(bytes.groove);
    }
  }

  @Test
  void closingGivesEverythingBack() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1)) {
      GrooveHandle handle = bytes.groove.handle();
      assertTrue(handle.free(handle.alloc(100)));
      handle.close();
      assertEmpty(bytes.groove);
      assertThrows(IllegalStateException.class, () -> handle.alloc(100));
      assertThrows(IllegalStateException.class, () -> handle.free(1024));
      assertThrows(IllegalStateException.class, handle::flush);
      handle.close();

      GrooveHandle open = bytes.groove.handle();
      assertTrue(open.free(open.alloc(100)));
      bytes.reopen(); // closes the groove before the handle
      assertThrows(IllegalStateException.class, () -> open.alloc(100));
      assertThrows(IllegalStateException.class, () -> open.free(1024));
      open.close();
      assertEmpty(bytes.groove);
    }
  }

  @Test
  void verifyFlushesAndFindsWhatNoCacheKnowsOf() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long object = handle.alloc(100);
      bytes.groove.verify();
      assertEquals(0, cached(bytes.groove));
      Mem.putLong(bytes.volumes, object - 8, ObjectHeader.CACHED + 5);
      CorruptDataException e = assertThrows(CorruptDataException.class, bytes.groove::verify);
      assertEquals(object - 8, e.offset());
    }
  }

  /** To the original an object in a cache is an ordinary one, whatever the tag. */
  @Test
  void anImageWithCachedObjectsIsSound() {
    try (Bytes bytes = new Bytes(GrooveGeometry.compact(128, 1 << 20), 2);
        Arena arena = Arena.ofShared();
        GrooveHandle handle = bytes.groove.handle()) {
      for (int i = 0; i < 60; i++) {
        long object = handle.alloc(16, 40L * i, i);
        assertTrue(i % 3 == 0 || handle.free(object));
      }
      MemorySegment state = arena.allocate(bytes.state.byteSize(), 128).copyFrom(bytes.state);
      MemorySegment volumes = arena.allocate(bytes.volumes.byteSize(), 4096);
      volumes.copyFrom(bytes.volumes);
      StateLayout.mark(state, StateLayout.MARK_CLOSED); // the original does not know it
      Groove looked = Groove.openReadOnly(bytes.groove.geometry, state, volumes, null);
      looked.verify();
      assertTrue(cached(looked) > 20);
      assertEquals(20, looked.usage().held());
      // And an owner who died leaves just that.
      Groove rebuilt = Groove.recover(bytes.groove.geometry, state, volumes, null, false);
      assertEquals(20, rebuilt.recovered().objects());
      assertEquals(cached(bytes.groove), rebuilt.recovered().cached());
      rebuilt.verify();
    }
  }

  @Test
  void fullMeansThatTheCacheIsEmptyToo() {
    long[] counts = new long[2];
    for (int i = 0; i < 2; i++) {
      try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
          GrooveHandle handle = i == 0 ? bytes.groove.handle(0, 0) : bytes.groove.handle()) {
        List<Long> small = new ArrayList<>();
        for (long object; (object = handle.alloc(300)) != GrooveHandle.FULL; ) {
          small.add(object);
        }
        small.forEach(object -> assertTrue(handle.free(object)));
        while (handle.alloc(8000) != GrooveHandle.FULL) {
          counts[i]++;
        }
        bytes.groove.verify();
      }
    }
    assertEquals(124, counts[0]);
    assertEquals(counts[0], counts[1]);
  }

  @Test
  void whatGoesFromThreadToThreadLeavesTheSharedStateAlone() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle producer = bytes.groove.handle();
        GrooveHandle consumer = bytes.groove.handle()) {
      long[] objects = new long[20];
      for (int round = 0; round < 1000; round++) {
        for (int i = 0; i < objects.length; i++) {
          objects[i] = producer.alloc(16, 100, round);
          Mem.putLong(bytes.volumes, objects[i], round);
        }
        for (long object : objects) {
          assertEquals(round, Mem.getLong(bytes.volumes, object));
          assertTrue(consumer.free(object));
          assertFalse(producer.free(object));
        }
        if (round == 10) {
          bytes.remember();
        }
      }
      assertEquals(-1, bytes.state.mismatch(bytes.rememberedState()));
      bytes.groove.verify();
      assertEquals(0, cached(bytes.groove));
    }
  }

  @Test
  void whatWasHandedOverIsThereForEverybody() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle();
        GrooveHandle plain = bytes.groove.handle(0, 0)) {
      List<Long> objects = new ArrayList<>();
      for (long object; (object = plain.alloc(300)) != GrooveHandle.FULL; ) {
        objects.add(object);
      }
      objects.forEach(object -> assertTrue(handle.free(object)));
      int depot = Depot.BATCHES * Depot.OBJECTS;
      assertTrue(cached(bytes.groove) > depot + 16);
      int again = 0;
      while (plain.alloc(300) != GrooveHandle.FULL) {
        again++;
      }
      assertEquals(objects.size() - cached(bytes.groove), again);
      assertTrue(cached(bytes.groove) <= 32);
      bytes.groove.verify();
    }
  }

  @Test
  void compactingEmptiesTheDepot() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long[] objects = new long[100];
      for (int i = 0; i < objects.length; i++) {
        objects[i] = handle.alloc(100);
      }
      for (long object : objects) {
        assertTrue(handle.free(object));
      }
      assertTrue(cached(bytes.groove) > 32);
      bytes.groove.compact();
      assertTrue(cached(bytes.groove) <= 32);
    }
  }

  @Test
  void tagsThatStandForCachesAreRefused() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long mark = 0x4846475243_000000L;
      assertThrows(IllegalArgumentException.class, () -> handle.alloc(16, 1, mark));
      assertThrows(IllegalArgumentException.class, () -> handle.alloc(16, 1, mark | 0xffffff));
      assertTrue(handle.alloc(16, 1, mark - 1) > 0);
      assertTrue(handle.alloc(16, 1, mark + 0x1000000) > 0);
    }
  }

  @Test
  void theHandleOfADeadThreadIsFlushedByAnother() throws InterruptedException {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1)) {
      GrooveHandle handle = bytes.groove.handle();
      Thread thread = new Thread(() -> assertTrue(handle.free(handle.alloc(100))));
      thread.start();
      thread.join();
      assertEquals(16, cached(bytes.groove));
      handle.flush();
      assertEquals(0, cached(bytes.groove));
      assertTrue(handle.free(handle.alloc(100))); // and goes on with it
      handle.close();
      assertEmpty(bytes.groove);
    }
  }

  @Test
  void whatADroppedHandleKeptComesBack() throws InterruptedException {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1)) {
      Thread thread =
          new Thread(
              () -> {
                GrooveHandle dropped = bytes.groove.handle();
                assertTrue(dropped.free(dropped.alloc(100)));
              });
      thread.start();
      thread.join();
      assertEquals(16, cached(bytes.groove));
      for (int i = 0; i < 200 && cached(bytes.groove) > 0; i++) {
        System.gc();
        Thread.sleep(5);
        bytes.groove.compact(); // one of those who look for it
      }
      assertEquals(0, cached(bytes.groove));
    }
  }

  /** Whoever is told that a free was done, nobody gets an object that somebody else has. */
  @Test
  void anObjectThatTwoFreeAtTheSameTimeIsHandedOutOnce() throws Exception {
    int rounds = Tier.of(300, 6000);
    int count = 16;
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long[] objects = new long[count];
      long[][] got = new long[2][2 * count];
      CyclicBarrier barrier = new CyclicBarrier(3);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        GrooveHandle own = bytes.groove.handle();
        long[] mine = got[t];
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int round = 0; round < rounds; round++) {
                          barrier.await();
                          for (long object : objects) {
                            own.free(object);
                          }
                          barrier.await();
                          for (int i = 0; i < mine.length; i++) {
                            mine[i] = own.alloc(100);
                          }
                          barrier.await();
                        }
                      } catch (Exception e) {
                        throw new AssertionError(e);
                      }
                    }));
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < count; i++) {
          objects[i] = handle.alloc(100);
        }
        for (int i = 0; i < 3; i++) {
          barrier.await();
        }
        Set<Long> all = new HashSet<>();
        for (long[] mine : got) {
          for (long object : mine) {
            assertTrue(all.add(object), "round " + round + ": " + object + " twice");
            assertTrue(handle.free(object));
          }
        }
      }
      for (Thread thread : threads) {
        thread.join();
      }
      bytes.groove.flush();
      assertEmpty(bytes.groove);
    }
  }

  /**
   * Random mixes of two threads got slower in the original, because all groups share the stacks.
   * Each operation on a stack counts its version up: with caches there are few.
   */
  @Test
  void d13TheStacksAreSeldomTouched() {
    long without = stackOperations(0);
    long with = stackOperations(ObjectCache.bytesMax(Bytes.SMALL));
    System.out.println("ObjectCacheTest: " + without + " stack operations, with caches " + with);
    assertTrue(without > 1000, without + " operations");
    assertTrue(with < without / 4, with + " operations instead of " + without);
  }

  private static long stackOperations(long cacheMax) {
    SplittableRandom random = new SplittableRandom(3);
    try (Bytes bytes = new Bytes(Bytes.SMALL, 3)) {
      GrooveHandle[] handles = {bytes.groove.handle(0, cacheMax), bytes.groove.handle(1, cacheMax)};
      long[] objects = new long[1000];
      long before = 0;
      for (int i = 0; i < 21_000; i++) {
        int at = i < 1000 ? i : random.nextInt(1000);
        GrooveHandle handle = handles[at & 1];
        assertTrue(i < 1000 || handle.free(objects[at]));
        objects[at] = handle.alloc(10 + random.nextInt(1000));
        before = i == 1000 ? versions(bytes) : before;
      }
      return versions(bytes) - before;
    }
  }

  /** Sum of the versions of all stacks, as long as their low parts and high parts are read. */
  private static long versions(Bytes bytes) {
    long sum = 0;
    for (int c = 0; c < Bytes.SMALL.classCount(); c++) {
      long word = Mem.getLong(bytes.state, StateLayout.inactiveStack(c));
      sum += (word & 63) | word >>> 45 << 6;
    }
    return sum;
  }
}
