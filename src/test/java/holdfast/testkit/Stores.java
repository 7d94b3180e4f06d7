package holdfast.testkit;

/**
 * Counts the stores that go through the patched {@code Mem}, and dies before the n-th.
 *
 * <p>Alive only inside {@link PatchedMem}: the ordinary {@code Mem} never calls it. A death leaves
 * memory as a SIGKILL between two stores would. Code that catches it and stores on is wrong, so
 * every later store dies, too. For one thread.
 */
public final class Stores {
  /** The end of the process, as far as the piece under test can tell. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    private Killed(long store) {
      super("killed before store " + store);
    }
  }

  private static long count;
  private static long fatal = Long.MAX_VALUE;

  private Stores() {}

  /**
   * Starts counting at 0.
   *
   * @param n the store that does not happen any more, from 1; {@link Long#MAX_VALUE} for none
   */
  public static void dieAt(long n) {
    count = 0;
    fatal = n;
  }

  /** Stores that happened since {@link #dieAt}. */
  public static long count() {
    return count;
  }

  /** What the patched {@code Mem} calls before each store. */
  public static void next() {
    if (count + 1 >= fatal) {
      throw new Killed(fatal);
    }
    count++;
  }
}
