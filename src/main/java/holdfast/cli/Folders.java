package holdfast.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Folders: those that a command made for itself, and the room in those of others. */
final class Folders {
  private Folders() {}

  /**
   * Refuses what could only fill the disk to its last byte, and then fail.
   *
   * @param name what the user calls the file
   * @param size bytes that are to be written
   */
  static void requireRoom(String name, Path file, long size) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(directory)) {
      throw new IOException("there is no directory " + directory);
    }
    long room = Files.getFileStore(directory).getUsableSpace();
    if (size > room) {
      throw new IOException(
          name
              + " would have "
              + Numbers.grouped(size)
              + " bytes, and the disk has room for "
              + Numbers.grouped(room));
    }
  }

  /** Removes a folder and everything in it; links are removed, not followed. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
