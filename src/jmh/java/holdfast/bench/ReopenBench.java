package holdfast.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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
 * How long does it take to use a file of records as a store, and to look at each record once? What
 * each contender does is said in {@link SnapshotPeer}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx5g", "-XX:MaxDirectMemorySize=12g"})
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public class ReopenBench {
  /** How many records there are. */
  @Param("1000000")
  public int records;

  /** Bytes of a value. */
  @Param("96")
  public int value;

  /** Whose store. */
  @Param({"holdfast-mapped", "mvstore", "mapdb", "chronicle-map"})
  public String contender;

  private final Path directory = SnapshotSet.directory();
  private SnapshotPeer peer;

  /** Puts all records, and writes them to be read. */
  @Setup
  public void load() throws IOException {
    peer = SnapshotPeer.of(contender, new SnapshotSet(records, value));
    peer.write(directory);
  }

  /** Once. */
  @Benchmark
  public long run() throws IOException {
    return peer.reopen(directory);
  }

  /** Deletes the files. */
  @TearDown
  public void close() throws IOException {
    peer.close();
    SnapshotSet.empty(directory);
    Files.delete(directory);
  }
}
