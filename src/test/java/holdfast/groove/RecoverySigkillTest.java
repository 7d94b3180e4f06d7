package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.groove.RecoveryKillChild.Kind;
import holdfast.testkit.KilledChild;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
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
 * others at most one for each thread. Every other process has trusted handles, and every other one
 * of these native access, so that they are direct.
 */
@DisabledOnOs(OS.WINDOWS)
class RecoverySigkillTest {
  private static final int LANES = 3;
  private static final int ROUNDS = Tier.of(300, 1000);

  /** One after the other; as many as have no divisor in common with the lanes: each has all. */
  private static final List<Kind> TURN =
      List.of(Kind.ORDINARY, Kind.TRUSTED, Kind.ORDINARY, Kind.DIRECT);

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
    long rounds = 0;
    for (Kind kind : Kind.values()) {
      Killed killed = new Killed();
      all.forEach(lane -> killed.add(lane.killed.get(kind)));
      System.out.printf(
          "RecoverySigkillTest, %s: %d kills, %d objects, %d in caches, %d half taken or given"
              + " back%n",
          kind, killed.kills, killed.objects, killed.cached, killed.undone);
      int least = ROUNDS / TURN.size();
      assertTrue(killed.kills >= least, killed.kills + " kills of " + kind);
      assertTrue(killed.objects > least, killed.objects + " objects of " + kind);
      assertTrue(killed.cached > least, killed.cached + " in caches of " + kind);
      rounds += killed.kills;
    }
    assertEquals(ROUNDS, rounds);
  }

  /** What came of the processes of one kind. */
  private static final class Killed {
    long kills;
    long objects;
    long cached;
    long undone;

    void add(Killed more) {
      kills += more.kills;
      objects += more.objects;
      cached += more.cached;
      undone += more.undone;
    }
  }

  /** Rounds on one file. */
  private static final class Lane implements Callable<Void> {
    private final Path dir;
    private final int lane;
    private final SplittableRandom random;
    private final Map<Kind, Killed> killed = new EnumMap<>(Kind.class);

    Lane(Path dir, int lane, long seed) {
      this.dir = dir;
      this.lane = lane;
      random = new SplittableRandom(seed);
      for (Kind kind : Kind.values()) {
        killed.put(kind, new Killed());
      }
    }

    @Override
    public Void call() throws Exception {
      Path region = dir.resolve("region");
      try (Groove groove = Groove.createFile(region, Bytes.SMALL, RecoveryKillChild.VOLUMES_MAX)) {
        assertTrue(groove.grow(1, new byte[0], false));
      }
      for (int round = lane; round < ROUNDS; round += LANES) {
        Kind kind = TURN.get(round % TURN.size());
        String when = "lane " + lane + ", round " + round + ", " + kind;
        kill(kind);
        try (Groove groove = Groove.openFile(region)) {
          assertNotNull(groove.recovered(), when);
          Killed now = killed.get(kind);
          now.kills++;
          now.cached += groove.recovered().cached();
          now.undone += groove.recovered().undone();
          now.objects += check(groove, when);
        }
      }
      return null;
    }

    private void kill(Kind kind) throws IOException, InterruptedException {
      Files.deleteIfExists(dir.resolve("notes"));
      KilledChild.run(
          dir.resolve("error"),
          random.nextInt(30_000),
          kind == Kind.DIRECT ? List.of("--enable-native-access=ALL-UNNAMED") : List.of(),
          RecoveryKillChild.class,
          dir.resolve("region").toString(),
          dir.resolve("notes").toString(),
          kind.name(),
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
