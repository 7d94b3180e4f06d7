package holdfast.wksp;

import java.io.Serial;

/** Somebody else held the lock of a workspace for longer than {@link WkspOptions#lockTimeout}. */
public final class WkspLockedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /** What the owner word said. */
  private final long owner;

  WkspLockedException(long owner) {
    super(
        owner == WkspHeader.UNDER_CONSTRUCTION
            ? "the workspace is still being made"
            : "the workspace is locked by process " + Long.toUnsignedString(owner));
    this.owner = owner;
  }

  /**
   * Who held it.
   *
   * @return the id of a process; 0 when the workspace is still being made
   */
  public long owner() {
    return owner;
  }
}
