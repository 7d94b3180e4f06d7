package holdfast.groove;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory for volumes of 1 GiB that costs only what is written: a sparse file that is gone when the
 * map is. For tests; a store into a hole is a fault where the disk is full.
 */
final class SparseVolumes {
  private SparseVolumes() {}

  static MemorySegment map(long size, Arena arena) {
    try {
      Path path = Files.createTempFile("holdfast-groove", ".volumes");
      try (FileChannel file =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.allocate(1), size - 1);
        return file.map(MapMode.READ_WRITE, 0, size, arena);
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
