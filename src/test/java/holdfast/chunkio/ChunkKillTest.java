package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.testkit.PatchedMem;
import holdfast.testkit.SimDisk;
import holdfast.testkit.Stores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * A process killed between any two stores into memory leaves everything that it had appended, and
 * files that an original without checksums reads as a prefix, too.
 */
class ChunkKillTest {
  /** Runs inside the loader. */
  public static final class EveryStore implements Runnable {
    /** For the loader. */
    public EveryStore() {}

    @Override
    public void run() {
      try {
        kill(ChunkModel::usual);
        kill(ChunkModel::seals);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void kill(Supplier<ChunkModel> history) throws IOException {
      long kills = 0;
      while (killAt(kills + 1, history.get())) {
        kills++;
      }
      assertTrue(kills > 100, kills + " kills");
    }

    /** False when the history has fewer stores than that. */
    private static boolean killAt(long n, ChunkModel model) throws IOException {
      ChunkStoreOptions options = Chunks.QUIETLY.withSync(SyncLevel.NONE);
      SimDisk disk = new SimDisk();
      int done = 0;
      Stores.dieAt(n);
      boolean killed = false;
      try {
        ChunkStore store = ChunkModel.open(disk, options);
        ChunkStream stream = store.stream("s");
        for (int i = 0; i < model.size(); i++) {
          model.step(i).run(stream);
          done = i + 1;
        }
        store.close();
      } catch (Stores.Killed e) {
        killed = true;
      }
      Stores.dieAt(Long.MAX_VALUE);
      disk.kill();
      try {
        originalWithoutChecksumsReadsAState(disk, model, done);
        model.check(disk, options, done);
      } catch (AssertionError e) {
        throw new AssertionError("killed before store " + n + " after step " + done, e);
      }
      return killed;
    }

    private static void originalWithoutChecksumsReadsAState(
        SimDisk disk, ChunkModel model, int done) throws IOException {
      Map<String, byte[]> files = disk.content();
      for (Map.Entry<String, byte[]> entry : files.entrySet()) {
        String path = entry.getKey();
        if (!path.startsWith("root/s/") || path.endsWith("/") || path.contains("/.")) {
          continue;
        }
        MemorySegment bytes = MemorySegment.ofArray(entry.getValue());
        if (bytes.byteSize() > 0 && ChunkLayout.anchor(bytes) == ChunkLayout.LZ4_MARK) {
          continue; // the original reads the frame
        }
        OriginalVerdict verdict;
        try (Disk.File file = disk.open(Path.of(path), Disk.Mode.READ)) {
          verdict = OriginalVerdict.of(file, false);
        }
        assertEquals(ChunkError.NONE, verdict.error(), path);
        String found = "|";
        if (entry.getValue().length > 0) {
          String all = ChunkModel.string(entry.getValue());
          int start = ChunkLayout.HEADER + verdict.metadataSize();
          found =
              all.substring(ChunkLayout.HEADER, start)
                  + "|"
                  + all.substring(start, start + (int) verdict.contentSize());
        }
        String name = path.substring("root/s/".length());
        String wanted = found;
        assertTrue(
            model.states.subList(done, Math.min(done + 2, model.states.size())).stream()
                .anyMatch(state -> wanted.equals(state.get(name))),
            path + " holds " + found);
      }
    }
  }

  @Test
  void aKillBetweenAnyTwoStoresLosesNothing() throws Throwable {
    PatchedMem.run(EveryStore.class);
  }
}
