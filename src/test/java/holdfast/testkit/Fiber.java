package holdfast.testkit;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Semaphore;

/**
 * A body that can stop in the middle and be continued, on one thread at a time.
 *
 * <p>The JDK's own continuations are taken where the JVM exports them ({@code
 * --add-exports=java.base/jdk.internal.vm=ALL-UNNAMED}, an option of the test runs): a switch is
 * about a tenth of a microsecond. Without it virtual threads hand a baton, 20 to 50 times slower.
 */
abstract sealed class Fiber {
  /** Ends a body that is not wanted any more. */
  static final class Discarded extends Error {
    private static final long serialVersionUID = 1L;

    private Discarded() {
      super("the run is over", null, false, false);
    }
  }

  private Fiber() {}

  static Fiber of(Runnable body) {
    return Continued.CONSTRUCTOR != null ? new Continued(body) : new Threaded(body);
  }

  /** Runs the body until its next {@link #suspend} or its end. */
  abstract void resume();

  /** Stops here until the next {@link #resume}; only called by the body. */
  abstract void suspend();

  abstract boolean done();

  /** Gives up on the rest of the body. */
  abstract void discard();

  private static final class Continued extends Fiber {
    static final MethodHandle CONSTRUCTOR;
    private static final MethodHandle RUN;
    private static final MethodHandle YIELD;
    private static final MethodHandle DONE;

    static {
      MethodHandle[] found = new MethodHandle[4];
      try {
        Class<?> type = Class.forName("jdk.internal.vm.Continuation");
        Class<?> scopeType = Class.forName("jdk.internal.vm.ContinuationScope");
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        Object scope = scopeType.getConstructor(String.class).newInstance("interleavings");
        found[0] =
            lookup
                .unreflectConstructor(type.getConstructor(scopeType, Runnable.class))
                .bindTo(scope)
                .asType(MethodType.methodType(Object.class, Runnable.class));
        MethodType method = MethodType.methodType(void.class, Object.class);
        found[1] = lookup.unreflect(type.getMethod("run")).asType(method);
        found[2] =
            lookup
                .unreflect(type.getMethod("yield", scopeType))
                .bindTo(scope)
                .asType(MethodType.methodType(void.class));
        found[3] =
            lookup
                .unreflect(type.getMethod("isDone"))
                .asType(MethodType.methodType(boolean.class, Object.class));
      } catch (ReflectiveOperationException e) {
        found = new MethodHandle[4];
      }
      CONSTRUCTOR = found[0];
      RUN = found[1];
      YIELD = found[2];
      DONE = found[3];
    }

    private final Object continuation;

    Continued(Runnable body) {
      try {
        continuation = (Object) CONSTRUCTOR.invokeExact(body);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    @Override
    void resume() {
      try {
        RUN.invokeExact(continuation);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    @Override
    void suspend() {
      try {
        YIELD.invokeExact();
      } catch (Throwable e) {
        throw new AssertionError("the code under check holds a lock or is called natively", e);
      }
    }

    @Override
    boolean done() {
      try {
        return (boolean) DONE.invokeExact(continuation);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    @Override
    void discard() {} // unreachable from now on, so it is garbage
  }

  private static final class Threaded extends Fiber {
    private final Semaphore mine = new Semaphore(0);
    private final Semaphore back = new Semaphore(0);
    private final Runnable body;
    private Thread thread;
    private boolean done;
    private boolean discarded;

    Threaded(Runnable body) {
      this.body = body;
    }

    private void live() {
      try {
        mine.acquireUninterruptibly();
        if (!discarded) {
          body.run();
        }
      } finally {
        done = true;
        back.release();
      }
    }

    @Override
    void resume() {
      if (thread == null) {
        thread = Thread.ofVirtual().start(this::live);
      }
      mine.release();
      back.acquireUninterruptibly();
    }

    @Override
    void suspend() {
      back.release();
      mine.acquireUninterruptibly();
      if (discarded) {
        throw new Discarded();
      }
    }

    @Override
    boolean done() {
      return done;
    }

    @Override
    void discard() {
      discarded = true;
      while (thread != null && !done) {
        resume();
      }
    }
  }
}
