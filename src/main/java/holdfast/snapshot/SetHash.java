package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/**
 * Names sets of records: what a record contributes (its element), and sums of that.
 *
 * <p>A sum is {@link #sumSize} bytes of memory that belong to the caller, anywhere; all zero it is
 * the sum of nothing. Adding and subtracting commute, and undo each other, so the sum of a set does
 * not depend on how the set came about.
 *
 * <pre>{@code
 * kind       digest in front of a value    sum                                     content
 * NONE       0 bytes                       0 bytes                                 32 zeros
 * SUM256     32 bytes, the element         32 bytes, a little-endian number        the sum
 * LATTICE16  0 bytes                       2048 bytes, 1024 little-endian numbers  their BLAKE3
 * }</pre>
 *
 * <p>An object of this class may be used by any number of threads at the same time; two threads
 * must not change the same sum at the same time. No call makes garbage once each of the threads has
 * made one, except {@link #content}.
 */
abstract sealed class SetHash permits NoSum, Sum256, Lattice16 {
  /** The way of a kind. Keeps buffers: make one per store, not one per call. */
  static SetHash of(HashKind kind) {
    return switch (kind) {
      case NONE -> new NoSum();
      case SUM256 -> new Sum256();
      case LATTICE16 -> new Lattice16();
    };
  }

  /** What it is. */
  abstract HashKind kind();

  /** Bytes that are stored in front of each value, so that nobody has to compute them again. */
  abstract int digestSize();

  /** Bytes of a sum. */
  abstract int sumSize();

  /**
   * Computes what is stored in front of a value: {@link #digestSize} bytes.
   *
   * @param key memory of the key
   * @param keyAt offset of its first byte
   * @param keySize its size, at most 48
   * @param value memory of the value
   * @param valueAt offset of its first byte; any number when the size is 0
   * @param valueSize its size, at least 0
   * @param out where the digest goes; may be the memory of key or value, but not overlap them
   * @param outAt offset of its first byte
   */
  abstract void digest(
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long valueAt,
      long valueSize,
      MemorySegment out,
      long outAt);

  /** Adds a record whose digest is not known, to a sum. */
  abstract void add(
      MemorySegment sum,
      long sumAt,
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long valueAt,
      long valueSize);

  /**
   * Adds a record to a sum.
   *
   * @param place offset in {@code value} of its digest, and behind that its value; any number when
   *     both are empty
   * @param valueSize bytes of the value alone
   */
  abstract void addStored(
      MemorySegment sum,
      long sumAt,
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long place,
      long valueSize);

  /** Takes a record out of a sum; as {@link #addStored}. */
  abstract void subtractStored(
      MemorySegment sum,
      long sumAt,
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long place,
      long valueSize);

  /** Adds a sum to a sum. */
  abstract void addSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt);

  /** Takes a sum out of a sum. */
  abstract void subtractSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt);

  /** The name of the set that a sum stands for. */
  abstract ContentHash content(MemorySegment sum, long sumAt);
}
