package holdfast.cli;

import java.io.IOException;

/**
 * A part of the tour in which a process is killed: one process works on files until it gets a
 * SIGKILL, a fresh one opens what is left, and compares it with the input.
 *
 * <pre>{@code
 * tour --+-- process 1: live()    works, says "ready", works on ... SIGKILL
 *        '-- process 2: revive()  opens, verifies, compares, ends
 * }</pre>
 */
interface TourAct {
  /** The word that the command line and the report use. */
  String name();

  /** Does the work, and returns when the kill may come; threads may go on working. */
  void live(TourStage stage) throws IOException;

  /** Opens what the killed process left, and compares. */
  void revive(TourStage stage) throws IOException;
}
