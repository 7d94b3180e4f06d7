package holdfast.cli;

import java.io.PrintWriter;

/** What a command says on standard error, as far as the user wants to hear it. */
final class Messages {
  private final PrintWriter err;
  private final String speaker;
  private final int verbosity;
  private final boolean color;

  /**
   * Speaks for a command.
   *
   * @param speaker the command as the user called it, for example {@code holdfast verify}
   */
  Messages(Host host, String speaker, Globals globals) {
    this(host, speaker, globals, globals.verbosity());
  }

  /** Speaks for a command that sets the verbosity by rules of its own. */
  Messages(Host host, String speaker, Globals globals, int verbosity) {
    this.err = host.err();
    this.speaker = speaker;
    this.verbosity = verbosity;
    String noColor = host.environment("NO_COLOR");
    this.color = globals.color() && host.terminal().err() && (noColor == null || noColor.isEmpty());
  }

  /** Something failed: what, about which file, what to do. */
  void error(String about, Failure failure) {
    if (verbosity >= 1) {
      err.print(paint("31", speaker + ":"));
      err.println(" " + (about.isEmpty() ? "" : about + ": ") + failure.reason());
      if (!failure.advice().isEmpty()) {
        err.println("  " + failure.advice());
      }
      err.flush();
    }
  }

  /** Worth knowing, but nothing failed. */
  void warning(String text) {
    if (verbosity >= 2) {
      err.print(paint("33", speaker + ":"));
      err.println(" " + text);
      err.flush();
    }
  }

  /** A result that a person expects to see. */
  void result(String text) {
    say(2, text);
  }

  /** Something for a user who asked for details with {@code -v}. */
  void detail(String text) {
    say(3, text);
  }

  private void say(int from, String text) {
    if (verbosity >= from) {
      err.println(text);
      err.flush();
    }
  }

  private String paint(String code, String text) {
    return color ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
