package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.GlobalMemory;
import holdfast.internal.Mem;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Handles that look at less: the same bytes, the same objects, and what they refuse all the same.
 * Runs once more with native access, where headers are read by their address.
 */
class TrustedHandleTest {
  private static long cached(Groove groove) {
    return groove.usage().classes().stream().mapToLong(GrooveClassUsage::cached).sum();
  }

  @Test
  void itIsDirectWhereNativeAccessIsEnabled() {
    assertEquals(
        TrustedHandleTest.class.getModule().isNativeAccessEnabled(), GlobalMemory.AVAILABLE);
    assertEquals(GlobalMemory.AVAILABLE, DirectHeader.AVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 256, 512})
  void theSameCallsMakeTheSameBytes(int block) {
    GrooveGeometry geometry = GrooveGeometry.compact(block, 1 << 20);
    long first = Tier.seed(1);
    for (long seed = first; seed < first + Tier.of(5, 100); seed++) {
      try (Bytes strict = new Bytes(geometry, 4);
          Bytes trusted = new Bytes(geometry, 4)) {
        List<Long> expected = script(strict, strict.groove.handle(1), seed);
        List<Long> found = script(trusted, trusted.groove.trustedHandle(1), seed);
        String when = "seed " + seed;
        assertEquals(expected, found, when);
        assertEquals(-1, strict.state.mismatch(trusted.state), when);
        assertEquals(-1, strict.volumes.mismatch(trusted.volumes), when);
        trusted.reopen();
        trusted.groove.verify();
        assertEquals(0, cached(trusted.groove), when);
        List<Long> live = new ArrayList<>();
        trusted.groove.objects(o -> live.add(o.offset()));
        assertEquals(new HashSet<>(found.subList(0, live.size())), new HashSet<>(live), when);
      }
    }
  }

