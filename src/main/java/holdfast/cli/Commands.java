package holdfast.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Knows the commands, finds the one that is meant, turns every end into an exit code. */
final class Commands {
  /** In the order of the overview. */
  private static final List<String> NAMES =
      List.of(
          "tour",
          "lz4",
          "unlz4",
          "lz4cat",
          "wksp",
          "groove",
          "chunkio",
          "snapshot",
          "inspect",
          "verify",
          "selftest",
          "help");

  private Commands() {}

  /** The command of a name; {@code null} when there is none. */
  private static Command find(String name) {
    return switch (name) {
      case "tour" -> new TourCommand();
      case "lz4", "unlz4", "lz4cat" -> new Lz4Command(name);
      case "wksp" -> new WkspCommand();
      case "groove" -> new GrooveCommand();
      case "chunkio" -> new ChunkioCommand();
      case "snapshot" -> new SnapshotCommand();
      case "inspect" -> new InspectCommand();
      case "verify" -> new VerifyCommand();
      case "selftest" -> new SelftestCommand();
      case "help" -> new HelpCommand();
      case TourWorker.NAME -> new TourWorker();
      case SelftestWorker.NAME -> new SelftestWorker();
      default -> null;
    };
  }

  /**
   * Runs one command line.
   *
   * @param args the words after {@code holdfast}
   * @return one of {@link ExitCode}
   */
  static int run(Host host, String... args) {
    int code = attempt(host, args);
    IOException failure = host.textFailure();
    if (failure == null) {
      return code;
    }
    if (code != ExitCode.IO && !Failure.isBrokenPipe(failure)) { // else it was said
      new Messages(host, "holdfast", Globals.heardIn(List.of(args)))
          .error("standard output", Failure.of(failure));
    }
    return code == ExitCode.DONE ? ExitCode.IO : code;
  }

  private static int attempt(Host host, String... args) {
    List<String> words = new ArrayList<>(List.of(args));
    String called = calledAs(host.environment(Host.ARGV0));
    if (!called.isEmpty()) {
      words.addFirst(called);
    }
    String speaker = "holdfast";
    try {
      int at = Arguments.nameIndex(words);
      if (at == words.size()) {
        return overview(host, words);
      }
      String name = words.remove(at);
      Command command = find(name);
      if (command == null) {
        throw CommandException.usage(
            "unknown command '" + name + "'",
            (Suggestion.of(name, NAMES) + " 'holdfast --help' lists the commands.").strip());
      }
      speaker = called.isEmpty() ? "holdfast " + name : name;
      return command instanceof Lz4Command ? command.run(host, words) : run(host, command, words);
    } catch (IOException | RuntimeException e) {
      if (Failure.isBrokenPipe(e)) {
        return ExitCode.IO;
      }
      Failure failure = Failure.of(e);
      if (failure.code() == ExitCode.USAGE && failure.advice().isEmpty()) {
        failure =
            new Failure(ExitCode.USAGE, failure.reason(), "'" + speaker + " --help' tells more.");
      }
      new Messages(host, speaker, Globals.heardIn(List.of(args))).error("", failure);
      return failure.code();
    } finally {
      host.text().flush();
      host.err().flush();
    }
  }

  /** The command that a link to the launcher stands for; empty when it was called by its name. */
  private static String calledAs(String argv0) {
    if (argv0 == null) {
      return "";
    }
    String name = argv0.substring(argv0.lastIndexOf('/') + 1);
    return name.equals("lz4") || name.equals("unlz4") || name.equals("lz4cat") ? name : "";
  }

  /** A command line without a command: help, version, or a mistake among the options. */
  private static int overview(Host host, List<String> words) {
    Arguments arguments = Arguments.parse(List.of(), words);
    if (arguments.has("--version")) {
      host.text().println(Version.line());
      return ExitCode.DONE;
    }
    host.text().print(HelpCommand.overview());
    return ExitCode.DONE;
  }

  /** Runs a command of the common grammar, where help and version come before everything. */
  private static int run(Host host, Command command, List<String> words) throws IOException {
    int end = words.indexOf("--");
    List<String> options = end < 0 ? words : words.subList(0, end);
    if (options.contains("--help") || options.contains("-h")) {
      host.text().print(command.help());
      return ExitCode.DONE;
    }
    if (options.contains("--version") || options.contains("-V")) {
      host.text().println(Version.line());
      return ExitCode.DONE;
    }
    return command.run(host, words);
  }

  /** All commands, for the overview. */
  static List<Command> all() {
    List<Command> all = new ArrayList<>();
    for (String name : NAMES) {
      all.add(find(name));
    }
    return all;
  }

  /** The command that help is wanted for. */
  static Command named(String name) {
    Command command = find(name);
    if (command == null) {
      throw CommandException.usage(
          "no help for unknown command '" + name + "'", Suggestion.of(name, NAMES));
    }
    return command;
  }
}
