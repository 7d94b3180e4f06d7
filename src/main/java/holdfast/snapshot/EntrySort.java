package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Sorts entries in memory by their words, as unsigned numbers, in place.
 *
 * <pre>{@code
 * byte 0                8        12      16
 *      +----------------+--------+--------+
 *      |      word      | index  |  zero  |
 *      +----------------+--------+--------+
 * }</pre>
 *
 * <p>By the highest byte first: entries are counted and swapped into 256 parts, each of which is
 * sorted by the next byte, and small ones by insertion. A byte that all entries share costs one
 * look at each. For one thread.
 */
final class EntrySort {
  static final long WORD_OFFSET = 0;
  static final long INDEX_OFFSET = WORD_OFFSET + Long.BYTES;
  static final long SIZE = INDEX_OFFSET + 2 * Integer.BYTES; // 16

  private static final int DIGITS = 256;
  private static final int TOP_SHIFT = Long.SIZE - Byte.SIZE;

  /** Fewer entries are sorted by insertion. */
  private static final int SMALL = 24;

  private final MemorySegment memory;

  /** For each byte of the word: where the next entry of a digit goes; where its part ends. */
  private final long[][] next = new long[Long.BYTES][DIGITS];

  private final long[][] end = new long[Long.BYTES][DIGITS];

  EntrySort(MemorySegment memory) {
    this.memory = memory;
  }

  long word(long entry) {
    return Mem.getLong(memory, entry * SIZE + WORD_OFFSET);
  }

  int index(long entry) {
    return Mem.getInt(memory, entry * SIZE + INDEX_OFFSET);
  }

  /** Replaces the word of an entry. */
  void word(long entry, long word) {
    Mem.putLong(memory, entry * SIZE + WORD_OFFSET, word);
  }

  void put(long entry, long word, int index) {
    Mem.putLong(memory, entry * SIZE + WORD_OFFSET, word);
    Mem.putLong(memory, entry * SIZE + INDEX_OFFSET, Integer.toUnsignedLong(index));
  }

  private long rest(long entry) {
    return Mem.getLong(memory, entry * SIZE + INDEX_OFFSET);
  }

  private void put(long entry, long word, long rest) {
    Mem.putLong(memory, entry * SIZE + WORD_OFFSET, word);
    Mem.putLong(memory, entry * SIZE + INDEX_OFFSET, rest);
  }

  /** Sorts the entries from {@code lo} to {@code hi - 1}. */
  void sort(long lo, long hi) {
    sort(lo, hi, TOP_SHIFT);
  }

  private void sort(long lo, long hi, int shift) {
    if (hi - lo <= SMALL) {
      insert(lo, hi);
      return;
    }
    long[] next = this.next[shift / Byte.SIZE];
    long[] end = this.end[shift / Byte.SIZE];
    if (count(lo, hi, shift, next, end)) {
      swap(shift, next, end);
    }
    if (shift > 0) {
      long start = lo;
      for (int digit = 0; digit < DIGITS; digit++) {
        long stop = end[digit];
        if (stop - start > 1) {
          sort(start, stop, shift - Byte.SIZE);
        }
        start = stop;
      }
    }
  }

  /** Finds the parts; false when all entries belong to one. */
  private boolean count(long lo, long hi, int shift, long[] next, long[] end) {
    Arrays.fill(end, 0);
    for (long entry = lo; entry < hi; entry++) {
      end[digit(word(entry), shift)]++;
    }
    boolean mixed = end[digit(word(lo), shift)] != hi - lo;
    long start = lo;
    for (int digit = 0; digit < DIGITS; digit++) {
      next[digit] = start;
      start += end[digit];
      end[digit] = start;
    }
    return mixed;
  }

  private void swap(int shift, long[] next, long[] end) {
    for (int part = 0; part < DIGITS; part++) {
      while (next[part] < end[part]) {
        long word = word(next[part]);
        long rest = rest(next[part]);
        int digit = digit(word, shift);
        while (digit != part) {
          // To where it belongs; what was there goes on.
          long target = next[digit]++;
          long displaced = word(target);
          long displacedRest = rest(target);
          put(target, word, rest);
          word = displaced;
          rest = displacedRest;
          digit = digit(word, shift);
        }
        put(next[part]++, word, rest);
      }
    }
  }

  private static int digit(long word, int shift) {
    return (int) (word >>> shift) & DIGITS - 1;
  }

  private void insert(long lo, long hi) {
    for (long entry = lo + 1; entry < hi; entry++) {
      long word = word(entry);
      long rest = rest(entry);
      long hole = entry;
      while (hole > lo && Long.compareUnsigned(word(hole - 1), word) > 0) {
        put(hole, word(hole - 1), rest(hole - 1));
        hole--;
      }
      put(hole, word, rest);
    }
  }
}
