package holdfast.testkit;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Runs test code on a {@code Mem} whose threads are taken off their processors just before some of
 * the compare-and-sets: the worst moment for lock-free code, which on a quiet machine hardly comes.
 *
 * <p>Works like {@link PatchedMem}.
 */
public final class YieldingMem {
  private static final Pattern CAS = Pattern.compile("(public static \\w+ cas\\w+\\([^)]*\\) \\{)");

  private YieldingMem() {}

  /**
   * Loads a class again, on that {@code Mem}, and runs it.
   *
   * @param body a public class with a public constructor
   * @throws Throwable what it throws
   */
  public static void run(Class<? extends Runnable> body) throws Throwable {
    Class<?> inside = Class.forName(body.getName(), true, Once.LOADER);
    try {
      ((Runnable) inside.getConstructor().newInstance()).run();
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** What the patched {@code Mem} calls before each compare-and-set. */
  public static void before() {
    if ((ThreadLocalRandom.current().nextInt() & 31) == 0) {
      LockSupport.parkNanos(1);
    }
  }

  private static final class Once {
    static final ClassLoader LOADER =
        PatchedMem.loader(
            PatchedMem.compile(
                source ->
                    CAS.matcher(source).replaceAll("$1 holdfast.testkit.YieldingMem.before();")),
            bytes -> bytes);
  }
}
