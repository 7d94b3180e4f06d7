package holdfast.testkit;

import java.util.stream.Stream;

/** The usual loop of a crash test. */
public final class PowerCuts {
  /** Opens what is on {@link CutState#disk} and throws when it breaks a promise. */
  @FunctionalInterface
  public interface Check {
    /** Throws anything when the state is not acceptable. */
    void accept(CutState state) throws Throwable;
  }

  private PowerCuts() {}

  /**
   * Checks states.
   *
   * @return how many there were
   * @throws AssertionError for the first that the check refuses, with its id
   */
  public static long check(Stream<CutState> states, Check check) {
    long[] count = {0};
    states.forEachOrdered(
        state -> {
          count[0]++;
          try {
            check.accept(state);
          } catch (Throwable e) {
            throw new AssertionError(
                "after a power cut, state \"" + state.id() + "\": " + e.getMessage(), e);
          }
        });
    return count[0];
  }
}
