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
 * How many bytes of garbage does one block call leave? {@link Rounds} runs it with the allocation
 * profiler; one operation is one call on 4 KiB.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class GarbageBench {
  /** Who runs. */
  @Param({
    "holdfast-array",
    "holdfast-native",
    "holdfast-array-denied",
    "holdfast-native-denied",
    "lz4-java-java",
    "aircompressor3-java"
  })
  public String contender;

  /** The level of the compressor. */
  @Param("1")
  public int level;

  private BlockCodec codec;

  /** Takes the first 4 KiB of the corpus. */
  @Setup
  public void load() {
    codec = Contenders.of(contender, level);
    codec.load(List.of(Corpus.pieces("4096").getFirst()));
  }

  /** One call. */
  @Benchmark
  public long compress() {
    return codec.compress(0);
  }

  /** One call. */
  @Benchmark
  public long decompress() {
    return codec.decompress(0);
  }
}
