package holdfast.testkit;

import holdfast.internal.Disk;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.BooleanSupplier;

/**
 * A disk that holds one thread, known by its name, in front of one of its operations, until the
 * test lets it go on. Everybody else's operations pass.
 *
 * <pre>{@code
 * HeldDisk held = new HeldDisk(sim, "holdfast-snapshot-merge");
 * held.hold("force", 1);                           // its next force; "" for any operation
 * ... held.disk() is used ...
 * if (held.await(() -> !busy())) {
 *   ... while the thread stands still ...
 * }
 * held.release();
 * }</pre>
 */
public final class HeldDisk {
  private final Disk disk;
  private final String thread;

  // Guarded by this.
  private String operation = "";
  private int left;
  private boolean held;

  /** Around another disk. */
  public HeldDisk(Disk inner, String thread) {
    this.thread = thread;
    this.disk = (Disk) proxy(Disk.class, inner);
  }

  /** The disk to use. */
  public Disk disk() {
    return disk;
  }

  /**
   * The thread will be held in front of its n-th operation from now on, counted from 1.
   *
   * @param name of the method of {@link Disk} or {@link Disk.File}; empty for any
   */
  public synchronized void hold(String name, int n) {
    operation = name;
    left = n;
    held = false;
  }

  /**
   * Waits until the thread is held.
   *
   * @param over asked again and again: whether there is nothing to wait for any more
   * @return whether it is held
   */
  public synchronized boolean await(BooleanSupplier over) throws InterruptedException {
    while (!held && !over.getAsBoolean()) {
      wait(1);
    }
    return held;
  }

  /** Lets it go on, and does not hold it again. */
  public synchronized void release() {
    left = 0;
    held = false;
    notifyAll();
  }

  private synchronized void pass(Method method) throws InterruptedException {
    boolean counts = operation.isEmpty() || operation.equals(method.getName());
    if (left == 0 || !counts || !Thread.currentThread().getName().equals(thread) || --left > 0) {
      return;
    }
    held = true;
    notifyAll();
    while (held) {
      wait();
    }
  }

  private Object proxy(Class<?> type, Object inner) {
    InvocationHandler handler =
        (self, method, arguments) -> {
          if (method.getDeclaringClass() != Object.class) {
            pass(method);
          }
          try {
            Object result = method.invoke(inner, arguments);
            return result instanceof Disk.File file ? proxy(Disk.File.class, file) : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }
}
