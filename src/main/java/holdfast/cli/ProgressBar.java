package holdfast.cli;

import holdfast.Progress;
import java.io.PrintWriter;

/**
 * Shows on standard error how far long work is: a bar that is redrawn on a terminal, plain lines
 * elsewhere when asked for.
 *
 * <pre>{@code
 * access.log  [############----------------]  43 %  812.3 MiB  412 MiB/s  ETA 0:03
 * }</pre>
 *
 * <p>Draws only inside {@link #update}; there is no thread behind it. Not thread safe.
 */
final class ProgressBar implements Progress {
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;
  private static final int BAR_WIDTH = 28;
  private static final int NAME_WIDTH_MAX = 30;

  private final PrintWriter err;
  private final String name;
  private final boolean bar;
  private final char full;
  private final char empty;
  private final long start;
  private final long interval;
  private long next;

  /** Width of what stands on the terminal line now. */
  private int drawn;

  /** Shows the progress of one file, if it is to be shown at all. */
  static ProgressBar of(Host host, Globals globals, int verbosity, String name) {
    boolean wanted =
        switch (globals.progress()) {
          case ALWAYS -> true;
          case NEVER -> false;
          case AUTO -> host.terminal().err() && verbosity >= 2;
        };
    return wanted
        ? new ProgressBar(host.err(), name, host.terminal().err(), isUnicode(), System.nanoTime())
        : null;
  }

  private static boolean isUnicode() {
    return System.err.charset().name().equals("UTF-8");
  }

  /**
   * Starts to watch.
   *
   * @param bar whether to redraw one line, for a terminal, or to add lines
   * @param now the time in nanoseconds
   */
  ProgressBar(PrintWriter err, String name, boolean bar, boolean unicode, long now) {
    this.err = err;
    this.name =
        name.length() <= NAME_WIDTH_MAX
            ? name
            : "..." + name.substring(name.length() - NAME_WIDTH_MAX + 3);
    this.bar = bar;
    this.full = unicode ? '\u2588' : '#';
    this.empty = unicode ? '\u2591' : '-';
    this.start = now;
    this.interval = bar ? REDRAW_NANOS : LINE_NANOS;
    this.next = now + interval;
  }

  @Override
  public boolean update(long done, long total) {
    update(done, total, System.nanoTime());
    return true;
  }

  /** The same with a clock of the caller's. */
  void update(long done, long total, long now) {
    if (now - next < 0) {
      return;
    }
    next = now + interval;
    String line = line(done, total, now - start);
    if (bar) {
      err.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
      err.flush();
      drawn = line.length();
    } else {
      err.println(line);
      err.flush();
    }
  }

  private String line(long done, long total, long nanos) {
    double rate = done / Math.max(1e-9, nanos / 1e9);
    StringBuilder line = new StringBuilder(name).append("  ");
    if (total > 0) {
      double part = Math.min(1, (double) done / total);
      if (bar) {
        int filled = (int) (part * BAR_WIDTH);
        line.append('[').repeat(full, filled).repeat(empty, BAR_WIDTH - filled).append("]  ");
      }
      line.append(Numbers.right(Long.toString((long) (part * 100)), 3)).append(" %  ");
    }
    line.append(Numbers.size(done)).append("  ").append(Numbers.size((long) rate)).append("/s");
    if (total > 0 && rate > 0) {
      line.append("  ETA ").append(Numbers.clock(Math.round((total - done) / rate)));
    }
    return line.toString();
  }

  /** Takes the bar off the terminal, so that messages start on a clean line. */
  void clear() {
    if (drawn > 0) {
      err.print("\r" + " ".repeat(drawn) + "\r");
      err.flush();
      drawn = 0;
    }
  }
}
