package holdfast.chunkio;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ResourceBundle;
import java.util.stream.Stream;

/** Small things that several tests of chunks do. */
final class Chunks {
  /** Hears nothing: tests look at the reports. */
  static final System.Logger QUIET =
      new System.Logger() {
        @Override
        public String getName() {
          return "quiet";
        }

        @Override
        public boolean isLoggable(Level level) {
          return false;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String text, Throwable thrown) {}

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... values) {}
      };

  static final ChunkStoreOptions QUIETLY = ChunkStoreOptions.DEFAULT.withLogger(QUIET);

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
