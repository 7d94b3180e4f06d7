package holdfast.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words after a command's name, sorted into options and operands.
 *
 * <p>Grammar: {@code --name VALUE} or {@code --name=VALUE} anywhere before {@code --}; the short
 * {@code -h -q -v -V}; the last of two contradicting options wins; {@code -} alone is an operand.
 */
final class Arguments {
  private final Globals globals = new Globals();

  /** The values of each option in order; {@code null} for one that takes none. */
  private final Map<String, List<String>> options = new HashMap<>();

  private final List<String> operands = new ArrayList<>();

  private Arguments() {}

  /**
   * Where the command or subcommand stands: behind options of all commands that were put first; the
   * size when there is none.
   */
  static int nameIndex(List<String> words) {
    int at = 0;
    while (at < words.size() && words.get(at).startsWith("-")) {
      at += Globals.takesValue(words.get(at)) ? 2 : 1;
    }
    return Math.min(at, words.size());
  }

  /** Takes the name of the subcommand out of the words. */
  static String takeSubcommand(String command, List<String> words) {
    int at = nameIndex(words);
    if (at == words.size()) {
      throw CommandException.usage(command + " needs a subcommand", "");
    }
    return words.remove(at);
  }

  /**
   * Sorts the words.
   *
   * @param known the command's own options; {@code "--size="} takes a value, {@code "--all"} none
   * @param words what stands on the command line after the command
   */
  static Arguments parse(List<String> known, List<String> words) {
    Arguments arguments = new Arguments();
    boolean optionsEnded = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (optionsEnded || word.length() < 2 || word.charAt(0) != '-') {
        arguments.operands.add(word);
      } else if (word.equals("--")) {
        optionsEnded = true;
      } else if (word.startsWith("--")) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? null : word.substring(equals + 1);
        boolean takesValue = takesValue(known, name);
        if (takesValue && value == null) {
          if (++i == words.size()) {
            throw CommandException.usage(name + " needs a value", "");
          }
          value = words.get(i);
        } else if (!takesValue && value != null) {
          throw CommandException.usage(name + " takes no value", "");
        }
        if (!arguments.globals.take(name, value)) {
          arguments.add(name, value);
        }
      } else {
        arguments.takeShort(word);
      }
    }
    return arguments;
  }

  /** Whether a known option takes a value; throws for one that is not known. */
  private static boolean takesValue(List<String> known, String name) {
    if (Globals.takesValue(name) || known.contains(name + "=")) {
      return true;
    }
    if (known.contains(name) || Globals.NAMES.contains(name)) {
      return false;
    }
    throw unknown(name, known);
  }

  /** The error for an option that nobody knows. */
  static CommandException unknown(String name, List<String> known) {
    List<String> names = new ArrayList<>();
    for (String candidate : known) {
      names.add(candidate.replace("=", ""));
    }
    for (String candidate : Globals.NAMES) {
      names.add(candidate.replace("=", ""));
    }
    return CommandException.usage("unknown option " + name, Suggestion.of(name, names));
  }

  private void takeShort(String word) {
    for (int i = 1; i < word.length(); i++) {
      switch (word.charAt(i)) {
        case 'q' -> globals.changeVerbosity(-1);
        case 'v' -> globals.changeVerbosity(1);
        case 'h' -> add("--help", null);
        case 'V' -> add("--version", null);
        default ->
            throw CommandException.usage(
                "unknown option -" + word.charAt(i),
                "The short options are -h, -q, -v and -V; a file named like an option goes after"
                    + " --.");
      }
    }
  }

  Globals globals() {
    return globals;
  }

  /** Whether an option was given. */
  boolean has(String name) {
    return options.containsKey(name);
  }

  /** The value of an option, or another when it was not given. */
  String value(String name, String otherwise) {
    return has(name) ? options.get(name).getLast() : otherwise;
  }

  /** The values of an option that may be given more than once, in order. */
  List<String> values(String name) {
    return options.getOrDefault(name, List.of());
  }

  private void add(String name, String value) {
    options.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  /** What is not an option, in order. */
  List<String> operands() {
    return operands;
  }
}
