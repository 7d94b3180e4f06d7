package holdfast.lz4;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * XXH32, the 32-bit checksum of the LZ4 frame format: finds accidents, not attackers.
 *
 * <pre>{@code
 * int once = XxHash32.hash(bytes, 0, bytes.length, 0);
 *
 * var hash = new XxHash32();
 * hash.update(head);
 * hash.update(segment);
 * long again = hash.getValue();     // 0 .. 2^32 - 1
 * }</pre>
 *
 * <p>The result depends on the bytes and the seed alone, not on how they were cut into updates, on
 * the kind of memory or on the machine. The static methods may be called from any thread, and
 * hashing an array allocates nothing; an object belongs to one thread at a time.
 */
public final class XxHash32 extends StripeHash {
  private static final int STRIPE = 16;

  private static final int P1 = 0x9E3779B1;
  private static final int P2 = 0x85EBCA77;
  private static final int P3 = 0xC2B2AE3D;
  private static final int P4 = 0x27D4EB2F;
  private static final int P5 = 0x165667B1;

  private final int seed;
  private final int[] lanes = new int[4];

  /** A hash with seed 0, as the frame format uses it. */
  public XxHash32() {
    this(0);
  }

  /**
   * A hash with a seed.
   *
   * @param seed any value
   */
  public XxHash32(int seed) {
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
   * @param seed any value; 0 in the frame format
   * @return the hash
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public static int hash(byte[] bytes, int offset, int size, int seed) {
    Objects.checkFromIndexSize(offset, size, bytes.length);
    int end = offset + size;
    int rest = end - (size & (STRIPE - 1));
    int h =
        size < STRIPE
            ? seed + P5
            : eat(bytes, offset, rest, seed + P1 + P2, seed + P2, seed, seed - P1, null);
    return tail(h + size, bytes, rest, end);
  }

  /**
   * Hashes a segment.
   *
   * @param bytes any kind of segment, of any size
   * @param seed any value; 0 in the frame format
   * @return the hash
   */
  public static int hash(MemorySegment bytes, int seed) {
    if (bytes.heapBase().orElse(null) instanceof byte[] array) {
      return hash(array, (int) bytes.address(), (int) bytes.byteSize(), seed);
    }
    var hash = new XxHash32(seed);
    hash.update(bytes);
    return (int) hash.getValue();
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
   * @return 0 to 2^32 - 1
   */
  @Override
  public long getValue() {
    int h = total() < STRIPE ? seed + P5 : merge(lanes[0], lanes[1], lanes[2], lanes[3]);
    return Integer.toUnsignedLong(tail(h + (int) total(), pending(), 0, pendingSize()));
  }

  @Override
  void stripes(byte[] bytes, int lo, int hi) {
    eat(bytes, lo, hi, lanes[0], lanes[1], lanes[2], lanes[3], lanes);
  }

  @Override
  void stripes(MemorySegment bytes) {
    eat(bytes, lanes);
  }

  /*
   * Two multiplications per word limit the speed; all that matters in the loop is that nothing else
   * gets in their way. Two stripes per turn, read as four longs, came within a few percent of the
   * multiplier's limit (6.9 GB/s), where one stripe read as four ints stayed at 5.1.
   */

  /**
   * Eats whole stripes; leaves the lanes in {@code out} unless that is null; returns them merged.
   */
  private static int eat(
      byte[] bytes, int lo, int hi, int lane0, int lane1, int lane2, int lane3, int[] out) {
    int a = lane0;
    int b = lane1;
    int c = lane2;
    int d = lane3;
    int p = lo;
    for (; p <= hi - 2 * STRIPE; p += 2 * STRIPE) {
      long ab = (long) LONG.get(bytes, p);
      long cd = (long) LONG.get(bytes, p + 8);
      long ef = (long) LONG.get(bytes, p + 16);
      long gh = (long) LONG.get(bytes, p + 24);
      a = round(round(a, (int) ab), (int) ef);
      b = round(round(b, (int) (ab >>> 32)), (int) (ef >>> 32));
      c = round(round(c, (int) cd), (int) gh);
      d = round(round(d, (int) (cd >>> 32)), (int) (gh >>> 32));
    }
    if (p < hi) {
      a = round(a, (int) INT.get(bytes, p));
      b = round(b, (int) INT.get(bytes, p + 4));
      c = round(c, (int) INT.get(bytes, p + 8));
      d = round(d, (int) INT.get(bytes, p + 12));
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
  private static void eat(MemorySegment bytes, int[] lanes) {
    int a = lanes[0];
    int b = lanes[1];
    int c = lanes[2];
    int d = lanes[3];
    int hi = (int) bytes.byteSize();
    int p = 0;
    for (; p <= hi - 2 * STRIPE; p += 2 * STRIPE) {
      long ab = bytes.get(SEGMENT_LONG, p);
      long cd = bytes.get(SEGMENT_LONG, p + 8);
      long ef = bytes.get(SEGMENT_LONG, p + 16);
      long gh = bytes.get(SEGMENT_LONG, p + 24);
      a = round(round(a, (int) ab), (int) ef);
      b = round(round(b, (int) (ab >>> 32)), (int) (ef >>> 32));
      c = round(round(c, (int) cd), (int) gh);
      d = round(round(d, (int) (cd >>> 32)), (int) (gh >>> 32));
    }
    if (p < hi) {
      a = round(a, bytes.get(SEGMENT_INT, p));
      b = round(b, bytes.get(SEGMENT_INT, p + 4));
      c = round(c, bytes.get(SEGMENT_INT, p + 8));
      d = round(d, bytes.get(SEGMENT_INT, p + 12));
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
  }

  private static int round(int lane, int word) {
    return Integer.rotateLeft(lane + word * P2, 13) * P1;
  }

  private static int merge(int a, int b, int c, int d) {
    return Integer.rotateLeft(a, 1)
        + Integer.rotateLeft(b, 7)
        + Integer.rotateLeft(c, 12)
        + Integer.rotateLeft(d, 18);
  }

  /** Adds the fewer than 16 bytes that make no stripe, and mixes. */
  private static int tail(int h, byte[] bytes, int lo, int hi) {
    int p = lo;
    for (; p <= hi - 4; p += 4) {
      h = Integer.rotateLeft(h + (int) INT.get(bytes, p) * P3, 17) * P4;
    }
    for (; p < hi; p++) {
      h = Integer.rotateLeft(h + (bytes[p] & 0xFF) * P5, 11) * P1;
    }
    h = (h ^ (h >>> 15)) * P2;
    h = (h ^ (h >>> 13)) * P3;
    return h ^ (h >>> 16);
  }
}
