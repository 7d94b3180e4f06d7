package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that use different chunks of one store do not meet. */
class ChunkThreadsTest {
  @TempDir Path dir;

  private static void together(List<Callable<Void>> tasks) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(tasks.size())) {
      for (Future<Void> one : executor.invokeAll(tasks)) {
        one.get();
      }
    }
  }

  /** The order of last use changes while the store looks for the one that goes down. */
  @Test
  void chunksGoDownWhileOthersAreUsed() throws Exception {
    int threads = 4;
    int each = 50;
    int rounds = 5000;
    ChunkStoreOptions options = Chunks.QUIETLY.withUpMax(64).withUpOnDemand(true);
    try (ChunkStore store = ChunkStore.open(dir, options)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        tasks.add(
            () -> {
              SplittableRandom random = new SplittableRandom(thread);
              ChunkStream stream = store.stream("s" + thread);
              for (int i = 0; i < each; i++) {
                stream.open("c" + i);
              }
              for (int i = 0; i < rounds; i++) {
                assertTrue(stream.chunk("c" + random.nextInt(each)).append(new byte[1]));
              }
              return null;
            });
      }
      together(tasks);
      assertTrue(store.statistics().evicted() > 0);
      long sum = 0;
      for (ChunkStream stream : store.streams()) {
        for (Chunk chunk : stream.chunks()) {
          sum += chunk.contentSize();
        }
      }
      assertEquals((long) threads * rounds, sum);
    }
  }

  @Test
  void sizesMayBeAskedWhileAChunkIsUsed() throws Exception {
    try (ChunkStore store = ChunkStore.open(dir, Chunks.QUIETLY)) {
      ChunkStream stream = store.createStream("s");
      Chunk chunk = stream.open("c");
      AtomicBoolean asked = new AtomicBoolean();
      together(
          List.of(
              () -> {
                for (int i = 0; i < 1000 || (!asked.get() && i < 10_000_000); i++) {
                  assertTrue(chunk.append(new byte[10]));
                }
                return null;
              },
              () -> {
                long before = 0;
                for (int i = 0; i < 20_000; i++) {
                  long now = stream.contentSizeUp();
                  assertTrue(now >= before && now % 10 == 0, now + " after " + before);
                  before = now;
                }
                asked.set(true);
                return null;
              }));
      assertEquals(chunk.contentSize(), stream.contentSizeUp());
    }
  }
}
