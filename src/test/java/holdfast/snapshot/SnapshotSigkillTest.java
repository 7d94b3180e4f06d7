package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import holdfast.testkit.KilledChild;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.Arena;
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
 * Real processes that publish and save are killed, again and again on the same directories. The
 * last snapshot that was completed loads, or a newer one, and it is what was published then.
 */
@DisabledOnOs(OS.WINDOWS)
class SnapshotSigkillTest {
  private static final int LANES = 3;
  private static final int ROUNDS = Tier.of(300, 1000);

  @TempDir Path dir;

  @Test
  @Timeout(3600) // 1,000 kills in the long run
  void completedSnapshotsSurviveEveryKill() throws Exception {
    long seed = Tier.seed(20_261_121);
    System.out.println("SnapshotSigkillTest seed " + seed);
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      List<Future<Long>> results = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        Path own = Files.createDirectory(dir.resolve("lane" + lane));
        Callable<Long> work = new Lane(own, 2 + lane, new SplittableRandom(seed + lane));
        results.add(lanes.submit(work));
      }
      long saved = 0;
      for (Future<Long> result : results) {
        saved += result.get();
      }
      System.out.println("SnapshotSigkillTest rounds that saved something " + saved);
      assertTrue(saved > ROUNDS / 2, saved + " of " + ROUNDS);
    }
  }

  /** Rounds on one directory. */
  private static final class Lane implements Callable<Long> {
    private final Path dir;
    private final int every;
    private final SplittableRandom random;
    private final Map<Long, byte[]> model = new HashMap<>();
    private long modelSeq;

    Lane(Path dir, int every, SplittableRandom random) {
      this.dir = dir;
      this.every = every;
      this.random = random;
    }

    @Override
    public Long call() throws Exception {
      long saved = 0;
      for (int round = 0; round < ROUNDS / LANES; round++) {
        long before = modelSeq;
        Path notes = dir.resolve("notes");
        Files.deleteIfExists(notes);
        FullMode mode = round % 2 == 0 ? FullMode.MERGE : FullMode.WALK;
        killed(notes, round % 4 == 3 ? "at once" : "later", mode);
        check(Math.max(before, KilledChild.lastNote(notes, 0)), "round " + round);
        saved += modelSeq > before ? 1 : 0;
      }
      return saved;
    }

    private void killed(Path notes, String ready, FullMode mode)
        throws IOException, InterruptedException {
      KilledChild.run(
          dir.resolve("error"),
          random.nextInt(60_000),
          SnapshotKillChild.class,
          dir.resolve("snapshots").toString(),
          notes.toString(),
          Integer.toString(every),
          ready,
          mode.name());
    }

    private void check(long noted, String round) throws IOException {
      try (Arena arena = Arena.ofShared()) {
        RecordStore store = SnapshotKillChild.store(arena);
        LoadReport report =
            SnapshotLoader.load(
                dir.resolve("snapshots"), store, LoadOptions.DEFAULT.withThreads(1));
        assertEquals(List.of(), report.rejects(), round);
        assertTrue(
            report.seq() >= noted, round + ": completed " + noted + ", loaded " + report.seq());
        while (modelSeq < report.seq()) {
          modelSeq++;
          SnapshotKillChild.publish(model, modelSeq);
        }
        Map<Long, byte[]> rest = new HashMap<>(model);
        store.forEach(
            null,
            (key, value, modSeq) -> {
              long number = Mem.getLong(key, key.byteSize() - Long.BYTES);
              assertArrayEquals(
                  rest.remove(number), value.toArray(ValueLayout.JAVA_BYTE), () -> round);
            });
        assertEquals(0, rest.size(), round);
        store.verify();
        store.close();
      }
    }
  }
}
