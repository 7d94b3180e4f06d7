package holdfast.bench;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The plain bytes that one benchmark operation goes through: whole files in path order, or the same
 * files cut into pieces.
 *
 * <p>{@code -Dholdfast.corpus=DIR} names a folder of files. Without one, and with no corpus beside
 * the checkout, generated content stands in; its figures compare contenders as well, but are not
 * those of real files.
 */
final class Corpus {
  private static final int GENERATED_SIZE = 1 << 20;

  private Corpus() {}

  /** The files; at least one, none empty. */
  static List<byte[]> files() {
    List<byte[]> files = new ArrayList<>();
    for (Path path : paths()) {
      try {
        byte[] bytes = Files.readAllBytes(path);
        if (bytes.length > 0) {
          files.add(bytes);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    for (int kind = 1; files.size() < Content.KINDS - 1 && paths().isEmpty(); kind++) {
      files.add(Content.of(kind, 7, GENERATED_SIZE));
    }
    if (files.isEmpty()) {
      throw new IllegalStateException("no file with content in " + describe());
    }
    return files;
  }

  /** The files cut into pieces; the last piece of a file is short, no piece crosses files. */
  static List<byte[]> pieces(String block) {
    if (block.equals("whole")) {
      return files();
    }
    int size = Integer.parseInt(block);
    List<byte[]> pieces = new ArrayList<>();
    for (byte[] file : files()) {
      for (int lo = 0; lo < file.length; lo += size) {
        pieces.add(Arrays.copyOfRange(file, lo, Math.min(file.length, lo + size)));
      }
    }
    return pieces;
  }

  /** All files as one array. */
  static byte[] joined() {
    List<byte[]> files = files();
    byte[] all = new byte[files.stream().mapToInt(f -> f.length).sum()];
    int at = 0;
    for (byte[] file : files) {
      System.arraycopy(file, 0, all, at, file.length);
      at += file.length;
    }
    return all;
  }

  /** A line for the report: where the bytes come from, how many files and bytes. */
  static String describe() {
    Optional<Path> dir = Golden.corpus();
    String from = dir.map(d -> "folder " + d.getFileName()).orElse("generated content");
    List<Path> paths = paths();
    long bytes = paths.stream().mapToLong(p -> p.toFile().length()).sum();
    return paths.isEmpty() ? from : from + ", " + paths.size() + " files, " + bytes + " bytes";
  }

  private static List<Path> paths() {
    Optional<Path> dir = Golden.corpus();
    if (dir.isEmpty()) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(dir.get())) {
      return walk.filter(Files::isRegularFile)
          .filter(p -> !p.getFileName().toString().equals("README.md"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
