package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.KilledChild;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes are killed while two of their threads allocate and free in a region file that
 * grows, shrinks and is compacted, again and again on the same file. What each thread noted
 * outside, after an allocation had returned and before it was given back, has to be there; of all
 * others at most one for each thread.
 */
@DisabledOnOs(OS.WINDOWS)
class RecoverySigkillTest {
  private static final int LANES = 3;
  private static final int ROUNDS = Tier.of(300, 1000);

  @TempDir Path dir;

  @Test
  @Timeout(3600) // 1,000 kills in the long run
  void whatWasAllocatedSurvivesEveryKill() throws Exception {
    long seed = Tier.seed(20_261_121);
    System.out.println("RecoverySigkillTest seed " + seed);
    List<Lane> all = new ArrayList<>();
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      List<Future<?>> ends = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        Lane own = new Lane(Files.createDirectory(dir.resolve("lane" + lane)), lane, seed + lane);
        all.add(own);
        ends.add(lanes.submit(own));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
    long kills = all.stream().mapToLong(lane -> lane.kills).sum();
    long objects = all.stream().mapToLong(lane -> lane.objects).sum();
    long cached = all.stream().mapToLong(lane -> lane.cached).sum();
    long undone = all.stream().mapToLong(lane -> lane.undone).sum();
    System.out.printf(
        "RecoverySigkillTest: %d kills, %d objects, %d in caches, %d half taken or given back%n",
        kills, objects, cached, undone);
    assertEquals(ROUNDS, kills);
    assertTrue(objects > ROUNDS, objects + " objects");
    assertTrue(cached > ROUNDS, cached + " in caches");
  }

  /** Rounds on one file. */
  private static final class Lane implements Callable<Void> {
    private final Path dir;
    private final int lane;
    private final SplittableRandom random;
    private long kills;
    private long objects;
    private long cached;
    private long undone;

    Lane(Path dir, int lane, long seed) {
      this.dir = dir;
      this.lane = lane;
      random = new SplittableRandom(seed);
    }

    @Override
    public Void call() throws Exception {
      Path region = dir.resolve("region");
      try (Groove groove = Groove.createFile(region, Bytes.SMALL, RecoveryKillChild.VOLUMES_MAX)) {
        assertTrue(groove.grow(1, new byte[0], false));
      }
      for (int round = lane; round < ROUNDS; round += LANES) {
        String when = "lane " + lane + ", round " + round;
        killed();
        try (Groove groove = Groove.openFile(region)) {
          assertNotNull(groove.recovered(), when);
          kills++;
          cached += groove.recovered().cached();
          undone += groove.recovered().undone();
          objects += check(groove, when);
        }
      }
      return null;
    }

    private void killed() throws IOException, InterruptedException {
      Files.deleteIfExists(dir.resolve("notes"));
      KilledChild.run(
          dir.resolve("error"),
          random.nextInt(30_000),
          RecoveryKillChild.class,
          dir.resolve("region").toString(),
          dir.resolve("notes").toString(),
          Long.toString(random.nextLong()));
    }

    /** Looks at everything and leaves the file empty; returns how many objects were there. */
    private int check(Groove groove, String when) throws IOException {
      groove.verify();
      Map<Long, GrooveObject> found = new HashMap<>();
      groove.objects(o -> found.put(o.offset(), o));
      assertEquals(found.size(), groove.recovered().objects(), when);
      int sure = 0;
      try (Arena arena = Arena.ofConfined();
          GrooveHandle handle = groove.handle()) {
        MemorySegment notes = RecoveryKillChild.map(dir.resolve("notes"), arena);
        for (long at = 0; at < notes.byteSize(); at += Long.BYTES) {
          long offset = notes.get(ValueLayout.JAVA_LONG, at);
          if (offset > 0) {
            sure++;
            GrooveObject o = found.remove(offset);
            assertNotNull(o, when + ": " + offset);
            MemorySegment bytes = handle.segment(offset);
            for (long i = 0; i < o.size(); i++) {
              assertEquals((byte) o.tag(), bytes.get(ValueLayout.JAVA_BYTE, i), when);
            }
            assertEquals(RecoveryKillChild.size(o.tag()), o.size(), when);
            assertTrue(handle.free(offset), when);
          }
        }
        assertTrue(found.size() <= RecoveryKillChild.THREADS, when + ": " + found);
        for (long offset : found.keySet()) {
          assertTrue(handle.free(offset), when);
        }
      }
      groove.compact();
      groove.verify();
      assertEquals(groove.usage().volumes(), groove.usage().emptyVolumes(), when);
      return sure;
    }
  }
}
