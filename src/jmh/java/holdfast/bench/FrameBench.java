package holdfast.bench;

import holdfast.lz4.Lz4BlockSize;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.lz4.Lz4FrameOutputStream;
import io.airlift.compress.v3.lz4.Lz4FrameJavaCompressor;
import io.airlift.compress.v3.lz4.Lz4FrameJavaDecompressor;
import java.util.concurrent.TimeUnit;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.xxhash.XXHashFactory;
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
 * How fast are frames written and read: 64 KiB independent blocks, content checksum, calls of 64
 * KiB?
 *
 * <p>The content is the whole corpus as one stream. aircompressor has no stream, only a call on the
 * whole content that makes blocks of 4 MiB without a content checksum.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class FrameBench {
  /** Who runs. */
  @Param({
    "liblz4",
    "lz4-java-jni",
    "holdfast-array",
    "holdfast-array-denied",
    "aircompressor3-java",
    "lz4-java-java"
  })
  public String contender;

  private FrameCodec codec;
  private long plain;
  private long packed;

  /** Makes the frame and checks that it reads back to the right size. */
  @Setup
  public void load() {
    byte[] bytes = Corpus.joined();
    codec = of(contender);
    codec.load(bytes);
    plain = bytes.length;
    packed = codec.write();
    if (codec.read() != plain) {
      throw new IllegalStateException(contender + " reads another size than it wrote");
    }
  }

  private static FrameCodec of(String name) {
    return switch (name) {
      case "liblz4" -> new LibLz4Frame();
      case "lz4-java-jni" -> jpountz(LZ4Factory.nativeInstance(), XXHashFactory.nativeInstance());
      case "lz4-java-java" -> jpountz(LZ4Factory.safeInstance(), XXHashFactory.safeInstance());
      case "aircompressor3-java" -> {
        var compressor = new Lz4FrameJavaCompressor();
        var decompressor = new Lz4FrameJavaDecompressor();
        yield new FrameOneShot(compressor::compress, decompressor::decompress);
      }
      case "holdfast-array", "holdfast-array-denied" -> holdfast();
      default -> throw new IllegalArgumentException("no contender " + name);
    };
  }

  private static FrameCodec holdfast() {
    Lz4FrameOptions options = Lz4FrameOptions.DEFAULT.withBlockSize(Lz4BlockSize.KB_64);
    return new FrameStreams(
        packed -> new Lz4FrameOutputStream(packed, options), Lz4FrameInputStream::new);
  }

  private static FrameCodec jpountz(LZ4Factory factory, XXHashFactory hashes) {
    var compressor = factory.fastCompressor();
    var decompressor = factory.safeDecompressor();
    return new FrameStreams(
        packed ->
            new LZ4FrameOutputStream(
                packed,
                LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB,
                -1,
                compressor,
                hashes.hash32(),
                LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
                LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM),
        packed -> new LZ4FrameInputStream(packed, decompressor, hashes.hash32()));
  }

  /** Writes the frame. */
  @Benchmark
  public long write(Throughput moved) {
    long size = codec.write();
    moved.add(plain, size);
    return size;
  }

  /** Reads the frame. */
  @Benchmark
  public long read(Throughput moved) {
    long size = codec.read();
    moved.add(size, packed);
    return size;
  }
}
