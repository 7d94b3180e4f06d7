package holdfast.internal;

import java.io.IOException;

/** Runs one piece of work on several threads that end before the call returns. */
public final class Workers {
  /** What one thread does. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does a worker's part.
     *
     * @param worker which one, from 0
     * @throws IOException when the system refuses something
     */
    void run(int worker) throws IOException;
  }

  private Workers() {}

  /**
   * Runs a task for each worker: worker 0 on the calling thread, the others on threads of their
   * own. An interrupt of the caller is passed on to them, because it is they who may be waiting.
   *
   * @param count workers, at least 1
   * @param task what each does; it sees to it that the others stop when one fails
   * @throws IOException what a worker threw; of several, that of the lowest one, the others
   *     suppressed
   */
  public static void run(int count, Task task) throws IOException {
    Throwable[] failures = new Throwable[count];
    Thread[] threads = new Thread[count];
    int started = 1;
    try {
      while (started < count) {
        int worker = started;
        threads[worker] =
            Thread.ofPlatform()
                .name("holdfast-worker-" + worker)
                .daemon()
                .unstarted(() -> attempt(task, worker, failures));
        threads[worker].start();
        started++;
      }
    } catch (OutOfMemoryError e) {
      failures[started] = e; // no more threads: those that run finish their parts
    }
    attempt(task, 0, failures);
    boolean interrupted = false;
    for (int worker = 1; worker < started; worker++) {
      while (threads[worker].isAlive()) {
        try {
          threads[worker].join();
        } catch (InterruptedException e) {
          interrupted = true;
          for (int other = 1; other < started; other++) {
            threads[other].interrupt();
          }
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    rethrow(failures);
  }

  /**
   * Waits for the end of a thread; for nothing when it is the calling one. An interrupt meanwhile
   * is kept for later.
   *
   * @param thread started, or never to be
   */
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive() && thread != Thread.currentThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void attempt(Task task, int worker, Throwable[] failures) {
    try {
      task.run(worker);
    } catch (Throwable e) {
      failures[worker] = e; // published by the end of the thread
    }
  }

  private static void rethrow(Throwable[] failures) throws IOException {
    Throwable first = null;
    for (Throwable failure : failures) {
      if (first == null) {
        first = failure;
      } else if (failure != null && failure != first) {
        first.addSuppressed(failure);
      }
    }
    if (first != null) {
      throw Failures.rethrow(first);
    }
  }
}
