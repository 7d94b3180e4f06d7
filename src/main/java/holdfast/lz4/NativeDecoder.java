package holdfast.lz4;

import static holdfast.internal.GlobalMemory.ADDRESS_MASK;
import static holdfast.internal.GlobalMemory.BIAS;
import static holdfast.internal.GlobalMemory.BYTE;
import static holdfast.internal.GlobalMemory.VIEW;
import static holdfast.internal.Mem.LONG;
import static holdfast.internal.Mem.SHORT;
import static holdfast.lz4.Lz4Block.LAST_LITERALS;
import static holdfast.lz4.Lz4Block.LENGTH_MASK;
import static holdfast.lz4.Lz4Block.MATCH_MIN;
import static holdfast.lz4.Lz4Block.MATCH_START_MARGIN;
import static holdfast.lz4.Pattern.PERIODS;
import static holdfast.lz4.Pattern.SPREAD;

import java.lang.foreign.MemorySegment;

/**
 * Decodes a block from native memory into native memory, by absolute addresses.
 *
 * <p>The twin of {@link ArrayDecoder}, which explains the shape. Here positions are addresses,
 * masked once for each sequence; everything added to a masked address is small. Nothing but the
 * checks here keeps accesses inside: ranges, liveness and reachability of the memory are the
 * caller's to guarantee.
 */
final class NativeDecoder {
  private NativeDecoder() {}

  /**
   * Decodes one block.
   *
   * @param prefix history just before {@code dstStart}
   * @param dict array of the history before that
   * @param partial stop quietly when {@code dstSize} bytes are produced or the input ends
   * @return bytes produced, or {@code -1 - p} when the block is damaged near its byte {@code p}
   */
  static int decode(
      long srcStart,
      int srcSize,
      long dstStart,
      int dstSize,
      int prefix,
      byte[] dict,
      boolean partial) {
    if (dstSize == 0) {
      return partial || (srcSize == 1 && VIEW.get(BYTE, srcStart + BIAS) == 0) ? 0 : -1;
    }
    if (srcSize == 0) {
      return -1;
    }
    final long iend = srcStart + srcSize;
    final long oend = dstStart + dstSize;
    final long low = dstStart - prefix;
    final long inLimit = iend - ArrayDecoder.IN_MARGIN;
    final long outLimit = oend - ArrayDecoder.OUT_MARGIN;
    long ip = srcStart;
    long op = dstStart;
    for (; ; ) {
      if (ip <= inLimit && op <= outLimit) {
        long used = fast(ip, inLimit, op, outLimit, low, ArrayDecoder.STRIDE);
        ip += used >>> 32;
        op += (int) used;
      }
      int token = get(ip++);
      int length = token >>> 4;
      if (length == LENGTH_MASK) {
        int b;
        do {
          if (ip >= iend - LENGTH_MASK) {
            return (int) (srcStart - ip) - 1;
          }
          b = get(ip++);
          length += b;
          if (length < 0) {
            return (int) (srcStart - ip);
          }
        } while (b == 255);
      }
      if (length > oend - op - MATCH_START_MARGIN || length > iend - ip - (2 + 1 + LAST_LITERALS)) {
        if (partial) {
          length = (int) Math.min(length, Math.min(iend - ip, oend - op));
        } else if (length != iend - ip || length > oend - op) {
          return (int) (srcStart - ip) - 1;
        }
        copy(ip, op, length);
        ip += length;
        op += length;
        if (!partial || op == oend || ip >= iend - 2) {
          return (int) (op - dstStart);
        }
      } else {
        copy(ip, op, length);
        ip += length;
        op += length;
      }
      int offset = get(ip) | get(ip + 1) << 8;
      ip += 2;
      length = token & LENGTH_MASK;
      if (length == LENGTH_MASK) {
        int b;
        do {
          if (ip >= iend - LAST_LITERALS + 1) {
            return (int) (srcStart - ip) - 1;
          }
          b = get(ip++);
          length += b;
          if (length < 0) {
            return (int) (srcStart - ip);
          }
        } while (b == 255);
      }
      length += MATCH_MIN;
      if (offset == 0 || offset > op - low + dict.length || length < 0) {
        return (int) (srcStart - ip) - 1;
      }
      if (length > oend - op - LAST_LITERALS) {
        if (!partial) {
          return (int) (srcStart - ip) - 1;
        }
        length = (int) Math.min(length, oend - op);
      }
      int beyond = (int) (offset - (op - low));
      if (beyond > 0) {
        int head = Math.min(length, beyond);
        MemorySegment.copy(dict, dict.length - beyond, VIEW, BYTE, op + BIAS, head);
        op += head;
        length -= head;
      }
      if (length > 0) {
        copyMatch(op, offset, length);
        op += length;
      }
      if (partial && op == oend) {
        return dstSize;
      }
    }
  }

  private static int get(long address) {
    return VIEW.get(BYTE, address + BIAS) & 0xff;
  }

