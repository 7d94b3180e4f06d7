package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every rule of the frame format, broken once. In the table a {@code #} stands for the header
 * checksum, which is right unless it is given.
 */
class FrameMalformedTest {
  private static final String HELLO = "0b000080 48656c6c6f2c204c5a3421";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing at all                   |                                             | 0  | a"
            + " frame",
        "half a magic                     | 0422                                        | 2  | a"
            + " frame",
        "an unknown magic                 | 01020304 00000000                           | 0  |"
            + " magic",
        "a header cut before BD           | 04224d18 64                                 | 5  |"
            + " header",
        "a header cut before its checksum | 04224d18 64 40                              | 6  |"
            + " header",
        "a content size cut               | 04224d18 6c 40 0b000000                     | 10 |"
            + " header",
        "the reserved bit of FLG          | 04224d18 66 40 #                            | 4  |"
            + " reserved",
        "the reserved bit 7 of BD         | 04224d18 64 c0 #                            | 5  | BD",
        "the reserved bits 0..3 of BD     | 04224d18 64 41 #                            | 5  | BD",
        "block size id 0                  | 04224d18 64 00 #                            | 5  | BD",
        "block size id 3                  | 04224d18 64 30 #                            | 5  | BD",
        "a wrong header checksum          | 04224d18 64 40 a6                           | 6  |"
            + " header checksum",
        "a wrong checksum, long header    | 04224d18 6d 40 0b00000000000000 00000000 00 | 18 |"
            + " header checksum",
        "a content size over 2^63         | 04224d18 6c 40 ffffffffffffffff #           | 6  |"
            + " content size",
        "no block and no end mark         | 04224d18 64 40 #                            | 7  | end"
            + " mark",
        "a block word cut                 | 04224d18 64 40 # 0b0000                     | 10 | end"
            + " mark",
        "a block too large for the frame  | 04224d18 64 40 # 01000100                   | 7  |"
            + " 65536",
        "a stored block too large         | 04224d18 64 40 # 01000180                   | 7  |"
            + " 65536",
        "the largest block word           | 04224d18 64 40 # ffffff7f                   | 7  |"
            + " 65536",
        "a block cut                      | 04224d18 64 40 # 0b000080 4865              | 13 | rest"
            + " of a block",
        "a block checksum cut             | 04224d18 74 40 # HELLO 7d9b                 | 24 | rest"
            + " of a block",
        "a wrong block checksum           | 04224d18 74 40 # HELLO 7d9b1c47 00000000    | 22 |"
            + " block checksum",
        "a wrong checksum of nothing      | 04224d18 74 40 # 00000080 00000000          | 11 |"
            + " block checksum",
        "the content checksum missing     | 04224d18 64 40 # HELLO 00000000             | 26 |"
            + " content checksum",
        "the content checksum cut         | 04224d18 64 40 # HELLO 00000000 7d9b1c      | 29 |"
            + " content checksum",
        "a wrong content checksum         | 04224d18 64 40 # HELLO 00000000 7d9b1c47    | 26 |"
            + " content checksum",
        "content smaller than announced   | 04224d18 6c 40 0c00000000000000 # HELLO 00000000"
            + " 7d9b1c46 | 30 | 12 bytes",
        "content larger than announced    | 04224d18 6c 40 0a00000000000000 # HELLO 00000000"
            + " 7d9b1c46 | 15 | 10 bytes",
        "no end mark after a block        | 04224d18 64 40 # HELLO                      | 22 | end"
            + " mark",
        "a block with offset 0            | 04224d18 60 40 # 0a000000 11 61 0000 50 6161616161"
            + " 00000000 | 13 | offset",
        "a block that refers too far      | 04224d18 60 40 # 0a000000 11 61 0200 50 6161616161"
            + " 00000000 | 13 | offset",
        "a block without last literals    | 04224d18 60 40 # 04000000 11 61 0100 00000000          "
            + "     | 13 | end of the block",
        "an independent block with links  | 04224d18 60 40 # HELLO 0a000000 11 61 0b00 50"
            + " 6161616161 00000000 | 28 | offset",
        "garbage behind a frame           | 04224d18 60 40 # 00000000 01020304          | 11 |"
            + " another frame",
        "little garbage behind a frame    | 04224d18 60 40 # 00000000 0102              | 11 | end"
            + " of the input",
        "a second frame cut               | 04224d18 60 40 # 00000000 04224d18 60       | 16 |"
            + " header",
        "a skippable size cut             | 502a4d18 0000                               | 6  | size"
            + " of a skippable",
        "a skippable frame cut            | 502a4d18 03000000 6161                      | 10 | 1"
            + " bytes to skip",
        "a huge skippable frame cut       | 5f2a4d18 ffffffff 6161                      | 10 | to"
            + " skip",
        "a legacy size cut                | 02214c18 0c00                               | 6  |"
            + " legacy block",
        "a legacy block cut               | 02214c18 0c000000 b048                      | 10 | rest"
            + " of a block",
        "a legacy block of size 0         | 02214c18 00000000                           | 4  | at"
            + " least 1 byte",
        "a damaged legacy block           | 02214c18 0a000000 11 61 0000 50 6161616161  | 10  |"
            + " offset",
        "no frame behind a legacy frame   | 02214c18 0c000000 b048656c6c6f2c204c5a3421 91808000 |"
            + " 20 | another frame",
      })
  void damageIsReportedWhereItIs(String name, String hex, long offset, String expected) {
    byte[] bytes = bytes(hex == null ? "" : hex);
    var whole = assertThrows(CorruptDataException.class, () -> Lz4Frame.decompress(bytes), name);
    assertEquals(offset, whole.offset(), whole.getMessage());
    assertTrue(whole.expected().contains(expected), whole.getMessage());
    assertEquals("lz4 frame", whole.format());
    for (int piece = 1; piece < 3; piece++) {
      var in = new Lz4FrameInputStream(new Trickle(bytes, piece), Lz4FrameReadOptions.DEFAULT);
      var pieces = assertThrows(CorruptDataException.class, in::readAllBytes, name);
      assertEquals(whole.getMessage(), pieces.getMessage());
      var again = assertThrows(CorruptDataException.class, in::read, name);
      assertEquals(whole.getMessage(), again.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource({"04224d18 24 40, 0", "04224d18 a4 40, 2", "04224d18 e4 40 00, 3"})
  void anotherVersionIsUnsupported(String hex, int version) {
    byte[] bytes = bytes(hex + "00000000");
    var e = assertThrows(UnsupportedFormatException.class, () -> Lz4Frame.decompress(bytes));
    assertEquals(4, e.offset());
    assertTrue(e.getMessage().contains("version " + version), e.getMessage());
  }

  @Test
  void aDictionaryThatWasNotGivenIsUnsupported() {
    byte[] bytes = bytes("04224d18 61 40 efbeadde # 00000000");
    var missing = assertThrows(UnsupportedFormatException.class, () -> Lz4Frame.decompress(bytes));
    assertEquals(6, missing.offset());
    assertTrue(missing.getMessage().contains("0xdeadbeef"), missing.getMessage());

    var dictionary = Lz4Dictionary.of(new byte[100]);
    var other = Lz4FrameReadOptions.DEFAULT.withDictionary(dictionary, 7);
    var wrong =
        assertThrows(UnsupportedFormatException.class, () -> Lz4Frame.decompress(bytes, other));
    assertTrue(wrong.getMessage().contains("0x00000007"), wrong.getMessage());

    var right = Lz4FrameReadOptions.DEFAULT.withDictionary(dictionary, 0xDEADBEEFL);
    assertEquals(0, Lz4Frame.decompress(bytes, right).length);
    var any = Lz4FrameReadOptions.DEFAULT.withDictionary(dictionary, 0);
    assertEquals(0, Lz4Frame.decompress(bytes, any).length);
  }

  @Test
  void checksumsOfContentAreOnlyComparedWhenAskedFor() {
    var careless = Lz4FrameReadOptions.DEFAULT.withVerifyChecksums(false);
    byte[] frame = bytes("04224d18 74 40 # HELLO 00000000 00000000 00000000");
    assertEquals("Hello, LZ4!", text(Lz4Frame.decompress(frame, careless)));
    byte[] header = bytes("04224d18 74 40 00 HELLO 00000000 00000000 00000000");
    assertThrows(CorruptDataException.class, () -> Lz4Frame.decompress(header, careless));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "an empty stored block            | 04224d18 64 40 # 00000080 HELLO 00000000 7d9b1c46",
        "one with a checksum              | 04224d18 74 40 # 00000080 055dcc02 HELLO 7d9b1c46"
            + " 00000000 7d9b1c46",
        "an empty compressed block        | 04224d18 64 40 # 01000000 00 HELLO 00000000 7d9b1c46",
        "a content size of 0, unknown     | 04224d18 6c 40 0000000000000000 # HELLO 00000000"
            + " 7d9b1c46",
        "skippable frames all around      | 502a4d18 00000000 04224d18 60 40 # HELLO 00000000"
            + " 5f2a4d18 02000000 0000",
        "a legacy frame, then a frame     | 02214c18 04224d18 60 40 # HELLO 00000000",
        "a frame, then a legacy frame     | 04224d18 60 40 # HELLO 00000000 02214c18",
        "a legacy frame, then a legacy    | 02214c18 02214c18 0c000000 b048656c6c6f2c204c5a3421",
        "short blocks in a legacy frame   | 02214c18 02000000 1048 0b000000 a0656c6c6f2c204c5a3421",
        "empty frames on both sides       | 04224d18 60 40 # 00000000 04224d18 60 40 # HELLO"
            + " 00000000 04224d18 60 40 # 00000000",
        "a linked block behind a stored   | 04224d18 40 40 # 05000080 48656c6c6f 07000000"
            + " 602c204c5a3421 00000000",
      })
  void whatIsOddButLegalIsRead(String name, String hex) {
    assertEquals("Hello, LZ4!", text(Lz4Frame.decompress(bytes(hex))), name);
    for (int piece = 1; piece < 8; piece++) {
      var in = new Lz4FrameInputStream(new Trickle(bytes(hex), piece));
      byte[] plain = assertDoesNotThrow(in::readAllBytes, name);
      assertEquals("Hello, LZ4!", text(plain), name);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** Turns the notation of the tables into bytes. */
  private static byte[] bytes(String notation) {
    String hex = notation.replace("HELLO", HELLO).replace(" ", "");
    for (int at; (at = hex.indexOf('#')) >= 0; ) {
      int start = hex.lastIndexOf("04224d18", at) + 8;
      byte[] fields = HexFormat.of().parseHex(hex.substring(start, at));
      int checksum = XxHash32.hash(fields, 0, fields.length, 0) >>> 8 & 0xFF;
      hex = hex.substring(0, at) + "%02x".formatted(checksum) + hex.substring(at + 1);
    }
    return HexFormat.of().parseHex(hex);
  }

  /** Gives a few bytes at a time, as a slow network does. */
  private static final class Trickle extends ByteArrayInputStream {
    private final int piece;

    Trickle(byte[] bytes, int piece) {
      super(bytes);
      this.piece = piece;
    }

    @Override
    public int read(byte[] to, int offset, int size) {
      return super.read(to, offset, Math.min(size, piece));
    }
  }
}
