package holdfast.cli;

import java.io.IOException;
import java.util.List;

/** One command of the tool. Made anew for each run. */
interface Command {
  /** The word that calls it. */
  String name();

  /** What it does, in a few words, for the overview. */
  String summary();

  /** What {@code --help} prints: usage, options, examples. */
  String help();

  /**
   * Does the work.
   *
   * @param words what stands on the command line after the name, without {@code --help}
   * @return one of {@link ExitCode}
   * @throws IOException if the system refuses something that concerns the whole command
   */
  int run(Host host, List<String> words) throws IOException;
}
