package holdfast.cli;

import holdfast.cli.Lz4Options.Mode;
import java.io.IOException;
import java.util.List;

/** {@code lz4}, {@code unlz4} and {@code lz4cat}: what the tool of that name does, its way. */
final class Lz4Command implements Command {
  private final String name;

  /**
   * Makes the command.
   *
   * @param name {@code lz4}, {@code unlz4} or {@code lz4cat}
   */
  Lz4Command(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String summary() {
    return switch (name) {
      case "unlz4" -> "the same as lz4 -d";
      case "lz4cat" -> "the same as lz4 -dcfm: print files, packed or not";
      default -> "compress, decompress, test, list and measure .lz4 files";
    };
  }

  @Override
  public String help() {
    return Lz4Help.TEXT;
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    Lz4Options options =
        Lz4OptionParser.parse(
            name, host.environment("LZ4_CLEVEL"), host.environment("LZ4_NBWORKERS"), words);
    if (options.help) {
      host.text().print(help());
      return ExitCode.DONE;
    }
    if (options.version) {
      host.text().println(Version.line());
      return ExitCode.DONE;
    }
    Lz4Plan plan = new Lz4Plan(host, options);
    return switch (plan.mode()) {
      case LIST -> new Lz4List(host, options, messages(host, options)).run(plan.inputs());
      case BENCHMARK -> new Lz4Benchmark(host, options).run(plan);
      case TEST, COMPRESS, DECOMPRESS, AUTO -> convert(host, options, plan);
    };
  }

  private Messages messages(Host host, Lz4Options options) {
    return new Messages(host, name, options.globals);
  }

  private int convert(Host host, Lz4Options options, Lz4Plan plan) throws IOException {
    int verbosity = options.globals.verbosity();
    // Results are for a person who converts one file; a script hears of problems alone.
    boolean quieter = plan.isMultiple() || options.toStdout || options.names.isEmpty();
    int spoken = verbosity == 2 && quieter && plan.mode() != Mode.TEST ? 1 : verbosity;
    Messages messages = new Messages(host, name, options.globals, spoken);
    byte[] dictionary =
        options.dictionary == null ? new byte[0] : Lz4DictionaryFile.read(host, options);
    int code = ExitCode.DONE;
    try (Lz4Codec codec =
        plan.mode() == Mode.COMPRESS
            ? new Lz4Packer(options, dictionary)
            : new Lz4Unpacker(options, plan.mode(), dictionary)) {
      Lz4Conversion conversion =
          new Lz4Conversion(host, options, plan.mode(), codec, messages, spoken);
      for (String input : plan.inputs()) {
        int one = convert(conversion, plan, input, messages);
        code = code == ExitCode.DONE ? one : code;
      }
    }
    return code;
  }

  /** Converts one input; what fails is told and does not keep the others from being converted. */
  private static int convert(
      Lz4Conversion conversion, Lz4Plan plan, String input, Messages messages) throws IOException {
    try {
      conversion.convert(plan.task(input));
      return ExitCode.DONE;
    } catch (IOException | RuntimeException e) {
      if (Failure.isBrokenPipe(e)) {
        throw (IOException) e;
      }
      Failure failure = Failure.of(e);
      messages.error(input.equals(Lz4Plan.STANDARD) ? "stdin" : input, failure);
      return failure.code();
    }
  }
}
