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
 * How fast are single blocks at level 1, whole files and pieces, next to liblz4 and the peers?
 *
 * <p>One operation is one pass over the corpus.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class BlockBench {
  /** Bytes of a piece, or "whole" for whole files. */
  @Param({"whole", "65536", "4096", "1024"})
  public String block;

  /** Who runs. */
  @Param({
    "liblz4",
    "lz4-java-jni",
    "aircompressor3-ffm-native",
    "holdfast-native",
    "holdfast-array",
    "holdfast-native-denied",
    "holdfast-array-denied",
    "aircompressor3-java-native-segments",
    "aircompressor3-java",
    "aircompressor2",
    "lz4-java-java"
  })
  public String contender;

  private BlockCodec codec;
  private long plain;
  private long packed;

  /** Lays the corpus out in the contender's memory. */
  @Setup
  public void load() {
    List<byte[]> pieces = Corpus.pieces(block);
    codec = Contenders.of(contender, 1);
    codec.load(pieces);
    plain = pieces.stream().mapToLong(p -> p.length).sum();
    packed = codec.compressAll();
  }

  /** Compresses every piece. */
  @Benchmark
  public long compress(Throughput moved) {
    long size = codec.compressAll();
    moved.add(plain, size);
    return size;
  }

  /** Decompresses every piece. */
  @Benchmark
  public long decompress(Throughput moved) {
    long size = codec.decompressAll();
    moved.add(size, packed);
    return size;
  }
}
