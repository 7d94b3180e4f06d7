package holdfast.lz4;

import static holdfast.lz4.FastTables.PRIME_4;
import static holdfast.lz4.FastTables.PRIME_5;
import static holdfast.lz4.FastTables.SKIP_TRIGGER;
import static holdfast.lz4.FastTables.largeSlot;
import static holdfast.lz4.FastTables.smallSlot;
import static holdfast.lz4.Lz4Block.COMPRESSIBLE_MIN;
import static holdfast.lz4.Lz4Block.DISTANCE_MAX;
import static holdfast.lz4.Lz4Block.LAST_LITERALS;
import static holdfast.lz4.Lz4Block.LENGTH_MASK;
import static holdfast.lz4.Lz4Block.MATCH_MIN;
import static holdfast.lz4.Lz4Block.MATCH_START_MARGIN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The fast encoder from array to array.
 *
 * <p>Each method returns the compressed size, or 0 when the block does not fit; nothing is written
 * outside of the destination range. Ranges are the caller's to check.
 *
 * <p>The two hot methods are written for the compiler, see {@code docs/design/0002}: one loop
 * without calls, hashes in place (methods of our own stop being inlined in a method this large),
 * one write site for the common sequence, and everything rare in methods of its own.
 */
final class FastArrayEncoder {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private FastArrayEncoder() {}

