package holdfast.testkit;

import holdfast.CorruptDataException;
import java.util.Arrays;

/**
 * The obvious LZ4 block decoder: one byte at a time, one rule per line, no fast path to be wrong.
 *
 * <p>History is what lies before the block, whether it is a prefix in front of the destination, an
 * external dictionary or one followed by the other: only the bytes matter here.
 */
public final class NaiveLz4 {
  private static final byte[] NONE = {};

  private final byte[] block;
  private int in;
  private byte[] out;
  private int size;

  private NaiveLz4(byte[] block, byte[] history) {
    this.block = block;
    this.out = Arrays.copyOf(history, history.length + 4 * block.length);
    this.size = history.length;
  }

  /** The content of a block that stands alone, at most {@code sizeMax} bytes. */
  public static byte[] decode(byte[] block, int sizeMax) {
    return decode(block, NONE, sizeMax);
  }

  /** The content of a block that may refer back to {@code history}. */
  public static byte[] decode(byte[] block, byte[] history, int sizeMax) {
    return new NaiveLz4(block, history).run(history.length, sizeMax, false);
  }

  /** As {@link #decode}, and requires what an encoder owes: the rules for the end of a block. */
  public static byte[] decodeStrictly(byte[] block, byte[] history, int sizeMax) {
    return new NaiveLz4(block, history).run(history.length, sizeMax, true);
  }

  private byte[] run(int start, int sizeMax, boolean strict) {
    int lastMatch = -1;
    int lastMatchEnd = -1;
    while (true) {
      int token = next();
      int literals = length(token >>> 4);
      require(literals <= block.length - in, "literals inside the block", literals);
      require(literals <= sizeMax - (size - start), "literals that fit", literals);
      for (int i = 0; i < literals; i++) {
        put(block[in++]);
      }
      if (in == block.length) {
        break;
      }
      int distance = next() | next() << 8;
      require(distance != 0 && distance <= size, "a distance in [1, " + size + "]", distance);
      int match = length(token & 15) + 4;
      require(match <= sizeMax - (size - start), "a match that fits", match);
      lastMatch = size;
      for (int i = 0; i < match; i++) {
        put(out[size - distance]);
      }
      lastMatchEnd = size;
    }
    if (strict && lastMatch >= 0) {
      require(size - lastMatch >= 12, "the last match 12 bytes before the end", size - lastMatch);
      require(size - lastMatchEnd >= 5, "5 literals at the end", size - lastMatchEnd);
    }
    return Arrays.copyOfRange(out, start, size);
  }

  private int length(int nibble) {
    int length = nibble;
    for (int more = nibble == 15 ? 255 : 0; more == 255; length = Math.addExact(length, more)) {
      more = next();
    }
    return length;
  }

  private int next() {
    require(in < block.length, "another byte", "the end");
    return block[in++] & 0xff;
  }

  private void put(byte b) {
    if (size == out.length) {
      out = Arrays.copyOf(out, 2 * size + 64);
    }
    out[size++] = b;
  }

  private void require(boolean holds, String expected, Object found) {
    if (!holds) {
      throw new CorruptDataException("lz4 block", in, expected, String.valueOf(found));
    }
  }
}
