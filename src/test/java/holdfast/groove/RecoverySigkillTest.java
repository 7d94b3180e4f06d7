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
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process is killed while two of its threads allocate and free in a region file that grows,
 * shrinks and is compacted, again and again on the same file. What each thread noted outside, after
 * an allocation had returned and before it was given back, has to be there; of all others at most
 * one for each thread.
 */
@DisabledOnOs(OS.WINDOWS)
class RecoverySigkillTest {
  private static final int ROUNDS = Tier.of(5, 300);

  @TempDir Path dir;

  @Test
  @Timeout(3600) // 300 rounds of a second or so in the long run
  void whatWasAllocatedSurvivesEveryKill() throws Exception {
    long seed = Tier.seed(20_261_121);
    System.out.println("RecoverySigkillTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path region = dir.resolve("region");
    try (Groove groove = Groove.createFile(region, Bytes.SMALL, RecoveryKillChild.VOLUMES_MAX)) {
      assertTrue(groove.grow(1, new byte[0], false));
    }
    long sure = 0;
    int unclean = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String when = "seed " + seed + ", round " + round;
      killed(random.nextLong(), random.nextInt(200_000));
      try (Groove groove = Groove.openFile(region)) {
        assertNotNull(groove.recovered(), when);
        unclean++;
        sure += check(groove, when);
      }
    }
    assertEquals(ROUNDS, unclean);
    assertTrue(sure > ROUNDS, sure + " objects");
  }

  private void killed(long seed, int micros) throws IOException, InterruptedException {
    Files.deleteIfExists(dir.resolve("notes"));
    KilledChild.run(
        dir.resolve("error"),
        micros,
        RecoveryKillChild.class,
        dir.resolve("region").toString(),
        dir.resolve("notes").toString(),
        Long.toString(seed));
  }

  /** Looks at everything and leaves the file empty; returns how many objects were there. */
  private long check(Groove groove, String when) throws IOException {
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
