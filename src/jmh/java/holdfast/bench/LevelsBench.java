package holdfast.bench;

import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does each level cost, and what does it save? One operation is one pass in 64 KiB.
 *
 * <p>For the picture of all levels; whether the goals are met is asked by {@link
 * HighCompressionBench}, in rounds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 700, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class LevelsBench {
  /** The level: 1 is the fast mode. */
  @Param({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"})
  public int atLevel;

  /** Who runs; some have level 1 only. */
  @Param({
    "liblz4",
    "lz4-java-jni",
    "holdfast-native",
    "holdfast-array",
    "lz4-java-java",
    "aircompressor3-java",
    "aircompressor2"
  })
  public String contender;

  private BlockCodec codec;
  private long plain;

  /** Lays the corpus out in the contender's memory. */
  @Setup
  public void load() {
    List<byte[]> pieces = Corpus.pieces("65536");
    codec = Contenders.of(contender, atLevel);
    codec.load(pieces);
    plain = pieces.stream().mapToLong(p -> p.length).sum();
  }

  /** Compresses every piece. */
  @Benchmark
  public long compress(Throughput moved) {
    long size = codec.compressAll();
    moved.add(plain, size);
    return size;
  }
}
