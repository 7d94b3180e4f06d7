package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real file system that is full, and a real limit on the size of files. */
class ChunkFullDiskTest {
  @TempDir Path dir;

  private static boolean works(String... command) {
    try {
      return ChildJvm.run(new ProcessBuilder(command)).exit() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  @Test
  void aFullFileSystemIsAnErrorAndNothingIsLost() throws IOException {
    Path mount = Files.createDirectory(dir.resolve("mount"));
    Assumptions.assumeTrue(
        works("mount", "-t", "tmpfs", "-o", "size=1m", "none", mount.toString()),
        "may not mount a small file system");
    try {
      Path root = mount.resolve("root");
      Path ballast = mount.resolve("ballast");
      try (ChunkStore store = ChunkStore.open(root, Chunks.QUIETLY)) {
        Chunk chunk = store.stream("s").open("c");
        Files.write(ballast, new byte[500_000]);
        int count = 0;
        while (count < 2000) {
          try {
            chunk.append(ChunkFullChild.record(count));
            count++;
          } catch (IOException e) {
            break;
          }
        }
        assertTrue(count > 100 && count < 1000, count + " records");
        int least = count;
        assertThrows(IOException.class, () -> chunk.append(new byte[600_000]));
        assertThrows(IOException.class, () -> chunk.setMetadata(new byte[1]));
        assertRecords(least, chunk.contentCopy());
        Files.delete(ballast);
        chunk.append(ChunkFullChild.record(count));
        chunk.down();
        assertRecords(least + 1, chunk.contentCopy());
      }
      try (ChunkStore store = ChunkStore.open(root, Chunks.QUIETLY)) {
        assertTrue(store.load().isClean());
      }
    } finally {
      assertTrue(works("umount", mount.toString()), "umount");
    }
  }

  private static void assertRecords(int count, byte[] content) {
    assertEquals(count * ChunkFullChild.RECORD, content.length);
    for (int i = 0; i < count; i++) {
      int at = i * ChunkFullChild.RECORD;
      assertArrayEquals(
          ChunkFullChild.record(i), Arrays.copyOfRange(content, at, at + ChunkFullChild.RECORD));
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void aLimitOnTheSizeOfFilesIsAnErrorAndNothingIsLost(Engine engine) throws Exception {
    Assumptions.assumeTrue(works("bash", "-c", "ulimit -f 200"), "no shell with limits");
    Path root = dir.resolve("root");
    List<String> command =
        ChildJvm.command(ChunkFullChild.class, List.of("-Xmx64m"), root.toString(), engine.name());
    ChildJvm.Result result =
        ChildJvm.run(
            new ProcessBuilder(
                "bash", "-c", "ulimit -f 200; exec " + String.join(" ", quoted(command))));
    assertEquals(0, result.exit(), result.output());
    String[] last = result.output().strip().split("\n", -1)[2].split(" ", -1);
    assertEquals("refused", last[0], result.output());
    int count = Integer.parseInt(last[1]);
    assertTrue(count > 50, result.output());
    try (ChunkStore store = ChunkStore.open(root, Chunks.QUIETLY)) {
      assertTrue(store.load().isClean());
      byte[] content = store.stream("s").chunk("c").contentCopy();
      assertTrue(engine == Engine.STAGED || content.length == count * ChunkFullChild.RECORD);
      assertRecords(count, Arrays.copyOf(content, count * ChunkFullChild.RECORD));
    }
  }

  private static List<String> quoted(List<String> words) {
    return words.stream().map(word -> "'" + word + "'").toList();
  }
}
