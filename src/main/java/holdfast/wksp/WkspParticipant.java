package holdfast.wksp;

import java.io.IOException;

/**
 * A structure that lives in a workspace and keeps a part of its state outside of it, such as a
 * cache of free objects.
 *
 * <p>Registered with {@link Wksp#register}. A checkpoint calls {@link #quiesce} of all, in the
 * order of their registration, before it takes the lock of the workspace, and {@link #resume} in
 * reverse order afterwards, also when it fails. In between the participant must not change its
 * allocations.
 */
public interface WkspParticipant {
  /**
   * Puts everything that a restored copy will need into the workspace, and stops changing it.
   *
   * <p>May use the workspace. Called by the thread that makes the checkpoint.
   *
   * @throws IOException when that is not possible now; there will be no checkpoint, and {@link
   *     #resume} is called on those that were stopped before, not on this one
   */
  void quiesce() throws IOException;

  /** Lets changes happen again. */
  void resume();
}
