package holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;

/**
 * How a process that is started to be killed speaks to the one that started it, see {@link Child}:
 * lines on standard output, a word, a tab and the rest.
 *
 * <pre>{@code
 * say      text for the report
 * fact     name, tab, value, for JSON
 * differs  what is not as it should be
 * ready    the process may be killed now
 * }</pre>
 */
final class ChildVoice {
  static final String SAY = "say";
  static final String FACT = "fact";
  static final String DIFFERS = "differs";
  static final String READY = "ready";

  private final PrintWriter out;

  ChildVoice(PrintWriter out) {
    this.out = out;
  }

  /** Adds a line to the report. */
  void say(String text) {
    line(SAY, text);
  }

  /** Adds a fact to the JSON document; a number is a number there. */
  void fact(String name, Object value) {
    line(FACT, name + "\t" + value);
  }

  /** Tells what is wrong. */
  void differs(String what) {
    line(DIFFERS, what);
  }

  /** Says that the kill may come. */
  void ready() {
    line(READY, "");
  }

  private synchronized void line(String word, String rest) {
    out.print(word + "\t" + rest.replace('\n', ' ') + "\n");
    out.flush();
  }

  /** Waits for the kill; ends this process when the one that started it is gone. */
  static void awaitKill(InputStream starter) throws IOException {
    while (starter.read() >= 0) {
      // Nobody writes: the end of the stream is the end of the process that started this one.
    }
    Runtime.getRuntime().halt(ExitCode.PROBLEM);
  }
}
