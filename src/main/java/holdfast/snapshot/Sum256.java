package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * SHA-256 of each record, added up as numbers modulo 2^256.
 *
 * <pre>{@code
 * element = SHA-256( u64 value size | key | value ), read as a little-endian number
 * sum     = four words, the lowest first
 * }</pre>
 *
 * <p>The element is stored in front of the value, so taking a record out costs four additions.
 */
final class Sum256 extends SetHash {
  private static final long W1 = Long.BYTES;
  private static final long W2 = 2 * Long.BYTES;
  private static final long W3 = 3 * Long.BYTES;

  private final Spares<Sha256> spares = new Spares<>(Sha256::new);

  @Override
  HashKind kind() {
    return HashKind.SUM256;
  }

  @Override
  int digestSize() {
    return Sha256.SIZE;
  }

  @Override
  int sumSize() {
    return Sha256.SIZE;
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
    Sha256 sha = spares.borrow();
    element(sha, key, keyAt, keySize, value, valueAt, valueSize);
    sha.finish(out, outAt);
    spares.giveBack(sha);
  }

  private static void element(
      Sha256 sha,
      MemorySegment key,
      long keyAt,
      int keySize,
      MemorySegment value,
      long valueAt,
      long valueSize) {
    sha.update(valueSize);
    sha.update(key, keyAt, keySize);
    sha.update(value, valueAt, valueSize);
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
    Sha256 sha = spares.borrow();
    element(sha, key, keyAt, keySize, value, valueAt, valueSize);
    sha.finish();
    addSum(sum, sumAt, sha.hash(), 0);
    spares.giveBack(sha);
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
    addSum(sum, sumAt, value, place);
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
    subtractSum(sum, sumAt, value, place);
  }

  // A carry leaves the top bit when both had it, or one had it and the result has not.

  @Override
  void addSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt) {
    long a = Mem.getLong(sum, sumAt);
    long b = Mem.getLong(other, otherAt);
    long s = a + b;
    Mem.putLong(sum, sumAt, s);
    long carry = carry(a, b, s);
    a = Mem.getLong(sum, sumAt + W1);
    b = Mem.getLong(other, otherAt + W1);
    s = a + b + carry;
    Mem.putLong(sum, sumAt + W1, s);
    carry = carry(a, b, s);
    a = Mem.getLong(sum, sumAt + W2);
    b = Mem.getLong(other, otherAt + W2);
    s = a + b + carry;
    Mem.putLong(sum, sumAt + W2, s);
    carry = carry(a, b, s);
    a = Mem.getLong(sum, sumAt + W3);
    b = Mem.getLong(other, otherAt + W3);
    Mem.putLong(sum, sumAt + W3, a + b + carry);
  }

  private static long carry(long a, long b, long s) {
    return ((a & b) | ((a | b) & ~s)) >>> 63;
  }

  @Override
  void subtractSum(MemorySegment sum, long sumAt, MemorySegment other, long otherAt) {
    long a = Mem.getLong(sum, sumAt);
    long b = Mem.getLong(other, otherAt);
    long d = a - b;
    Mem.putLong(sum, sumAt, d);
    long borrow = carry(~a, b, ~d);
    a = Mem.getLong(sum, sumAt + W1);
    b = Mem.getLong(other, otherAt + W1);
    d = a - b - borrow;
    Mem.putLong(sum, sumAt + W1, d);
    borrow = carry(~a, b, ~d);
    a = Mem.getLong(sum, sumAt + W2);
    b = Mem.getLong(other, otherAt + W2);
    d = a - b - borrow;
    Mem.putLong(sum, sumAt + W2, d);
    borrow = carry(~a, b, ~d);
    a = Mem.getLong(sum, sumAt + W3);
    b = Mem.getLong(other, otherAt + W3);
    Mem.putLong(sum, sumAt + W3, a - b - borrow);
  }

  @Override
  ContentHash content(MemorySegment sum, long sumAt) {
    return ContentHash.read(HashKind.SUM256, sum, sumAt);
  }
}
