package holdfast.testkit;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A schedule under which a program does not do what it should. */
public final class InterleavingFailure extends AssertionError {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_MAX = 200;

  /** What {@link Interleavings#replay} takes. */
  private final String schedule;

  InterleavingFailure(Throwable cause, List<StepEvent> trace, Plan plan, long runs) {
    this(schedule(trace), cause, trace, plan, runs);
  }

  private InterleavingFailure(
      String schedule, Throwable cause, List<StepEvent> trace, Plan plan, long runs) {
    super(
        "run " + runs + ", .replay(\"" + schedule + "\"): " + cause + "\n" + steps(trace, plan),
        cause);
    this.schedule = schedule;
  }

  /** The schedule, to run it again. */
  public String schedule() {
    return schedule;
  }

  private static String schedule(List<StepEvent> trace) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < trace.size(); ) {
      int thread = trace.get(i).thread;
      int start = i;
      while (i < trace.size() && trace.get(i).thread == thread) {
        i++;
      }
      text.append((char) ('a' + thread)).append(i - start);
    }
    return text.toString();
  }

  /** One letter for each step, from what {@link #schedule} wrote. */
  static String steps(String schedule) {
    StringBuilder steps = new StringBuilder();
    Matcher parts = Pattern.compile("([a-z])(\\d+)").matcher(schedule);
    while (parts.find()) {
      steps.append(parts.group(1).repeat(Integer.parseInt(parts.group(2))));
    }
    return steps.toString();
  }

  private static String steps(List<StepEvent> trace, Plan plan) {
    StringBuilder text = new StringBuilder();
    for (int i = Math.max(0, trace.size() - SHOWN_MAX); i < trace.size(); i++) {
      StepEvent event = trace.get(i);
      text.append("  ").append((char) ('a' + event.thread)).append(' ').append(event.op);
      if (event.size > 0) {
        text.append(' ').append(plan.place(event.address)).append(": ");
        text.append(Long.toHexString(event.before));
        if (event.changed != 0) {
          text.append(" -> ").append(Long.toHexString(event.after));
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}
