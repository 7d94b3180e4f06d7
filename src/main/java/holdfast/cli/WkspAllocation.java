package holdfast.cli;

import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.util.List;

/** Subcommands that make, find and free allocations. */
final class WkspAllocation {
  private static final String ALIGN = "--align";
  private static final String TAG = "--tag";

  private WkspAllocation() {}

  static int alloc(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(ALIGN + "=", TAG + "="), words);
    List<String> operands = WkspCommand.operands(arguments, "FILE", "SIZE");
    long size = WkspCommand.size("SIZE", operands.get(1));
    long align = WkspCommand.size(ALIGN, arguments.value(ALIGN, "0"));
    long tag = WkspCommand.number(TAG, arguments.value(TAG, "1"));
    if (align != 0 && Long.bitCount(align) != 1) {
      throw CommandException.usage("--align must be a power of two: " + align, "");
    }
    if (tag == 0 || size == 0) {
      throw CommandException.usage("neither the size nor the tag can be 0", "");
    }
    String file = operands.getFirst();
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), file)) {
      long gaddr = wksp.alloc(align, size, tag);
      if (gaddr == Wksp.GADDR_NULL) {
        throw CommandException.problem(
            file + ": no room for " + size + " bytes",
            "'holdfast wksp usage' tells what is free; records may be used up, too.");
      }
      host.text().println(new WkspPlace(file, gaddr));
      return ExitCode.DONE;
    }
  }

  static int info(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    List<String> operands = WkspCommand.operands(arguments, "FILE", "TAG");
    long tag = WkspCommand.number("TAG", operands.get(1));
    try (Wksp wksp = Wksp.openReadOnly(host.path(operands.getFirst()))) {
      List<Partition> found = tag == 0 ? List.of() : wksp.tagQuery(1, tag);
      if (found.isEmpty()) {
        host.text().println("- 0");
      } else {
        Partition first = found.getFirst();
        WkspPlace place = new WkspPlace(operands.getFirst(), first.gaddrLo());
        host.text().println(place + " " + first.size());
      }
      return ExitCode.DONE;
    }
  }

  static int free(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    WkspPlace place = WkspPlace.parse(WkspCommand.operands(arguments, "FILE:GADDR").getFirst());
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), place.file())) {
      if (!wksp.free(place.gaddr())) {
        nothingThere(host, arguments, place);
      }
      return ExitCode.DONE;
    }
  }

  static int tagQuery(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    WkspPlace place = WkspPlace.parse(WkspCommand.operands(arguments, "FILE:GADDR").getFirst());
    try (Wksp wksp = Wksp.openReadOnly(host.path(place.file()))) {
      host.text().println(Long.toUnsignedString(wksp.tag(place.gaddr())));
      return ExitCode.DONE;
    }
  }

  static int tagFree(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    if (arguments.operands().size() < 2) {
      throw CommandException.usage("expected FILE TAG...", "");
    }
    String file = arguments.operands().getFirst();
    long[] tags = tags(arguments);
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), file)) {
      long count = wksp.tagFree(tags);
      Messages messages = new Messages(host, "holdfast wksp", arguments.globals());
      if (count == 0) {
        messages.warning(file + ": no allocation has such a tag");
      } else {
        messages.detail(file + ": freed " + Numbers.grouped(count) + " allocations");
      }
      return ExitCode.DONE;
    }
  }

  /** The operands behind the first. */
  static long[] tags(Arguments arguments) {
    return arguments.operands().stream()
        .skip(1)
        .mapToLong(word -> WkspCommand.number("TAG", word))
        .toArray();
  }

  static void nothingThere(Host host, Arguments arguments, WkspPlace place) {
    new Messages(host, "holdfast wksp", arguments.globals())
        .warning(place + ": no allocation there");
  }
}
