package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.checkpt.FrameStyle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The example in the description of the format is a file, and every reason is explained. */
class SnapshotDocumentTest {
  private static final Path FORMAT = Path.of("docs", "formats", "snapshot.md");

  static ModelStore store() {
    ModelStore store = new ModelStore(8, HashKind.SUM256);
    store.storeId = UUID.fromString("484f4c44-4641-5354-2053-544f52452031");
    store.seq = 41;
    store.put(HexFormat.of().formatHex(text("key-one.")), text("hello"));
    store.seq = 42;
    store.put(HexFormat.of().formatHex(text("key-two.")), text(""));
    return store;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] file() throws IOException {
    return Crafted.bytes(store(), store().full(FrameStyle.RAW, SnapHeader.BATCH_MIN));
  }

  @Test
  void theExampleIsAFileOfTwoRecords() throws IOException {
    List<String> lines = Files.readAllLines(FORMAT, StandardCharsets.UTF_8);
    StringBuilder hex = new StringBuilder();
    for (String line : lines) {
      if (line.matches("[0-9a-f]{4}:( [0-9a-f]{2}){1,16}")) {
        assertEquals(Integer.parseInt(line.substring(0, 4), 16), hex.length() / 2, line);
        hex.append(line.substring(5).replace(" ", ""));
      }
    }
    byte[] example = HexFormat.of().parseHex(hex);
    assertArrayEquals(file(), example);
    assertNull(new Crafted(example).refusal(VerifyLevel.FULL));
  }

  @Test
  void everyReasonOfDamageIsNamed() throws IOException {
    String all = Files.readString(FORMAT);
    for (Reason reason : Reason.values()) {
      if (reason.isDamage()) {
        assertTrue(all.contains("`" + reason + "`"), reason.name());
      }
    }
  }

  /** Prints the example. */
  public static void main(String[] args) throws IOException {
    byte[] bytes = file();
    for (int i = 0; i < bytes.length; i += 16) {
      int end = Math.min(bytes.length, i + 16);
      System.out.printf("%04x: %s%n", i, HexFormat.ofDelimiter(" ").formatHex(bytes, i, end));
    }
  }
}
