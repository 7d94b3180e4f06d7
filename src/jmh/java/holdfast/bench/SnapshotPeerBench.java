package holdfast.bench;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How long does it take to write all records of a store in memory to a durable file, and to have
 * them back? What each contender does is said in {@link SnapshotPeer}.
 */
public class SnapshotPeerBench extends PeerState {
  /** What is done. */
  @Param({"write", "restore"})
  public String work;

  /** Whose store. */
  @Param({
    "holdfast-lz4",
    "holdfast-raw",
    "holdfast-lz4-unhashed",
    "holdfast-raw-unhashed",
    "mvstore",
    "mvstore-lzf",
    "mapdb",
    "chronicle-map",
    "eclipse-store"
  })
  public String contender;

  /** Puts all records, and writes them to be read. */
  @Setup
  public void load() throws IOException {
    fill(contender);
    if (work.equals("restore")) {
      peer.write(directory);
    }
  }

  /** What is not measured. */
  @Setup(Level.Invocation)
  public void prepare() throws IOException {
    if (work.equals("write")) {
      SnapshotSet.empty(directory);
    } else {
      peer.forget();
    }
  }

  /** Once. */
  @Benchmark
  public long run() throws IOException {
    if (work.equals("write")) {
      peer.write(directory);
      return 0;
    }
    return peer.restore(directory);
  }
}
