package holdfast.cli;

import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.ChunkStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code holdfast chunkio perf}: how fast chunks are created and appended to here. */
final class ChunkioPerf {
  private static final int SAMPLE_SIZE = 64 << 10;
  private static final int COUNT_MAX = 10_000_000;

  private ChunkioPerf() {}

  static int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--files=", "--writes=", "--file="), words);
    String name = ChunkioCommand.operands(arguments, "ROOT").getFirst();
    Path root = host.path(name);
    if (Files.exists(root) && !isEmpty(root)) {
      throw CommandException.refused(
          name + " is not empty", "perf needs a new or empty directory, which it fills.");
    }
    int files = count("--files", arguments.value("--files", "1000"));
    int writes = count("--writes", arguments.value("--writes", "5"));
    String file = arguments.value("--file", null);
    byte[] data = file == null ? new byte[SAMPLE_SIZE] : Files.readAllBytes(host.path(file));
    long start = System.nanoTime();
    long bytes = 0;
    try (ChunkStore store =
        ChunkioCommand.open(root, ChunkStoreOptions.DEFAULT.withUpOnDemand(true))) {
      ChunkStream stream = store.createStream("perf");
      for (int i = 0; i < files; i++) {
        Chunk chunk = stream.open("chunk-" + i);
        for (int n = 0; n < writes; n++) {
          chunk.append(data);
          bytes += data.length;
        }
      }
    }
    double seconds = Math.max(1, System.nanoTime() - start) / 1e9;
    if (arguments.globals().json()) {
      Json json = new Json().object().name("files").value(files).name("writes").value(writes);
      json.name("bytes").value(bytes).name("seconds").value(seconds).end();
      host.text().print(json);
    } else {
      host.text()
          .println(
              files
                  + " chunks, "
                  + Numbers.size(bytes)
                  + " in "
                  + Numbers.fixed(seconds, 3)
                  + " s, "
                  + Numbers.size((long) (bytes / seconds))
                  + "/s, "
                  + Numbers.fixed((double) files * writes / seconds, 0)
                  + " appends/s");
    }
    return ExitCode.DONE;
  }

  private static boolean isEmpty(Path root) throws IOException {
    try (Stream<Path> list = Files.list(root)) {
      return list.findAny().isEmpty();
    }
  }

  private static int count(String option, String word) {
    long value = Numbers.parseSize(option, word);
    if (value < 1 || value > COUNT_MAX) {
      throw CommandException.usage(option + " is 1 to " + COUNT_MAX, "");
    }
    return (int) value;
  }
}
