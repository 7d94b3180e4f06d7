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
 * How fast are the HC levels, and how small their blocks? One operation is one pass in 64 KiB.
 *
 * <p>The warm-up is long because one pass is: the compiler sees a rare branch for the first time
 * late, and compiles anew.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class HighCompressionBench {
  /** The level. */
  @Param({"3", "9", "12"})
  public int atLevel;

  /** Who runs. */
  @Param({
    "liblz4",
    "holdfast-native",
    "holdfast-array",
    "holdfast-native-denied",
    "holdfast-array-denied",
    "lz4-java-jni",
    "lz4-java-java"
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
