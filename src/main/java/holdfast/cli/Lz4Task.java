package holdfast.cli;

/**
 * One input of the {@code lz4} command and where its result goes.
 *
 * @param input a file name, or {@link Lz4Plan#STANDARD} for standard input
 * @param output a file name, {@link Lz4Plan#STANDARD} for standard output, or {@code null} when the
 *     result is thrown away
 */
record Lz4Task(String input, String output) {
  boolean fromStdin() {
    return input.equals(Lz4Plan.STANDARD);
  }

  boolean toStdout() {
    return Lz4Plan.STANDARD.equals(output);
  }

  /** The input as messages call it. */
  String name() {
    return fromStdin() ? "stdin" : input;
  }
}
