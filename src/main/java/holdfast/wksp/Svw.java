package holdfast.wksp;

import holdfast.CorruptDataException;

/**
 * Numbers of the first checkpoint format: 1 to 9 bytes, little-endian, the width told by the low
 * bits of the first byte and again by the high bits of the last.
 *
 * <pre>{@code
 * value below   width   low bits of the first byte   bits of value   high bits of the last byte
 * 2^6             1       0                               6           0
 * 2^10            2       001                            10           100
 * 2^18            3       101                            18           101
 * 2^24            4       0011                           24           1100
 * 2^32            5       1011                           32           1101
 * 2^56            8       0111                           56           1110
 * 2^64            9       1111                           64           1111
 * }</pre>
 */
final class Svw {
  /** Most bytes of a number. */
  static final int SIZE_MAX = 9;

  /** Width by the low four bits of the first byte. */
  private static final int[] WIDTHS = {1, 2, 1, 4, 1, 3, 1, 8, 1, 2, 1, 5, 1, 3, 1, 9};

  private Svw() {}

  /** How many bytes a number takes whose first byte is known. */
  static int width(int firstByte) {
    return WIDTHS[firstByte & 0xF];
  }

  /** How many bytes a value is written with. */
  static int size(long value) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value);
    return bits <= 6
        ? 1
        : bits <= 10 ? 2 : bits <= 18 ? 3 : bits <= 24 ? 4 : bits <= 32 ? 5 : bits <= 56 ? 8 : 9;
  }

  /**
   * Writes a value.
   *
   * @return one behind its last byte
   */
  static int put(byte[] bytes, int offset, long value) {
    int width = size(value);
    int last = offset + width - 1;
    switch (width) {
      case 1 -> bytes[offset] = (byte) (value << 1);
      case 2 -> putLow(bytes, offset, 2, value << 3 | 0x8001);
      case 3 -> {
        putLow(bytes, offset, 2, value << 3 | 5);
        bytes[last] = (byte) (0xa0 | value >>> 13);
      }
      case 4 -> putLow(bytes, offset, 4, value << 4 | 0xC000_0003L);
      case 5 -> {
        putLow(bytes, offset, 4, value << 4 | 0xb);
        bytes[last] = (byte) (0xd0 | value >>> 28);
      }
      case 8 -> putLow(bytes, offset, 8, value << 4 | 0xE000_0000_0000_0007L);
      default -> {
        putLow(bytes, offset, 8, value << 4 | 0xf);
        bytes[last] = (byte) (0xf0 | value >>> 60);
      }
    }
    return last + 1;
  }

  private static void putLow(byte[] bytes, int offset, int count, long value) {
    for (int i = 0; i < count; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
  }

  /**
   * Reads a value.
   *
   * @param bytes holds all {@link #width} bytes of it
   * @param at where it stands in the file, for the error
   * @throws CorruptDataException when the high bits of its last byte tell another width
   */
  static long get(byte[] bytes, int offset, String format, long at) {
    int width = width(bytes[offset]);
    int last = Byte.toUnsignedInt(bytes[offset + width - 1]);
    int end =
        switch (width) {
          case 1 -> last & 0x80;
          case 2, 3 -> last & 0xe0;
          default -> last & 0xf0;
        };
    int expected =
        switch (width) {
          case 1 -> 0;
          case 2 -> 0x80;
          case 3 -> 0xa0;
          case 4 -> 0xc0;
          case 5 -> 0xd0;
          case 8 -> 0xe0;
          default -> 0xf0;
        };
    if (end != expected) {
      throw new CorruptDataException(
          format,
          at,
          "a number of " + width + " bytes",
          "one that ends in 0x" + Integer.toHexString(last));
    }
    return switch (width) {
      case 1 -> last >>> 1;
      case 2 -> low(bytes, offset, 2) >>> 3 & 0x3FF;
      case 3 -> low(bytes, offset, 2) >>> 3 | (long) (last & 0x1f) << 13;
      case 4 -> low(bytes, offset, 4) >>> 4 & 0xFF_FFFF;
      case 5 -> low(bytes, offset, 4) >>> 4 | (long) (last & 0xf) << 28;
      case 8 -> low(bytes, offset, 8) >>> 4 & (1L << 56) - 1;
      default -> low(bytes, offset, 8) >>> 4 | (long) last << 60;
    };
  }

  private static long low(byte[] bytes, int offset, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes[offset + i] & 0xFFL) << (8 * i);
    }
    return value;
  }
}
