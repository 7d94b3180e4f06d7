package holdfast.cli;

import holdfast.cli.Lz4BenchmarkRun.Figures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code lz4 -b}: how small and how fast each level is on the user's own data.
 *
 * <pre>{@code
 * 1#access.log        :  1932735 ->   448430 (4.310),  512.3 MB/s, 2812.0 MB/s
 * }</pre>
 *
 * <p>Everything is in memory while the clock runs, one thread works, and the best pass counts. MB
 * are millions of bytes.
 */
final class Lz4Benchmark {
  private static final int NAME_WIDTH = 18;

  private final Host host;
  private final Lz4Options options;
  private final byte[] dictionary;
  private final List<Row> rows = new ArrayList<>();

  private record Row(int level, String name, Figures figures) {}

  Lz4Benchmark(Host host, Lz4Options options) throws IOException {
    this.host = host;
    this.options = options;
    this.dictionary =
        options.dictionary == null ? new byte[0] : Lz4DictionaryFile.read(host, options);
  }

  /** Measures the inputs of a plan; without names, text of its own making. */
  int run(Lz4Plan plan) throws IOException {
    long bytesMax = Math.min(options.globals.memoryMax(), Runtime.getRuntime().maxMemory()) / 4;
    if (options.names.isEmpty()) {
      measure("sample text", List.of(SampleText.of(Math.min(bytesMax, SampleText.SIZE))));
    } else if (options.benchmarkSeparately) {
      for (String input : plan.inputs()) {
        measure(lastPart(input), List.of(load(input, bytesMax)));
      }
    } else {
      List<byte[]> files = new ArrayList<>();
      List<String> inputs = plan.inputs();
      for (String input : inputs) {
        byte[] file = load(input, bytesMax);
        bytesMax -= file.length;
        files.add(file);
      }
      measure(inputs.size() == 1 ? lastPart(inputs.getFirst()) : inputs.size() + " files", files);
    }
    if (options.globals.json()) {
      host.text().print(json());
    }
    return ExitCode.DONE;
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private byte[] load(String name, long bytesMax) throws IOException {
    boolean standard = name.equals(Lz4Plan.STANDARD);
    try (Input input = standard ? Input.standard(host) : Input.file(name, host.path(name))) {
      byte[] bytes = input.stream().readNBytes((int) Math.min(bytesMax, Integer.MAX_VALUE - 64));
      if (input.stream().read() >= 0) {
        if (options.benchmarkDecodeOnly) {
          throw CommandException.refused(
              "does not fit into memory: " + Numbers.size(bytesMax) + " are left for the data", "");
        }
        new Messages(host, "lz4", options.globals)
            .warning(name + ": only the first " + Numbers.size(bytes.length) + " are measured");
      }
      return bytes;
    } catch (IOException | RuntimeException e) {
      throw CommandException.about(name, Failure.of(e));
    }
  }

  private void measure(String name, List<byte[]> files) throws IOException {
    if (options.benchmarkDecodeOnly) {
      add(new Row(0, name, Lz4BenchmarkRun.decodeFrames(options, dictionary, files)));
      return;
    }
    int first = Math.min(options.level, Lz4Options.LEVEL_MAX);
    int last = Math.min(Math.max(first, options.benchmarkLastLevel), Lz4Options.LEVEL_MAX);
    for (int level = first; level <= last; level++) {
      add(new Row(level, name, Lz4BenchmarkRun.roundTrip(options, level, dictionary, files)));
    }
  }

  private void add(Row row) {
    rows.add(row);
    if (!options.globals.json() && options.globals.verbosity() >= 1) {
      host.text().println(line(row));
      host.text().flush();
    }
  }

  private static String line(Row row) {
    Figures figures = row.figures();
    return Numbers.right(Integer.toString(row.level()), 2)
        + "#"
        + Numbers.left(row.name(), NAME_WIDTH)
        + ":"
        + Numbers.right(Long.toString(figures.plain()), 11)
        + " ->"
        + Numbers.right(Long.toString(figures.packed()), 11)
        + " ("
        + Numbers.fixed(ratio(figures), 3)
        + "),"
        + Numbers.right(Numbers.fixed(figures.compressRate() / 1e6, 1), 7)
        + " MB/s,"
        + Numbers.right(Numbers.fixed(figures.decompressRate() / 1e6, 1), 7)
        + " MB/s";
  }

  private static double ratio(Figures figures) {
    return figures.packed() == 0 ? 0 : (double) figures.plain() / figures.packed();
  }

  private String json() {
    Json json = new Json().object().name("benchmarks").array();
    for (Row row : rows) {
      json.object();
      json.name("name").value(row.name());
      json.name("level").value(row.level());
      json.name("originalSize").value(row.figures().plain());
      json.name("compressedSize").value(row.figures().packed());
      json.name("ratio").value(ratio(row.figures()));
      json.name("compressBytesPerSecond").value(Math.round(row.figures().compressRate()));
      json.name("decompressBytesPerSecond").value(Math.round(row.figures().decompressRate()));
      json.end();
    }
    return json.end().end().toString();
  }
}
