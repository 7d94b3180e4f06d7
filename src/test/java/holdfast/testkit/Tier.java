package holdfast.testkit;

/**
 * How much a test does: a little in every build, a lot with {@code -Pthorough}.
 *
 * <p>The size of a random test is the only thing that depends on it.
 */
public final class Tier {
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
   * fresh one in the long run. Print it before the first step.
   */
  public static long seed(long usual) {
    String given = System.getProperty("holdfast.seed", "");
    return given.isEmpty() ? (thorough() ? System.nanoTime() : usual) : Long.parseLong(given);
  }
}
