package holdfast.lz4;

import static holdfast.lz4.Lz4Block.LAST_LITERALS;
import static holdfast.lz4.Lz4Block.LENGTH_MASK;
import static holdfast.lz4.Lz4Block.MATCH_MIN;
import static holdfast.lz4.Lz4Block.MATCH_START_MARGIN;
import static holdfast.lz4.Pattern.PERIODS;
import static holdfast.lz4.Pattern.SPREAD;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

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
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private static final byte[] NO_DICTIONARY = {};

  /**
   * Input that the fast loop wants left: token, 14 literals, and then the 8 bytes that the format
   * asks for: offset, token, 5 literals. Reads go up to 17 bytes beyond the token.
   */
  static final int IN_MARGIN = 23;

  /**
   * Output that the fast loop wants left: 14 literals, 16 bytes of match, and the 5 literals that
   * the format asks for. A longer match has to end this far before the end, as copies of it run
   * over by up to 15 bytes.
   */
  static final int OUT_MARGIN = 35;

  /** Where the fast loop ends in a huge array, so that adding a short length never overflows. */
  private static final int FAST_END_MAX = Integer.MAX_VALUE - 1024;

  /** Bytes in each step of a copying loop. */
  static final int STRIDE = 16;

  /** From this length on, a call of the JDK copies faster than a loop here. */
  static final int BULK_COPY_MIN = 64;

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
    final int inLimit = Math.min(iend, FAST_END_MAX) - IN_MARGIN;
    final int outLimit = Math.min(oend, FAST_END_MAX) - OUT_MARGIN;
    int ip = srcStart;
    int op = dstStart;
    for (; ; ) {
      if (ip <= inLimit && op <= outLimit) {
        long at = fast(src, ip, inLimit, dst, op, outLimit, low, STRIDE);
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
        copy(src, ip, dst, op, length);
        ip += length;
        op += length;
        if (!partial || op == oend || ip >= iend - 2) {
          return op - dstStart;
        }
      } else {
        copy(src, ip, dst, op, length);
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
      if (length > 0) {
        // A match that ends in the dictionary has no source here: it might lie before the array.
        copyMatch(dst, op, offset, length);
        op += length;
      }
      if (partial && op == oend) {
        return dstSize;
      }
    }
  }

  /**
   * Copies exactly, and fewer than {@link #BULK_COPY_MIN} bytes forward: then the target may
   * overlap the source from 8 bytes behind its start on. The last word overlaps the one before, so
   * that no byte is copied alone but in the shortest runs.
   */
  private static void copy(byte[] src, int ip, byte[] dst, int op, int length) {
    if (length >= BULK_COPY_MIN) {
      System.arraycopy(src, ip, dst, op, length);
    } else if (length >= Long.BYTES) {
      int last = length - Long.BYTES;
      for (int k = 0; k < last; k += Long.BYTES) {
        LONG.set(dst, op + k, (long) LONG.get(src, ip + k));
      }
      LONG.set(dst, op + last, (long) LONG.get(src, ip + last));
    } else if (length >= Integer.BYTES) {
      int last = length - Integer.BYTES;
      INT.set(dst, op, (int) INT.get(src, ip));
      INT.set(dst, op + last, (int) INT.get(src, ip + last));
    } else {
      for (int k = 0; k < length; k++) {
        dst[op + k] = src[ip + k];
      }
    }
  }

  /** Copies forward, so that a match may overlap its own output; never beyond its end. */
  private static void copyMatch(byte[] dst, int op, int distance, int length) {
    int match = op - distance;
    if (distance >= length || (distance >= Long.BYTES && length < BULK_COPY_MIN)) {
      copy(dst, match, dst, op, length);
    } else if (length < BULK_COPY_MIN) {
      for (int k = 0; k < length; k++) {
        dst[op + k] = dst[match + k];
      }
    } else if (distance == 1) {
      Arrays.fill(dst, op, op + length, dst[match]);
    } else {
      // What is already there doubles with each copy.
      int known = distance;
      for (int done = 0; done < length; ) {
        int n = Math.min(known, length - done);
        System.arraycopy(dst, match, dst, op + done, n);
        done += n;
        known += n;
      }
    }
  }

  /**
   * Decodes while both ends are far, and stops before the first sequence that it cannot do.
   *
   * <p>One long method for the compiler, see {@code docs/design/0002}: no calls, nothing written
   * but in steps of 8 bytes (a shorter store makes the next load wait), copies that run over their
   * end, and the next token loaded before the match is copied: the way from token to token is the
   * longest chain of the loop (0.54 became 0.62 of liblz4).
   *
   * @param stride always 16; as an argument it keeps short loops from being unrolled
   * @return input position, shifted left by 32, and output position
   */
  private static long fast(
      byte[] src, int ip, int inLimit, byte[] dst, int op, int outLimit, int low, int stride) {
    int token = src[ip] & 0xff;
    // One test of the sign for both limits.
    while (((inLimit - ip) | (outLimit - op)) >= 0) {
      int literals = token >>> 4;
      int length = (token & LENGTH_MASK) + MATCH_MIN;
      int i = ip + 1;
      int o = op;
      if (literals == LENGTH_MASK) {
        int more = src[i] & 0xff;
        literals += more;
        i++;
        if (more == 255 || i + literals > inLimit || o + literals > outLimit) {
          break;
        }
        LONG.set(dst, o, (long) LONG.get(src, i));
        LONG.set(dst, o + 8, (long) LONG.get(src, i + 8));
        for (int k = 16; k < literals; k += stride) {
          LONG.set(dst, o + k, (long) LONG.get(src, i + k));
          LONG.set(dst, o + k + 8, (long) LONG.get(src, i + k + 8));
        }
      } else {
        LONG.set(dst, o, (long) LONG.get(src, i));
        LONG.set(dst, o + 8, (long) LONG.get(src, i + 8));
      }
      i += literals;
      o += literals;
      int offset = (short) SHORT.get(src, i) & 0xffff;
      i += 2;
      int match = o - offset;
      token = src[i] & 0xff;
      if (match < low) {
        break;
      }
      if (offset >= 8) {
        LONG.set(dst, o, (long) LONG.get(dst, match));
        LONG.set(dst, o + 8, (long) LONG.get(dst, match + 8));
        if (length > 16) {
          if (length == LENGTH_MASK + MATCH_MIN) {
            int more = src[i] & 0xff;
            i++;
            token = src[i] & 0xff;
            length += more;
            if (more == 255) {
              break;
            }
          }
          if (o + length > outLimit) {
            break;
          }
          int k = 16;
          do {
            LONG.set(dst, o + k, (long) LONG.get(dst, match + k));
            LONG.set(dst, o + k + 8, (long) LONG.get(dst, match + k + 8));
            k += stride;
          } while (k < length);
        }
      } else {
        if (offset == 0) {
          break;
        }
        if (length == LENGTH_MASK + MATCH_MIN) {
          int more = src[i] & 0xff;
          i++;
          token = src[i] & 0xff;
          length += more;
          if (more == 255) {
            break;
          }
        }
        if (o + length > outLimit) {
          break;
        }
        long pattern = ((long) LONG.get(dst, match) & ((1L << (offset << 3)) - 1)) * SPREAD[offset];
        int period = (int) (PERIODS >>> (offset << 2)) & 15;
        int k = 0;
        do {
          LONG.set(dst, o + k, pattern);
          LONG.set(dst, o + k + period, pattern);
          k += period + period;
        } while (k < length);
      }
      ip = i;
      op = o + length;
    }
    return ((long) ip << 32) | op;
  }
}
