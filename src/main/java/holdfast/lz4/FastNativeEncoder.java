package holdfast.lz4;

import static holdfast.internal.GlobalMemory.ADDRESS_MASK;
import static holdfast.internal.GlobalMemory.BIAS;
import static holdfast.internal.GlobalMemory.BYTE;
import static holdfast.internal.GlobalMemory.VIEW;
import static holdfast.internal.Mem.INT;
import static holdfast.internal.Mem.LONG;
import static holdfast.internal.Mem.SHORT;
import static holdfast.lz4.FastTables.PRIME_4;
import static holdfast.lz4.FastTables.PRIME_5;
import static holdfast.lz4.FastTables.SKIP_TRIGGER;
import static holdfast.lz4.Lz4Block.COMPRESSIBLE_MIN;
import static holdfast.lz4.Lz4Block.DISTANCE_MAX;
import static holdfast.lz4.Lz4Block.LAST_LITERALS;
import static holdfast.lz4.Lz4Block.LENGTH_MASK;
import static holdfast.lz4.Lz4Block.MATCH_MIN;
import static holdfast.lz4.Lz4Block.MATCH_START_MARGIN;

import java.lang.foreign.MemorySegment;

/**
 * The fast encoder from native memory to native memory, by absolute addresses.
 *
 * <p>The twin of {@link FastArrayEncoder}, which explains the shape. Positions are {@code int}s
 * from the start of the block, so that every access is base plus index. Nothing but the code here
 * keeps accesses inside: ranges, liveness and reachability of the memory are the caller's to
 * guarantee, and its ends are honoured as exactly as in an array.
 */
final class FastNativeEncoder {
  private FastNativeEncoder() {}

  /**
   * Compresses an independent block of fewer than {@link Lz4Block#SMALL_INPUT_LIMIT} bytes.
   *
   * @param table {@link FastTables#SMALL_ENTRIES} zeros
   */
  static int compressSmall(
      long srcAddress, int srcSize, long dstAddress, int dstSize, char[] table, int acceleration) {
    final long src = (srcAddress & ADDRESS_MASK) + BIAS;
    final long dst = (dstAddress & ADDRESS_MASK) + BIAS;
    final int startLimit = srcSize - MATCH_START_MARGIN + 1;
    final int matchLimit = srcSize - LAST_LITERALS;
    final int room = dstSize;
    final boolean roomy = dstSize >= Lz4Block.maxCompressedSize(srcSize);
    // Always 1, but not to the compiler, which would unroll loops that run once or twice.
    final int one = Math.min(acceleration, 1);
    int anchor = 0;
    int op = 0;
    if (srcSize >= COMPRESSIBLE_MIN) {
      int ip = 0;
      long word = VIEW.get(LONG, src + ip);
      table[((int) word * PRIME_4) >>> 19] = (char) ip;
      word >>>= 8;
      int slot = ((int) word * PRIME_4) >>> 19;
      search:
      for (; ; ) {
        int next = ip + 1;
        int probes = acceleration << SKIP_TRIGGER;
        int step = 1;
        int match = 0;
        long here = 0;
        // Counted, though it never ends by the count, so that it needs no safepoint poll.
        for (; probes < Integer.MAX_VALUE; probes++) {
          ip = next;
          here = word;
          next += step;
          step = probes >>> SKIP_TRIGGER;
          if (next > startLimit) {
            break search;
          }
          match = table[slot];
          table[slot] = (char) ip;
          word = VIEW.get(LONG, src + next);
          slot = ((int) word * PRIME_4) >>> 19;
          if (VIEW.get(INT, src + match) == (int) here) {
            break;
          }
        }
        for (; ; ) {
          while (ip > anchor
              && match > 0
              && VIEW.get(BYTE, src + ip - 1) == VIEW.get(BYTE, src + match - 1)) {
            ip -= one;
            match -= one;
          }
          int end = ip + MATCH_MIN;
          int other = match + MATCH_MIN;
          for (; ; ) {
            if (end >= startLimit - 1) {
              end = countTail(src, end, other, matchLimit);
              break;
            }
            long difference = VIEW.get(LONG, src + end) ^ VIEW.get(LONG, src + other);
            if (difference != 0) {
              end += Long.numberOfTrailingZeros(difference) >>> 3;
              break;
            }
            end += one << 3;
            other += one << 3;
          }
          int literals = ip - anchor;
          int code = end - ip - MATCH_MIN;
          if (!roomy && !Lz4Block.fits(literals, code, room - op)) {
            return 0;
          }
          if (Math.max(literals, code) < LENGTH_MASK) {
            VIEW.set(BYTE, dst + op, (byte) ((literals << 4) | code));
            VIEW.set(LONG, dst + op + 1, VIEW.get(LONG, src + anchor));
            if (literals > 8) {
              VIEW.set(LONG, dst + op + 9, VIEW.get(LONG, src + anchor + 8));
            }
            op += literals + 1;
            VIEW.set(SHORT, dst + op, (short) (ip - match));
            op += 2;
          } else {
            op = sequence(src, anchor, literals, dst, op, ip - match, code);
          }
          anchor = end;
          if (end >= startLimit) {
            break search;
          }
          // One read serves the three positions that are looked at next.
          here = VIEW.get(LONG, src + end - 2);
          table[((int) here * PRIME_4) >>> 19] = (char) (end - 2);
          here >>>= 16;
          ip = end;
          slot = ((int) here * PRIME_4) >>> 19;
          match = table[slot];
          table[slot] = (char) ip;
          word = here >>> 8;
          slot = ((int) word * PRIME_4) >>> 19;
          if (VIEW.get(INT, src + match) != (int) here) {
            break;
          }
        }
      }
    }
    return lastLiterals(src, anchor, srcSize, dst, op, room);
  }

