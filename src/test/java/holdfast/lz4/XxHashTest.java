package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.testkit.Content;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxHashTest {
  /** Published values; those of XXH64 agree with the reference program. */
  @ParameterizedTest
  @CsvSource({
    "'', 02CC5D05, EF46DB3751D8E999",
    "a, 550D7456, D24EC4F1A98C6E5B",
    "abc, 32D153FF, 44BC2CF5AD770999",
    "0123456789abcdef, C2C45B69, 5C5B90C34E376D0B",
    "Nobody inspects the spammish repetition, E2293B2F, FBCEA83C8A378BF1"
  })
  void knownTextsGiveTheKnownHashes(String text, String hash32, String hash64) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertEquals(hash32, "%08X".formatted(XxHash32.hash(bytes, 0, bytes.length, 0)));
    assertEquals(hash64, "%016X".formatted(XxHash64.hash(bytes, 0, bytes.length, 0)));
  }

  /** The bytes 0, 1, ... count - 1, as hashed by the reference program. */
  @ParameterizedTest
  @CsvSource({
    "3, E5C7BB4533BC65DD",
    "31, C346D2B59B4D8EE1",
    "32, CBF59C5116FF32B4",
    "33, 0C535D1ACAFB8EAD",
    "36, DDE0EF85E3AEF05C",
    "63, E26AA9E2A95F8E4F",
    "64, F7C67301DB6713F0",
    "100, 6AC1E58032166597"
  })
  void everyTailOfTheSixtyFourBitHashIsRight(int count, String hash) {
    assertEquals(hash, "%016X".formatted(XxHash64.hash(counting(count), 0, count, 0)));
  }

  @Test
  void theSeedChangesTheHash() {
    assertEquals(0x7F89BA44, XxHash32.hash(counting(100), 0, 100, 0));
    assertEquals(0x858AFCD2, XxHash32.hash(counting(100), 0, 100, 1));
  }

  @Test
  void everySizeAgreesWithAPlainReadingOfTheDefinition() {
    byte[] bytes = Content.of(1, 7, 400);
    for (int size = 0; size < 300; size++) {
      int offset = size % 7;
      assertEquals(plain32(bytes, offset, size, size), XxHash32.hash(bytes, offset, size, size));
    }
  }

  @Test
  void theCutsAndTheKindOfMemoryDoNotMatter() {
    long seed = 20260101;
    var random = new SplittableRandom(seed);
    byte[] bytes = Content.of(1, 3, 20_000);
    try (var arena = Arena.ofConfined()) {
      MemorySegment mapped = arena.allocate(bytes.length);
      mapped.copyFrom(MemorySegment.ofArray(bytes));
      for (int round = 0; round < 200; round++) {
        int size = random.nextInt(random.nextBoolean() ? 100 : bytes.length + 1);
        int hashSeed = random.nextInt();
        var cut32 = new XxHash32(hashSeed);
        var cut64 = new XxHash64(hashSeed);
        for (int at = 0; at < size; ) {
          int some = Math.min(size - at, random.nextInt(random.nextBoolean() ? 40 : 9000));
          int kind = random.nextInt(7);
          feed(cut32, bytes, mapped, at, some, kind);
          feed(cut64, bytes, mapped, at, some, kind);
          at += some;
        }
        String where = "seed=" + seed + " round=" + round;
        int whole32 = XxHash32.hash(bytes, 0, size, hashSeed);
        long whole64 = XxHash64.hash(bytes, 0, size, hashSeed);
        assertEquals(Integer.toUnsignedLong(whole32), cut32.getValue(), where);
        assertEquals(whole64, cut64.getValue(), where);
        assertEquals(whole32, XxHash32.hash(mapped.asSlice(0, size), hashSeed), where);
        assertEquals(whole64, XxHash64.hash(mapped.asSlice(0, size), hashSeed), where);
      }
    }
  }

  private static void feed(
      StripeHash hash, byte[] bytes, MemorySegment mapped, int at, int size, int kind) {
    switch (kind) {
      case 0 -> hash.update(bytes, at, size);
      case 1 -> hash.update(mapped.asSlice(at, size));
      case 2 -> hash.update(MemorySegment.ofArray(bytes).asSlice(at, size));
      case 3 -> hash.update(MemorySegment.ofArray(bytes).asSlice(at, size).asReadOnly());
      case 4 -> hash.update(ByteBuffer.wrap(bytes, at, size));
      case 5 -> hash.update(mapped.asSlice(at, size).asByteBuffer());
      default -> {
        for (int i = 0; i < size; i++) {
          hash.update(bytes[at + i]);
        }
      }
    }
  }

  @Test
  void memoryThatIsNotBytesIsHashedByItsBytes() {
    var longs = MemorySegment.ofArray(new long[2000]);
    var bytes = new byte[16_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
      longs.set(ValueLayout.JAVA_BYTE, i, bytes[i]);
    }
    assertEquals(XxHash32.hash(bytes, 0, bytes.length, 5), XxHash32.hash(longs, 5));
    assertEquals(XxHash64.hash(bytes, 0, bytes.length, 5), XxHash64.hash(longs, 5));
  }

  @Test
  void readingTheValueDoesNotEndTheHashAndResetStartsAnew() {
    for (Checksum hash : new Checksum[] {new XxHash32(9), new XxHash64(9)}) {
      long empty = hash.getValue();
      hash.update(counting(50));
      long fifty = hash.getValue();
      assertEquals(fifty, hash.getValue());
      hash.update(counting(3));
      hash.reset();
      assertEquals(empty, hash.getValue());
      hash.update(counting(50));
      assertEquals(fifty, hash.getValue());
    }
  }

  @Test
  void aBufferIsConsumedAndItsLimitStays() {
    for (ByteBuffer buffer : new ByteBuffer[] {ByteBuffer.allocate(64), direct(64)}) {
      buffer.position(3).limit(40);
      new XxHash32().update(buffer);
      assertEquals(40, buffer.position());
      assertEquals(40, buffer.limit());
    }
  }

  @Test
  void rangesOutsideTheArrayAreRefused() {
    byte[] bytes = new byte[10];
    var hash = new XxHash32();
    int[][] ranges = {{-1, 1}, {0, 11}, {11, 0}, {5, -1}, {Integer.MAX_VALUE, 1}, {10, 1}};
    for (int[] range : ranges) {
      assertThrows(
          IndexOutOfBoundsException.class, () -> XxHash32.hash(bytes, range[0], range[1], 0));
      assertThrows(
          IndexOutOfBoundsException.class, () -> XxHash64.hash(bytes, range[0], range[1], 0));
      assertThrows(IndexOutOfBoundsException.class, () -> hash.update(bytes, range[0], range[1]));
    }
    assertEquals(0x02CC5D05, hash.getValue());
  }

  private static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size);
  }

  private static byte[] counting(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** XXH32 word for word as it is defined, with 64-bit arithmetic. */
  private static int plain32(byte[] bytes, int offset, int size, int seed) {
    long p1 = 2654435761L;
    long p2 = 2246822519L;
    long p3 = 3266489917L;
    long p4 = 668265263L;
    long p5 = 374761393L;
    long h = seed + p5;
    int at = 0;
    if (size >= 16) {
      long[] lane = {seed + p1 + p2, seed + p2, seed, seed - p1};
      for (; at <= size - 16; at += 16) {
        for (int i = 0; i < 4; i++) {
          lane[i] = (int) ((int) rotate(lane[i] + word(bytes, offset + at + 4 * i) * p2, 13) * p1);
        }
      }
      h = rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);
    }
    h += size;
    for (; at <= size - 4; at += 4) {
      h = rotate(h + word(bytes, offset + at) * p3, 17) * p4;
    }
    for (; at < size; at++) {
      h = rotate(h + (bytes[offset + at] & 0xFF) * p5, 11) * p1;
    }
    h &= 0xFFFFFFFFL;
    h = ((h ^ h >>> 15) * p2) & 0xFFFFFFFFL;
    h = ((h ^ h >>> 13) * p3) & 0xFFFFFFFFL;
    return (int) (h ^ h >>> 16);
  }

  private static long rotate(long value, int bits) {
    long low = value & 0xFFFFFFFFL;
    return (low << bits | low >>> (32 - bits)) & 0xFFFFFFFFL;
  }

  private static long word(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(at) & 0xFFFFFFFFL;
  }
}
