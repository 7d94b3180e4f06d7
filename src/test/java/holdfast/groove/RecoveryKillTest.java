package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.PatchedMem;
import holdfast.testkit.Stores;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * An owner that dies before any of its stores, in any operation, leaves an allocator that can be
 * rebuilt with everything in it that was surely allocated; and so does one that dies while it
 * rebuilds. Runs once more with native access.
 */
class RecoveryKillTest {
  private static final GrooveGeometry SMALL = GrooveGeometry.compact(64, 1 << 20);

  @Test
  void everyStoreOfTheAllocatorMayBeTheLast() throws Throwable {
    // Trusted handles are direct in there, too, when they are so here.
    assertEquals(
        RecoveryKillTest.class.getModule().isNativeAccessEnabled(),
        ClassLoader.getSystemClassLoader().getUnnamedModule().isNativeAccessEnabled());
    PatchedMem.run(EveryStore.class);
  }

  @Test
  void everyStoreOfTheRecoveryMayBeTheLast() throws Throwable {
    PatchedMem.run(EveryStoreOfTheRecovery.class);
  }

  /** Runs inside the loader. */
  public static final class EveryStore implements Runnable {
    /** For the loader. */
    public EveryStore() {}

    @Override
    public void run() {
      try (Arena arena = Arena.ofShared()) {
        // Without caches; with such as keep two to eight small objects, so that they are filled and
        // given back all the time; with the usual ones.
        long usual = ObjectCache.bytesMax(SMALL);
        for (long cacheMax : Tier.thorough() ? new long[] {0, 550, usual} : new long[] {0, 550}) {
          everyStore(new History(arena, cacheMax, false), "caches of " + cacheMax);
        }
        for (long cacheMax : Tier.thorough() ? new long[] {550, usual} : new long[] {550}) {
          everyStore(new History(arena, cacheMax, true), "trusted, caches of " + cacheMax);
        }
      }
    }
  }

  private static void everyStore(History history, String what) {
    long kills = 0;
    while (history.dies(kills + 1)) {
      history.check(what + ", killed before store " + ++kills);
    }
    assertTrue(kills > 500, kills + " kills");
  }

  /** Runs inside the loader. */
  public static final class EveryStoreOfTheRecovery implements Runnable {
    /** For the loader. */
    public EveryStoreOfTheRecovery() {}

    @Override
    public void run() {
      try (Arena arena = Arena.ofShared()) {
        History history = new History(arena, 550, false);
        MemorySegment state = arena.allocate(history.state.byteSize(), 128);
        MemorySegment volumes = arena.allocate(history.volumes.byteSize(), 4096);
        int kills = 0;
        for (long n = 1; history.dies(n); n += Tier.of(41, 3)) {
          state.copyFrom(history.state);
          volumes.copyFrom(history.volumes);
          long m = 1;
          while (recoveryDies(history, m)) {
            kills++;
            history.check("killed before store " + n + ", then before store " + m);
            history.state.copyFrom(state);
            history.volumes.copyFrom(volumes);
            m += Tier.of(5, 1);
          }
        }
        assertTrue(kills > 50, kills + " kills");
      }
    }

    private static boolean recoveryDies(History history, long m) {
      Stores.dieAt(m);
      try {
        Groove.recover(SMALL, history.state, history.volumes, null, false);
        return false;
      } catch (Stores.Killed e) {
        return true;
      } finally {
        Stores.dieAt(Long.MAX_VALUE);
      }
    }
  }

  /** Operations of every kind, and what is surely there after those that returned. */
  private static final class History {
    static final int ROOM = 3;

    final MemorySegment state;
    final MemorySegment volumes;

    /** Offset and size. The tag follows from the size, every byte from the offset. */
    private final Map<Long, Long> sure = new HashMap<>();

    private final long cacheMax;
    private final boolean trusted;

    History(Arena arena, long cacheMax, boolean trusted) {
      this.cacheMax = cacheMax;
      this.trusted = trusted;
      state = arena.allocate(SMALL.stateSize(), 128);
      volumes = arena.allocate(ROOM * SMALL.volumeSize(), 4096);
    }

    /** Whether it dies there; if not, it is done before. */
    boolean dies(long n) {
      volumes.fill((byte) 0);
      sure.clear();
      Groove groove = Groove.create(SMALL, state, volumes);
      Stores.dieAt(n);
      try {
        operate(groove);
        return false;
      } catch (Stores.Killed e) {
        return true;
      } finally {
        Stores.dieAt(Long.MAX_VALUE);
      }
    }

