package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import holdfast.testkit.KilledChild;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
 * Real processes are killed in the middle of their appends, again and again on the same directory.
 * What each noted outside, after an append had returned, has to be there, in order and without a
 * gap; at most the appends of one call may be there without a note.
 */
@DisabledOnOs(OS.WINDOWS)
class ChunkSigkillTest {
  private static final int LANES = 3;
  private static final int ROUNDS = Tier.of(300, 1000);

  /** Appends of one call: a transaction has at most so many records. */
  private static final int UNNOTED_MAX = 5;

  @TempDir Path dir;

  @Test
  @Timeout(3600) // 1,000 kills in the long run
  void acknowledgedAppendsSurviveEveryKill() throws Exception {
    long seed = Tier.seed(20_261_121);
    System.out.println("ChunkSigkillTest seed " + seed);
    try (ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      List<Future<Long>> results = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        Path own = Files.createDirectory(dir.resolve("lane" + lane));
        Callable<Long> work = new Lane(own, new SplittableRandom(seed + lane));
        results.add(lanes.submit(work));
      }
      long records = 0;
      for (Future<Long> result : results) {
        records += result.get();
      }
      System.out.println("ChunkSigkillTest records " + records);
      assertTrue(records > (long) ROUNDS * ChunkKillChild.WARM_UP, records + " records");
    }
  }

  /** Rounds on one directory. */
  private record Lane(Path dir, SplittableRandom random) implements Callable<Long> {
    @Override
    public Long call() throws Exception {
      long number = 0;
      for (int round = 0; round < ROUNDS / LANES; round++) {
        Path acks = dir.resolve("acks");
        Files.deleteIfExists(acks);
        killed(acks, number);
        long noted = KilledChild.lastNote(acks, number);
        number = check(noted, "round " + round);
      }
      return number;
    }

    private void killed(Path acks, long number) throws IOException, InterruptedException {
      KilledChild.run(
          dir.resolve("error"),
          random.nextInt(40_000),
          ChunkKillChild.class,
          dir.resolve("root").toString(),
          acks.toString(),
          Long.toString(number),
          Long.toString(random.nextLong()));
    }

    /** Reads everything; returns the number to go on with. */
    private long check(long noted, String round) throws IOException {
      ChunkStoreOptions options = Chunks.QUIETLY.withUpMax(8).withUpOnDemand(true);
      long next = -1;
      try (ChunkStore store = ChunkStore.open(dir.resolve("root"), options)) {
        LoadReport report = store.load();
        for (LoadReport.Problem problem : report.problems()) {
          assertEquals(ChunkState.TORN, problem.info().state(), problem::toString);
          assertEquals(0, problem.info().droppedSize(), problem::toString);
        }
        List<Chunk> chunks = store.stream("s").chunks();
        for (Chunk chunk : chunks) {
          next = records(chunk, next, round);
        }
        assertTrue(
            next >= noted || (next < 0 && noted == 0),
            round + ": noted up to " + noted + ", found up to " + next);
        assertTrue(
            next <= noted + UNNOTED_MAX, round + ": noted up to " + noted + ", found " + next);
        drop(chunks);
      }
      for (Path file : files()) {
        try (Disk.File open = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
          assertEquals(ChunkError.NONE, OriginalVerdict.of(open, true).error(), file.toString());
        }
      }
      return Math.max(next, noted);
    }

    private static long records(Chunk chunk, long expected, String round) throws IOException {
      MemorySegment content = MemorySegment.ofArray(chunk.contentCopy());
      MemorySegment memory = MemorySegment.ofArray(new byte[4096]);
      long next = expected;
      for (long at = 0; at < content.byteSize(); ) {
        long number = content.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 4);
        if (next >= 0) {
          assertEquals(next, number, round + " " + chunk);
        }
        MemorySegment record = ChunkKillChild.record(memory, number);
        long size = record.byteSize();
        assertEquals(
            -1,
            MemorySegment.mismatch(content, at, at + size, record, 0, size),
            round + " " + chunk + " record " + number);
        at += size;
        next = number + 1;
      }
      return next;
    }

    /** Keeps the directory from growing for ever: the older half of many goes. */
    private void drop(List<Chunk> chunks) throws IOException {
      if (chunks.size() > 40) {
        for (Chunk chunk : chunks.subList(0, 20)) {
          chunk.delete();
        }
      }
    }

    private List<Path> files() throws IOException {
      try (var list = Files.list(dir.resolve("root").resolve("s"))) {
        return list.filter(path -> !path.getFileName().toString().startsWith("."))
            .sorted(Comparator.naturalOrder())
            .toList();
      }
    }
  }
}
