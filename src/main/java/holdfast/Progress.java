package holdfast;

/**
 * Watches long work and may end it.
 *
 * <p>Called by the thread that does the work (by one thread at a time when there are several),
 * often enough for a bar on a screen and seldom enough not to be felt. Must return quickly.
 */
@FunctionalInterface
public interface Progress {
  /** Watches nothing and never cancels. */
  Progress NONE = (done, total) -> true;

  /**
   * Tells how far the work is.
   *
   * @param done bytes (or the unit that the method says) finished so far; never shrinks
   * @param total how many there are in all, or -1 when that is not known
   * @return {@code true} to go on; {@code false} makes the work stop with a {@link
   *     java.util.concurrent.CancellationException}, after it cleaned up
   */
  boolean update(long done, long total);
}
