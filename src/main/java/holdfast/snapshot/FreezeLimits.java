package holdfast.snapshot;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * When a store takes a frozen root back, and how fast it catches up afterwards.
 *
 * @param records most that may be published while the root is frozen
 * @param bytes most that their values may have
 * @param time longest that the root may be frozen; looked at by publications
 * @param drainMore records that a publication moves, at least, beside as many as it brings, while
 *     there is something to catch up
 */
record FreezeLimits(long records, long bytes, Duration time, int drainMore) {
  /** Few enough to be moved in the time that small publications take without this. */
  static final int DRAIN_MORE = 16;

  /** No limits. */
  static final FreezeLimits NONE =
      new FreezeLimits(
          Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofNanos(Long.MAX_VALUE), DRAIN_MORE);

  /** What is exceeded, in words; null when nothing is. */
  String exceeded(Publication publication, FrozenRoot frozen) {
    if (publication.pendingRecords() > records) {
      return publication.pendingRecords() + " records were published meanwhile, limit " + records;
    }
    if (publication.pendingBytes() > bytes) {
      return publication.pendingBytes() + " bytes were published meanwhile, limit " + bytes;
    }
    if (System.nanoTime() - frozen.since > TimeUnit.NANOSECONDS.convert(time)) {
      return "it took longer than " + time;
    }
    return null;
  }
}
