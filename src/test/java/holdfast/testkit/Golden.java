package holdfast.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Where the files written by the C originals lie.
 *
 * <p>The set in {@code src/test/resources/golden} stands alone. {@code -Dholdfast.golden=DIR} names
 * another set of the same layout, {@code -Dholdfast.corpus=DIR} the plain files that some sets
 * speak of; without the latter a corpus beside the checkout is taken when there is one.
 */
public final class Golden {
  private Golden() {}

  /** The root of the set in use. */
  public static Path root() {
    String given = System.getProperty("holdfast.golden", "");
    return given.isEmpty() ? Path.of("src", "test", "resources", "golden") : Path.of(given);
  }

  /** A file or folder of the set in use. */
  public static Path path(String first, String... more) {
    return root().resolve(Path.of(first, more));
  }

  /**
   * A file or folder of the set in use, else of the full set beside the checkout; empty when it is
   * in neither. For tables that speak of corpus files, which stay outside the project.
   */
  public static Optional<Path> optional(String first, String... more) {
    Path inSet = path(first, more);
    if (Files.exists(inSet)) {
      return Optional.of(inSet);
    }
    Path beside = Path.of("..", "shared", "golden").resolve(Path.of(first, more));
    return System.getProperty("holdfast.golden", "").isEmpty() && Files.exists(beside)
        ? Optional.of(beside)
        : Optional.empty();
  }

  /** The folder with the plain corpus files; empty when there is none. */
  public static Optional<Path> corpus() {
    String given = System.getProperty("holdfast.corpus", "");
    Path dir = given.isEmpty() ? Path.of("..", "shared", "corpus") : Path.of(given);
    return Files.isDirectory(dir) ? Optional.of(dir) : Optional.empty();
  }

  /**
   * The rows of a table: fields between tabs, without the heading.
   *
   * @param table the file; when it is absent, the same with {@code .gz} behind its name
   */
  public static List<String[]> rows(Path table) {
    try (BufferedReader lines = reader(table)) {
      return lines
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedReader reader(Path table) throws IOException {
    Path packed = table.resolveSibling(table.getFileName() + ".gz");
    InputStream in =
        Files.exists(table) || !Files.exists(packed)
            ? Files.newInputStream(table)
            : new GZIPInputStream(Files.newInputStream(packed));
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }
}
