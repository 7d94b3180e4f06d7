package holdfast.wksp;

import java.time.Duration;
import java.util.Objects;

/**
 * How to join a workspace.
 *
 * @param recovery whether a lock whose owner died is taken over, and the workspace verified and
 *     rebuilt if needed. To be switched off where processes of several process-id namespaces
 *     (containers) share a region: the id of a process in another one looks dead, or is our own
 * @param lockTimeout how long an operation waits for a lock that another process or thread holds
 *     before it throws {@link WkspLockedException}; the default is, in effect, for ever
 */
public record WkspOptions(boolean recovery, Duration lockTimeout) {
  /** Recovery on, no timeout. */
  public static final WkspOptions DEFAULT = new WkspOptions(true, Duration.ofDays(36_500));

  /** Checks. */
  public WkspOptions {
    Objects.requireNonNull(lockTimeout, "lockTimeout");
    if (lockTimeout.isNegative() || lockTimeout.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException("lockTimeout must be in 0 to 36500 days: " + lockTimeout);
    }
  }

  /**
   * Switches recovery.
   *
   * @param on whether locks of the dead are taken over
   * @return new options
   */
  public WkspOptions withRecovery(boolean on) {
    return new WkspOptions(on, lockTimeout);
  }

  /**
   * Sets the timeout.
   *
   * @param timeout how long to wait for the lock
   * @return new options
   */
  public WkspOptions withLockTimeout(Duration timeout) {
    return new WkspOptions(recovery, timeout);
  }
}
