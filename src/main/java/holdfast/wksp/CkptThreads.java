package holdfast.wksp;

import java.lang.foreign.MemorySegment;

/** Threads that help with a checkpoint or a restore and end with it. */
final class CkptThreads {
  private CkptThreads() {}

  /** How many threads can work on some memory: one, when it is confined to the caller's. */
  static int usable(MemorySegment mem, int wanted) {
    return wanted == 1 || mem.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {})) ? wanted : 1;
  }

  /** Runs a task on a thread of its own. */
  static void start(Runnable task) {
    Thread.ofPlatform().name("holdfast-checkpt").daemon().start(task);
  }
}
