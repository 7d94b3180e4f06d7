package holdfast.chunkio;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Small things that several tests of chunks do. */
final class Chunks {
  /** Tests look at the reports. */
  static final ChunkStoreOptions QUIETLY = ChunkStoreOptions.DEFAULT.withoutLogger();

  private Chunks() {}

  static void copyTree(Path from, Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(from)) {
      all = walk.toList();
    }
    for (Path path : all) {
      Path target = to.resolve(from.relativize(path).toString());
      if (Files.isDirectory(path)) {
        Files.createDirectories(target);
      } else {
        Files.copy(path, target);
      }
    }
  }

  static byte[] content(ChunkReader reader) throws IOException {
    byte[] bytes = new byte[(int) reader.size()];
    reader.read(0, MemorySegment.ofArray(bytes));
    return bytes;
  }
}
