package holdfast.testkit;

/**
 * How much a test does: a little in every build, a lot with {@code -Pthorough}.
 *
 * <p>The size of a random test and its seed are all that depends on it.
 */
public final class Tier {
  private static final long FRESH = System.nanoTime();

  private Tier() {}

  /** Whether this is the long run. */
  public static boolean thorough() {
    return "thorough".equals(System.getProperty("holdfast.tier"));
  }

  /** The number for the tier of this run. */
  public static int of(int quick, int thorough) {
    return thorough() ? thorough : quick;
  }

  /**
   * A seed for a random test: {@code -Dholdfast.seed=N}, else the given one in the quick tier and a
   * fresh one in the long run, which is printed: the same whenever a JVM asks again.
   */
  public static long seed(long usual) {
    String given = System.getProperty("holdfast.seed", "");
    if (!given.isEmpty()) {
      return Long.parseLong(given);
    }
    if (!thorough()) {
      return usual;
    }
    StackWalker walker = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    System.out.println("seed " + (FRESH + usual) + " for " + walker.getCallerClass().getName());
    return FRESH + usual;
  }
}
