package holdfast.snapshot;

/** A set of indices of records or transactions: 32 bits, unsigned. One bit for each. */
final class IndexSet {
  private final long[] words;
  private long count;

  /** A set of indices below {@code max}. */
  IndexSet(long max) {
    words = new long[Math.toIntExact((max + Long.SIZE - 1) / Long.SIZE)];
  }

  boolean contains(int index) {
    long i = Integer.toUnsignedLong(index);
    return (words[(int) (i / Long.SIZE)] & 1L << i) != 0;
  }

  /** Adds an index; false when it was there. */
  boolean add(int index) {
    long i = Integer.toUnsignedLong(index);
    long bit = 1L << i;
    boolean absent = (words[(int) (i / Long.SIZE)] & bit) == 0;
    if (absent) {
      words[(int) (i / Long.SIZE)] |= bit;
      count++;
    }
    return absent;
  }

  long count() {
    return count;
  }

  /** The smallest one that is not less; -1 when there is none. */
  long next(long from) {
    long i = from;
    while (i < (long) words.length * Long.SIZE) {
      long rest = words[(int) (i / Long.SIZE)] >>> i;
      if (rest != 0) {
        return i + Long.numberOfTrailingZeros(rest);
      }
      i = (i / Long.SIZE + 1) * Long.SIZE;
    }
    return -1;
  }
}
