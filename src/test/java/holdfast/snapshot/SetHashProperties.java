package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Against elements and sums computed with the JDK's own large numbers and arrays. */
class SetHashProperties {
  private static final int RECORDS_MAX = 12;
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

  /** Key, then value, somewhere in memory; the digest in front of the value. */
  private record Stored(
      MemorySegment memory, long keyAt, int keySize, long place, long valueAt, int valueSize) {
    byte[] input() {
      byte[] input = new byte[Long.BYTES + keySize + valueSize];
      ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).putLong(valueSize);
      Mem.getBytes(memory, keyAt, input, Long.BYTES, keySize);
      Mem.getBytes(memory, valueAt, input, Long.BYTES + keySize, valueSize);
      return input;
    }

    void add(SetHash hash, MemorySegment sum, long at) {
      hash.add(sum, at, memory, keyAt, keySize, memory, valueAt, valueSize);
    }

    void addStored(SetHash hash, MemorySegment sum, long at) {
      hash.addStored(sum, at, memory, keyAt, keySize, memory, place, valueSize);
    }

    void subtractStored(SetHash hash, MemorySegment sum, long at) {
      hash.subtractStored(sum, at, memory, keyAt, keySize, memory, place, valueSize);
    }
  }

  private static List<Stored> records(SetHash hash, Arena arena, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Stored> records = new ArrayList<>();
    for (int i = random.nextInt(RECORDS_MAX); i >= 0; i--) {
      int keySize = 8 * (1 + random.nextInt(6));
      int valueSize =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(3);
            case 1 -> random.nextInt(300);
            case 2 -> 8150 + random.nextInt(60); // about a buffer of the digest
            default -> random.nextInt(40_000);
          };
      long keyAt = random.nextInt(3);
      long place = keyAt + keySize + random.nextInt(3);
      long valueAt = place + hash.digestSize();
      byte[] bytes = new byte[(int) valueAt + valueSize];
      random.nextBytes(bytes);
      MemorySegment memory = arena.allocate(bytes.length);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      hash.digest(memory, keyAt, keySize, memory, valueAt, valueSize, memory, place);
      records.add(new Stored(memory, keyAt, keySize, place, valueAt, valueSize));
    }
    return records;
  }

  @Property(tries = 200)
  void aSumIsWhatLargeNumbersSay(@ForAll long seed) {
    try (Arena arena = Arena.ofConfined()) {
      SetHash hash = SetHash.of(HashKind.SUM256);
      MemorySegment sum = arena.allocate(hash.sumSize() + 1);
      BigInteger expected = BigInteger.ZERO;
      for (Stored record : records(hash, arena, seed)) {
        BigInteger element = number(sha256(record.input()));
        assertArrayEquals(bytes(element), bytes(record.memory, record.place, 32));
        record.add(hash, sum, 1);
        record.addStored(hash, sum, 1);
        expected = expected.add(element).add(element).mod(MODULUS);
        assertArrayEquals(bytes(expected), hash.content(sum, 1).bytes());
        assertEquals(HashKind.SUM256, hash.content(sum, 1).kind());
      }
    }
  }

  @Property(tries = 40)
  void aLatticeIsWhatPlainLanesSay(@ForAll long seed) {
    try (Arena arena = Arena.ofConfined()) {
      SetHash hash = SetHash.of(HashKind.LATTICE16);
      MemorySegment sum = arena.allocate(hash.sumSize() + 2);
      int[] expected = new int[1024];
      for (Stored record : records(hash, arena, seed)) {
        int[] element = new int[512];
        Blake3 blake3 = new Blake3();
        blake3.update(MemorySegment.ofArray(record.input()), 0, record.input().length);
        blake3.expand(element);
        record.add(hash, sum, 2);
        record.addStored(hash, sum, 2);
        for (int i = 0; i < 1024; i++) {
          expected[i] = expected[i] + 2 * (element[i / 2] >>> (16 * (i % 2))) & 0xffff;
          assertEquals(expected[i], Mem.getShort(sum, 2 + 2L * i) & 0xffff);
        }
        byte[] checksum = new byte[32];
        blake3.update(sum, 2, 2048);
        blake3.digest(MemorySegment.ofArray(checksum), 0);
        assertArrayEquals(checksum, hash.content(sum, 2).bytes());
      }
    }
  }

  @Property(tries = 120)
  void theOrderDoesNotMatterAndWhatIsTakenOutIsGone(
      @ForAll long seed, @ForAll @IntRange(max = 2) int kind) {
    try (Arena arena = Arena.ofConfined()) {
      SetHash hash = SetHash.of(HashKind.of(kind));
      List<Stored> records = records(hash, arena, seed);
      MemorySegment one = arena.allocate(hash.sumSize() + 8);
      MemorySegment other = arena.allocate(hash.sumSize() + 8);
      MemorySegment half = arena.allocate(hash.sumSize() + 8);
      records.forEach(r -> r.addStored(hash, one, 8));
      List<Stored> shuffled = new ArrayList<>(records);
      Collections.shuffle(shuffled, new Random(seed));
      for (int i = 0; i < shuffled.size(); i++) {
        // A stranger comes and goes; half of them by way of a sum of their own.
        records.get(0).addStored(hash, other, 8);
        shuffled.get(i).addStored(hash, i % 2 == 0 ? other : half, 8);
        records.get(0).subtractStored(hash, other, 8);
      }
      hash.addSum(other, 8, half, 8);
      assertEquals(hash.content(one, 8), hash.content(other, 8));
      hash.subtractSum(other, 8, half, 8);
      for (int i = 0; i < shuffled.size(); i += 2) {
        shuffled.get(i).subtractStored(hash, other, 8);
      }
      assertEquals(new ContentHash(hash.kind(), new byte[32]), hash.content(other, 8));
      hash.subtractSum(one, 8, one, 8);
      assertEquals(-1, one.mismatch(arena.allocate(one.byteSize())), "also what is in front");
    }
  }

  /** Carries through all words, and borrows. */
  @Property(tries = 200)
  void sumsAddAndSubtractLikeNumbers(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SetHash hash = SetHash.of(HashKind.SUM256);
    MemorySegment a = MemorySegment.ofArray(new byte[33]);
    MemorySegment b = MemorySegment.ofArray(new byte[35]);
    for (int i = 0; i < 4; i++) {
      // Words near the edges, where a carry in decides about the carry out.
      Mem.putLong(a, 1 + 8L * i, random.nextInt(-1, 2));
      Mem.putLong(b, 3 + 8L * i, random.nextBoolean() ? random.nextInt(-1, 2) : random.nextLong());
    }
    BigInteger x = number(bytes(a, 1, 32));
    BigInteger y = number(bytes(b, 3, 32));
    hash.addSum(a, 1, b, 3);
    assertArrayEquals(bytes(x.add(y).mod(MODULUS)), bytes(a, 1, 32));
    hash.subtractSum(a, 1, b, 3);
    assertArrayEquals(bytes(x), bytes(a, 1, 32));
    hash.subtractSum(a, 1, b, 3);
    assertArrayEquals(bytes(x.subtract(y).mod(MODULUS)), bytes(a, 1, 32));
  }

  private static byte[] bytes(MemorySegment memory, long at, int size) {
    byte[] bytes = new byte[size];
    Mem.getBytes(memory, at, bytes, 0, size);
    return bytes;
  }

  private static byte[] sha256(byte[] input) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(input);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static BigInteger number(byte[] littleEndian) {
    byte[] bytes = littleEndian.clone();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = littleEndian[bytes.length - 1 - i];
    }
    return new BigInteger(1, bytes);
  }

  private static byte[] bytes(BigInteger number) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = number.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }
}
