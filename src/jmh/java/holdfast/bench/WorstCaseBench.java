package holdfast.bench;

import holdfast.CorruptDataException;
import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
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
 * Does an input of four times the size take about four times the time, however hostile it is? The
 * goal is a ratio of at most 5.
 *
 * <p>Blocks and frames are the ones that cost the reader most for each byte; contents for the
 * compressor are those with the longest chains of candidates and matches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public class WorstCaseBench {
  private static final int UNIT = 1 << 18;
  private static final String HEADER = "04224d18604082";

  /** What is read or compressed. */
  @Param({
    "block of 4-byte matches",
    "block of single literals",
    "block of 0xff",
    "frame of one-byte blocks",
    "frame of empty blocks",
    "empty skippable frames",
    "level 1 two letters",
    "level 2 zeros",
    "level 2 two letters",
    "level 2 two periods",
    "level 2 one chain",
    "level 3 zeros",
    "level 3 two letters",
    "level 3 two periods",
    "level 3 one chain",
    "level 4 zeros",
    "level 4 two letters",
    "level 4 two periods",
    "level 4 one chain",
    "level 5 zeros",
    "level 5 two letters",
    "level 5 two periods",
    "level 5 one chain",
    "level 6 zeros",
    "level 6 two letters",
    "level 6 two periods",
    "level 6 one chain",
    "level 7 zeros",
    "level 7 two letters",
    "level 7 two periods",
    "level 7 one chain",
    "level 8 zeros",
    "level 8 two letters",
    "level 8 two periods",
    "level 8 one chain",
    "level 9 zeros",
    "level 9 two letters",
    "level 9 two periods",
    "level 9 one chain",
    "level 10 zeros",
    "level 10 two letters",
    "level 10 two periods",
    "level 10 one chain",
    "level 11 zeros",
    "level 11 two letters",
    "level 11 two periods",
    "level 11 one chain",
    "level 12 zeros",
    "level 12 two letters",
    "level 12 two periods",
    "level 12 one chain"
  })
  public String input;

  /** The size, in units. */
  @Param({"1", "4"})
  public int times;

  private final Lz4Decompressor decompressor = Lz4Decompressor.create();
  private Lz4Compressor compressor;
  private byte[] src;
  private byte[] dst;

  /** Makes the input. */
  @Setup
  public void make() {
    int size = UNIT * times;
    dst = new byte[2 * size + 1024];
    if (input.startsWith("level")) {
      String[] words = input.split(" ", 3);
      compressor = Lz4Compressor.of(Contenders.level(Integer.parseInt(words[1])));
      src =
          switch (words[2]) {
            case "zeros" -> new byte[size];
            case "two letters" -> Content.of(5, 6, size);
            case "two periods" -> periods(size);
            case "one chain" -> oneChain(size);
            default -> throw new IllegalArgumentException(input);
          };
      return;
    }
    src =
        switch (input) {
          case "block of 4-byte matches" -> repeat("10610100", "000100", size, "506161616161");
          case "block of single literals" -> repeat("", "10610100", size, "506161616161");
          case "block of 0xff" -> repeat("", "ff", size, "");
          case "frame of one-byte blocks" -> repeat(HEADER, "0100008061", size, "00000000");
          case "frame of empty blocks" -> repeat(HEADER, "00000080", size, "00000000");
          case "empty skippable frames" -> repeat("", "502a4d1800000000", size, "");
          default -> throw new IllegalArgumentException(input);
        };
  }

  /** Stretches with a period of two and of three bytes: long matches that all overlap. */
  private static byte[] periods(int size) {
    SplittableRandom random = new SplittableRandom(5);
    byte[] bytes = new byte[size];
    for (int at = 0; at < size; ) {
      int stop = Math.min(size, at + 50 + random.nextInt(400));
      int period = 2 + random.nextInt(2);
      for (int i = 0; at < stop; i++) {
        bytes[at++] = (byte) (i % period);
      }
    }
    return bytes;
  }

  /** Every fifth place has the same four bytes, and no two of them agree in much more. */
  private static byte[] oneChain(int size) {
    SplittableRandom random = new SplittableRandom(5);
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i % 5 < 4 ? i % 5 : random.nextInt(256));
    }
    return bytes;
  }

  private static byte[] repeat(String head, String hex, int size, String tail) {
    byte[] one = HexFormat.of().parseHex(hex);
    byte[] first = HexFormat.of().parseHex(head);
    byte[] last = HexFormat.of().parseHex(tail);
    int count = size / one.length;
    byte[] all = Arrays.copyOf(first, first.length + count * one.length + last.length);
    for (int i = 0; i < count; i++) {
      System.arraycopy(one, 0, all, first.length + i * one.length, one.length);
    }
    System.arraycopy(last, 0, all, all.length - last.length, last.length);
    return all;
  }

  /** Accepts, refuses or compresses the input; gives the size of the result. */
  @Benchmark
  public long run() throws IOException {
    if (compressor != null) {
      return compressor.compress(src, 0, src.length, dst, 0, dst.length);
    }
    if (input.equals("block of 0xff")) {
      try {
        return decompressor.decompress(src, 0, src.length, dst, 0, dst.length);
      } catch (CorruptDataException refused) {
        return refused.offset();
      }
    }
    if (input.startsWith("block")) {
      return decompressor.decompress(src, 0, src.length, dst, 0, dst.length);
    }
    long total = 0;
    try (InputStream in = new Lz4FrameInputStream(new ByteArrayInputStream(src))) {
      for (int n = in.read(dst, 0, 1 << 16); n >= 0; n = in.read(dst, 0, 1 << 16)) {
        total += n;
      }
    }
    return total;
  }
}
