package holdfast.wksp;

/**
 * What was done because the owner of a lock had died.
 *
 * @param owner the id of the process that held the lock; this one's, when an operation of its own
 *     was cut short by an error, or when the id was used again
 * @param damage what was wrong with the workspace, as {@link Wksp#verify} says it; empty when
 *     nothing was
 */
public record WkspRecovery(long owner, String damage) {
  /**
   * Whether lists and trees had to be built again.
   *
   * @return whether there was damage
   */
  public boolean wasRebuilt() {
    return !damage.isEmpty();
  }
}
