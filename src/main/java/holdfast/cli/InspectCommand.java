package holdfast.cli;

import holdfast.Limits;
import holdfast.Structure;
import java.io.IOException;
import java.util.List;

/** {@code holdfast inspect FILE}: what a file consists of, part by part with its offset. */
final class InspectCommand implements Command {
  private static final int NUMBER_WIDTH = 15;
  private static final int NAME_WIDTH = 22;

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "show what a file consists of, offset by offset";
  }

  @Override
  public String help() {
    return """
    usage: holdfast inspect [--json] FILE

    Recognises the format of the file by its first bytes and prints its parts: where each begins,
    how large it is, what it says. Does not decompress and does not compare checksums; that is the
    job of 'holdfast verify'.

    formats
    FORMATS

    example
      holdfast inspect access.log.lz4
    """
        .replace("FORMATS", FileFormat.titleLines());
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    if (arguments.operands().isEmpty()) {
      throw CommandException.usage("the command line names no file", "");
    }
    if (arguments.operands().size() > 1) {
      throw CommandException.usage("one file at a time can be inspected", "");
    }
    Globals globals = arguments.globals();
    String name = arguments.operands().getFirst();
    long memoryMax = Math.min(globals.memoryMax(), Runtime.getRuntime().maxMemory() / 4);
    try (Input input = Input.file(name, host.path(name))) {
      FileFormat format = FileFormat.of(input.channel());
      if (format == null) {
        throw CommandException.unsupported(
            "not one of the formats known here", "These are: " + FileFormat.titles() + ".");
      }
      Structure structure =
          format.inspect(host.path(name), input.channel(), Limits.DEFAULT.withMemoryMax(memoryMax));
      host.text().print(globals.json() ? json(name, format, structure) : text(format, structure));
      return ExitCode.DONE;
    } catch (IOException | RuntimeException e) {
      Failure failure = Failure.of(e);
      new Messages(host, "holdfast inspect", globals).error(name, failure);
      return failure.code();
    }
  }

  private static String json(String name, FileFormat format, Structure structure) {
    return new Json()
        .object()
        .name("file")
        .value(name)
        .name("format")
        .value(format.title())
        .name("structure")
        .value(structure)
        .end()
        .toString();
  }

  private static StringBuilder text(FileFormat format, Structure structure) {
    StringBuilder text = new StringBuilder();
    text.append("format ").append(format.title()).append('\n');
    text.append(Numbers.right("offset", NUMBER_WIDTH)).append(Numbers.right("size", NUMBER_WIDTH));
    text.append("  part\n");
    add(text, structure, 0);
    return text;
  }

  private static void add(StringBuilder text, Structure part, int depth) {
    String name = " ".repeat(2 * depth) + part.name();
    text.append(Numbers.right(Numbers.grouped(part.offset()), NUMBER_WIDTH));
    text.append(Numbers.right(Numbers.grouped(part.size()), NUMBER_WIDTH));
    text.append("  ").append(part.value().isEmpty() ? name : Numbers.left(name, NAME_WIDTH));
    text.append(part.value().isEmpty() ? "" : "  " + part.value()).append('\n');
    for (Structure inner : part.parts()) {
      add(text, inner, depth + 1);
    }
  }
}
