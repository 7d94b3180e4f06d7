package holdfast.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What an operation moved, so that results read as bytes per second and as a ratio of sizes. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Throughput {
  private long plain;
  private long packed;

  /** Starts an iteration. */
  @Setup(Level.Iteration)
  public void clear() {
    plain = 0;
    packed = 0;
  }

  /** Uncompressed bytes. */
  public long plainBytes() {
    return plain;
  }

  /** Compressed bytes. */
  public long packedBytes() {
    return packed;
  }

  void add(long plainBytes, long packedBytes) {
    plain += plainBytes;
    packed += packedBytes;
  }
}
