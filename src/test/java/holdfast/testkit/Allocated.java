package holdfast.testkit;

import java.lang.reflect.Method;

/**
 * How many heap bytes this thread has allocated, by the counter of the JVM.
 *
 * <p>Reached by reflection, because the library and so its tests do not read the management module.
 */
public final class Allocated {
  private static final Object BEAN = bean();
  private static final Method COUNTER = counter();

  private Allocated() {}

  /** Whether this JVM counts. */
  public static boolean isCounted() {
    return COUNTER != null;
  }

  /** Bytes since the thread began; differences are what counts. */
  public static long byThisThread() {
    try {
      return (long) COUNTER.invoke(BEAN);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static Object bean() {
    try {
      return Class.forName("java.lang.management.ManagementFactory")
          .getMethod("getThreadMXBean")
          .invoke(null);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  private static Method counter() {
    try {
      return Class.forName("com.sun.management.ThreadMXBean")
          .getMethod("getCurrentThreadAllocatedBytes");
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }
}
