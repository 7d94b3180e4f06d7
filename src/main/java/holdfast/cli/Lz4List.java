package holdfast.cli;

import holdfast.Limits;
import holdfast.lz4.Lz4Frame;
import holdfast.lz4.Lz4FrameInfo;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/**
 * {@code lz4 --list}: what frames the inputs consist of, without decompressing them.
 *
 * <p>One line for each file, with {@code -v} one for each frame, in the columns of the original.
 */
final class Lz4List {
  private static final String HEADING =
      "    Frames           Type Block  Compressed  Uncompressed     Ratio   Filename";
  private static final String FRAMES_HEADING =
      "     Frame           Type Block Checksum           Compressed"
          + "         Uncompressed     Ratio";

  private final Host host;
  private final Lz4Options options;
  private final Messages messages;

  Lz4List(Host host, Lz4Options options, Messages messages) {
    this.host = host;
    this.options = options;
    this.messages = messages;
  }

  /** Lists all inputs; those that cannot be listed are told and make the exit code. */
  int run(List<String> inputs) {
    boolean verbose = options.globals.verbosity() >= 3;
    Json json = new Json().object().name("files").array();
    int code = ExitCode.DONE;
    if (!options.globals.json() && !verbose) {
      host.text().println(HEADING);
    }
    for (int i = 0; i < inputs.size(); i++) {
      String name = inputs.get(i).equals(Lz4Plan.STANDARD) ? "stdin" : inputs.get(i);
      try {
        List<Lz4FrameInfo> frames = read(inputs.get(i));
        if (options.globals.json()) {
          addFile(json, name, frames);
        } else if (verbose) {
          host.text().println(baseName(name) + "(" + (i + 1) + "/" + inputs.size() + ")");
          printFrames(frames);
        } else {
          host.text().println(line(baseName(name), frames));
        }
      } catch (IOException | RuntimeException e) {
        Failure failure = Failure.of(e);
        host.text().flush();
        messages.error(name, failure);
        json.object().name("name").value(name).name("error").value(failure.reason()).end();
        code = code == ExitCode.DONE ? failure.code() : code;
      }
    }
    if (options.globals.json()) {
      host.text().print(json.end().end());
    }
    return code;
  }

  private List<Lz4FrameInfo> read(String name) throws IOException {
    boolean standard = name.equals(Lz4Plan.STANDARD);
    if (standard && host.terminal().in() && !options.force) {
      throw CommandException.refused("standard input is a terminal", "Name a file.");
    }
    long memoryMax = Math.min(options.globals.memoryMax(), Runtime.getRuntime().maxMemory() / 4);
    try (Input input = standard ? Input.standard(host) : Input.file(name, host.path(name))) {
      ReadableByteChannel channel =
          input.channel() == null ? Channels.newChannel(input.stream()) : input.channel();
      return Lz4Frame.list(channel, Limits.DEFAULT.withMemoryMax(memoryMax));
    }
  }

  private static String baseName(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static String line(String name, List<Lz4FrameInfo> frames) {
    String type = "-";
    String block = "-";
    long size = 0;
    for (Lz4FrameInfo frame : frames) {
      boolean first = frame == frames.getFirst();
      type = first || type.equals(type(frame)) ? type(frame) : "-";
      block = first || block.equals(block(frame)) ? block(frame) : "-";
      size += frame.size();
    }
    long plain = plainSize(frames);
    return Numbers.right(Integer.toString(frames.size()), 10)
        + Numbers.right(type, 15)
        + Numbers.right(block, 6)
        + Numbers.right(Numbers.shortSize(size), 12)
        + Numbers.right(plain < 0 ? "-" : Numbers.shortSize(plain), 14)
        + Numbers.right(plain < 0 ? "-" : Numbers.percent(size, plain), 10)
        + "   "
        + name;
  }

  /** What all frames together become, or -1 when one does not tell; skippable ones do not count. */
  private static long plainSize(List<Lz4FrameInfo> frames) {
    long plain = -1;
    for (Lz4FrameInfo frame : frames) {
      if (frame.kind() != Lz4FrameInfo.Kind.SKIPPABLE) {
        if (frame.plainSize() < 0) {
          return -1;
        }
        plain = Math.max(0, plain) + frame.plainSize();
      }
    }
    return plain;
  }

  private void printFrames(List<Lz4FrameInfo> frames) {
    host.text().println(FRAMES_HEADING);
    int number = 0;
    for (Lz4FrameInfo frame : frames) {
      long plain = plainSize(List.of(frame));
      host.text()
          .println(
              Numbers.right(Integer.toString(++number), 10)
                  + Numbers.right(type(frame), 15)
                  + Numbers.right(block(frame), 6)
                  + Numbers.right(frame.contentChecksum() ? "XXH32" : "-", 9)
                  + Numbers.right(Long.toString(frame.size()), 21)
                  + Numbers.right(plain < 0 ? "-" : Long.toString(plain), 21)
                  + Numbers.right(plain < 0 ? "-" : Numbers.percent(frame.size(), plain), 10));
    }
    host.text().println();
  }

  private static String type(Lz4FrameInfo frame) {
    return switch (frame.kind()) {
      case FRAME -> "LZ4Frame";
      case SKIPPABLE -> "SkippableFrame";
      case LEGACY -> "LegacyFrame";
    };
  }

  private static String block(Lz4FrameInfo frame) {
    return frame.kind() == Lz4FrameInfo.Kind.FRAME
        ? "B" + frame.blockSize().id() + (frame.linked() ? "D" : "I")
        : "-";
  }

  private static void addFile(Json json, String name, List<Lz4FrameInfo> frames) {
    json.object().name("name").value(name).name("frames").array();
    for (Lz4FrameInfo frame : frames) {
      json.object().name("type").value(type(frame));
      json.name("offset").value(frame.offset()).name("compressedSize").value(frame.size());
      number(json.name("originalSize"), plainSize(List.of(frame)));
      if (frame.kind() == Lz4FrameInfo.Kind.FRAME) {
        json.name("blockSize").value(frame.blockSize().bytes());
        json.name("linkedBlocks").value(frame.linked());
        json.name("blockChecksum").value(frame.blockChecksum());
        json.name("contentChecksum").value(frame.contentChecksum());
        number(json.name("dictionaryId"), frame.dictionaryId());
      }
      if (frame.kind() != Lz4FrameInfo.Kind.SKIPPABLE) {
        json.name("blocks").value(frame.blockCount());
        json.name("storedBlocks").value(frame.storedCount());
      }
      json.end();
    }
    json.end();
    long size = frames.isEmpty() ? 0 : frames.getLast().offset() + frames.getLast().size();
    json.name("compressedSize").value(size);
    number(json.name("originalSize"), plainSize(frames));
    json.end();
  }

  private static void number(Json json, long value) {
    if (value < 0) {
      json.value((String) null);
    } else {
      json.value(value);
    }
  }
}
