package holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * What an act of the tour works on, and how it tells the tour what it sees: lines on standard
 * output, a word, a tab and the rest.
 *
 * <pre>{@code
 * say      text for the report
 * fact     name, tab, value, for JSON
 * differs  what is not as it should be
 * ready    the process may be killed now
 * }</pre>
 */
final class TourStage {
  static final String SAY = "say";
  static final String FACT = "fact";
  static final String DIFFERS = "differs";
  static final String READY = "ready";

  private final TourFiles input;
  private final TourSample sample;
  private final Path folder;
  private final PrintWriter out;

  TourStage(TourFiles input, TourSample sample, Path folder, PrintWriter out) {
    this.input = input;
    this.sample = sample;
    this.folder = folder;
    this.out = out;
  }

  /** The files to work with. */
  TourFiles input() {
    return input;
  }

  /** What to take of them. */
  TourSample sample() {
    return sample;
  }

  /** A file in the folder of the tour. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Adds a line to the report. */
  void say(String text) {
    line(SAY, text);
  }

  /** Adds a fact to the JSON document; a number is a number there. */
  void fact(String name, Object value) {
    line(FACT, name + "\t" + value);
  }

  /** Tells what is wrong; the tour fails then. */
  void differs(String what) {
    line(DIFFERS, what);
  }

  private synchronized void line(String word, String rest) {
    out.print(word + "\t" + rest.replace('\n', ' ') + "\n");
    out.flush();
  }

  /** Says that the kill may come, and waits for it; ends when the tour itself is gone. */
  void awaitKill(InputStream tour) throws IOException {
    line(READY, "");
    while (tour.read() >= 0) {
      // Nobody writes: the end of the stream is the end of the tour.
    }
    Runtime.getRuntime().halt(ExitCode.PROBLEM);
  }
}