  /**
   * Compresses an independent block of any size.
   *
   * @param table {@link FastTables#LARGE_ENTRIES} zeros
   */
  static int compressLarge(
      long srcAddress, int srcSize, long dstAddress, int dstSize, int[] table, int acceleration) {
    final long src = (srcAddress & ADDRESS_MASK) + BIAS;
    final long dst = (dstAddress & ADDRESS_MASK) + BIAS;
    final int startLimit = srcSize - MATCH_START_MARGIN + 1;
    final int matchLimit = srcSize - LAST_LITERALS;
    final int room = dstSize;
    final boolean roomy = dstSize >= Lz4Block.maxCompressedSize(srcSize);
    // Always 1, but not to the compiler, which would unroll loops that run once or twice.
    final int one = Math.min(acceleration, 1);
    int anchor = 0;
    int op = 0;
    if (srcSize >= COMPRESSIBLE_MIN) {
      int ip = 0;
      long word = VIEW.get(LONG, src + ip);
      table[(int) (((word << 24) * PRIME_5) >>> 52)] = ip;
      word >>>= 8;
      int slot = (int) (((word << 24) * PRIME_5) >>> 52);
      search:
      for (; ; ) {
        int next = ip + 1;
        int probes = acceleration << SKIP_TRIGGER;
        int step = 1;
        int match = 0;
        long here = 0;
        // Counted, though it never ends by the count, so that it needs no safepoint poll.
        for (; probes < Integer.MAX_VALUE; probes++) {
          ip = next;
          here = word;
          next += step;
          step = probes >>> SKIP_TRIGGER;
          if (next > startLimit) {
            break search;
          }
          match = table[slot];
          table[slot] = ip;
          word = VIEW.get(LONG, src + next);
          slot = (int) (((word << 24) * PRIME_5) >>> 52);
          if (ip - match <= DISTANCE_MAX && VIEW.get(INT, src + match) == (int) here) {
            break;
          }
        }
        for (; ; ) {
          while (ip > anchor
              && match > 0
              && VIEW.get(BYTE, src + ip - 1) == VIEW.get(BYTE, src + match - 1)) {
            ip -= one;
            match -= one;
          }
          int end = ip + MATCH_MIN;
          int other = match + MATCH_MIN;
          for (; ; ) {
            if (end >= startLimit - 1) {
              end = countTail(src, end, other, matchLimit);
              break;
            }
            long difference = VIEW.get(LONG, src + end) ^ VIEW.get(LONG, src + other);
            if (difference != 0) {
              end += Long.numberOfTrailingZeros(difference) >>> 3;
              break;
            }
            end += one << 3;
            other += one << 3;
          }
          int literals = ip - anchor;
          int code = end - ip - MATCH_MIN;
          if (!roomy && !Lz4Block.fits(literals, code, room - op)) {
            return 0;
          }
          if (Math.max(literals, code) < LENGTH_MASK) {
            VIEW.set(BYTE, dst + op, (byte) ((literals << 4) | code));
            VIEW.set(LONG, dst + op + 1, VIEW.get(LONG, src + anchor));
            if (literals > 8) {
              VIEW.set(LONG, dst + op + 9, VIEW.get(LONG, src + anchor + 8));
            }
            op += literals + 1;
            VIEW.set(SHORT, dst + op, (short) (ip - match));
            op += 2;
          } else {
            op = sequence(src, anchor, literals, dst, op, ip - match, code);
          }
          anchor = end;
          if (end >= startLimit) {
            break search;
          }
          // One read serves the three positions that are looked at next.
          here = VIEW.get(LONG, src + end - 2);
          table[(int) (((here << 24) * PRIME_5) >>> 52)] = end - 2;
          here >>>= 16;
          ip = end;
          slot = (int) (((here << 24) * PRIME_5) >>> 52);
          match = table[slot];
          table[slot] = ip;
          word = here >>> 8;
          slot = (int) (((word << 24) * PRIME_5) >>> 52);
          if (ip - match > DISTANCE_MAX || VIEW.get(INT, src + match) != (int) here) {
            break;
          }
        }
      }
    }
    return lastLiterals(src, anchor, srcSize, dst, op, room);
  }

