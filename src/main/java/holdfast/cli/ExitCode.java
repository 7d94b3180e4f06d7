package holdfast.cli;

/**
 * What the process tells its caller by its exit status.
 *
 * <p>Two more never come from here: 69 is the launcher that found no Java to run on, 130 is the
 * JVM's own answer to an interrupt.
 */
final class ExitCode {
  /** Everything asked for was done. */
  static final int DONE = 0;

  /** A problem was found in the data: damage, a mismatch, no room, an incomplete salvage. */
  static final int PROBLEM = 1;

  /** The command line makes no sense. */
  static final int USAGE = 2;

  /** The system refused: a missing file, a full disk, no permission. */
  static final int IO = 3;

  /** The bytes may be right, but this version cannot read them. */
  static final int UNSUPPORTED = 4;

  /** Done nothing, to be safe: the output exists, the memory limit is too small, a terminal. */
  static final int REFUSED = 5;

  private ExitCode() {}
}
