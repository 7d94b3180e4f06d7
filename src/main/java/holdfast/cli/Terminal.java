package holdfast.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which of the standard streams is a terminal.
 *
 * <p>The JDK tells only whether standard input and output are terminals both, and not a word about
 * standard error. Where the system shows open files under {@code /proc} the link of each stream
 * gives the answer alone: {@code /dev/pts/3}, {@code /dev/tty1}, {@code /dev/console} are
 * terminals; pipes, files and {@code /dev/null} are not. Elsewhere the JDK's answer has to do for
 * all three.
 *
 * @param in whether standard input is a terminal
 * @param out whether standard output is a terminal
 * @param err whether standard error is a terminal
 */
record Terminal(boolean in, boolean out, boolean err) {
  /** No terminal anywhere. */
  static final Terminal NONE = new Terminal(false, false, false);

  /** Asks the system about this process. */
  static Terminal ofProcess() {
    return of(Path.of("/proc/self/fd"));
  }

  /** The same with the folder where the system shows open files, which need not be there. */
  @SuppressWarnings("SystemConsoleNull") // which speaks of Java 22 to 24
  static Terminal of(Path links) {
    if (Files.isDirectory(links)) {
      return new Terminal(isTerminal(links, "0"), isTerminal(links, "1"), isTerminal(links, "2"));
    }
    Console console = System.console(); // Java 25 gives null again when there is no terminal
    boolean both = console != null && console.isTerminal();
    return new Terminal(both, both, both);
  }

  private static boolean isTerminal(Path links, String number) {
    try {
      return isTerminalName(Files.readSymbolicLink(links.resolve(number)).toString());
    } catch (IOException e) {
      return false; // the stream is closed
    }
  }

  /** Whether a device name as Linux gives it belongs to a terminal. */
  static boolean isTerminalName(String name) {
    return name.startsWith("/dev/pts/")
        || name.startsWith("/dev/tty")
        || name.startsWith("/dev/console");
  }
}
