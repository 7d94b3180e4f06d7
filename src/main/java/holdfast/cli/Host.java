package holdfast.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * The world a command runs in: standard streams, environment, current directory, terminal.
 *
 * <p>A process has one, a call through the tool provider another, each test its own. Commands reach
 * the outside through it and through nothing else.
 */
final class Host {
  /** Name of the environment variable by which the launcher passes the name it was called by. */
  static final String ARGV0 = "HOLDFAST_ARGV0";

  private final InputStream in;
  private final OutputStream out;
  private final PrintWriter text;
  private final PrintWriter err;
  private final Map<String, String> environment;
  private final Path directory;
  private final Terminal terminal;
  private final PartialFiles partialFiles = new PartialFiles();

  /** Beneath the text; null where that is the caller's business. */
  private final WatchedOutput watched;

  /**
   * Puts a world together.
   *
   * @param out standard output for bytes; {@code null} when there is only one for text
   * @param text standard output for text
   */
  Host(
      InputStream in,
      OutputStream out,
      PrintWriter text,
      PrintWriter err,
      Map<String, String> environment,
      Path directory,
      Terminal terminal) {
    this(in, out, text, err, environment, directory, terminal, null);
  }

  private Host(
      InputStream in,
      OutputStream out,
      PrintWriter text,
      PrintWriter err,
      Map<String, String> environment,
      Path directory,
      Terminal terminal,
      WatchedOutput watched) {
    this.in = in;
    this.out = out;
    this.text = text;
    this.err = err;
    this.environment = environment;
    this.directory = directory;
    this.terminal = terminal;
    this.watched = watched;
  }

  /** The world of this process. */
  static Host ofProcess() {
    // The plain file streams, for speed and for their channels: System.in and System.out buffer.
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    WatchedOutput watched = new WatchedOutput(out);
    return new Host(
        new FileInputStream(FileDescriptor.in),
        out,
        new PrintWriter(watched, false, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()),
        System.getenv(),
        Path.of(""),
        Terminal.ofProcess(),
        watched);
  }

  /** Standard input. */
  InputStream in() {
    return in;
  }

  /** Standard output for data; text goes to {@link #text}. */
  OutputStream out() {
    if (out == null) {
      throw CommandException.refused(
          "this call gave a character stream for standard output, and the result is bytes",
          "Name an output file, or call the tool with a PrintStream.");
    }
    text.flush();
    return out;
  }

  /** Standard output for what a person or a script reads. */
  PrintWriter text() {
    return text;
  }

  /** Why standard output did not take all text so far; null when it did. */
  IOException textFailure() {
    return watched == null ? null : watched.failure();
  }

  /** Shows text at once, if it is wanted. */
  void say(boolean wanted, String shown) {
    if (wanted) {
      text.print(shown);
      text.flush();
    }
  }

  /** Standard error. */
  PrintWriter err() {
    return err;
  }

  /** An environment variable; {@code null} when it is not set. */
  String environment(String name) {
    return environment.get(name);
  }

  Terminal terminal() {
    return terminal;
  }

  /** Files that exist only until the command is through. */
  PartialFiles partialFiles() {
    return partialFiles;
  }

  /** The file that a name on the command line means. */
  Path path(String name) {
    return directory.resolve(name);
  }
}
