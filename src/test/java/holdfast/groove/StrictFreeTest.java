package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Tier;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Freeing what is not an object is refused, and changes no byte. */
class StrictFreeTest {
  private static void refused(Bytes bytes, GrooveHandle handle, long offset) {
    bytes.remember();
    assertFalse(handle.free(offset), "offset " + offset);
    assertTrue(bytes.unchanged(), "offset " + offset);
    assertThrows(IllegalArgumentException.class, () -> handle.size(offset));
  }

  @Test
  void anObjectIsFreedOnce() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long a = handle.alloc(100);
      long b = handle.alloc(100);
      assertTrue(handle.free(a));
      refused(bytes, handle, a);
      assertTrue(handle.free(b));
      refused(bytes, handle, b);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16, 32, 64})
  void theInsideOfAnObjectIsNoObject(int align) {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long object = handle.alloc(align, 300, 7);
      for (long offset = object - 80; offset < object + 300; offset++) {
        if (offset != object) {
          refused(bytes, handle, offset);
        }
      }
      assertTrue(handle.free(object));
    }
  }

  @Test
  void offsetsFromElsewhereAreRefused() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 3, 2);
        GrooveHandle handle = bytes.groove.handle()) {
      long object = handle.alloc(100);
      GrooveObject known = bytes.groove.find(object);
      long end = bytes.volumes.byteSize();
      for (long offset :
          new long[] {
            0,
            1,
            16,
            528,
            -1,
            -object,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE - 15,
            GrooveHandle.FULL,
            end,
            end - 1,
            end - 48,
            end + object,
            2 * Bytes.SMALL.volumeSize() + 1024,
            known.superblock(),
            known.superblock() + 16,
            object + Bytes.SMALL.volumeSize(),
            object + (1L << 34)
          }) {
        refused(bytes, handle, offset);
      }
      assertTrue(handle.free(object));
    }
  }

  @Test
  void anObjectInAVolumeThatIsNotListedIsRefused() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 2, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long object = handle.alloc(100);
      long size = Bytes.SMALL.volumeSize();
      MemorySegment.copy(bytes.volumes, 0, bytes.volumes, size, size);
      refused(bytes, handle, object + size);
    }
  }

  @Test
  void aForgedHeaderInAnObjectIsNoObject() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long object = handle.alloc(2000);
      long header = (object + 63 & -64) + 64;
      for (int c = 0; c < Bytes.SMALL.classCount(); c++) {
        long word = ObjectHeader.pack(ObjectHeader.HELD, 0, c, 16, 40);
        bytes.volumes.set(ValueLayout.JAVA_LONG, header, word);
        refused(bytes, handle, header + 16);
        assertEquals(null, bytes.groove.find(header + 16));
      }
      // With a forged superblock around it only the way from the top tells the truth.
      bytes.volumes.set(
          ValueLayout.JAVA_LONG, header, ObjectHeader.pack(ObjectHeader.SUPERBLOCK, 0, 1, 16, 0));
      bytes.volumes.set(ValueLayout.JAVA_LONG, header + 16, 0L);
      bytes.volumes.set(
          ValueLayout.JAVA_LONG, header + 64, ObjectHeader.pack(ObjectHeader.HELD, 0, 1, 16, 40));
      assertEquals(40, handle.size(header + 64 + 16));
      assertEquals(null, bytes.groove.find(header + 64 + 16));
      assertEquals(object, bytes.groove.find(object).offset());
      assertTrue(handle.free(object));
      bytes.groove.verify();
    }
  }

  @Test
  void randomOffsetsAreRefused() {
    SplittableRandom random = new SplittableRandom(Tier.seed(5));
    try (Bytes bytes = new Bytes(Bytes.SMALL, 2);
        GrooveHandle handle = bytes.groove.handle()) {
      List<Long> live = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        live.add(handle.alloc(1 << random.nextInt(7), random.nextInt(3000), i));
      }
      bytes.remember();
      for (int i = 0; i < Tier.of(200_000, 4_000_000); i++) {
        long near = live.get(random.nextInt(live.size())) + random.nextInt(-200, 200);
        long offset = (i & 1) == 0 ? near : random.nextLong(bytes.volumes.byteSize() + 100);
        if (!live.contains(offset)) {
          assertFalse(handle.free(offset));
        }
      }
      assertTrue(bytes.unchanged());
    }
  }

  /** Both threads pass every check that reads; the compare-and-set lets one of them win. */
  @Test
  void ofTwoThreadsThatFreeTheSameObjectAtTheSameTimeOneWins() throws Exception {
    int rounds = Tier.of(300, 6000);
    int count = 64;
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.handle()) {
      long[] objects = new long[count];
      AtomicInteger freed = new AtomicInteger();
      CyclicBarrier barrier = new CyclicBarrier(3);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        GrooveHandle own = bytes.groove.handle(t, 0);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int round = 0; round < rounds; round++) {
                          barrier.await();
                          for (long object : objects) {
                            freed.addAndGet(own.free(object) ? 1 : 0);
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
          objects[i] = handle.alloc(40 + i % 3 * 100);
          assertTrue(objects[i] > 0);
        }
        freed.set(0);
        barrier.await();
        barrier.await();
        assertEquals(count, freed.get(), "round " + round);
        bytes.groove.verify();
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }
}
