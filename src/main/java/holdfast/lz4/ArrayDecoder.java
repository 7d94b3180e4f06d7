package holdfast.lz4;

import static holdfast.lz4.Lz4Block.LAST_LITERALS;
import static holdfast.lz4.Lz4Block.LENGTH_MASK;
import static holdfast.lz4.Lz4Block.MATCH_MIN;
import static holdfast.lz4.Lz4Block.MATCH_START_MARGIN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decodes a block from an array into an array.
 *
 * <p>Two loops: {@link #fast} for sequences far from both ends, where a copy may run over its end
 * by a few bytes, and the careful one here for the rest. The careful loop decides alone what is
 * accepted; it has the rules of the original, but for offset 0, which is refused.
 */
final class ArrayDecoder {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private static final byte[] NO_DICTIONARY = {};

  private ArrayDecoder() {}

  /** Decodes without an external dictionary. */
  static int decode(
      byte[] src, int srcStart, int srcSize, byte[] dst, int dstStart, int dstSize, int prefix) {
    return decode(
        src, srcStart, srcSize, dst, dstStart, dstSize, prefix, NO_DICTIONARY, 0, 0, false);
  }

  /**
   * Decodes one block. Ranges are the caller's to check.
   *
   * @param prefix history that lies in {@code dst} just before {@code dstStart}
   * @param dict array of the history before that
   * @param dictEnd its end in the array
   * @param dictSize its size
   * @param partial stop quietly when {@code dstSize} bytes are produced or the input ends
   * @return bytes produced, or {@code -1 - p} when the block is damaged near its byte {@code p}
   */
  static int decode(
      byte[] src,
      int srcStart,
      int srcSize,
      byte[] dst,
      int dstStart,
      int dstSize,
      int prefix,
      byte[] dict,
      int dictEnd,
      int dictSize,
      boolean partial) {
    if (dstSize == 0) {
      return partial || (srcSize == 1 && src[srcStart] == 0) ? 0 : -1;
    }
    if (srcSize == 0) {
      return -1;
    }
    final int iend = srcStart + srcSize;
    final int oend = dstStart + dstSize;
    final int low = dstStart - prefix;
    int ip = srcStart;
    int op = dstStart;
    for (; ; ) {
      if (iend - ip >= FAST_IN && oend - op >= FAST_OUT) {
        long at = fast(src, ip, iend, dst, op, oend, low);
        ip = (int) (at >>> 32);
        op = (int) at;
      }
      int token = src[ip++] & 0xff;
      int length = token >>> 4;
      if (length == LENGTH_MASK) {
        int b;
        do {
          // The original wants 15 more bytes behind a literal length.
          if (ip >= iend - LENGTH_MASK) {
            return srcStart - ip - 1;
          }
          b = src[ip++] & 0xff;
          length += b;
          if (length < 0) {
            return srcStart - ip;
          }
        } while (b == 255);
      }
      if (length > oend - op - MATCH_START_MARGIN || length > iend - ip - (2 + 1 + LAST_LITERALS)) {
        if (partial) {
          length = Math.min(length, Math.min(iend - ip, oend - op));
        } else if (length != iend - ip || length > oend - op) {
          return srcStart - ip - 1;
        }
        System.arraycopy(src, ip, dst, op, length);
        ip += length;
        op += length;
        if (!partial || op == oend || ip >= iend - 2) {
          return op - dstStart;
        }
      } else {
        System.arraycopy(src, ip, dst, op, length);
        ip += length;
        op += length;
      }
      int offset = (short) SHORT.get(src, ip) & 0xffff;
      ip += 2;
      length = token & LENGTH_MASK;
      if (length == LENGTH_MASK) {
        int b;
        do {
          if (ip >= iend - LAST_LITERALS + 1) {
            return srcStart - ip - 1;
          }
          b = src[ip++] & 0xff;
          length += b;
          if (length < 0) {
            return srcStart - ip;
          }
        } while (b == 255);
      }
      length += MATCH_MIN;
      if (offset == 0 || offset > op - low + dictSize || length < 0) {
        return srcStart - ip - 1;
      }
      if (length > oend - op - LAST_LITERALS) {
        if (!partial) {
          return srcStart - ip - 1;
        }
        length = Math.min(length, oend - op);
      }
      int beyond = offset - (op - low);
      if (beyond > 0) {
        int head = Math.min(length, beyond);
        System.arraycopy(dict, dictEnd - beyond, dst, op, head);
        op += head;
        length -= head;
      }
      // Nothing is left, and the match lies before the array, when it ends with the dictionary.
      if (length > 0) {
        copyMatch(dst, op, op - offset, length);
      }
      op += length;
      if (partial && op == oend) {
        return dstSize;
      }
    }
  }

  /** Copies forward, so that a match may overlap its own output; never beyond its end. */
  private static void copyMatch(byte[] dst, int op, int match, int length) {
    int distance = op - match;
    if (distance >= length) {
      System.arraycopy(dst, match, dst, op, length);
      return;
    }
    // What is already there doubles with each copy.
    int end = op + length;
    int known = distance;
    while (op < end) {
      int n = Math.min(known, end - op);
      System.arraycopy(dst, match, dst, op, n);
      op += n;
      known += n;
    }
  }

  private static final int FAST_IN = 32;
  private static final int FAST_OUT = 64;

  /** Decodes while both ends are far. */
  private static long fast(byte[] src, int ip, int iend, byte[] dst, int op, int oend, int low) {
    final int inLimit = iend - FAST_IN;
    final int outLimit = oend - FAST_OUT;
    for (; ; ) {
      if (((inLimit - ip) | (outLimit - op)) < 0) {
        break;
      }
      int token = src[ip] & 0xff;
      int literals = token >>> 4;
      int matchCode = token & LENGTH_MASK;
      if (literals == LENGTH_MASK || matchCode == LENGTH_MASK) {
        break;
      }
      LONG.set(dst, op, (long) LONG.get(src, ip + 1));
      LONG.set(dst, op + 8, (long) LONG.get(src, ip + 9));
      int o = op + literals;
      int i = ip + 1 + literals;
      int offset = (short) SHORT.get(src, i) & 0xffff;
      int match = o - offset;
      if (offset < 8 || match < low) {
        break;
      }
      LONG.set(dst, o, (long) LONG.get(dst, match));
      LONG.set(dst, o + 8, (long) LONG.get(dst, match + 8));
      SHORT.set(dst, o + 16, (short) SHORT.get(dst, match + 16));
      ip = i + 2;
      op = o + matchCode + MATCH_MIN;
    }
    return (long) ip << 32 | op;
  }
}
