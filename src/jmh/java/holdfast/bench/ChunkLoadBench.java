package holdfast.bench;

import holdfast.Progress;
import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.LoadReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How fast is a store of 2,000 chunks of 60 KB loaded from a warm page cache? */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public class ChunkLoadBench {
  private static final int CHUNKS = 2000;
  private static final int CHUNK_SIZE = 60_000;

  /** Who loads, and how much of each file is looked at. */
  @Param({"nio-crc", "validated", "validated-2-threads", "nio-headers", "headers"})
  public String contender;

  private Path dir;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 17);

  /** Writes the store. */
  @Setup
  public void prepare() throws IOException {
    dir = Path.of(System.getProperty("bench.dir", "target"), "bench-load").toAbsolutePath();
    ChunkAppendBench.delete(dir);
    byte[] content = new byte[CHUNK_SIZE];
    SplittableRandom random = new SplittableRandom(1);
    random.nextBytes(content);
    try (ChunkStore store = ChunkStore.open(dir, ChunkStoreOptions.DEFAULT)) {
      for (int i = 0; i < CHUNKS; i++) {
        Chunk chunk = store.stream("s").open("chunk-" + i);
        chunk.append(content);
        chunk.close();
      }
    }
  }

  /** Deletes it. */
  @TearDown
  public void cleanUp() throws IOException {
    ChunkAppendBench.delete(dir);
  }

  /** Loads it. */
  @Benchmark
  public long load() throws IOException {
    return switch (contender) {
      case "nio-crc" -> plain(true);
      case "nio-headers" -> plain(false);
      case "validated" -> store(true, 1);
      case "validated-2-threads" -> store(true, 2);
      case "headers" -> store(false, 1);
      default -> throw new IllegalArgumentException("no contender " + contender);
    };
  }

  private long store(boolean validate, int threads) throws IOException {
    ChunkStoreOptions options =
        ChunkStoreOptions.DEFAULT
            .withReadOnly(true)
            .withValidate(validate)
            .withLoadThreads(threads)
            .withUpMax(validate ? 64 : 1);
    try (ChunkStore store = ChunkStore.open(dir, options)) {
      LoadReport report = store.load("", Progress.NONE);
      if (report.chunks() != CHUNKS || !report.isClean()) {
        throw new IllegalStateException(report.toString());
      }
      return report.chunks();
    }
  }

  /** The same files with nothing but the JDK: all bytes and a checksum, or the first 24. */
  private long plain(boolean all) throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(dir.resolve("s"))) {
      for (Path file : files) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          buffer.clear().limit(all ? buffer.capacity() : 24);
          while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // until the file ends
          }
          CRC32 crc = new CRC32();
          crc.update(buffer.flip());
          sum += crc.getValue();
        }
      }
    }
    return sum;
  }
}
