package holdfast.cli;

/** The command line as a process. */
public final class Main {
  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param args command line
   */
  public static void main(String[] args) {
    System.exit(0);
  }
}