    private void operate(Groove groove) {
      groove.addVolumes(0, 2, new byte[] {1, 2, 3});
      GrooveHandle handle = handle(groove, 0);
      GrooveHandle other = handle(groove, 1);
      List<Long> large = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        large.add(alloc(handle, 8000)); // two in a superblock
      }
      List<Long> small = new ArrayList<>();
      for (long size = 0; size < 1500; size += 131) {
        small.add(alloc(size % 2 == 0 ? handle : other, size));
      }
      for (int i = 0; i < 70; i++) {
        small.add(alloc(i % 3 == 0 ? other : handle, 40)); // 64 in a superblock
      }
      for (int i = 0; i < large.size(); i++) {
        free(i % 2 == 0 ? other : handle, large.get(i)); // full, half full, empty, the next
      }
      for (int i = 0; i < small.size(); i += 2) {
        free(handle, small.get(i));
      }
      for (int i = 0; i < 10; i++) {
        small.add(alloc(other, 40)); // with small caches, what the other one had too much of
      }
      alloc(handle, 5000); // three in a superblock: what was cut up before, cut up again
      groove.flush();
      groove.compact();
      for (long size : new long[] {100, 200, 350, 480, 600, 8000}) {
        // In superblocks whose headers come to lie on what users wrote.
        small.add(alloc(other, size));
      }
      assertEquals(1, groove.removeVolume());
      groove.addVolumes(2, 1, new byte[0]);
      groove.addVolumes(1, 1, new byte[] {9});
      alloc(other, 3000);
      for (int i = 1; i < small.size(); i += 2) {
        free(other, small.get(i));
      }
      handle.close();
      other.flush();
      groove.compact();
    }

    private GrooveHandle handle(Groove groove, int group) {
      return trusted ? groove.trustedHandle(group, cacheMax) : groove.handle(group, cacheMax);
    }

    private long alloc(GrooveHandle handle, long size) {
      long offset = handle.alloc(16, size, tag(size));
      assertTrue(offset > 0);
      volumes.asSlice(offset, size).fill((byte) (offset >>> 6));
      sure.put(offset, size);
      return offset;
    }

    private static long tag(long size) {
      return size * 0x9e3779b97f4a7c15L;
    }

    private void free(GrooveHandle handle, long offset) {
      sure.remove(offset);
      assertTrue(handle.free(offset));
    }

    /** Recovers, and looks at everything that was promised. */
    void check(String when) {
      try (Groove groove = Groove.recover(SMALL, state, volumes, null, false)) {
        groove.verify();
        List<GrooveObject> found = new ArrayList<>();
        groove.objects(found::add);
        checkSure(found, when);
        assertEquals(found.size(), groove.recovered().objects(), when);
        assertEquals(0, groove.recovered().dropped(), when);
        // The memory of the survivors is nobody else's.
        GrooveHandle handle = groove.handle(1);
        List<Long> more = new ArrayList<>();
        for (int i = 0; !groove.volumes().isEmpty() && i < 60; i++) {
          long offset = handle.alloc(i % 9 == 0 ? 8000 : i * 37L);
          assertTrue(offset > 0, when);
          handle.segment(offset).fill((byte) 0xee);
          more.add(offset);
        }
        groove.verify();
        checkSure(found, when);
        found.forEach(o -> more.add(o.offset()));
        for (long offset : more) {
          assertTrue(handle.free(offset), when);
          assertFalse(handle.free(offset), when);
        }
        groove.flush();
        groove.compact();
        groove.verify();
        assertEquals(0, groove.usage().held(), when);
        assertEquals(groove.usage().volumes(), groove.usage().emptyVolumes(), when);
      }
      Groove.open(SMALL, state, volumes).close();
    }

    private void checkSure(List<GrooveObject> found, String when) {
      int met = 0;
      for (GrooveObject o : found) {
        Long size = sure.get(o.offset());
        if (size != null) {
          met++;
          assertEquals(size, o.size(), when);
          assertEquals(tag(size), o.tag(), when);
          for (long i = 0; i < size; i += i < size - 9 ? 8 : 1) {
            assertEquals(
                (byte) (o.offset() >>> 6), volumes.get(ValueLayout.JAVA_BYTE, o.offset() + i));
          }
        }
      }
      assertEquals(sure.size(), met, when);
      // The one that was about to be handed out, or to be given back.
      assertTrue(found.size() <= met + 1, when);
    }
  }
}
