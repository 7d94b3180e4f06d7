package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlankingTest {
  @TempDir Path dir;

  /** Every byte that is not zero afterwards is in an object, or in the first bytes of a header. */
  @Test
  void onlyObjectsAndHeadersAreLeft() {
    SplittableRandom random = new SplittableRandom(5);
    try (Bytes b = new Bytes(Bytes.SMALL, 3)) {
      for (int i = 0; i < 3; i++) {
        b.volumes.asSlice((i << 20) + 2048, (1 << 20) - 2048).fill((byte) 0x55); // also empty ones
      }
      try (GrooveHandle handle = b.groove.handle()) {
        List<Long> live = new ArrayList<>();
        for (int round = 0; round < 4000; round++) {
          if (random.nextInt(5) < 3) {
            long offset = handle.alloc(random.nextInt(20) == 0 ? 8000 : random.nextInt(300));
            handle.segment(offset).fill((byte) 0xab);
            live.add(offset);
          } else if (!live.isEmpty()) {
            assertTrue(handle.free(live.remove(random.nextInt(live.size()))));
          }
        }
      }
      b.groove.compact();
      Map<Long, Long> slots = new HashMap<>();
      b.groove.objects(o -> slots.put(o.header(), b.groove.geometry().footprint(o.sizeClass())));
      long held = slots.values().stream().mapToLong(Long::longValue).sum();
      b.remember();
      long blanked = b.groove.zeroFree();
      b.groove.verify();
      long zeros = 0;
      MemorySegment volumes = b.volumes;
      for (long at = 0; at < volumes.byteSize(); ) {
        Long slot = slots.get(at);
        if (slot != null) {
          at += slot;
          continue;
        }
        for (long end = at + 64; at < end; at++) {
          byte value = volumes.get(ValueLayout.JAVA_BYTE, at);
          assertTrue(value != (byte) 0x55 && value != (byte) 0xab, "stale byte at " + at);
          zeros += value == 0 ? 1 : 0;
        }
      }
      assertTrue(blanked <= zeros, blanked + " of " + zeros);
      // What is not blanked: slots of objects, and headers of superblocks, 24 bytes each.
      long superblocks =
          b.groove.usage().classes().stream().mapToLong(GrooveClassUsage::superblocks).sum();
      assertEquals(3 * Bytes.SMALL.volumeSize() - held - 3 * 512 - superblocks * 24, blanked);
      b.groove.objects(
          o ->
              assertTrue(
                  o.size() == 0
                      || volumes.asSlice(o.offset(), o.size()).mismatch(filled(o.size())) < 0));
      b.remember();
      b.groove.zeroFree();
      assertTrue(b.unchanged());
    }
  }

  private static MemorySegment filled(long size) {
    return MemorySegment.ofArray(new byte[(int) size]).fill((byte) 0xab);
  }

  @Test
  void aFileIsNotBlanked() throws IOException {
    try (Groove groove = Groove.createFile(dir.resolve("region"), Bytes.SMALL, 2)) {
      assertThrows(IllegalStateException.class, groove::zeroFree);
    }
  }

  @Test
  void theStateMayLieBetweenVolumesButNotInOne() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment volumes = arena.allocate(3 << 20, 4096);
      MemorySegment state = volumes.asSlice((2 << 20) - 128, Bytes.SMALL.stateSize());
      Groove groove = Groove.create(Bytes.SMALL, state, volumes);
      groove.addVolumes(0, 1, new byte[0]);
      assertThrows(IllegalArgumentException.class, () -> groove.addVolumes(1, 1, new byte[0]));
      assertThrows(IllegalArgumentException.class, () -> groove.addVolumes(2, 1, new byte[0]));
      long offset = groove.handle().alloc(100);
      groove.zeroFree();
      groove.verify();
      groove.close();
      assertThrows(
          IllegalArgumentException.class,
          () -> Groove.open(Bytes.SMALL, state, volumes, new long[] {0, 1}));
      try (Groove opened = Groove.open(Bytes.SMALL, state, volumes, new long[] {0})) {
        assertEquals(100, opened.find(offset).size());
      }
    }
  }

  @Test
  void aVolumeIsKnownByItsHeader() {
    try (Bytes b = new Bytes(Bytes.SMALL, 3, 0)) {
      b.groove.addVolumes(0, 2, new byte[] {4, 5});
      b.groove.handle().alloc(10);
      GrooveVolume used = Groove.volumeAt(Bytes.SMALL, b.volumes, 0);
      assertEquals(0, used.index());
      assertFalse(used.empty());
      assertArrayEquals(new byte[] {4, 5}, used.info().toArray(ValueLayout.JAVA_BYTE));
      assertTrue(Groove.volumeAt(Bytes.SMALL, b.volumes, 1).empty());
      assertNull(Groove.volumeAt(Bytes.SMALL, b.volumes, 2));
      for (long damaged : new long[] {0, 8, 24}) { // magic, number, size of the info
        long word = (1 << 20) + damaged;
        long before = b.volumes.get(ValueLayout.JAVA_LONG, word);
        b.volumes.set(ValueLayout.JAVA_LONG, word, 481);
        assertNull(Groove.volumeAt(Bytes.SMALL, b.volumes, 1));
        b.volumes.set(ValueLayout.JAVA_LONG, word, before);
      }
    }
  }
}
