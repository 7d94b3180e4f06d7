package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.testkit.Allocated;
import holdfast.testkit.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Lz4BlockInputStreamTest {
  private static final String END = "4c5a34426c6f636b10000000000000000000000000";
  private static final String HELLO =
      "4c5a34426c6f636b100b0000000b000000757e410a48656c6c6f2c204c5a3421";

  /** Written by lz4-java with blocks of 64 bytes. */
  private static final String RUN =
      "4c5a34426c6f636b200b0000004000000023f0f60f1f6101002750616161616"
          + "14c5a34426c6f636b200b00000024000000269c58091f6101000b506161616161";

  @Test
  void streamsOfTheOriginalAreRead() throws IOException {
    assertEquals("", text(END, false));
    assertEquals("Hello, LZ4!", text(HELLO + END, false));
    assertEquals("a".repeat(100), text(RUN + END, false));
  }

  @Test
  void whatFollowsTheEndIsReadOnlyWhenAskedFor() throws IOException {
    String two = HELLO + END + RUN + END;
    assertEquals("Hello, LZ4!" + "a".repeat(100), text(two, true));
    var below = new ByteArrayInputStream(HexFormat.of().parseHex(two));
    assertEquals(11, new Lz4BlockInputStream(below).readAllBytes().length);
    assertArrayEquals(HexFormat.of().parseHex(RUN + END), below.readAllBytes());
  }

  @Test
  void everyBlockSizeAndContentComesBack() throws IOException {
    for (int shift = 10; shift <= 17; shift++) {
      for (int kind = 0; kind < Content.KINDS; kind++) {
        byte[] plain = Content.of(kind, 3, 200_000);
        byte[] stream = stream(plain, shift);
        var in = new Lz4BlockInputStream(new ByteArrayInputStream(stream));
        assertArrayEquals(plain, in.readAllBytes());
        assertEquals(-1, in.read());
        assertEquals(0, in.available());
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "an unknown magic, 4c5a34426c6f636a100b0000000b000000757e410a, 0",
    "an unknown method, 4c5a34426c6f636b300b0000000b000000757e410a, 8",
    "method 0, 4c5a34426c6f636b000b0000000b000000757e410a, 8",
    "more plain bytes than the block size, 4c5a34426c6f636b100104000001040000757e410a, 13",
    "a negative plain size, 4c5a34426c6f636b10ffffffffffffffff757e410a, 13",
    "a negative size, 4c5a34426c6f636b20ffffffff0b000000757e410a, 9",
    "plain data of another size, 4c5a34426c6f636b100a0000000b000000757e410a, 9",
    "data for no plain bytes, 4c5a34426c6f636b20010000000000000000000000, 9",
    "no data for plain bytes, 4c5a34426c6f636b20000000000b000000757e410a, 9",
    "more than data can stand for, 4c5a34426c6f636b200100000000040000757e410a, 9",
    "a checksum at the end, 4c5a34426c6f636b10000000000000000001000000, 17",
    "nothing at all, '', 0",
    "a header cut, 4c5a34426c6f636b100b00, 11",
    "a block cut, 4c5a34426c6f636b100b0000000b000000757e410a48656c, 24",
    "no end, 4c5a34426c6f636b100b0000000b000000757e410a48656c6c6f2c204c5a3421, 32",
    "a wrong checksum, 4c5a34426c6f636b100b0000000b000000757e410b48656c6c6f2c204c5a3421, 17",
    "a damaged block, 4c5a34426c6f636b200b0000004000000023f0f60f1f610000275061616161614c5a, 23",
  })
  void damageIsReportedWhereItIs(String name, String hex, long offset) {
    var in = new Lz4BlockInputStream(new ByteArrayInputStream(HexFormat.of().parseHex(hex)));
    var e = assertThrows(CorruptDataException.class, in::readAllBytes, name);
    assertEquals(offset, e.offset(), e.getMessage());
    assertEquals("lz4-java block stream", e.format());
    assertEquals(e, assertThrows(CorruptDataException.class, in::read));
  }

  @Test
  void everyTruncationAndEveryFlippedBitOfTheDataIsNoticed() {
    byte[] plain = Content.of(3, 1, 3000);
    byte[] stream = stream(plain, 10);
    for (int size = 0; size < stream.length; size++) {
      byte[] cut = Arrays.copyOf(stream, size);
      var in = new Lz4BlockInputStream(new ByteArrayInputStream(cut));
      var e = assertThrows(CorruptDataException.class, in::readAllBytes);
      assertEquals(size, e.offset());
    }
    for (int bit = 0; bit < 8 * stream.length; bit++) {
      byte[] flipped = stream.clone();
      flipped[bit >> 3] ^= (byte) (1 << (bit & 7));
      byte[] read;
      try {
        read = new Lz4BlockInputStream(new ByteArrayInputStream(flipped)).readAllBytes();
      } catch (CorruptDataException e) {
        continue;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      assertArrayEquals(plain, read, "bit " + bit);
    }
  }

  @Test
  void theLimitsHold() {
    byte[] stream = stream(Content.of(3, 1, 5000), 12);
    var output = Limits.DEFAULT.withOutputMax(4999);
    var in = new Lz4BlockInputStream(new ByteArrayInputStream(stream), output, false);
    assertThrows(CorruptDataException.class, in::readAllBytes);
    var memory = Limits.DEFAULT.withMemoryMax(4000);
    var small = new Lz4BlockInputStream(new ByteArrayInputStream(stream), memory, false);
    assertEquals(0, assertThrows(CorruptDataException.class, small::readAllBytes).offset());
  }

  @Test
  void aClaimWithoutDataCostsNothing() {
    byte[] claim = header(0x2F, 32 << 20, (32 << 20) - 1, 0).put(new byte[10]).array();
    long allocated = 0;
    // Twice: the first time pays for classes that are loaded.
    for (int round = 0; round < 2; round++) {
      long before = Allocated.isCounted() ? Allocated.byThisThread() : 0;
      var in = new Lz4BlockInputStream(new ByteArrayInputStream(claim));
      assertThrows(CorruptDataException.class, in::read);
      allocated = Allocated.isCounted() ? Allocated.byThisThread() - before : 0;
    }
    assertTrue(allocated < 500_000, "allocated " + allocated);
  }

  @Test
  void aClosedStreamRefuses() throws IOException {
    var in = new Lz4BlockInputStream(new ByteArrayInputStream(stream(new byte[5], 10)));
    in.close();
    in.close();
    assertThrows(ClosedChannelException.class, in::read);
    assertThrows(ClosedChannelException.class, in::available);
    assertThrows(IndexOutOfBoundsException.class, () -> in.read(new byte[2], 1, 2));
  }

  /** A block that decodes to less than it claims, with the checksum of what stood there before. */
  @Test
  void bytesOfTheBlockBeforeAreNotShown() {
    byte[] before = Content.of(3, 1, 1024);
    byte[] some = Arrays.copyOf(before, 500);
    byte[] block = Lz4.compress(some);
    int checksum = XxHash32.hash(before, 0, before.length, 0x9747B28C) & 0xFFFFFFF;
    byte[] first = stream(before, 10);
    var stream = new ByteArrayOutputStream();
    stream.write(first, 0, first.length - END.length() / 2);
    int start = stream.size();
    byte[] header = header(0x20, block.length, before.length, checksum).array();
    stream.write(header, 0, 21);
    stream.writeBytes(block);
    stream.writeBytes(HexFormat.of().parseHex(END));
    var in = new Lz4BlockInputStream(new ByteArrayInputStream(stream.toByteArray()));
    var e = assertThrows(CorruptDataException.class, in::readAllBytes);
    assertEquals(start + 21, e.offset());
  }

  private static String text(String hex, boolean concatenated) throws IOException {
    var below = new ByteArrayInputStream(HexFormat.of().parseHex(hex));
    try (var in = new Lz4BlockInputStream(below, Limits.DEFAULT, concatenated)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  /** A stream as lz4-java writes it, with blocks of {@code 1 << shift} bytes. */
  private static byte[] stream(byte[] plain, int shift) {
    var stream = new ByteArrayOutputStream();
    for (int lo = 0; lo < plain.length; lo += 1 << shift) {
      byte[] some = Arrays.copyOfRange(plain, lo, Math.min(plain.length, lo + (1 << shift)));
      byte[] block = Lz4.compress(some);
      int checksum = XxHash32.hash(some, 0, some.length, 0x9747B28C) & 0xFFFFFFF;
      boolean isPlain = block.length >= some.length;
      int size = isPlain ? some.length : block.length;
      int token = (isPlain ? 0x10 : 0x20) | (shift - 10);
      stream.writeBytes(Arrays.copyOf(header(token, size, some.length, checksum).array(), 21));
      stream.writeBytes(isPlain ? some : block);
    }
    stream.writeBytes(HexFormat.of().parseHex(END));
    return stream.toByteArray();
  }

  private static ByteBuffer header(int token, int size, int plainSize, int checksum) {
    return ByteBuffer.allocate(21 + 10)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("LZ4Block".getBytes(StandardCharsets.US_ASCII))
        .put((byte) token)
        .putInt(size)
        .putInt(plainSize)
        .putInt(checksum);
  }
}
