package holdfast.cli;

import java.io.Serial;

/** Ends a command, or its work on one file, with an exit code, a reason and what to do about it. */
final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** One of {@link ExitCode}. */
  private final int code;

  /** What the user can do; empty when there is nothing to add. */
  private final String advice;

  private CommandException(int code, String reason, String advice) {
    super(reason, null, false, false);
    this.code = code;
    this.advice = advice;
  }

  /** The command line makes no sense. */
  static CommandException usage(String reason, String advice) {
    return new CommandException(ExitCode.USAGE, reason, advice);
  }

  /** Possible, but not done without the user's word. */
  static CommandException refused(String reason, String advice) {
    return new CommandException(ExitCode.REFUSED, reason, advice);
  }

  /** The data is not what it should be. */
  static CommandException problem(String reason, String advice) {
    return new CommandException(ExitCode.PROBLEM, reason, advice);
  }

  /** The data may be right, but nothing here can read it. */
  static CommandException unsupported(String reason, String advice) {
    return new CommandException(ExitCode.UNSUPPORTED, reason, advice);
  }

  /** A failure that concerns something else than the file at hand. */
  static CommandException about(String what, Failure failure) {
    return new CommandException(failure.code(), what + ": " + failure.reason(), failure.advice());
  }

  int code() {
    return code;
  }

  String advice() {
    return advice;
  }
}
