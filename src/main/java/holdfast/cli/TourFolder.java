package holdfast.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where the tour leaves its files.
 *
 * <p>A folder that was made for it and in which nothing was left, because the tour failed or was
 * interrupted before, is removed again.
 */
final class TourFolder implements Closeable {
  private final PartialFiles partialFiles;
  private final Path path;

  private TourFolder(PartialFiles partialFiles, Path path) {
    this.partialFiles = partialFiles;
    this.path = path;
  }

  /**
   * Makes the folder if it is not there.
   *
   * @param name as the user gave it; {@code null} for a new one in the temporary folder
   * @throws CommandException when there is something in it, which the tour would not overwrite
   */
  static TourFolder create(Host host, String name) throws IOException {
    Path path = name == null ? null : host.path(name);
    if (path != null && Files.exists(path)) {
      if (!isEmptyDirectory(path)) {
        throw CommandException.refused(
            name + " is not an empty directory", "Name a new one after --out.");
      }
    } else if (path != null) {
      path = Files.createDirectories(path).toAbsolutePath();
      host.partialFiles().add(path);
    } else {
      path = Files.createTempDirectory("holdfast-tour-").toAbsolutePath();
      host.partialFiles().add(path);
    }
    return new TourFolder(host.partialFiles(), path.toAbsolutePath());
  }

  private static boolean isEmptyDirectory(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> list = Files.list(path)) {
      return list.findFirst().isEmpty();
    }
  }

  Path path() {
    return path;
  }

  /** Removes the folder if it is new and empty; files in it are whole and stay. */
  @Override
  public void close() {
    partialFiles.discard(path);
  }
}
