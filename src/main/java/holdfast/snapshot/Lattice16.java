package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * 2048 bytes of BLAKE3 of each record, added up as 1024 numbers modulo 2^16.
 *
 * <pre>{@code
 * element = BLAKE3( u64 value size | key | value ), 2048 bytes of output, as 1024 lanes of 16 bits
 * sum     = 1024 lanes of 16 bits, little-endian
 * content = BLAKE3 of the 2048 bytes of the sum; 32 zeros when all of them are zero
 * }</pre>
 *
 * <p>Lanes, sums and checksum are those of Firedancer's {@code fd_lthash}. Elements are not stored,
 * they are computed again: 2048 bytes would be more than most values.
 */
final class Lattice16 extends SetHash {
  /** Bytes of a sum. */
  static final int SIZE = Blake3.LANES * Short.BYTES;

  /** The top bits of two lanes. */
  private static final int TOPS = 0x8000_8000;

  /** What a thread needs for one call. */
  private static final class Work {
    final Blake3 blake3 = new Blake3();
    final int[] element = new int[Blake3.WORDS];

    /** Leaves the element of a record in {@link #element}. */
    void element(
        MemorySegment key,
        long keyAt,
        int keySize,
        MemorySegment value,
        long valueAt,
        long valueSize) {
      blake3.update(valueSize);
      blake3.update(key, keyAt, keySize);
      blake3.update(value, valueAt, valueSize);
      blake3.expand(element);
    }

    // Between memory and an array the compiler makes vector instructions of these loops (30 ns);
    // between memory and memory it does not (200 ns), because the two might overlap. The two lanes
    // of a word are added without their top bits, which then cannot carry into the neighbour.

    /** Takes the lanes of a sum for the element. */
    void load(MemorySegment source, long at) {
      int[] element = this.element;
      for (int i = 0; i < Blake3.WORDS; i++) {
        element[i] = Mem.getInt(source, at + (long) i * Integer.BYTES);
      }
    }

    void addTo(MemorySegment sum, long at) {
      int[] element = this.element;
      for (int i = 0; i < Blake3.WORDS; i++) {
        long word = at + (long) i * Integer.BYTES;
        int a = Mem.getInt(sum, word);
        int b = element[i];
        Mem.putInt(sum, word, ((a & ~TOPS) + (b & ~TOPS)) ^ ((a ^ b) & TOPS));
      }
    }

    void subtractFrom(MemorySegment sum, long at) {
      int[] element = this.element;
      for (int i = 0; i < Blake3.WORDS; i++) {
        long word = at + (long) i * Integer.BYTES;
        int a = Mem.getInt(sum, word);
        int b = element[i];
        Mem.putInt(sum, word, ((a | TOPS) - (b & ~TOPS)) ^ ((a ^ ~b) & TOPS));
      }
    }
  }

  private final Spares<Work> spares = new Spares<>(Work::new);

  @Override
  HashKind kind() {
    return HashKind.LATTICE16;
  }

  @Override
  int digestSize() {
    return 0;
  }

  @Override
  int sumSize() {
    return SIZE;
  }

  @Override
  void digest(
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long valueAt,
      long valueSize,
      MemorySegment out,
      long outAt) {
    // Nothing is stored.
  }

  @Override
  void add(
      MemorySegment sum,
      long sumAt,
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long valueAt,
      long valueSize) {
    Work work = spares.borrow();
    work.element(key, keyAt, keySize, value, valueAt, valueSize);
    work.addTo(sum, sumAt);
    spares.giveBack(work);
  }

  @Override
  void addStored(
      MemorySegment sum,
      long sumAt,
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long place,
      long valueSize) {
    add(sum, sumAt, key, keyAt, keySize, value, place, valueSize);
  }

  @Override
  void subtractStored(
      MemorySegment sum,
      long sumAt,
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long place,
      long valueSize) {
    Work work = spares.borrow();
    work.element(key, keyAt, keySize, value, place, valueSize);
    work.subtractFrom(sum, sumAt);
    spares.giveBack(work);
  }

  @Override
  void addSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt) {
    Work work = spares.borrow();
    work.load(other, otherAt);
    work.addTo(sum, sumAt);
    spares.giveBack(work);
  }

  @Override
  void subtractSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt) {
    Work work = spares.borrow();
    work.load(other, otherAt);
    work.subtractFrom(sum, sumAt);
    spares.giveBack(work);
  }

  @Override
  ContentHash content(MemorySegment sum, long sumAt) {
    byte[] bytes = new byte[ContentHash.SIZE];
    if (!isZero(sum, sumAt)) {
      Work work = spares.borrow();
      work.blake3.update(sum, sumAt, SIZE);
      work.blake3.digest(MemorySegment.ofArray(bytes), 0);
      spares.giveBack(work);
    }
    return new ContentHash(HashKind.LATTICE16, bytes);
  }

  private static boolean isZero(MemorySegment sum, long sumAt) {
    long any = 0;
    for (long i = 0; i < SIZE; i += Long.BYTES) {
      any |= Mem.getLong(sum, sumAt + i);
    }
    return any == 0;
  }
}
