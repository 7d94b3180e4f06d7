package holdfast.cli;

import holdfast.wksp.Wksp;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.util.List;

/** Subcommands that concern a workspace as a whole. */
final class WkspWhole {
  private static final String SIZE = "--size";
  private static final String PARTS = "--parts";
  private static final String SEED = "--seed";
  private static final String NAME = "--name";

  /** What an allocation is taken to measure when the number of partitions is not given. */
  private static final long TYPICAL = 64 << 10;

  private static final int NAME_MAX = 39;

  private WkspWhole() {}

  static int make(Host host, List<String> words) throws IOException {
    Arguments arguments =
        Arguments.parse(List.of(SIZE + "=", PARTS + "=", SEED + "=", NAME + "="), words);
    String file = WkspCommand.operands(arguments, "FILE").getFirst();
    if (!arguments.has(SIZE)) {
      throw CommandException.usage("new needs --size", "For example --size 1GiB.");
    }
    long size = WkspCommand.size(SIZE, arguments.value(SIZE, ""));
    long parts =
        arguments.has(PARTS)
            ? WkspCommand.number(PARTS, arguments.value(PARTS, ""))
            : Math.max(1, Wksp.partMaxEstimate(size, TYPICAL));
    long dataMax = Wksp.dataMaxEstimate(size, parts);
    if (dataMax == 0) {
      throw CommandException.usage(
          size + " bytes have no room for " + Long.toUnsignedString(parts) + " partitions",
          "Each takes 64 bytes beside its data, the header 128.");
    }
    String name = arguments.value(NAME, nameOf(host.path(file).getFileName().toString()));
    if (!Wksp.isValidName(name)) {
      throw CommandException.usage(
          "not a name for a workspace: '" + name + "'",
          "1 to 39 of A-Z a-z 0-9 _ - . are allowed, a letter or digit first.");
    }
    int seed = WkspCommand.seed(arguments.value(SEED, "0"));
    if (!Files.exists(host.path(file))) {
      Folders.requireRoom(file, host.path(file), Wksp.footprint(parts, dataMax));
    }
    try (Wksp wksp = Wksp.create(host.path(file), name, seed, parts, dataMax)) {
      new Messages(host, "holdfast wksp", arguments.globals())
          .detail(
              file
                  + ": "
                  + wksp.name()
                  + ", "
                  + Numbers.grouped(parts)
                  + " partitions, "
                  + Numbers.grouped(dataMax)
                  + " bytes of data");
      return ExitCode.DONE;
    } catch (FileAlreadyExistsException e) {
      throw CommandException.refused(file + ": already exists", "Remove it first.");
    }
  }

  /** A name as near to that of the file as is allowed. */
  static String nameOf(String fileName) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < fileName.length() && name.length() < NAME_MAX; i++) {
      String next = fileName.substring(i, i + 1);
      if (Wksp.isValidName("a" + next)) {
        name.append(next);
      } else {
        name.append('_');
      }
    }
    if (!Wksp.isValidName(name.toString())) {
      name.insert(0, 'w');
    }
    return name.substring(0, Math.min(NAME_MAX, name.length()));
  }

  static int verify(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    String file = WkspCommand.operands(arguments, "FILE").getFirst();
    if (WkspSource.isCheckpt(host.path(file))) {
      return WkspCkptVerify.run(host, arguments.globals(), file);
    }
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), file)) {
      wksp.verify();
      if (arguments.globals().verbosity() >= 2) {
        host.text().println(file + ": sound");
      }
      return ExitCode.DONE;
    }
  }

  static int rebuild(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(SEED + "="), words);
    String file = WkspCommand.operands(arguments, "FILE").getFirst();
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), file)) {
      wksp.rebuild(seed(arguments, wksp));
      return ExitCode.DONE;
    }
  }

  static int reset(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(SEED + "="), words);
    String file = WkspCommand.operands(arguments, "FILE").getFirst();
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), file)) {
      wksp.reset(seed(arguments, wksp));
      return ExitCode.DONE;
    }
  }

  private static int seed(Arguments arguments, Wksp wksp) {
    return arguments.has(SEED) ? WkspCommand.seed(arguments.value(SEED, "")) : wksp.seed();
  }
}
