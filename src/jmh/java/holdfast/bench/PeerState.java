package holdfast.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the benchmarks of a {@link SnapshotPeer} have in common. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx5g", "-XX:MaxDirectMemorySize=12g"})
@Warmup(iterations = 2)
@Measurement(iterations = 5)
public abstract class PeerState {
  /** How many records there are. */
  @Param("1000000")
  public int records;

  /** Bytes of a value. */
  @Param("96")
  public int value;

  final Path directory = SnapshotSet.directory();
  SnapshotPeer peer;

  /** Puts all records. */
  final void fill(String contender) throws IOException {
    peer = SnapshotPeer.of(contender, new SnapshotSet(records, value));
  }

  /** Deletes the files. */
  @TearDown
  public void close() throws IOException {
    peer.close();
    SnapshotSet.empty(directory);
    Files.delete(directory);
  }
}
