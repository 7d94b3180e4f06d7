package holdfast.cli;

import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4Dictionary;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import holdfast.lz4.Lz4Level;
import holdfast.lz4.Lz4StreamEncoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One measurement: blocks of the chosen size through compressor and decompressor, again and again
 * until the time is up.
 */
final class Lz4BenchmarkRun {
  /** One block and where it lies when packed. */
  private static final class Block {
    final byte[] plain;
    final int offset;
    final int size;
    final byte[] packed;
    int packedSize;

    Block(byte[] plain, int offset, int size) {
      this.plain = plain;
      this.offset = offset;
      this.size = size;
      this.packed = new byte[Lz4.maxCompressedSize(size)];
    }
  }

  /**
   * What came out.
   *
   * @param plain bytes
   * @param packed bytes
   * @param compressRate plain bytes per second, 0 when not measured
   * @param decompressRate plain bytes per second
   */
  record Figures(long plain, long packed, double compressRate, double decompressRate) {}

  /** What is repeated. */
  private interface Pass {
    void run() throws IOException;
  }

  private Lz4BenchmarkRun() {}

  /** Measures a level both ways, and compares what comes back with what went in. */
  static Figures roundTrip(Lz4Options options, int number, byte[] dictionary, List<byte[]> files)
      throws IOException {
    List<Block> blocks = cut(files, options.blockSize());
    Lz4Level level = Lz4Levels.of(number, options.favorDecompressionSpeed);
    double compressSeconds =
        best(
            options.benchmarkSeconds,
            dictionary.length == 0
                ? plainPass(Lz4Compressor.of(level), blocks)
                : dictionaryPass(Lz4StreamEncoder.of(level), Lz4Dictionary.of(dictionary), blocks));
    byte[] back = new byte[options.blockSize()];
    Lz4Decompressor decompressor = Lz4Decompressor.create().withDictionary(dictionary);
    double decompressSeconds =
        best(options.benchmarkSeconds, () -> decompress(decompressor, blocks, back));
    verify(decompressor, blocks, back);
    long plain = 0;
    long packed = 0;
    for (Block block : blocks) {
      plain += block.size;
      packed += block.packedSize;
    }
    return new Figures(plain, packed, plain / compressSeconds, plain / decompressSeconds);
  }

  private static List<Block> cut(List<byte[]> files, int blockSize) {
    List<Block> blocks = new ArrayList<>();
    for (byte[] file : files) {
      for (int offset = 0; offset < file.length; offset += blockSize) {
        blocks.add(new Block(file, offset, Math.min(blockSize, file.length - offset)));
      }
    }
    return blocks;
  }

  private static Pass plainPass(Lz4Compressor compressor, List<Block> blocks) {
    return () -> {
      for (Block b : blocks) {
        b.packedSize = compressor.compress(b.plain, b.offset, b.size, b.packed, 0, b.packed.length);
      }
    };
  }

  private static Pass dictionaryPass(
      Lz4StreamEncoder encoder, Lz4Dictionary dictionary, List<Block> blocks) {
    return () -> {
      for (Block b : blocks) {
        encoder.attach(dictionary);
        b.packedSize = encoder.compress(b.plain, b.offset, b.size, b.packed, 0, b.packed.length);
      }
    };
  }

  private static void decompress(Lz4Decompressor decompressor, List<Block> blocks, byte[] back) {
    for (Block b : blocks) {
      decompressor.decompress(b.packed, 0, b.packedSize, back, 0, back.length);
    }
  }

  private static void verify(Lz4Decompressor decompressor, List<Block> blocks, byte[] back) {
    for (Block b : blocks) {
      int size = decompressor.decompress(b.packed, 0, b.packedSize, back, 0, back.length);
      if (!Arrays.equals(back, 0, size, b.plain, b.offset, b.offset + b.size)) {
        throw new AssertionError("a block of " + b.size + " bytes came back different");
      }
    }
  }

  /** Measures how fast whole {@code .lz4} files are read. */
  static Figures decodeFrames(Lz4Options options, byte[] dictionary, List<byte[]> files)
      throws IOException {
    Lz4FrameReadOptions readOptions = Lz4Unpacker.readOptions(options, dictionary);
    byte[] buffer = new byte[4 << 20];
    long[] plain = new long[1];
    double seconds =
        best(
            options.benchmarkSeconds,
            () -> {
              plain[0] = 0;
              for (byte[] file : files) {
                plain[0] += decodeAll(readOptions, file, buffer);
              }
            });
    long packed = 0;
    for (byte[] file : files) {
      packed += file.length;
    }
    return new Figures(plain[0], packed, 0, plain[0] / seconds);
  }

  private static long decodeAll(Lz4FrameReadOptions readOptions, byte[] file, byte[] buffer)
      throws IOException {
    long plain = 0;
    try (Lz4FrameInputStream in =
        new Lz4FrameInputStream(new ByteArrayInputStream(file), readOptions)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        plain += n;
      }
    }
    return plain;
  }

  /** Seconds of the fastest pass. */
  private static double best(int seconds, Pass pass) throws IOException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long best = Long.MAX_VALUE;
    do {
      long start = System.nanoTime();
      pass.run();
      best = Math.min(best, Math.max(1, System.nanoTime() - start));
    } while (System.nanoTime() - end < 0);
    return best / 1e9;
  }
}
