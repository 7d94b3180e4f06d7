package holdfast;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which package may know which: the arrows of the architecture page, and the rule that finds others
 * in a source text.
 *
 * <p>Not only imports count: a full name in the middle of the code is an arrow, too. Comments and
 * strings are no code.
 */
final class Directions {
  /** The direct arrows between the packages of the project; each may also use itself. */
  private static final Map<String, Set<String>> ARROWS =
      Map.of(
          "holdfast", Set.of(),
          "holdfast.internal", Set.of("holdfast"),
          "holdfast.lz4", Set.of("holdfast", "holdfast.internal"),
          "holdfast.sidecar", Set.of("holdfast", "holdfast.internal"),
          "holdfast.checkpt", Set.of("holdfast", "holdfast.internal", "holdfast.lz4"),
          "holdfast.wksp", Set.of("holdfast", "holdfast.internal", "holdfast.checkpt"),
          "holdfast.groove", Set.of("holdfast", "holdfast.internal"),
          "holdfast.chunkio", Set.of("holdfast", "holdfast.internal", "holdfast.lz4"),
          "holdfast.snapshot",
              Set.of(
                  "holdfast",
                  "holdfast.internal",
                  "holdfast.wksp",
                  "holdfast.groove",
                  "holdfast.checkpt"),
          "holdfast.cli",
              Set.of(
                  "holdfast",
                  "holdfast.lz4",
                  "holdfast.sidecar",
                  "holdfast.checkpt",
                  "holdfast.wksp",
                  "holdfast.groove",
                  "holdfast.chunkio",
                  "holdfast.snapshot"));

  /** What may be used of the world outside: java.base, and flight recorder where there is one. */
  private static final Pattern OUTSIDE = Pattern.compile("(java|jdk\\.jfr)\\..*");

  private static final Pattern NO_CODE =
      Pattern.compile(
          "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(\\\\.|[^\"\\\\\\n])*\"|'(\\\\.|[^'\\\\\\n])+'",
          Pattern.DOTALL);

  private static final Pattern PACKAGE = Pattern.compile("\\bpackage\\s+([\\w.]+)\\s*;");
  private static final Pattern IMPORT =
      Pattern.compile("\\bimport\\s+(?:static\\s+)?([\\w.*]+)\\s*;");

  /** A full name of ours; packages begin with small letters. */
  private static final Pattern OURS =
      Pattern.compile("(?<![\\w.])holdfast(?:\\.[a-z]\\w*)*(?=\\.)");

  private Directions() {}

  /** Whether the table knows a package. */
  static boolean knows(String name) {
    return ARROWS.containsKey(name);
  }

  /** Every arrow in a source file that the table does not have; empty when all is well. */
  static List<String> violations(String source) {
    String code = NO_CODE.matcher(source).replaceAll(" ");
    Matcher declared = PACKAGE.matcher(code);
    if (!declared.find()) {
      return List.of("no package");
    }
    String from = declared.group(1);
    if (!knows(from)) {
      return List.of(from + " is not in the table");
    }
    List<String> found = new ArrayList<>();
    Matcher imports = IMPORT.matcher(code);
    while (imports.find()) {
      String name = imports.group(1);
      if (!name.startsWith("holdfast.") && !OUTSIDE.matcher(name).matches()) {
        found.add(from + " -> " + name);
      }
    }
    Matcher names = OURS.matcher(PACKAGE.matcher(code).replaceAll(" "));
    while (names.find()) {
      String to = names.group();
      if (!to.equals(from) && !ARROWS.get(from).contains(to)) {
        found.add(from + " -> " + to);
      }
    }
    return found;
  }
}
