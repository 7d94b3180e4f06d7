package holdfast.bench;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How long does it take to use a file of records as a store, and to look at each record once? What
 * each contender does is said in {@link SnapshotPeer}.
 */
public class ReopenBench extends PeerState {
  /** Whose store. */
  @Param({"holdfast-mapped", "mvstore", "mapdb", "chronicle-map"})
  public String contender;

  /** Puts all records, and writes them to be read. */
  @Setup
  public void load() throws IOException {
    fill(contender);
    peer.write(directory);
  }

  /** Once. */
  @Benchmark
  public long run() throws IOException {
    return peer.reopen(directory);
  }
}