  /** Writes a sequence with a long length; kept out of its callers by its size. */
  private static int sequence(
      long src, int anchor, int literals, long dst, int op, int offset, int code) {
    int token = (Math.min(literals, LENGTH_MASK) << 4) | Math.min(code, LENGTH_MASK);
    VIEW.set(BYTE, dst + op, (byte) token);
    op++;
    if (literals >= LENGTH_MASK) {
      op = length(dst, op, literals - LENGTH_MASK);
      VIEW.set(LONG, dst + op, VIEW.get(LONG, src + anchor));
      VIEW.set(LONG, dst + op + 8, VIEW.get(LONG, src + anchor + 8));
      int k = 16;
      for (; k <= literals - 32; k += 32) {
        VIEW.set(LONG, dst + op + k, VIEW.get(LONG, src + anchor + k));
        VIEW.set(LONG, dst + op + k + 8, VIEW.get(LONG, src + anchor + k + 8));
        VIEW.set(LONG, dst + op + k + 16, VIEW.get(LONG, src + anchor + k + 16));
        VIEW.set(LONG, dst + op + k + 24, VIEW.get(LONG, src + anchor + k + 24));
      }
      for (; k < literals; k += 8) {
        VIEW.set(LONG, dst + op + k, VIEW.get(LONG, src + anchor + k));
      }
    } else {
      VIEW.set(LONG, dst + op, VIEW.get(LONG, src + anchor));
      if (literals > 8) {
        VIEW.set(LONG, dst + op + 8, VIEW.get(LONG, src + anchor + 8));
      }
    }
    op += literals;
    VIEW.set(SHORT, dst + op, (short) offset);
    op += 2;
    return code < LENGTH_MASK ? op : length(dst, op, code - LENGTH_MASK);
  }

  /** Where a match ends that comes near the end of the block. */
  private static int countTail(long src, int end, int other, int limit) {
    while (end < limit && VIEW.get(BYTE, src + end) == VIEW.get(BYTE, src + other)) {
      end++;
      other++;
    }
    return end;
  }

  /** Writes length bytes: 255 as often as it goes, then the rest. */
  private static int length(long dst, int op, int rest) {
    while (rest >= 255) {
      VIEW.set(BYTE, dst + op, (byte) 255);
      op++;
      rest -= 255;
    }
    VIEW.set(BYTE, dst + op, (byte) rest);
    return op + 1;
  }

  /** Writes what is left as literals. */
  private static int lastLiterals(long src, int anchor, int end, long dst, int op, int room) {
    int run = end - anchor;
    if (op + run + 1 + (run + 240) / 255 > room) {
      return 0;
    }
    VIEW.set(BYTE, dst + op, (byte) (Math.min(run, LENGTH_MASK) << 4));
    op++;
    if (run >= LENGTH_MASK) {
      op = length(dst, op, run - LENGTH_MASK);
    }
    MemorySegment.copy(VIEW, src + anchor, VIEW, dst + op, run);
    return op + run;
  }
}
