package holdfast.checkpt;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The calls that wrote one golden checkpoint, and what came of them. */
record Script(String name, List<Step> steps) {
  /** One line of a script. */
  sealed interface Step {}

  record Open(FrameStyle style) implements Step {}

  record Close() implements Step {}

  record Buffer(boolean meta, long seed, int kind, int size) implements Step {
    byte[] content() {
      return Content.of(kind, seed, size);
    }
  }

  /** A row of the frame table. */
  record Row(FrameStyle style, long lo, long hi, int buffers, long bytes) {}

  /** All scripts whose result is kept. */
  static List<Script> all() {
    try (Stream<Path> files = Files.list(Golden.path("checkpt"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".ckpt"))
          .sorted()
          .map(f -> of(f.replace(".ckpt", "")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Script of(String name) {
    List<Step> steps = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(Golden.path("checkpt", name + ".script"))) {
        if (!line.startsWith("#")) {
          steps.add(step(line.split(" ")));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Script(name, List.copyOf(steps));
  }

  private static Step step(String[] words) {
    return switch (words[0]) {
      case "open" -> new Open(style(words[1]));
      case "close" -> new Close();
      case "meta", "data" ->
          new Buffer(
              words[0].equals("meta"),
              Long.parseLong(words[1]),
              Integer.parseInt(words[2]),
              Integer.parseInt(words[3]));
      default -> throw new IllegalArgumentException(String.join(" ", words));
    };
  }

  private static FrameStyle style(String word) {
    return switch (word) {
      case "raw" -> FrameStyle.RAW;
      case "default" -> FrameStyle.of(0);
      case "lz4" -> FrameStyle.LZ4;
      default -> throw new IllegalArgumentException(word);
    };
  }

  byte[] golden() {
    try {
      return Files.readAllBytes(Golden.path("checkpt", name + ".ckpt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Row> rows() {
    return Golden.rows(Golden.path("checkpt", name + ".frames.tsv")).stream()
        .map(
            r ->
                new Row(
                    style(r[1]),
                    Long.parseLong(r[2]),
                    Long.parseLong(r[3]),
                    Integer.parseInt(r[4]),
                    Long.parseLong(r[5])))
        .toList();
  }

  /** The buffers of each frame. */
  List<List<Buffer>> frames() {
    List<List<Buffer>> frames = new ArrayList<>();
    for (Step step : steps) {
      switch (step) {
        case Open o -> frames.add(new ArrayList<>());
        case Buffer b -> frames.getLast().add(b);
        case Close c -> {}
      }
    }
    return frames;
  }

  /** Executes the script, and returns the offsets that opening and closing gave. */
  List<Long> write(Checkpt out) throws IOException {
    List<Long> offsets = new ArrayList<>();
    for (Step step : steps) {
      switch (step) {
        case Open o -> offsets.add(out.openFrame(o.style));
        case Close c -> offsets.add(out.closeFrame());
        case Buffer b -> {
          MemorySegment content = MemorySegment.ofArray(b.content());
          if (b.meta) {
            out.meta(content);
          } else {
            out.data(content);
          }
        }
      }
    }
    return offsets;
  }

  /** What the frame table says about offsets, in the order of the calls. */
  List<Long> offsets() {
    return rows().stream().flatMap(r -> Stream.of(r.lo, r.hi)).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
