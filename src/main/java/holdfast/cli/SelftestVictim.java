package holdfast.cli;

import java.io.IOException;

/** Something that works on files that it found, until it is killed. */
interface SelftestVictim {
  /** What it is called in the report. */
  String name();

  /**
   * Opens what the process before left, compares everything, says what it found, and works on until
   * the kill.
   */
  void work(SelftestScene scene) throws IOException;
}
