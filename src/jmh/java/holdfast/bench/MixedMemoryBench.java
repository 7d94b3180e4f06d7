package holdfast.bench;

import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4Level;
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
 * Does a process that uses heap and native memory in turn lose speed against processes that use
 * only one of them?
 *
 * <p>"both" takes pieces from arrays and from native segments alternately, with one compressor and
 * one decompressor, so it may run at the harmonic mean of the other two and no slower.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class MixedMemoryBench {
  /** Which memory the process uses. */
  @Param({"array", "native", "both"})
  public String memory;

  private BlockCodec even;
  private BlockCodec odd;
  private long plain;
  private long packed;

  /** Lays the corpus out in each memory that takes part. */
  @Setup
  public void load() {
    List<byte[]> pieces = Corpus.pieces("65536");
    var compressor = Lz4Compressor.of(Lz4Level.FAST);
    var decompressor = Lz4Decompressor.create();
    BlockCodec arrays = new BlockCodec.OnArrays(compressor::compress, decompressor::decompress);
    BlockCodec segments = new BlockCodec.OnSegments(compressor::compress, decompressor::decompress);
    even = memory.equals("native") ? segments : arrays;
    odd = memory.equals("array") ? arrays : segments;
    even.load(pieces);
    odd.load(pieces);
    plain = pieces.stream().mapToLong(p -> p.length).sum();
    packed = even.compressAll();
  }

  /** Compresses every piece. */
  @Benchmark
  public long compress(Throughput moved) {
    long size = 0;
    for (int i = 0; i < even.count(); i++) {
      size += ((i & 1) == 0 ? even : odd).compress(i);
    }
    moved.add(plain, size);
    return size;
  }

  /** Decompresses every piece. */
  @Benchmark
  public long decompress(Throughput moved) {
    long size = 0;
    for (int i = 0; i < even.count(); i++) {
      size += ((i & 1) == 0 ? even : odd).decompress(i);
    }
    moved.add(size, packed);
    return size;
  }
}
