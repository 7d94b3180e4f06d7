package holdfast.cli;

import java.util.List;

/** {@code holdfast help [COMMAND]}: the overview, or the help of one command. */
final class HelpCommand implements Command {
  @Override
  public String name() {
    return "help";
  }

  @Override
  public String summary() {
    return "this overview, or the help of one command";
  }

  @Override
  public String help() {
    return """
    usage: holdfast help [COMMAND]

    Prints the help of a command, or the list of all commands.
    """;
  }

  /** The list of commands and the options that all of them take. */
  static String overview() {
    StringBuilder text =
        new StringBuilder(
            """
            holdfast: keeps off-heap data safe, in formats that C tools read and write

            usage: holdfast COMMAND [OPTIONS] FILES

            """);
    for (Command command : Commands.all()) {
      text.append("  ").append(Numbers.left(command.name(), 10)).append(command.summary());
      text.append('\n');
    }
    return text.append(
            """

            options of every command:
              -q, --quiet            say less; twice: nothing but the exit code
              -v, --verbose          say more
                  --json             one JSON document on standard output (commands that list)
                  --no-color         plain text; the environment variable NO_COLOR does the same
                  --progress WHEN    auto (default), always or never
                  --limit-mem SIZE   most working memory, for example 64MiB
              -h, --help             help; 'holdfast COMMAND --help' for one command
              -V, --version          version

            exit codes: 0 done, 1 problem found in the data, 2 wrong usage, 3 I/O error,
              4 unsupported, 5 refused, 69 no Java found, 130 interrupted
            """)
        .toString();
  }

  @Override
  public int run(Host host, List<String> words) {
    Arguments arguments = Arguments.parse(List.of(), words);
    if (arguments.operands().size() > 1) {
      throw CommandException.usage("help takes one command at a time", "");
    }
    host.text()
        .print(
            arguments.operands().isEmpty()
                ? overview()
                : Commands.named(arguments.operands().getFirst()).help());
    return ExitCode.DONE;
  }
}
