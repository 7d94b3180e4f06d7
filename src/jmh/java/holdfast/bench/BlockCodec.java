package holdfast.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A contender of the block benchmarks with its pieces laid out in the memory it works on.
 *
 * <p>Plain pieces lie one after the other, so do the compressed ones; each call writes to the start
 * of one destination that all calls reuse, as a program with a scratch buffer does.
 */
abstract sealed class BlockCodec {
  /** A call on ranges of arrays; gives the number of bytes written. */
  @FunctionalInterface
  interface ArrayCall {
    int run(byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize);
  }

  /** A call on whole segments; gives the number of bytes written. */
  @FunctionalInterface
  interface SegmentCall {
    long run(MemorySegment src, MemorySegment dst);
  }

  private int count;

  /** Compresses one piece; gives its compressed size. */
  abstract long compress(int piece);

  /** Decompresses one piece; gives its plain size. */
  abstract long decompress(int piece);

  /** Makes room for the pieces. */
  abstract void reserve(int pieces, int plainSize, int packedMax, int outSize);

  /** Takes the next piece, compresses it to its place and says whether it comes back the same. */
  abstract boolean add(int piece, byte[] bytes);

  /** Lays the pieces out, compresses them and checks that decompressing gives them back. */
  final void load(List<byte[]> pieces) {
    count = pieces.size();
    reserve(
        count,
        pieces.stream().mapToInt(p -> p.length).sum(),
        pieces.stream().mapToInt(p -> worstCase(p.length)).sum(),
        worstCase(pieces.stream().mapToInt(p -> p.length).max().orElseThrow()));
    for (int i = 0; i < count; i++) {
      if (!add(i, pieces.get(i))) {
        throw new IllegalStateException("piece " + i + " did not survive the round trip");
      }
    }
  }

  /** Compresses every piece; gives the sum of the compressed sizes. */
  final long compressAll() {
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += compress(i);
    }
    return total;
  }

  /** Decompresses every piece; gives the sum of the plain sizes. */
  final long decompressAll() {
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += decompress(i);
    }
    return total;
  }

  final int count() {
    return count;
  }

  private static int worstCase(int size) {
    return size + size / 255 + 16;
  }

  static final class OnArrays extends BlockCodec {
    private final ArrayCall compress;
    private final ArrayCall decompress;
    private byte[] plain;
    private byte[] packed;
    private byte[] out;
    private int[] plainLo;
    private int[] packedLo;

    OnArrays(ArrayCall compress, ArrayCall decompress) {
      this.compress = compress;
      this.decompress = decompress;
    }

    @Override
    void reserve(int pieces, int plainSize, int packedMax, int outSize) {
      plain = new byte[plainSize];
      packed = new byte[packedMax];
      out = new byte[outSize];
      plainLo = new int[pieces + 1];
      packedLo = new int[pieces + 1];
    }

    @Override
    boolean add(int piece, byte[] bytes) {
      int lo = plainLo[piece];
      int to = packedLo[piece];
      System.arraycopy(bytes, 0, plain, lo, bytes.length);
      plainLo[piece + 1] = lo + bytes.length;
      packedLo[piece + 1] =
          to + compress.run(plain, lo, bytes.length, packed, to, packed.length - to);
      return decompress(piece) == bytes.length
          && Arrays.equals(bytes, 0, bytes.length, out, 0, bytes.length);
    }

    @Override
    long compress(int piece) {
      int lo = plainLo[piece];
      return compress.run(plain, lo, plainLo[piece + 1] - lo, out, 0, out.length);
    }

    @Override
    long decompress(int piece) {
      int lo = packedLo[piece];
      return decompress.run(packed, lo, packedLo[piece + 1] - lo, out, 0, out.length);
    }
  }

  static final class OnSegments extends BlockCodec {
    private final SegmentCall compress;
    private final SegmentCall decompress;
    private MemorySegment plainRoom;
    private MemorySegment packedRoom;
    private MemorySegment out;
    private MemorySegment[] plain;
    private MemorySegment[] packed;

    OnSegments(SegmentCall compress, SegmentCall decompress) {
      this.compress = compress;
      this.decompress = decompress;
    }

    @Override
    void reserve(int pieces, int plainSize, int packedMax, int outSize) {
      // Confined and never closed: the memory lives as long as the JVM of this contender.
      Arena arena = Arena.ofConfined();
      plainRoom = arena.allocate(plainSize, 64);
      packedRoom = arena.allocate(packedMax, 64);
      out = arena.allocate(outSize, 64);
      plain = new MemorySegment[pieces];
      packed = new MemorySegment[pieces];
    }

    @Override
    boolean add(int piece, byte[] bytes) {
      MemorySegment given = MemorySegment.ofArray(bytes);
      plain[piece] = plainRoom.asSlice(0, bytes.length).copyFrom(given);
      plainRoom = plainRoom.asSlice(bytes.length);
      long size = compress.run(plain[piece], packedRoom);
      packed[piece] = packedRoom.asSlice(0, size);
      packedRoom = packedRoom.asSlice(size);
      return decompress(piece) == bytes.length
          && out.asSlice(0, bytes.length).mismatch(given) == -1;
    }

    @Override
    long compress(int piece) {
      return compress.run(plain[piece], out);
    }

    @Override
    long decompress(int piece) {
      return decompress.run(packed[piece], out);
    }
  }
}
