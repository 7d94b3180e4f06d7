package holdfast.cli;

import holdfast.lz4.Lz4Level;
import java.util.ArrayList;
import java.util.List;

/**
 * One stop of the tour.
 *
 * @param title for the table
 * @param fileName of the frames, without its ending
 * @param level how hard to compress
 * @param bytesMax most plain bytes, about: what the level works through in a few seconds
 */
record TourLevel(String title, String fileName, Lz4Level level, long bytesMax) {
  /** Up to here the slowest level is quick enough to come along without being asked for. */
  static final long SMALL = 8L << 20;

  /**
   * The levels for an input, the slowest first: a pass of a fast level would be over before the JVM
   * has compiled the decoder, which they share.
   *
   * @param all whether the slowest is wanted whatever the size of the input
   */
  static List<TourLevel> plan(boolean all, long inputBytes) {
    List<TourLevel> plan = new ArrayList<>();
    if (all || inputBytes <= SMALL) {
      plan.add(new TourLevel("HC 12", "hc-12", Lz4Level.hc(12), 16L << 20));
    }
    plan.add(new TourLevel("HC 9", "hc-9", Lz4Level.hc(9), 160L << 20));
    plan.add(new TourLevel("HC 3", "hc-3", Lz4Level.hc(3), 160L << 20));
    plan.add(new TourLevel("fast, accel. 8", "fast-8", Lz4Level.fast(8), Long.MAX_VALUE));
    plan.add(new TourLevel("fast", "fast", Lz4Level.FAST, Long.MAX_VALUE));
    return plan;
  }
}
