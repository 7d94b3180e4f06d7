package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.ChildJvm;
import holdfast.testkit.Tier;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Another process reads what this one appends, while it does so. */
class ChunkOtherProcessTest {
  private static final int RECORDS = Tier.of(20_000, 200_000);

  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource(Engine.class)
  @Timeout(300)
  void aReaderInAnotherProcessSeesWholeRecordsInOrder(Engine engine) throws Exception {
    Path root = dir.resolve("root");
    Path error = dir.resolve("error");
    ChunkStoreOptions options = Chunks.QUIETLY.withEngine(engine).withStagedSize(4096);
    try (ChunkStore store = ChunkStore.open(root, options);
        Arena arena = Arena.ofConfined()) {
      Chunk chunk = store.stream("s").open("c");
      MemorySegment memory = arena.allocate(4096, 8);
      Process reader =
          new ProcessBuilder(
                  ChildJvm.command(
                      ChunkReaderChild.class,
                      List.of("-Xmx128m", "-XX:+UseSerialGC"),
                      root.toString(),
                      Integer.toString(RECORDS - 1)))
              .redirectError(error.toFile())
              .start();
      try (BufferedReader output = reader.inputReader(StandardCharsets.UTF_8)) {
        assertEquals("ready", output.readLine(), () -> said(error));
        for (int number = 0; number < RECORDS; number++) {
          assertTrue(chunk.append(ChunkKillChild.record(memory, number)));
          if (number % 1000 == 0) {
            chunk.sync();
            TimeUnit.MILLISECONDS.sleep(5); // so that there are many looks at a growing file
          }
        }
        chunk.sync();
        String looks = output.readLine();
        assertEquals(0, reader.waitFor(), () -> said(error));
        assertTrue(looks.startsWith("looks "), looks);
      } finally {
        reader.destroyForcibly();
      }
    }
  }

  private static String said(Path error) {
    try {
      return Files.readString(error);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
