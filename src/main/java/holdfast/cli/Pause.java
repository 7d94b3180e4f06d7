package holdfast.cli;

import java.util.concurrent.locks.LockSupport;

/** What a process does that has nothing to do any more. */
final class Pause {
  private Pause() {}

  /** Waits for the end of the process. */
  static void untilKilled() {
    while (true) {
      LockSupport.park();
    }
  }
}
