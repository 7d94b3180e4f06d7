package holdfast.lz4;

import static holdfast.internal.GlobalMemory.ADDRESS_MASK;
import static holdfast.internal.GlobalMemory.BIAS;
import static holdfast.internal.GlobalMemory.BYTE;
import static holdfast.internal.GlobalMemory.VIEW;
import static holdfast.internal.Mem.INT;
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
 * <p>The twin of {@link ArrayDecoder}, which explains the shape. Nothing but the checks here keeps
 * accesses inside: ranges, liveness and reachability of the memory are the caller's to guarantee.
 */
final class NativeDecoder {
  /** Longest stretch for the fast loop, so that adding lengths to positions never overflows. */
  private static final int FAST_MAX = Integer.MAX_VALUE - Lz4Block.HISTORY - 1024;

  /** Mask of a position. */
  private static final long POSITION = 0xFFFF_FFFFL;

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
        int inRoom = (int) Math.min(inLimit - ip, FAST_MAX);
        int outRoom = (int) Math.min(outLimit - op, FAST_MAX);
        int history = (int) Math.min(op - low, Lz4Block.HISTORY);
        long used = fast(ip, inRoom, op, outRoom, history, ArrayDecoder.STRIDE);
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
      boolean last =
          length > oend - op - MATCH_START_MARGIN || length > iend - ip - (2 + 1 + LAST_LITERALS);
      if (last) {
        if (partial) {
          length = (int) Math.min(length, Math.min(iend - ip, oend - op));
        } else if (length != iend - ip || length > oend - op) {
          return (int) (srcStart - ip) - 1;
        }
      }
      copy(ip, op, length);
      ip += length;
      op += length;
      if (last && (!partial || op == oend || ip >= iend - 2)) {
        return (int) (op - dstStart);
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

  /**
   * Copies exactly, and fewer than {@link ArrayDecoder#BULK_COPY_MIN} bytes forward: then the
   * target may overlap the source from 8 bytes behind its start on. The last word overlaps the one
   * before, so that no byte is copied alone but in the shortest runs.
   */
  private static void copy(long from, long to, int length) {
    if (length >= ArrayDecoder.BULK_COPY_MIN) {
      MemorySegment.copy(VIEW, from + BIAS, VIEW, to + BIAS, length);
    } else if (length >= Long.BYTES) {
      for (int k = 0; k < length - Long.BYTES; k += Long.BYTES) {
        VIEW.set(LONG, to + k + BIAS, VIEW.get(LONG, from + k + BIAS));
      }
      int last = length - Long.BYTES;
      VIEW.set(LONG, to + last + BIAS, VIEW.get(LONG, from + last + BIAS));
    } else if (length >= Integer.BYTES) {
      int last = length - Integer.BYTES;
      VIEW.set(INT, to + BIAS, VIEW.get(INT, from + BIAS));
      VIEW.set(INT, to + last + BIAS, VIEW.get(INT, from + last + BIAS));
    } else {
      for (int k = 0; k < length; k++) {
        VIEW.set(BYTE, to + k + BIAS, VIEW.get(BYTE, from + k + BIAS));
      }
    }
  }

  /** Copies forward, so that a match may overlap its own output; never beyond its end. */
  private static void copyMatch(long op, int distance, int length) {
    long match = op - distance;
    if (distance >= length || (distance >= Long.BYTES && length < ArrayDecoder.BULK_COPY_MIN)) {
      copy(match, op, length);
    } else if (length < ArrayDecoder.BULK_COPY_MIN) {
      for (int k = 0; k < length; k++) {
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

  /**
   * Decodes while both ends are far; see {@link ArrayDecoder#fast}.
   *
   * <p>Positions are {@code int}s, and every address is a base plus a position with its sign masked
   * away. That mask is a plain 32-bit move, which the processor does while renaming registers; a
   * mask of addresses is an instruction that the next token waits for. The output's positions begin
   * at its history, so a match that reaches too far has a negative one.
   *
   * @param inLimit last position of a token, from {@code src}
   * @param outRoom the same for the output, from {@code dst}
   * @param history bytes before {@code dst} that may be referred to, at most 64 KiB
   * @return input used, shifted left by 32, and output made
   */
  private static long fast(long src, int inLimit, long dst, int outRoom, int history, int stride) {
    final long in = (src & ADDRESS_MASK) + BIAS;
    final long out = ((dst - history) & ADDRESS_MASK) + BIAS;
    final int outLimit = outRoom + history;
    int ip = 0;
    int op = history;
    // Each round loads the next token before it copies its match: the way from token to token is
    // the longest chain of the loop, and 0.68 becomes 0.82 when it starts early.
    int token = VIEW.get(BYTE, in) & 0xff;
    // One test of the sign for both limits.
    while (((inLimit - ip) | (outLimit - op)) >= 0) {
      int literals = token >>> 4;
      int length = (token & LENGTH_MASK) + MATCH_MIN;
      int i = ip + 1;
      int o = op;
      if (literals == LENGTH_MASK) {
        int more = VIEW.get(BYTE, in + (i & POSITION)) & 0xff;
        literals += more;
        i++;
        if (more == 255 || i + literals > inLimit || o + literals > outLimit) {
          break;
        }
      }
      // One place for short and long literals: with two, the compiler's graph is so large that it
      // may stop inlining before the last access of the loop, see docs/design/0012.
      long from = in + (i & POSITION);
      long to = out + (o & POSITION);
      VIEW.set(LONG, to, VIEW.get(LONG, from));
      VIEW.set(LONG, to + 8, VIEW.get(LONG, from + 8));
      for (int k = 16; k < literals; k += stride) {
        from = in + ((i + k) & POSITION);
        to = out + ((o + k) & POSITION);
        VIEW.set(LONG, to, VIEW.get(LONG, from));
        VIEW.set(LONG, to + 8, VIEW.get(LONG, from + 8));
      }
      i += literals;
      o += literals;
      from = in + (i & POSITION);
      to = out + (o & POSITION);
      int offset = VIEW.get(SHORT, from) & 0xffff;
      i += 2;
      int match = o - offset;
      token = VIEW.get(BYTE, from + 2) & 0xff;
      if (match < 0) {
        break;
      }
      long back = out + (match & POSITION);
      if (offset >= 8) {
        VIEW.set(LONG, to, VIEW.get(LONG, back));
        VIEW.set(LONG, to + 8, VIEW.get(LONG, back + 8));
        if (length > 16) {
          if (length == LENGTH_MASK + MATCH_MIN) {
            int more = VIEW.get(BYTE, from + 2) & 0xff;
            token = VIEW.get(BYTE, from + 3) & 0xff;
            i++;
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
            back = out + ((match + k) & POSITION);
            to = out + ((o + k) & POSITION);
            VIEW.set(LONG, to, VIEW.get(LONG, back));
            VIEW.set(LONG, to + 8, VIEW.get(LONG, back + 8));
            k += stride;
          } while (k < length);
        }
      } else {
        if (offset == 0) {
          break;
        }
        if (length == LENGTH_MASK + MATCH_MIN) {
          int more = VIEW.get(BYTE, from + 2) & 0xff;
          token = VIEW.get(BYTE, from + 3) & 0xff;
          i++;
          length += more;
          if (more == 255) {
            break;
          }
        }
        if (o + length > outLimit) {
          break;
        }
        long pattern = (VIEW.get(LONG, back) & ((1L << (offset << 3)) - 1)) * SPREAD[offset];
        int period = (int) (PERIODS >>> (offset << 2)) & 15;
        int k = 0;
        do {
          VIEW.set(LONG, out + ((o + k) & POSITION), pattern);
          VIEW.set(LONG, out + ((o + k + period) & POSITION), pattern);
          k += period + period;
        } while (k < length);
      }
      ip = i;
      op = o + length;
    }
    return ((long) ip << 32) | (op - history);
  }
}
