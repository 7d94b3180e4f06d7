package holdfast.chunkio;

import holdfast.internal.Disk;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Moves files that cannot be used to where no scan sees them: {@code DIR/STREAM/CHUNK.REASON}, with
 * a number behind that when the name is taken. The bytes stay as they are.
 */
final class Quarantine {
  private static final int NUMBER_MAX = 100_000;

  private Quarantine() {}

  static Path move(Disk disk, Path directory, Path file, String stream, ChunkError reason)
      throws IOException {
    Path folder = directory.resolve(stream);
    createDirectory(disk, directory);
    createDirectory(disk, folder);
    String name =
        TemporaryName.shortened(String.valueOf(file.getFileName()))
            + "."
            + reason.name().toLowerCase(Locale.ROOT);
    Path target = folder.resolve(name);
    for (int number = 1; disk.exists(target); number++) {
      if (number == NUMBER_MAX) {
        throw new FileAlreadyExistsException(target.toString());
      }
      target = folder.resolve(name + "." + number);
    }
    disk.rename(file, target);
    // Both, the new name first: a power cut shows the file in one place or in both.
    disk.forceDirectory(folder);
    disk.forceDirectory(StreamFolder.parent(file));
    return target;
  }

  private static void createDirectory(Disk disk, Path directory) throws IOException {
    try {
      disk.createDirectory(directory);
      disk.forceDirectory(StreamFolder.parent(directory));
    } catch (FileAlreadyExistsException e) {
      if (disk.attributes(directory).kind() != Disk.Kind.DIRECTORY) {
        throw e;
      }
    }
  }
}
