package holdfast.cli;

import java.util.List;
import java.util.Locale;

/**
 * How long something took, often: counts by size, and a picture of the percentiles of two of them.
 *
 * <pre>{@code
 * bucket    8 for each doubling above 8 ns: at most an eighth too large
 * picture   one # for each quarter of a doubling above a microsecond
 * }</pre>
 *
 * <p>For one thread at a time.
 */
final class TourStalls {
  private static final int STEPS_LOG2 = 3;
  private static final int STEPS = 1 << STEPS_LOG2;
  private static final int BUCKETS = 64 * STEPS;

  /** Percentiles of the picture; the last is the largest of all. */
  private static final List<Double> PERCENTILES = List.of(50.0, 99.0, 99.9, 100.0);

  private final long[] counts = new long[BUCKETS];
  private long count;
  private long max;

  /** Counts one. */
  void add(long nanos) {
    counts[bucket(nanos)]++;
    count++;
    max = Math.max(max, nanos);
  }

  private static int bucket(long nanos) {
    int log2 = 63 - Long.numberOfLeadingZeros(nanos | STEPS);
    int step = (int) (nanos >>> (log2 - STEPS_LOG2)) & (STEPS - 1);
    return log2 * STEPS + step;
  }

  /** The largest time in a bucket. */
  private static long top(int bucket) {
    int log2 = bucket / STEPS;
    long unit = 1L << (log2 - STEPS_LOG2);
    return (STEPS + bucket % STEPS + 1L) * unit - 1;
  }

  /** How many there were. */
  long count() {
    return count;
  }

  /**
   * So many percent took at most this.
   *
   * @return nanoseconds; 0 when there were none
   */
  long percentile(double percent) {
    long rank = (long) Math.ceil(count * percent / 100);
    long seen = 0;
    for (int i = 0; i < BUCKETS && count > 0; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min(max, top(i));
      }
    }
    return max;
  }

  /** Lines for the report. */
  static List<String> picture(String one, TourStalls ones, String other, TourStalls others) {
    int width = Math.max(one.length(), other.length());
    return PERCENTILES.stream()
        .flatMap(
            percent ->
                List.of(
                    line(name(percent), width, one, ones.percentile(percent)),
                    line("", width, other, others.percentile(percent)))
                    .stream())
        .toList();
  }

  private static String name(double percent) {
    if (percent == 100) {
      return "max";
    }
    return "p" + (percent == Math.rint(percent) ? Long.toString((long) percent) : percent);
  }

  private static String line(String percentile, int width, String what, long nanos) {
    double doublings = Math.log(Math.max(1, nanos / 1000.0)) / Math.log(2);
    String bar = "#".repeat((int) Math.round(4 * doublings));
    return Numbers.left(percentile, 6)
        + Numbers.left(what, width)
        + Numbers.right(time(nanos), 10)
        + "  "
        + bar;
  }

  /** A time with a unit that suits it. */
  static String time(long nanos) {
    return nanos < 1_000_000
        ? String.format(Locale.ROOT, "%.0f us", nanos / 1e3)
        : String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
