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

  /**
   * Moves.
   *
   * @param above has the directory of the files put aside
   * @param directory name of that directory
   * @param from the stream that the file is in
   */
  static Path move(
      StreamFolder above, String directory, StreamFolder from, String file, ChunkError reason)
      throws IOException {
    Disk disk = from.disk;
    StreamFolder all = above.aside(directory);
    StreamFolder folder = all.aside(String.valueOf(from.path.getFileName()));
    if (createDirectory(disk, all.path)) {
      above.changed();
    }
    createDirectory(disk, folder.path);
    all.force(null); // before anything is moved there
    String name = TemporaryName.shortened(file) + "." + reason.name().toLowerCase(Locale.ROOT);
    Path target = folder.path.resolve(name);
    for (int number = 1; disk.exists(target); number++) {
      if (number == NUMBER_MAX) {
        throw new FileAlreadyExistsException(target.toString());
      }
      target = folder.path.resolve(name + "." + number);
    }
    disk.rename(from.path.resolve(file), target);
    from.changed();
    // Both, the new name first: a power cut shows the file in one place or in both.
    folder.force(null);
    from.force(null);
    return target;
  }

  private static boolean createDirectory(Disk disk, Path directory) throws IOException {
    try {
      disk.createDirectory(directory);
      return true;
    } catch (FileAlreadyExistsException e) {
      if (disk.attributes(directory).kind() != Disk.Kind.DIRECTORY) {
        throw e;
      }
      return false;
    }
  }
}