  /** Ends flushed and closed; what is live comes first in the result, then what each call said. */
  private static List<Long> script(Bytes bytes, GrooveHandle handle, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> live = new ArrayList<>();
    List<Long> said = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      if (random.nextInt(5) < 2 && !live.isEmpty()) {
        said.add(handle.free(live.remove(random.nextInt(live.size()))) ? 1L : 0L);
      } else {
        int align = 1 << random.nextInt(7);
        long size = random.nextInt(10) == 0 ? random.nextInt(8000) : random.nextInt(300);
        long object = handle.alloc(align, size, random.nextInt(1000));
        said.add(object);
        if (object != GrooveHandle.FULL) {
          bytes.volumes.asSlice(object, size).fill((byte) i);
          live.add(object);
        }
      }
    }
    handle.close();
    bytes.groove.close();
    live.addAll(said);
    return live;
  }

  @Test
  void objectsOfOthersAreFreedHereAndTheOtherWayRound() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 2);
        GrooveHandle trusted = bytes.groove.trustedHandle(0);
        GrooveHandle strict = bytes.groove.handle();
        GrooveHandle plain = bytes.groove.handle(0, 0)) {
      List<GrooveHandle> all = List.of(trusted, strict, plain);
      Set<Long> seen = new HashSet<>();
      for (GrooveHandle from : all) {
        for (GrooveHandle to : all) {
          for (long size : new long[] {0, 100, 1000, 8000}) {
            long object = from.alloc(64, size, 5);
            assertEquals(0, object % 64);
            assertEquals(size, trusted.size(object));
            assertEquals(5, trusted.tag(object));
            assertTrue(to.free(object));
            all.forEach(handle -> assertFalse(handle.free(object)));
            seen.add(object);
          }
        }
      }
      assertTrue(seen.size() > 4);
      bytes.groove.verify();
      bytes.groove.compact();
      assertTrue(bytes.groove.volumes().stream().allMatch(GrooveVolume::empty));
    }
  }

  @Test
  void whatHasNoHeaderInFrontIsRefused() {
    SplittableRandom random = new SplittableRandom(Tier.seed(7));
    try (Bytes bytes = new Bytes(Bytes.SMALL, 3, 2);
        GrooveHandle handle = bytes.groove.trustedHandle(0)) {
      Set<Long> live = new HashSet<>();
      for (int i = 0; i < 300; i++) {
        long size = random.nextInt(3000);
        long object = handle.alloc(16, size, i);
        bytes.volumes.asSlice(object, size).fill((byte) i);
        live.add(object);
      }
      bytes.remember();
      long end = bytes.volumes.byteSize();
      for (long offset :
          new long[] {0, 1, 16, 528, -1, Long.MIN_VALUE, Long.MAX_VALUE, GrooveHandle.FULL, end}) {
        assertFalse(handle.free(offset), "offset " + offset);
      }
      for (int i = 0; i < Tier.of(100_000, 2_000_000); i++) {
        long offset = random.nextLong(end + 100);
        long header = offset - 16 & -64;
        // A header that does begin an object makes the offset pass for it, see below.
        if (!live.contains(header + 16)) {
          assertFalse(handle.free(offset), "offset " + offset);
        }
      }
      assertTrue(bytes.unchanged());
    }
  }

  /** What the documentation says of such errors: not refused, nothing else is damaged. */
  @Test
  void anOffsetNearTheStartOfAnObjectFreesTheObject() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.trustedHandle(0)) {
      long object = handle.alloc(100);
      assertTrue(handle.free(object + 40));
      assertFalse(handle.free(object));
      assertEquals(object, handle.alloc(100));
      bytes.groove.verify();
      assertEquals(1, bytes.groove.usage().held());
    }
  }

  /** A second free is told, wherever the object went to; afterwards nothing is handed out twice. */
  @Test
  void aSecondFreeIsRefusedUntilSomebodyHasTheObject() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 2);
        GrooveHandle handle = bytes.groove.trustedHandle(0)) {
      List<Long> objects = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        objects.add(handle.alloc(i % 700));
      }
      objects.forEach(object -> assertTrue(handle.free(object)));
      bytes.remember();
      objects.forEach(object -> assertFalse(handle.free(object)));
      assertTrue(bytes.unchanged());
      handle.flush();
      bytes.remember();
      objects.forEach(object -> assertFalse(handle.free(object)));
      assertTrue(bytes.unchanged());
      Set<Long> again = new HashSet<>();
      for (int i = 0; i < 1000; i++) {
        assertTrue(again.add(handle.alloc(i % 700)));
      }
      bytes.groove.verify();
    }
  }

  /** Two entries for one object, as two threads make them that free it at the same moment. */
  @Test
  void anObjectThatIsInTheCacheTwiceIsGivenBackOnce() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.trustedHandle(0)) {
      long object = handle.alloc(5000);
      long other = handle.alloc(5000);
      assertNotEquals(object, other);
      assertTrue(handle.free(object));
      Mem.putLong(bytes.volumes, object - 8, 0); // as the other thread found it
      assertTrue(handle.free(object));
      handle.flush();
      assertEquals(0, Mem.getLong(bytes.volumes, object - 8)); // what the second entry looked at
      bytes.groove.verify();
      assertEquals(1, bytes.groove.usage().held());
      assertTrue(handle.free(other));
      handle.flush();
      bytes.groove.verify();
    }
  }

  @Test
  void nothingWorksAfterTheEnd(@TempDir Path dir) throws Exception {
    Path path = dir.resolve("region");
    GrooveHandle open;
    long kept;
    try (Groove groove = Groove.createFile(path, Bytes.SMALL, 4)) {
      assertTrue(groove.grow(1, new byte[0], false));
      GrooveHandle handle = groove.trustedHandle(0);
      long object = handle.alloc(100);
      assertTrue(handle.free(handle.alloc(100)));
      handle.close();
      assertThrows(IllegalStateException.class, () -> handle.alloc(100));
      assertThrows(IllegalStateException.class, () -> handle.free(object));
      open = groove.trustedHandle(0);
      kept = open.alloc(100);
      assertTrue(open.free(object));
    }
    // The memory is unmapped by now: whoever reads there ends the process.
    assertThrows(IllegalStateException.class, () -> open.free(kept));
    assertThrows(IllegalStateException.class, () -> open.alloc(100));
    assertThrows(IllegalStateException.class, () -> open.size(kept));
    open.close();
    try (Groove groove = Groove.openFile(path)) {
      assertEquals(null, groove.recovered());
      groove.verify();
      assertEquals(1, groove.usage().held());
      assertEquals(100, groove.find(kept).size());
    }
  }

  @Test
  void volumesThatCameLaterAreMet(@TempDir Path dir) throws Exception {
    try (Groove groove = Groove.createFile(dir.resolve("region"), Bytes.SMALL, 6);
        GrooveHandle handle = groove.trustedHandle(0);
        GrooveHandle other = groove.trustedHandle(1)) {
      assertEquals(GrooveHandle.FULL, handle.alloc(8000));
      List<Long> objects = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        long object = handle.alloc(16, 8000, i);
        if (object == GrooveHandle.FULL) {
          assertTrue(groove.grow(1, new byte[0], false));
          object = handle.alloc(16, 8000, i);
        }
        handle.segment(object).fill((byte) i);
        objects.add(object);
      }
      assertTrue(groove.volumes().size() > 4);
      for (int i = 0; i < objects.size(); i++) {
        long object = objects.get(i);
        assertEquals((byte) i, Mem.getByte(handle.segment(object), 7999));
        assertTrue((i % 2 == 0 ? handle : other).free(object));
      }
      groove.verify();
      groove.compact();
      assertTrue(groove.volumes().stream().allMatch(GrooveVolume::empty));
    }
  }

  /** Memory that has no address is no reason to fail. */
  @Test
  void volumesMayLieOnTheHeap() {
    long size = Bytes.SMALL.volumeSize();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Bytes.SMALL.stateSize(), 128);
      MemorySegment volumes = MemorySegment.ofArray(new long[(int) size / 8]);
      try (Groove groove = Groove.create(Bytes.SMALL, state, volumes)) {
        groove.addVolumes(0, 1, new byte[0]);
        try (GrooveHandle handle = groove.trustedHandle(0)) {
          long object = handle.alloc(100);
          assertTrue(handle.free(object));
          assertFalse(handle.free(object));
          assertEquals(object, handle.alloc(100));
          groove.verify();
        }
      }
    }
  }
}
