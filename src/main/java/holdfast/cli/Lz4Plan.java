package holdfast.cli;

import holdfast.cli.Lz4Options.Mode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The file-name rules of the {@code lz4} command: which names are inputs, and what their outputs
 * are called.
 *
 * <pre>{@code
 * lz4 A          A -> A.lz4               lz4 A B        A -> B
 * lz4 A.lz4      A.lz4 -> A               lz4            stdin -> stdout
 * lz4 -c A       A -> stdout              lz4 -m A B C   A -> A.lz4, B -> B.lz4, C -> C.lz4
 * lz4 -r DIR     every file below DIR     lz4 -t A.lz4   A.lz4 -> nothing
 * }</pre>
 *
 * <p>{@code -} and {@code stdin} name standard input, {@code -} and {@code stdout} standard output,
 * {@code null} an output that is thrown away.
 */
final class Lz4Plan {
  /** Stands for a standard stream in place of a file name. */
  static final String STANDARD = "-";

  static final String SUFFIX = ".lz4";

  private final Host host;
  private final Lz4Options options;
  private final Mode mode;

  Lz4Plan(Host host, Lz4Options options) {
    this.host = host;
    this.options = options;
    this.mode = mode(options);
  }

  /** The mode with {@code AUTO} settled by the name of the first input. */
  private static Mode mode(Lz4Options options) {
    if (options.mode != Mode.AUTO) {
      return options.mode;
    }
    boolean packed = !options.names.isEmpty() && options.names.getFirst().endsWith(SUFFIX);
    return packed ? Mode.DECOMPRESS : Mode.COMPRESS;
  }

  /** What is to be done; never {@code AUTO}. */
  Mode mode() {
    return mode;
  }

  /** Whether any number of names are inputs, instead of one input and one output. */
  boolean isMultiple() {
    return options.multiple || options.recursive;
  }

  /**
   * All inputs in order, with the files below directories in place of these.
   *
   * @throws IOException if a directory cannot be read
   */
  List<String> inputs() throws IOException {
    if (options.names.isEmpty()) {
      return List.of(STANDARD);
    }
    if (!isMultiple()) {
      if (options.names.size() > 2) {
        throw CommandException.usage(
            options.names.size() + " names given, where one input and one output are expected",
            "Use -m for several inputs.");
      }
      if (options.names.size() == 2) {
        requireOutput();
      }
      return List.of(inputName(options.names.getFirst()));
    }
    List<String> inputs = new ArrayList<>();
    for (String name : options.names) {
      String input = inputName(name);
      if (options.recursive && !input.equals(STANDARD) && Files.isDirectory(host.path(input))) {
        addFilesBelow(input, inputs);
      } else {
        inputs.add(input);
      }
    }
    return inputs;
  }

  /** Refuses a second name that would mean nothing: the user may take it for an input. */
  private void requireOutput() {
    String name = options.names.getLast();
    if (mode == Mode.TEST) {
      throw CommandException.usage(
          "a test writes nothing, but an output is named too: " + name,
          "Use -m for several inputs.");
    }
    if (options.toStdout && !STANDARD.equals(outputName(name))) {
      throw CommandException.usage(
          "-c writes to standard output, but an output is named too: " + name,
          "Use -m for several inputs.");
    }
  }

  /** Adds the files of a directory tree in a fixed order; reading modes want packed ones only. */
  private void addFilesBelow(String directory, List<String> inputs) throws IOException {
    // A link that was named is followed; links among what is below are not, if to directories.
    Path root = host.path(directory).toRealPath();
    boolean packedOnly = mode != Mode.COMPRESS && mode != Mode.BENCHMARK;
    List<String> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = nameOf(file);
            if (Files.isRegularFile(file) && (!packedOnly || name.endsWith(SUFFIX))) {
              found.add(name);
            }
            return FileVisitResult.CONTINUE;
          }

          // What cannot be read fails in its turn, and the others are done.
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            found.add(nameOf(file));
            return FileVisitResult.CONTINUE;
          }

          private String nameOf(Path file) {
            return Path.of(directory).resolve(root.relativize(file)).toString();
          }
        });
    Collections.sort(found);
    inputs.addAll(found);
  }

  private static String inputName(String name) {
    return name.equals("stdin") ? STANDARD : name;
  }

  /** An input together with its output; refuses one whose output has no name. */
  Lz4Task task(String input) {
    if (mode != Mode.COMPRESS && mode != Mode.DECOMPRESS) {
      return new Lz4Task(input, null);
    }
    if (!isMultiple() && options.names.size() == 2) {
      return new Lz4Task(input, outputName(options.names.getLast()));
    }
    if (options.toStdout || input.equals(STANDARD)) {
      return new Lz4Task(input, STANDARD);
    }
    if (mode == Mode.COMPRESS) {
      return new Lz4Task(input, input + SUFFIX);
    }
    if (!input.endsWith(SUFFIX)) {
      throw CommandException.usage(
          "the name does not end in " + SUFFIX + ", so the output's name is unknown",
          "Name the output too, or use -c to write to standard output.");
    }
    return new Lz4Task(input, input.substring(0, input.length() - SUFFIX.length()));
  }

  private static String outputName(String name) {
    return switch (name) {
      case "stdout" -> STANDARD;
      case "null", "/dev/null" -> null;
      default -> name;
    };
  }
}
