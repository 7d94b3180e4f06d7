package holdfast.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * What the tour goes through: all regular files below a directory, in path order, or one file.
 *
 * @param title the directory or file as the user knows it
 * @param files those that can be opened
 * @param skipped those that cannot, each with the reason
 * @param bytes size of all files together
 */
record TourFiles(String title, List<TourFile> files, List<String> skipped, long bytes) {
  /** One file that must be there. */
  static TourFiles of(Path file) throws IOException {
    TourFile only = new TourFile(file.toString(), file, 0, Files.size(file));
    return new TourFiles(file.toString(), List.of(only), List.of(), only.size());
  }

  /**
   * The files below a directory. Symbolic links below it are not followed.
   *
   * @throws CommandException if the name is not a directory, or there is no file below it
   */
  static TourFiles below(String name, Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw Files.exists(root)
          ? CommandException.usage(name + " is not a directory", "The tour goes through a folder.")
          : CommandException.about(name, new Failure(ExitCode.IO, "no such directory", ""));
    }
    List<Path> paths = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    Path top = root.toRealPath(); // it may be a link, which a walk does not follow
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              paths.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            skipped.add(top.relativize(file) + ": " + Failure.of(e).reason());
            return FileVisitResult.CONTINUE;
          }
        });
    paths.sort(null);
    List<TourFile> files = new ArrayList<>();
    long bytes = 0;
    for (Path path : paths) {
      String relative = top.relativize(path).toString();
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        TourFile file = new TourFile(relative, path, bytes, channel.size());
        files.add(file);
        bytes += file.size();
      } catch (IOException e) {
        skipped.add(relative + ": " + Failure.of(e).reason());
      }
    }
    if (files.isEmpty()) {
      throw CommandException.refused("there is no readable file below " + name, "");
    }
    return new TourFiles(name, files, skipped, bytes);
  }
}
