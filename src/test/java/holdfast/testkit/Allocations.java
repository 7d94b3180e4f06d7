package holdfast.testkit;

import java.lang.reflect.Method;

/**
 * Counts the bytes that a piece of work allocates on the heap.
 *
 * <p>The counter belongs to the JDK's management module. The library does not read that module, so
 * it is reached by reflection.
 */
public final class Allocations {
  private static final Object BEAN;
  private static final Method ALLOCATED;

  static {
    try {
      BEAN =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      ALLOCATED =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Allocations() {}

  /** Bytes that this thread allocates while it does the work, plus about a hundred. */
  public static long of(Runnable work) {
    long before = now();
    work.run();
    return now() - before;
  }

  private static long now() {
    try {
      return (long) ALLOCATED.invoke(BEAN);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no counter of allocated bytes", e);
    }
  }
}
