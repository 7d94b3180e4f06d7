package holdfast.cli;

import holdfast.Progress;
import holdfast.cli.Lz4Codec.Tally;
import holdfast.cli.Lz4Options.Mode;
import holdfast.cli.Lz4Options.Sparse;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes inputs to their outputs: opens both, lets the codec work, and finishes the output only when
 * all went well.
 *
 * <p>The order matters: everything that can be refused is refused before a byte is read, the output
 * gets its name after the last byte, and the source is removed after that.
 */
final class Lz4Conversion {
  private final Host host;
  private final Lz4Options options;
  private final Mode mode;
  private final Lz4Codec codec;
  private final Messages messages;
  private final int verbosity;

  Lz4Conversion(
      Host host, Lz4Options options, Mode mode, Lz4Codec codec, Messages messages, int verbosity) {
    this.host = host;
    this.options = options;
    this.mode = mode;
    this.codec = codec;
    this.messages = messages;
    this.verbosity = verbosity;
  }

  /** Converts one input. */
  void convert(Lz4Task task) throws IOException {
    refuseTerminals(task);
    Tally tally;
    try (Input input = open(task)) {
      if (task.output() == null) {
        tally = run(input, OutputStream.nullOutputStream());
      } else if (task.toStdout()) {
        tally = toStdout(input);
      } else {
        tally = toFile(input, host.path(task.output()), task.output());
      }
    }
    removeSource(task);
    messages.result(task.name() + ": " + codec.describe(tally));
  }

  private void refuseTerminals(Lz4Task task) {
    if (task.fromStdin() && host.terminal().in() && !options.force) {
      throw CommandException.refused(
          "standard input is a terminal",
          "Name a file, or use -f to read what you type. 'holdfast lz4 --help' tells more.");
    }
    if (task.toStdout() && host.terminal().out() && !options.toStdout) {
      throw CommandException.refused(
          "the output would go to the terminal", "Use -c if you want that, or name an output.");
    }
  }

  private Input open(Lz4Task task) throws IOException {
    if (task.fromStdin()) {
      return Input.standard(host);
    }
    Path path = host.path(task.input());
    if (Files.isDirectory(path)) {
      if (options.recursive) {
        // Still among the inputs, so it could not be read: this throws the reason.
        try (var _ = Files.newDirectoryStream(path)) {}
      }
      throw CommandException.refused(
          "is a directory", "Use -r for all files below it; archives are the job of tar.");
    }
    return Input.file(task.input(), path);
  }

  private Tally toFile(Input input, Path target, String name) throws IOException {
    if (Files.exists(target) && input.path() != null && Files.isSameFile(input.path(), target)) {
      throw CommandException.refused("input and output are the same file", "");
    }
    boolean replace = options.force || mayReplace(input, target, name);
    try (OutputFile file = create(target, name, input.path(), replace)) {
      boolean sparse = mode == Mode.DECOMPRESS && options.sparse != Sparse.NEVER;
      Tally tally = toChannel(input, file.channel(), sparse && file.isRegular());
      if (input.path() != null) {
        file.copyAttributes(input.path());
      }
      file.commit(options.removeSource);
      return tally;
    }
  }

  /** Starts the output; an error says that it is about the output and not about the input. */
  private OutputFile create(Path target, String name, Path model, boolean replace) {
    try {
      return OutputFile.create(host, target, model, replace);
    } catch (IOException | RuntimeException e) {
      throw CommandException.about(name, Failure.of(e));
    }
  }

  /** Asks, on a terminal, whether an existing file may go. */
  private boolean mayReplace(Input input, Path target, String name) throws IOException {
    if (!Files.isRegularFile(target)
        || input.path() == null
        || !host.terminal().in()
        || !host.terminal().err()) {
      return false;
    }
    host.err().print(name + " already exists; overwrite it (y/N)? ");
    host.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(host.in(), Charset.defaultCharset())).readLine();
    if (answer == null || !(answer.startsWith("y") || answer.startsWith("Y"))) {
      throw CommandException.refused("not overwritten", "");
    }
    return true;
  }

  private Tally toStdout(Input input) throws IOException {
    OutputStream out = host.out();
    boolean sparse = mode == Mode.DECOMPRESS && options.sparse == Sparse.ALWAYS;
    if (sparse && out instanceof FileOutputStream file && canHaveHoles(file.getChannel())) {
      return toChannel(input, file.getChannel(), true);
    }
    Tally tally = run(input, out);
    out.flush();
    return tally;
  }

  /**
   * Whether holes can be left in what standard output was redirected to: an ordinary file, nothing
   * in it beyond the position, and not opened for appending, where positions have no say.
   */
  private static boolean canHaveHoles(FileChannel out) {
    try {
      String flags = "";
      for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/1"))) {
        flags = line.startsWith("flags:") ? line.substring(6).strip() : flags;
      }
      final int append = 02000;
      return Files.isRegularFile(Path.of("/proc/self/fd/1"))
          && (Integer.parseInt(flags, 8) & append) == 0
          && out.position() == out.size();
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }

  private Tally toChannel(Input input, FileChannel channel, boolean sparse) throws IOException {
    if (!sparse) {
      return run(input, Channels.newOutputStream(channel));
    }
    SparseOutput out = new SparseOutput(channel);
    Tally tally = run(input, out);
    out.finish();
    return tally;
  }

  private Tally run(Input input, OutputStream out) throws IOException {
    ProgressBar bar = ProgressBar.of(host, options.globals, verbosity, input.name());
    if (bar == null) {
      return codec.run(input, out, Progress.NONE);
    }
    try {
      return codec.run(input, out, bar);
    } finally {
      bar.clear();
    }
  }

  private void removeSource(Lz4Task task) throws IOException {
    if (!options.removeSource || mode == Mode.TEST || task.fromStdin()) {
      return;
    }
    if (task.output() == null || task.toStdout()) {
      messages.warning(task.name() + " is kept: --rm needs an output file");
      return;
    }
    Files.delete(host.path(task.input()));
  }
}
