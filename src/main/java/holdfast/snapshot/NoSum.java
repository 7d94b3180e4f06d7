package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Names nothing: all sets have the same name. */
final class NoSum extends SetHash {
  @Override
  HashKind kind() {
    return HashKind.NONE;
  }

  @Override
  int digestSize() {
    return 0;
  }

  @Override
  int sumSize() {
    return 0;
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
    // It has no bytes.
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
    // It has no bytes.
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
    // It has no bytes.
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
    // It has no bytes.
  }

  @Override
  void addSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt) {
    // It has no bytes.
  }

  @Override
  void subtractSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt) {
    // It has no bytes.
  }

  @Override
  ContentHash content(MemorySegment sum, long sumAt) {
    return new ContentHash(HashKind.NONE, new byte[ContentHash.SIZE]);
  }
}