  /**
   * Compresses an independent block of fewer than {@link Lz4Block#SMALL_INPUT_LIMIT} bytes.
   *
   * @param table {@link FastTables#SMALL_ENTRIES} zeros
   */
  static int compressSmall(
      byte[] src,
      int srcStart,
      int srcSize,
      byte[] dst,
      int dstStart,
      int dstSize,
      char[] table,
      int acceleration) {
    final int base = srcStart;
    final int startLimit = srcStart + srcSize - MATCH_START_MARGIN + 1;
    final int matchLimit = srcStart + srcSize - LAST_LITERALS;
    final int room = dstStart + dstSize;
    final boolean roomy = dstSize >= Lz4Block.maxCompressedSize(srcSize);
    // Always 1, but not to the compiler, which would unroll loops that run once or twice.
    final int one = Math.min(acceleration, 1);
    int anchor = srcStart;
    int op = dstStart;
    if (srcSize >= COMPRESSIBLE_MIN) {
      int ip = srcStart;
      long word = (long) LONG.get(src, ip);
      table[((int) word * PRIME_4) >>> 19] = (char) (ip - base);
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
          table[slot] = (char) (ip - base);
          word = (long) LONG.get(src, next);
          slot = ((int) word * PRIME_4) >>> 19;
          if ((int) INT.get(src, base + match) == (int) here) {
            break;
          }
        }
        for (; ; ) {
          match += base;
          while (ip > anchor && match > srcStart && src[ip - 1] == src[match - 1]) {
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
            long difference = (long) LONG.get(src, end) ^ (long) LONG.get(src, other);
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
            dst[op] = (byte) ((literals << 4) | code);
            LONG.set(dst, op + 1, (long) LONG.get(src, anchor));
            if (literals > 8) {
              LONG.set(dst, op + 9, (long) LONG.get(src, anchor + 8));
            }
            op += literals + 1;
            SHORT.set(dst, op, (short) (ip - match));
            op += 2;
          } else {
            op = sequence(src, anchor, literals, dst, op, ip - match, code);
          }
          anchor = end;
          if (end >= startLimit) {
            break search;
          }
          // One read serves the three positions that are looked at next.
          here = (long) LONG.get(src, end - 2);
          table[((int) here * PRIME_4) >>> 19] = (char) (end - 2 - base);
          here >>>= 16;
          ip = end;
          slot = ((int) here * PRIME_4) >>> 19;
          match = table[slot];
          table[slot] = (char) (ip - base);
          word = here >>> 8;
          slot = ((int) word * PRIME_4) >>> 19;
          if ((int) INT.get(src, base + match) != (int) here) {
            break;
          }
        }
      }
    }
    return lastLiterals(src, anchor, srcStart + srcSize, dst, op, room, dstStart);
  }

  /**
   * Compresses a block of any size, which may follow its history in the same array.
   *
   * @param table {@link FastTables#LARGE_ENTRIES} zeros, or what the blocks before left there
   * @param startIndex index of the first byte of the block in the stream; 0 for a new one
   * @param prefix bytes of history just before the block: all of the stream, or at least 64 KiB, so
   *     that no entry of the table within reach speaks of other bytes
   * @param border a match that begins here or behind is not extended backwards beyond: {@code
   *     srcStart} when the history is a copy of one that lies elsewhere, see {@link
   *     #compressExternal}, else the start of the history
   */
  static int compressLarge(
      byte[] src,
      int srcStart,
      int srcSize,
      byte[] dst,
      int dstStart,
      int dstSize,
      int[] table,
      int startIndex,
      int prefix,
      int border,
      int acceleration) {
    final int base = srcStart - startIndex;
    final int low = srcStart - prefix;
    final int startLimit = srcStart + srcSize - MATCH_START_MARGIN + 1;
    final int matchLimit = srcStart + srcSize - LAST_LITERALS;
    final int room = dstStart + dstSize;
    final boolean roomy = dstSize >= Lz4Block.maxCompressedSize(srcSize);
    // Always 1, but not to the compiler, which would unroll loops that run once or twice.
    final int one = Math.min(acceleration, 1);
    int anchor = srcStart;
    int op = dstStart;
    if (srcSize >= COMPRESSIBLE_MIN) {
      int ip = srcStart;
      long word = (long) LONG.get(src, ip);
      table[(int) (((word << 24) * PRIME_5) >>> 52)] = ip - base;
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
          table[slot] = ip - base;
          word = (long) LONG.get(src, next);
          slot = (int) (((word << 24) * PRIME_5) >>> 52);
          if (ip - base - match <= DISTANCE_MAX && (int) INT.get(src, base + match) == (int) here) {
            break;
          }
        }
        for (; ; ) {
          match += base;
          int lowest = match >= border ? border : low;
          while (ip > anchor && match > lowest && src[ip - 1] == src[match - 1]) {
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
            long difference = (long) LONG.get(src, end) ^ (long) LONG.get(src, other);
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
            dst[op] = (byte) ((literals << 4) | code);
            LONG.set(dst, op + 1, (long) LONG.get(src, anchor));
            if (literals > 8) {
              LONG.set(dst, op + 9, (long) LONG.get(src, anchor + 8));
            }
            op += literals + 1;
            SHORT.set(dst, op, (short) (ip - match));
            op += 2;
          } else {
            op = sequence(src, anchor, literals, dst, op, ip - match, code);
          }
          anchor = end;
          if (end >= startLimit) {
            break search;
          }
          // One read serves the three positions that are looked at next.
          here = (long) LONG.get(src, end - 2);
          table[(int) (((here << 24) * PRIME_5) >>> 52)] = end - 2 - base;
          here >>>= 16;
          ip = end;
          slot = (int) (((here << 24) * PRIME_5) >>> 52);
          match = table[slot];
          table[slot] = ip - base;
          word = here >>> 8;
          slot = (int) (((word << 24) * PRIME_5) >>> 52);
          if (ip - base - match > DISTANCE_MAX || (int) INT.get(src, base + match) != (int) here) {
            break;
          }
        }
      }
    }
    return lastLiterals(src, anchor, srcStart + srcSize, dst, op, room, dstStart);
  }

  /**
   * Writes a sequence with a long length. It is longer than what the compiler takes into its
   * callers, on purpose: the common case keeps the registers.
   */
  private static int sequence(
      byte[] src, int anchor, int literals, byte[] dst, int op, int offset, int code) {
    dst[op++] = (byte) ((Math.min(literals, LENGTH_MASK) << 4) | Math.min(code, LENGTH_MASK));
    if (literals >= LENGTH_MASK) {
      op = length(dst, op, literals - LENGTH_MASK);
      LONG.set(dst, op, (long) LONG.get(src, anchor));
      LONG.set(dst, op + 8, (long) LONG.get(src, anchor + 8));
      int k = 16;
      for (; k <= literals - 32; k += 32) {
        LONG.set(dst, op + k, (long) LONG.get(src, anchor + k));
        LONG.set(dst, op + k + 8, (long) LONG.get(src, anchor + k + 8));
        LONG.set(dst, op + k + 16, (long) LONG.get(src, anchor + k + 16));
        LONG.set(dst, op + k + 24, (long) LONG.get(src, anchor + k + 24));
      }
      for (; k < literals; k += 8) {
        LONG.set(dst, op + k, (long) LONG.get(src, anchor + k));
      }
    } else {
      LONG.set(dst, op, (long) LONG.get(src, anchor));
      if (literals > 8) {
        LONG.set(dst, op + 8, (long) LONG.get(src, anchor + 8));
      }
    }
    op += literals;
    SHORT.set(dst, op, (short) offset);
    op += 2;
    return code < LENGTH_MASK ? op : length(dst, op, code - LENGTH_MASK);
  }

  /** Where a match ends that comes near the end of the block. */
  private static int countTail(byte[] src, int end, int other, int limit) {
    while (end < limit && src[end] == src[other]) {
      end++;
      other++;
    }
    return end;
  }

  /**
   * Compresses the next block of a stream whose history lies elsewhere: in one more array, whose
   * last byte precedes the block logically.
   *
   * @param low how far a match inside of the block may be extended backwards: the start of the
   *     block, or of history that lies just before it
   * @param startIndex index of the first byte of the block in the stream
   * @param dict array with the history
   * @param dictEnd end of the history in that array
   * @param dictSize bytes of history
   * @param attached table of an attached dictionary, to look into when the own table knows nothing;
   *     or {@code null}
   * @param attachedShift what to add to indexes of that table
   */
  static int compressExternal(
      byte[] src,
      int srcStart,
      int srcSize,
      byte[] dst,
      int dstStart,
      int dstSize,
      int low,
      int[] table,
      int startIndex,
      byte[] dict,
      int dictEnd,
      int dictSize,
      int[] attached,
      int attachedShift,
      int acceleration) {
    final int iend = srcStart + srcSize;
    final int olimit = dstStart + dstSize;
    final int matchStartLimit = iend - MATCH_START_MARGIN + 1;
    final int matchLimit = iend - LAST_LITERALS;
    final int base = srcStart - startIndex;
    final int dictBase = dictEnd - startIndex;
    final int lowIndex = startIndex - dictSize;
    int anchor = srcStart;
    int op = dstStart;
    if (srcSize >= COMPRESSIBLE_MIN) {
      int ip = srcStart;
      table[largeSlot((long) LONG.get(src, ip))] = startIndex;
      int next = ip + 1;
      search:
      for (; ; ) {
        int probes = acceleration << SKIP_TRIGGER;
        int step = 1;
        int candidate;
        for (; ; ) {
          ip = next;
          next += step;
          step = probes++ >>> SKIP_TRIGGER;
          if (next > matchStartLimit) {
            break search;
          }
          candidate =
              find(
                  src,
                  ip,
                  base,
                  table,
                  startIndex,
                  lowIndex,
                  dict,
                  dictBase,
                  attached,
                  attachedShift);
          if (candidate >= 0) {
            break;
          }
        }
        boolean inDict = candidate < startIndex;
        byte[] from = inDict ? dict : src;
        int match = candidate + (inDict ? dictBase : base);
        int lowest = inDict ? dictEnd - dictSize : low;
        while (ip > anchor && match > lowest && src[ip - 1] == from[match - 1]) {
          ip--;
          match--;
        }
        int literals = ip - anchor;
        int token = op++;
        if (op + literals + 2 + 1 + LAST_LITERALS + literals / 255 > olimit) {
          return 0;
        }
        dst[token] = (byte) (Math.min(literals, LENGTH_MASK) << 4);
        if (literals >= LENGTH_MASK) {
          op = length(dst, op, literals - LENGTH_MASK);
        }
        System.arraycopy(src, anchor, dst, op, literals);
        op += literals;
        for (; ; ) {
          int offset = inDict ? ip - srcStart + dictEnd - match : ip - match;
          SHORT.set(dst, op, (short) offset);
          op += 2;
          int code;
          if (inDict) {
            int limit = Math.min(ip + dictEnd - match, matchLimit);
            code = count(src, ip + MATCH_MIN, limit, dict, match + MATCH_MIN);
            ip += code + MATCH_MIN;
            if (ip == limit) {
              int more = count(src, ip, matchLimit, src, srcStart);
              code += more;
              ip += more;
            }
          } else {
            code = count(src, ip + MATCH_MIN, matchLimit, src, match + MATCH_MIN);
            ip += code + MATCH_MIN;
          }
          if (op + 1 + LAST_LITERALS + (code + 240) / 255 > olimit) {
            return 0;
          }
          dst[token] += (byte) Math.min(code, LENGTH_MASK);
          if (code >= LENGTH_MASK) {
            op = length(dst, op, code - LENGTH_MASK);
          }
          anchor = ip;
          if (ip >= matchStartLimit) {
            break search;
          }
          table[largeSlot((long) LONG.get(src, ip - 2))] = ip - 2 - base;
          candidate =
              find(
                  src,
                  ip,
                  base,
                  table,
                  startIndex,
                  lowIndex,
                  dict,
                  dictBase,
                  attached,
                  attachedShift);
          if (candidate < 0) {
            break;
          }
          inDict = candidate < startIndex;
          match = candidate + (inDict ? dictBase : base);
          token = op++;
          dst[token] = 0;
        }
        next = ip + 1;
      }
    }
    return lastLiterals(src, anchor, iend, dst, op, olimit, dstStart);
  }

  /** Enters a position and tells the index of an earlier one with the same 4 bytes, or -1. */
  private static int find(
      byte[] src,
      int ip,
      int base,
      int[] table,
      int startIndex,
      int lowIndex,
      byte[] dict,
      int dictBase,
      int[] attached,
      int attachedShift) {
    long word = (long) LONG.get(src, ip);
    int slot = largeSlot(word);
    int candidate = table[slot];
    table[slot] = ip - base;
    if (candidate < startIndex && attached != null) {
      candidate = attached[slot] + attachedShift;
    }
    if (candidate < lowIndex || ip - base - candidate > DISTANCE_MAX) {
      return -1;
    }
    int there =
        candidate < startIndex
            ? (int) INT.get(dict, dictBase + candidate)
            : (int) INT.get(src, base + candidate);
    return there == (int) word ? candidate : -1;
  }

  /**
   * Compresses as much of the source as fits.
   *
   * @param table at least {@link FastTables#SMALL_ENTRIES} zeros
   * @param small whether the original would index with 16 bits
   * @return source bytes consumed, shifted left by 32, and bytes produced
   */
  static long fill(
      byte[] src,
      int srcStart,
      int srcSize,
      byte[] dst,
      int dstStart,
      int dstSize,
      int[] table,
      boolean small,
      int acceleration) {
    final int iend = srcStart + srcSize;
    final int olimit = dstStart + dstSize;
    final int matchStartLimit = iend - MATCH_START_MARGIN + 1;
    final int matchLimit = iend - LAST_LITERALS;
    // What the sequence after a match needs at least: offset, token, and the last 8 literals.
    final int tail = 2 + 1 + MATCH_START_MARGIN - MATCH_MIN;
    int anchor = srcStart;
    int op = dstStart;
    if (srcSize >= COMPRESSIBLE_MIN) {
      int ip = srcStart;
      int next = ip + 1;
      search:
      for (; ; ) {
        int probes = acceleration << SKIP_TRIGGER;
        int step = 1;
        int match;
        for (; ; ) {
          ip = next;
          next += step;
          step = probes++ >>> SKIP_TRIGGER;
          if (next > matchStartLimit) {
            break search;
          }
          match = srcStart + enter(src, srcStart, ip, table, small);
          if (ip - match <= DISTANCE_MAX && (int) INT.get(src, match) == (int) INT.get(src, ip)) {
            break;
          }
        }
        int filled = ip;
        while (ip > anchor && match > srcStart && src[ip - 1] == src[match - 1]) {
          ip--;
          match--;
        }
        int literals = ip - anchor;
        int token = op;
        if (op + 1 + (literals + 240) / 255 + literals + tail > olimit) {
          break;
        }
        op++;
        dst[token] = (byte) (Math.min(literals, LENGTH_MASK) << 4);
        if (literals >= LENGTH_MASK) {
          op = length(dst, op, literals - LENGTH_MASK);
        }
        System.arraycopy(src, anchor, dst, op, literals);
        op += literals;
        for (; ; ) {
          if (op + tail > olimit) {
            op = token;
            break search;
          }
          SHORT.set(dst, op, (short) (ip - match));
          op += 2;
          int code = count(src, ip + MATCH_MIN, matchLimit, src, match + MATCH_MIN);
          ip += code + MATCH_MIN;
          if (op + 1 + LAST_LITERALS + (code + 240) / 255 > olimit) {
            // The match is too long to be written: shorten it.
            int shorter = LENGTH_MASK - 1 + (olimit - op - 1 - LAST_LITERALS) * 255;
            ip -= code - shorter;
            code = shorter;
            if (ip <= filled) {
              forget(src, ip, filled, table, small);
            }
          }
          dst[token] += (byte) Math.min(code, LENGTH_MASK);
          if (code >= LENGTH_MASK) {
            op = length(dst, op, code - LENGTH_MASK);
          }
          anchor = ip;
          if (ip >= matchStartLimit) {
            break search;
          }
          enter(src, srcStart, ip - 2, table, small);
          match = srcStart + enter(src, srcStart, ip, table, small);
          if (ip - match <= DISTANCE_MAX && (int) INT.get(src, match) == (int) INT.get(src, ip)) {
            token = op++;
            dst[token] = 0;
            continue;
          }
          break;
        }
        next = ip + 1;
      }
    }
    int run = iend - anchor;
    if (op + run + 1 + (run + 240) / 255 > olimit) {
      run = olimit - op - 1;
      run -= (run + 256 - LENGTH_MASK) / 256;
    }
    int end = anchor + run;
    return (long) (end - srcStart) << 32
        | lastLiterals(src, anchor, end, dst, op, olimit, dstStart);
  }

  /** Enters a position in a table and returns what was there. */
  private static int enter(byte[] src, int srcStart, int ip, int[] table, boolean small) {
    long word = (long) LONG.get(src, ip);
    int slot = small ? smallSlot(word) : largeSlot(word);
    int candidate = table[slot];
    table[slot] = ip - srcStart;
    return candidate;
  }

  /** Takes positions out of a table that lie behind the end of a shortened match. */
  private static void forget(byte[] src, int from, int to, int[] table, boolean small) {
    for (int p = from; p <= to; p++) {
      long word = (long) LONG.get(src, p);
      table[small ? smallSlot(word) : largeSlot(word)] = 0;
    }
  }

  /**
   * Enters the positions of a dictionary.
   *
   * @param index index of the dictionary's end
   * @param step 3 enters every third position and lets later ones win; 1 enters all positions whose
   *     slot is empty
   */
  static void index(byte[] dict, int from, int to, int[] table, int index, int step) {
    for (int p = from; p <= to - Long.BYTES; p += step) {
      int slot = largeSlot((long) LONG.get(dict, p));
      if (step != 1 || table[slot] == 0) {
        table[slot] = index - (to - p);
      }
    }
  }

  /** Writes what is left as literals. */
  private static int lastLiterals(
      byte[] src, int anchor, int iend, byte[] dst, int op, int olimit, int dstStart) {
    int run = iend - anchor;
    if (op + run + 1 + (run + 240) / 255 > olimit) {
      return 0;
    }
    if (run < LENGTH_MASK) {
      dst[op++] = (byte) (run << 4);
    } else {
      dst[op++] = (byte) (LENGTH_MASK << 4);
      op = length(dst, op, run - LENGTH_MASK);
    }
    System.arraycopy(src, anchor, dst, op, run);
    return op + run - dstStart;
  }

  /** Writes length bytes: 255 as often as it goes, then the rest. */
  private static int length(byte[] dst, int op, int rest) {
    while (rest >= 255) {
      dst[op++] = (byte) 255;
      rest -= 255;
    }
    dst[op++] = (byte) rest;
    return op;
  }

  /** Counts equal bytes forward, up to a limit of the first position. */
  private static int count(byte[] a, int p, int limit, byte[] b, int q) {
    int start = p;
    while (p < limit - 7) {
      long difference = (long) LONG.get(a, p) ^ (long) LONG.get(b, q);
      if (difference != 0) {
        return p + (Long.numberOfTrailingZeros(difference) >>> 3) - start;
      }
      p += 8;
      q += 8;
    }
    while (p < limit && a[p] == b[q]) {
      p++;
      q++;
    }
    return p - start;
  }
}
