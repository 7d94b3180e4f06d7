package holdfast.cli;

import holdfast.wksp.Wksp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Subcommands that store and show what is in an allocation. */
final class WkspContent {
  private static final String OFFSET = "--offset";
  private static final String LENGTH = "--length";
  private static final String FORCE = "--force";
  private static final int PIECE = 1 << 16;

  private WkspContent() {}

  static int memset(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    List<String> operands = WkspCommand.operands(arguments, "FILE:GADDR", "BYTE");
    WkspPlace place = WkspPlace.parse(operands.getFirst());
    long value = WkspCommand.number("BYTE", operands.get(1));
    if (value < 0 || value > 0xFF) {
      throw CommandException.usage("BYTE must be in 0 to 255: " + operands.get(1), "");
    }
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), place.file())) {
      if (!wksp.memset(place.gaddr(), (byte) value)) {
        WkspAllocation.nothingThere(host, arguments, place);
      }
      return ExitCode.DONE;
    }
  }

  static int write(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(OFFSET + "="), words);
    WkspPlace place = WkspPlace.parse(WkspCommand.operands(arguments, "FILE:GADDR").getFirst());
    try (Wksp wksp = WkspCommand.open(host, arguments.globals(), place.file());
        Input input = Input.standard(host)) {
      MemorySegment target = from(wksp, arguments, place);
      if (input.remaining() > target.byteSize()) {
        throw tooLong(target.byteSize());
      }
      byte[] piece = new byte[PIECE];
      long at = 0;
      for (int count = input.fill(piece); count > 0; count = input.fill(piece)) {
        if (count > target.byteSize() - at) {
          throw tooLong(target.byteSize());
        }
        MemorySegment.copy(piece, 0, target, ValueLayout.JAVA_BYTE, at, count);
        at += count;
      }
      return ExitCode.DONE;
    }
  }

  private static CommandException tooLong(long room) {
    return CommandException.usage(
        "standard input is longer than the " + room + " bytes that the allocation has there", "");
  }

  static int cat(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(OFFSET + "=", LENGTH + "=", FORCE), words);
    WkspPlace place = WkspPlace.parse(WkspCommand.operands(arguments, "FILE:GADDR").getFirst());
    if (host.terminal().out() && !arguments.has(FORCE)) {
      throw CommandException.refused(
          "binary data would go to a terminal", "Redirect it, or say --force.");
    }
    try (Wksp wksp = Wksp.openReadOnly(host.path(place.file()))) {
      MemorySegment source = from(wksp, arguments, place);
      long length =
          arguments.has(LENGTH)
              ? WkspCommand.size(LENGTH, arguments.value(LENGTH, ""))
              : source.byteSize();
      if (length > source.byteSize()) {
        throw CommandException.usage(
            "the allocation has only " + source.byteSize() + " bytes there", "");
      }
      byte[] piece = new byte[PIECE];
      for (long at = 0; at < length; ) {
        int count = (int) Math.min(PIECE, length - at);
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, at, piece, 0, count);
        host.out().write(piece, 0, count);
        at += count;
      }
      return ExitCode.DONE;
    }
  }

  /** The allocation from the offset on, counted from its first byte. */
  private static MemorySegment from(Wksp wksp, Arguments arguments, WkspPlace place) {
    MemorySegment whole = wksp.segment(place.gaddr());
    if (whole == null) {
      throw CommandException.usage(place + ": no allocation there", "");
    }
    long offset = WkspCommand.size(OFFSET, arguments.value(OFFSET, "0"));
    if (offset > whole.byteSize()) {
      throw CommandException.usage(
          "--offset: the allocation has only " + whole.byteSize() + " bytes", "");
    }
    return whole.asSlice(offset);
  }
}
