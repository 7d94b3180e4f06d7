package holdfast.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One check of the library, and the test that fails when it is switched off.
 *
 * <p>The tables are the files of {@code src/build/guards}, one for each package, named after it. An
 * entry is a line that says what the guard does, and indented lines:
 *
 * <pre>{@code
 * a match offset of zero is refused
 *   in  ArrayDecoder                    the class, in the package of the table
 *   by  Lz4HostileTest#offsetZero       class, or class and method; "wksp.WkspTest" is in another package
 *   jvm --enable-native-access=ALL-UNNAMED      options of its JVM, if it needs some
 *   -   offset == 0 ||                  this text, on one line or more, ...
 *   +                                   ... becomes this
 * }</pre>
 *
 * <p>The text has to occur exactly once in the source of the class, so that nobody changes guarded
 * code without meeting its entry. White space does not count: the formatter may break lines.
 */
public record Guard(
    String name, String type, String test, List<String> options, String text, String replacement) {
  public static final Path TABLES = Path.of("src", "build", "guards");

  /** Every entry of every table, tables in the order of their names. */
  public static List<Guard> readAll(Path tables) throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(tables)) {
      files = list.sorted().toList();
    }
    List<Guard> guards = new ArrayList<>();
    for (Path file : files) {
      String piece = file.getFileName().toString().replace(".txt", "");
      guards.addAll(parse("holdfast." + piece + ".", Files.readString(file)));
    }
    return guards;
  }

  /** The entries of one table; {@code prefix} is its package and a dot. */
  static List<Guard> parse(String prefix, String table) {
    List<Guard> guards = new ArrayList<>();
    List<String> entry = new ArrayList<>();
    for (String line : (table + "\nend").lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (!line.startsWith(" ") && !entry.isEmpty()) {
        guards.add(of(prefix, entry));
        entry.clear();
      }
      entry.add(line.strip());
    }
    return guards;
  }

  private static Guard of(String prefix, List<String> entry) {
    String name = entry.getFirst();
    List<String> lines = entry.subList(1, entry.size());
    String test = only(name, lines, "by");
    String options = value(lines, "jvm");
    Guard guard =
        new Guard(
            name,
            prefix + only(name, lines, "in"),
            test.contains(".") ? "holdfast." + test : prefix + test,
            options.isEmpty() ? List.of() : List.of(options.split(" ")),
            only(name, lines, "-"),
            value(lines, "+"));
    for (String line : lines) {
      if (!List.of("in", "by", "jvm", "-", "+").contains(line.split(" ", 2)[0])) {
        throw new IllegalArgumentException(name + ": " + line);
      }
    }
    return guard;
  }

  private static String only(String name, List<String> lines, String key) {
    String value = value(lines, key);
    if (value.isEmpty()) {
      throw new IllegalArgumentException(name + ": no line \"" + key + "\"");
    }
    return value;
  }

  private static String value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.equals(key) || line.startsWith(key + " "))
        .map(line -> line.substring(key.length()).strip())
        .collect(Collectors.joining("\n"));
  }

  /** Where the source of the class is, below a folder of sources. */
  public Path source(Path sources) {
    return sources.resolve(type.replace('.', '/') + ".java");
  }

  public String testClass() {
    return test.replaceFirst("#.*", "");
  }

  /** The test's method, or {@code ""} for all of the class. */
  public String testMethod() {
    return test.contains("#") ? test.substring(test.indexOf('#') + 1) : "";
  }

  /** The source without the guard. */
  public String switchedOff(String source) {
    String anyBreaks =
        text.chars()
            .filter(c -> !Character.isWhitespace(c))
            .mapToObj(c -> Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining("\\s*"));
    Matcher matcher = Pattern.compile(anyBreaks).matcher(source);
    long count = matcher.results().count();
    if (count != 1) {
      throw new IllegalArgumentException(
          "guard \"" + name + "\": its text is " + count + " times in " + type + ": " + text);
    }
    return matcher.replaceFirst(Matcher.quoteReplacement(replacement));
  }
}
