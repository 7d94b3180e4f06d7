package holdfast.lz4;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * XXH64, the 64-bit sibling of {@link XxHash32}: about twice as fast on long inputs, and with far
 * fewer chance collisions.
 *
 * <p>The LZ4 formats do not use it; it is here for those who key or compare blocks. The result
 * depends on the bytes and the seed alone. The static methods may be called from any thread, and
 * hashing an array allocates nothing; an object belongs to one thread at a time.
 */
public final class XxHash64 extends StripeHash {
  private static final int STRIPE = 32;

  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;

  private final long seed;
  private final long[] lanes = new long[4];

  /** A hash with seed 0. */
  public XxHash64() {
    this(0);
  }

  /**
   * A hash with a seed.
   *
   * @param seed any value
   */
  public XxHash64(long seed) {
    super(STRIPE);
    this.seed = seed;
    reset();
  }

  /**
   * Hashes a range of an array.
   *
   * @param bytes the array
   * @param offset index of the first byte
   * @param size number of bytes
   * @param seed any value
   * @return the hash
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static long hash(byte[] bytes, int offset, int size, long seed) {
    Objects.checkFromIndexSize(offset, size, bytes.length);
    int end = offset + size;
    int rest = end - (size & (STRIPE - 1));
    long h =
        size < STRIPE
            ? seed + P5
            : eat(bytes, offset, rest, seed + P1 + P2, seed + P2, seed, seed - P1, null);
    return tail(h + size, bytes, rest, end);
  }

  /**
   * Hashes a segment.
   *
   * @param bytes any kind of segment, of any size
   * @param seed any value
   * @return the hash
   */
  public static long hash(MemorySegment bytes, long seed) {
    if (bytes.heapBase().orElse(null) instanceof byte[] array) {
      return hash(array, (int) bytes.address(), (int) bytes.byteSize(), seed);
    }
    var hash = new XxHash64(seed);
    hash.update(bytes);
    return hash.getValue();
  }

  /** Forgets all bytes seen and keeps the seed. */
  @Override
  public void reset() {
    super.reset();
    lanes[0] = seed + P1 + P2;
    lanes[1] = seed + P2;
    lanes[2] = seed;
    lanes[3] = seed - P1;
  }

  /**
   * The hash of all bytes since the start or the last reset; more may be added afterwards.
   *
   * @return all 64 bits, so possibly a negative number
   */
  @Override
  public long getValue() {
    long h = total() < STRIPE ? seed + P5 : merge(lanes[0], lanes[1], lanes[2], lanes[3]);
    return tail(h + total(), pending(), 0, pendingSize());
  }

  @Override
  void stripes(byte[] bytes, int lo, int hi) {
    eat(bytes, lo, hi, lanes[0], lanes[1], lanes[2], lanes[3], lanes);
  }

  @Override
  void stripes(MemorySegment bytes) {
    eat(bytes, lanes);
  }

  /**
   * Eats whole stripes; leaves the lanes in {@code out} unless that is null; returns them merged.
   */
  private static long eat(
      byte[] bytes, int lo, int hi, long lane0, long lane1, long lane2, long lane3, long[] out) {
    long a = lane0;
    long b = lane1;
    long c = lane2;
    long d = lane3;
    for (int p = lo; p < hi; p += STRIPE) {
      a = round(a, (long) LONG.get(bytes, p));
      b = round(b, (long) LONG.get(bytes, p + 8));
      c = round(c, (long) LONG.get(bytes, p + 16));
      d = round(d, (long) LONG.get(bytes, p + 24));
    }
    if (out != null) {
      out[0] = a;
      out[1] = b;
      out[2] = c;
      out[3] = d;
    }
    return merge(a, b, c, d);
  }

  /** The same for native memory, in a method of its own so that the profiles never mix. */
  private static void eat(MemorySegment bytes, long[] lanes) {
    long a = lanes[0];
    long b = lanes[1];
    long c = lanes[2];
    long d = lanes[3];
    int hi = (int) bytes.byteSize();
    for (int p = 0; p < hi; p += STRIPE) {
      a = round(a, bytes.get(SEGMENT_LONG, p));
      b = round(b, bytes.get(SEGMENT_LONG, p + 8));
      c = round(c, bytes.get(SEGMENT_LONG, p + 16));
      d = round(d, bytes.get(SEGMENT_LONG, p + 24));
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
  }

  private static long round(long lane, long word) {
    return Long.rotateLeft(lane + word * P2, 31) * P1;
  }

  private static long merge(long a, long b, long c, long d) {
    long h =
        Long.rotateLeft(a, 1)
            + Long.rotateLeft(b, 7)
            + Long.rotateLeft(c, 12)
            + Long.rotateLeft(d, 18);
    h = fold(h, a);
    h = fold(h, b);
    h = fold(h, c);
    return fold(h, d);
  }

  private static long fold(long h, long lane) {
    return (h ^ round(0, lane)) * P1 + P4;
  }

  /** Adds the fewer than 32 bytes that make no stripe, and mixes. */
  private static long tail(long h, byte[] bytes, int lo, int hi) {
    int p = lo;
    for (; p <= hi - 8; p += 8) {
      h = Long.rotateLeft(h ^ round(0, (long) LONG.get(bytes, p)), 27) * P1 + P4;
    }
    if (p <= hi - 4) {
      h = Long.rotateLeft(h ^ Integer.toUnsignedLong((int) INT.get(bytes, p)) * P1, 23) * P2 + P3;
      p += 4;
    }
    for (; p < hi; p++) {
      h = Long.rotateLeft(h ^ (bytes[p] & 0xFF) * P5, 11) * P1;
    }
    h = (h ^ (h >>> 33)) * P2;
    h = (h ^ (h >>> 29)) * P3;
    return h ^ (h >>> 32);
  }
}
