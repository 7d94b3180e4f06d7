package holdfast.cli;

import java.util.List;

/**
 * The options that every command takes.
 *
 * <p>Filled by the parser of the command, one {@link #take} for each word that may be one of them.
 */
final class Globals {
  /** When to draw progress. */
  enum Show {
    AUTO,
    ALWAYS,
    NEVER
  }

  /** Their names, for help and suggestions; a trailing {@code =} says that a value follows. */
  static final List<String> NAMES =
      List.of(
          "--quiet",
          "--verbose",
          "--json",
          "--no-color",
          "--progress=",
          "--limit-mem=",
          "--help",
          "--version");

  /** 0 silent, 1 errors, 2 results and warnings, 3 and more details. */
  private int verbosity = 2;

  private boolean json;
  private boolean color = true;
  private Show progress = Show.AUTO;
  private long memoryMax = Long.MAX_VALUE;

  /** How to speak to a user whose command line is not understood yet, or not at all. */
  static Globals heardIn(List<String> words) {
    Globals heard = new Globals();
    for (String word : words) {
      if (word.equals("--")) {
        break;
      } else if (word.equals("--quiet") || word.equals("--verbose") || word.equals("--no-color")) {
        heard.take(word, null);
      } else if (word.startsWith("-") && !word.startsWith("--")) {
        long quieter = word.chars().filter(c -> c == 'q').count();
        heard.changeVerbosity((int) -quieter);
      }
    }
    return heard;
  }

  /** Whether the word is the name of an option with a value among these. */
  static boolean takesValue(String name) {
    return name.equals("--progress") || name.equals("--limit-mem");
  }

  /**
   * Takes an option if it is one of these.
   *
   * @param name with its dashes, without a value
   * @param value what was given with it; {@code null} when nothing was
   * @return whether it was one
   */
  boolean take(String name, String value) {
    switch (name) {
      case "--quiet" -> verbosity--;
      case "--verbose" -> verbosity++;
      case "--json" -> json = true;
      case "--no-color" -> color = false;
      case "--progress" -> progress = show(value);
      case "--limit-mem" -> memoryMax = Numbers.parseSize(name, value);
      default -> {
        return false;
      }
    }
    return true;
  }

  private static Show show(String word) {
    return switch (word) {
      case "auto" -> Show.AUTO;
      case "always" -> Show.ALWAYS;
      case "never" -> Show.NEVER;
      default ->
          throw CommandException.usage(
              "--progress knows auto, always and never, not '" + word + "'", "");
    };
  }

  /** Says less ({@code -q}) or more ({@code -v}). */
  void changeVerbosity(int change) {
    verbosity += change;
  }

  int verbosity() {
    return verbosity;
  }

  boolean json() {
    return json;
  }

  boolean color() {
    return color;
  }

  Show progress() {
    return progress;
  }

  /** Most bytes of working memory; {@link Long#MAX_VALUE} when the user set no limit. */
  long memoryMax() {
    return memoryMax;
  }

  /**
   * Refuses to begin what would need more working memory than the user allows.
   *
   * @param what needs it
   * @param bytes it needs at most
   * @param less how it could do with less, behind a comma; may be empty
   */
  void requireMemory(String what, long bytes, String less) {
    if (memoryMax < bytes) {
      throw CommandException.refused(
          what + " needs up to " + Numbers.size(bytes) + " of working memory",
          "Give it a --limit-mem of at least that" + less + ".");
    }
  }
}
