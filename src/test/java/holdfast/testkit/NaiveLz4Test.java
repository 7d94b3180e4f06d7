package holdfast.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import holdfast.CorruptDataException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NaiveLz4Test {
  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  @Test
  void theWorkedVectorsDecode() {
    assertEquals(0, NaiveLz4.decode(hex("00"), 0).length);
    assertEquals(
        "Hello, LZ4!", new String(NaiveLz4.decode(hex("b048656c6c6f2c204c5a3421"), 11), US_ASCII));
    assertEquals(
        "a".repeat(40), new String(NaiveLz4.decode(hex("1f6101000f506161616161"), 40), US_ASCII));
  }

  @Test
  void aMatchReachesIntoTheHistory() {
    byte[] history = "0123456789".getBytes(US_ASCII);
    // A match of 4 + 8 bytes that begins in the history and runs on into its own output.
    assertArrayEquals(
        "567895678956789ab".getBytes(US_ASCII),
        NaiveLz4.decodeStrictly(hex("0805005037383961" + "62"), history, 17));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0", // no token
    "10, 1", // a literal is missing
    "1061, 1", // one literal, the room is for none
    "f0, 1", // a length byte is missing
    "10610000, 4", // distance 0
    "10610200, 4", // distance before the start
    "106101, 3", // half a distance
    "1061010000, 4", // a match of 4 does not fit behind the literal
  })
  void brokenBlocksAreRefusedAtTheirPlace(String block, int offset) {
    int room = block.equals("1061") ? 0 : 4;
    var thrown = assertThrows(CorruptDataException.class, () -> NaiveLz4.decode(hex(block), room));
    assertEquals(offset, thrown.offset());
  }

  @Test
  void theStrictFormAsksForTheEndRules() {
    byte[] early = hex("1861010050" + "6161616161");
    assertEquals(18, NaiveLz4.decodeStrictly(early, new byte[0], 18).length);
    byte[] late = hex("1761010040" + "61616161");
    assertEquals(16, NaiveLz4.decode(late, 16).length);
    assertThrows(CorruptDataException.class, () -> NaiveLz4.decodeStrictly(late, new byte[0], 16));
  }
}