  /** Copies exactly, from one memory to another. */
  private static void copy(long from, long to, int length) {
    if (length < ArrayDecoder.BULK_COPY_MIN) {
      int k = 0;
      for (; k <= length - Long.BYTES; k += Long.BYTES) {
        VIEW.set(LONG, to + k + BIAS, VIEW.get(LONG, from + k + BIAS));
      }
      for (; k < length; k++) {
        VIEW.set(BYTE, to + k + BIAS, VIEW.get(BYTE, from + k + BIAS));
      }
    } else {
      MemorySegment.copy(VIEW, from + BIAS, VIEW, to + BIAS, length);
    }
  }

  /** Copies forward, so that a match may overlap its own output; never beyond its end. */
  private static void copyMatch(long op, int distance, int length) {
    long match = op - distance;
    if (length < ArrayDecoder.BULK_COPY_MIN) {
      int k = 0;
      if (distance >= Long.BYTES) {
        for (; k <= length - Long.BYTES; k += Long.BYTES) {
          VIEW.set(LONG, op + k + BIAS, VIEW.get(LONG, match + k + BIAS));
        }
      }
      for (; k < length; k++) {
        VIEW.set(BYTE, op + k + BIAS, VIEW.get(BYTE, match + k + BIAS));
      }
    } else if (distance == 1) {
      VIEW.asSlice(op + BIAS, length).fill(VIEW.get(BYTE, match + BIAS));
    } else {
      // What is already there doubles with each copy.
      int known = distance;
      for (int done = 0; done < length; ) {
        int n = Math.min(known, length - done);
        MemorySegment.copy(VIEW, match + BIAS, VIEW, op + done + BIAS, n);
        done += n;
        known += n;
      }
    }
  }

  /** Decodes while both ends are far; see {@link ArrayDecoder#fast}. */
  private static long fast(
      final long ipStart, long inLimit, final long opStart, long outLimit, long low, int stride) {
    long ip = ipStart;
    long op = opStart;
    // One test of the sign for both limits.
    while (((inLimit - ip) | (outLimit - op)) >= 0) {
      ip &= ADDRESS_MASK;
      op &= ADDRESS_MASK;
      long token = VIEW.get(BYTE, ip + BIAS) & 0xff;
      long literals = token >>> 4;
      int length = (int) (token & LENGTH_MASK) + MATCH_MIN;
      long i = ip + 1;
      long o = op;
      if (literals == LENGTH_MASK) {
        int more = VIEW.get(BYTE, i + BIAS) & 0xff;
        literals += more;
        i++;
        if (more == 255 || i + literals > inLimit || o + literals > outLimit) {
          break;
        }
        VIEW.set(LONG, o + BIAS, VIEW.get(LONG, i + BIAS));
        VIEW.set(LONG, o + 8 + BIAS, VIEW.get(LONG, i + 8 + BIAS));
        for (int k = 16; k < (int) literals; k += stride) {
          long from = (i + k) & ADDRESS_MASK;
          long to = (o + k) & ADDRESS_MASK;
          VIEW.set(LONG, to + BIAS, VIEW.get(LONG, from + BIAS));
          VIEW.set(LONG, to + 8 + BIAS, VIEW.get(LONG, from + 8 + BIAS));
        }
      } else {
        VIEW.set(LONG, o + BIAS, VIEW.get(LONG, i + BIAS));
        VIEW.set(LONG, o + 8 + BIAS, VIEW.get(LONG, i + 8 + BIAS));
      }
      i += literals;
      o += literals;
      int offset = VIEW.get(SHORT, i + BIAS) & 0xffff;
      i += 2;
      long match = o - offset;
      if (match < low) {
        break;
      }
      match &= ADDRESS_MASK;
      if (offset >= 8) {
        VIEW.set(LONG, o + BIAS, VIEW.get(LONG, match + BIAS));
        VIEW.set(LONG, o + 8 + BIAS, VIEW.get(LONG, match + 8 + BIAS));
        if (length > 16) {
          if (length == LENGTH_MASK + MATCH_MIN) {
            int more = VIEW.get(BYTE, i + BIAS) & 0xff;
            i++;
            length += more;
            if (more == 255 || o + length > outLimit) {
              break;
            }
          }
          int k = 16;
          do {
            long from = (match + k) & ADDRESS_MASK;
            long to = (o + k) & ADDRESS_MASK;
            VIEW.set(LONG, to + BIAS, VIEW.get(LONG, from + BIAS));
            VIEW.set(LONG, to + 8 + BIAS, VIEW.get(LONG, from + 8 + BIAS));
            k += stride;
          } while (k < length);
        }
      } else {
        if (offset == 0) {
          break;
        }
        if (length == LENGTH_MASK + MATCH_MIN) {
          int more = VIEW.get(BYTE, i + BIAS) & 0xff;
          i++;
          length += more;
          if (more == 255 || o + length > outLimit) {
            break;
          }
        }
        long pattern =
            (VIEW.get(LONG, match + BIAS) & ((1L << (offset << 3)) - 1)) * SPREAD[offset];
        int period = (int) (PERIODS >>> (offset << 2)) & 15;
        int k = 0;
        do {
          VIEW.set(LONG, ((o + k) & ADDRESS_MASK) + BIAS, pattern);
          VIEW.set(LONG, ((o + k + period) & ADDRESS_MASK) + BIAS, pattern);
          k += period + period;
        } while (k < length);
      }
      ip = i;
      op = o + length;
    }
    return ((ip - ipStart) << 32) | (op - opStart);
  }
}
