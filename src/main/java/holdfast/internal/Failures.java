package holdfast.internal;

import java.io.IOException;

/** What one thread threw, and another one has to throw. */
public final class Failures {
  private Failures() {}

  /**
   * Throws what was caught as a throwable, but could only be one of these three.
   *
   * @param failure not null
   * @return never; so that a caller can say {@code throw}
   * @throws IOException when it is one
   */
  public static RuntimeException rethrow(Throwable failure) throws IOException {
    switch (failure) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  /**
   * Keeps the first of several failures; the others are told with it.
   *
   * @param first null while there is none
   * @param next one more
   * @param <E> of what kind they are
   * @return the first
   */
  public static <E extends Throwable> E first(E first, E next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }
}
