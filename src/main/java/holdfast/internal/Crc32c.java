package holdfast.internal;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * The checksum CRC32C (Castagnoli), and its arithmetic: the value of two pieces one after the other
 * follows from the values of the pieces.
 *
 * <p>A value is a polynomial over GF(2) of degree below 32, reflected: bit 31 is the coefficient of
 * x^0. Appending {@code n} bytes multiplies what was there by x^(8n); initial and final complement
 * cancel out, so that
 *
 * <pre>{@code
 * crc(A then B) = crc(A) * x^(8 * size(B))  xor  crc(B)      modulo the Castagnoli polynomial
 * }</pre>
 */
public final class Crc32c {
  /** The Castagnoli polynomial, reflected, without its highest term. */
  private static final int POLYNOMIAL = 0x82F63B78;

  private static final int ONE = 1 << 31;

  /** One call of the JDK takes a buffer, whose size is an int. */
  private static final long PIECE = 1L << 30;

  /** Entry k is x^(2^k): enough for 8 * (2^63 - 1) = 2^66. */
  private static final int[] POWERS = powers();

  private Crc32c() {}

  private static int[] powers() {
    int[] powers = new int[Long.SIZE + 3];
    powers[0] = ONE >>> 1;
    for (int k = 1; k < powers.length; k++) {
      powers[k] = multiply(powers[k - 1], powers[k - 1]);
    }
    return powers;
  }

  /**
   * The value of some bytes.
   *
   * @param bytes any size, native or over a {@code byte[]}
   * @return 0 for none
   */
  public static int of(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    for (long lo = 0; lo < bytes.byteSize(); lo += PIECE) {
      crc.update(bytes.asSlice(lo, Math.min(PIECE, bytes.byteSize() - lo)).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  /**
   * The value of two pieces, one after the other.
   *
   * @param first value of the first
   * @param second value of the second
   * @param shift {@link #shift} of the size of the second
   * @return value of both
   */
  public static int join(int first, int second, int shift) {
    return multiply(first, shift) ^ second;
  }

  /**
   * What {@link #join} needs to know of a size; worth keeping when many pieces have the same.
   *
   * @param size bytes, at least 0
   * @return x^(8 * size)
   */
  public static int shift(long size) {
    int product = ONE;
    int k = 3; // 8 bits a byte
    for (long rest = size; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        product = multiply(product, POWERS[k]);
      }
      k++;
    }
    return product;
  }

  /** School multiplication, one coefficient of {@code a} after the other. */
  private static int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted >>> 1) ^ (POLYNOMIAL & -(shifted & 1));
    }
    return product;
  }
}
