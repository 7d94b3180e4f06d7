package holdfast.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

/**
 * How fast are records appended to files of 2 MB: create, append until it is full, close, delete?
 *
 * <p>The files are in {@code -Dbench.dir}, else {@code target}, below {@code bench-chunks}, which
 * is deleted before and after. Nothing is forced.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class ChunkAppendBench {
  /** Bytes of a record; two sizes take turns. */
  @Param({"100", "250/550", "4096", "65536"})
  public String record;

  /** Who writes. */
  @Param({
    "original-like",
    "channel",
    "buffered-64k",
    "buffered-64k-crc",
    "chronicle-queue",
    "holdfast-mapped",
    "holdfast-staged"
  })
  public String contender;

  private final Arena arena = Arena.ofShared();
  private Path dir;
  private MemorySegment records;
  private int[] sizes;
  private ChunkWriter writer;
  private long count;

  /** Makes the records and the directory. */
  @Setup
  public void prepare() throws IOException {
    dir = Path.of(System.getProperty("bench.dir", "target"), "bench-chunks").toAbsolutePath();
    delete(dir);
    Files.createDirectories(dir);
    sizes = Stream.of(record.split("/", -1)).mapToInt(Integer::parseInt).toArray();
    records = arena.allocate(ChunkWriter.CHUNK_SIZE + 65_536L);
    SplittableRandom random = new SplittableRandom(1);
    for (long i = 0; i < records.byteSize(); i++) {
      records.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
    }
    writer = ChunkWriter.of(contender, dir);
  }

  /** Deletes the directory. */
  @TearDown
  public void cleanUp() throws IOException {
    writer.close();
    arena.close();
    delete(dir);
  }

  static void delete(Path dir) throws IOException {
    if (Files.exists(dir)) {
      List<Path> all;
      try (Stream<Path> walk = Files.walk(dir)) {
        all = walk.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path path : all) {
        Files.delete(path);
      }
    }
  }

  /** Writes one file. */
  @Benchmark
  public void append(Throughput moved) throws IOException {
    writer.fill(dir, "chunk-" + count++, records, sizes);
    moved.add(ChunkWriter.CHUNK_SIZE, ChunkWriter.CHUNK_SIZE);
  }
}
