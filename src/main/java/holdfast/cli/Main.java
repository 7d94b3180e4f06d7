package holdfast.cli;

/** The command line as a process. */
public final class Main {
  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * <p>An interrupt ends the JVM with exit code 130 by itself; the hook removes what was only half
   * written until then.
   *
   * @param args command line
   */
  public static void main(String[] args) {
    Host host = Host.ofProcess();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread("holdfast-cleanup") {
              @Override
              public void run() {
                host.partialFiles().abandon();
              }
            });
    System.exit(Commands.run(host, args));
  }
}
