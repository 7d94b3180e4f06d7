package holdfast.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.sidecar.SidecarReport.Range;
import holdfast.testkit.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SidecarsTest {
  private static final int BLOCK = 1 << 16;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.write(directory.resolve("data"), Content.of(1, 1, 10 * BLOCK + 10));
  }

  @Test
  void aFileIsComparedWithItsSidecarAndDamageIsToldInJoinedRanges() throws IOException {
    assertNull(Sidecars.check(file, 2, Progress.NONE));
    Sidecars.make(file, 2, Progress.NONE);
    assertTrue(Sidecars.check(file, 2, Progress.NONE).isSound());
    byte[] bytes = Files.readAllBytes(file);
    for (int block : new int[] {2, 3, 4, 7, 10}) {
      bytes[block * BLOCK + 5] ^= 4;
    }
    Files.write(file, bytes);
    SidecarReport report = Sidecars.check(file, 2, Progress.NONE);
    assertFalse(report.isSound());
    assertEquals(4 * BLOCK + 10, report.damagedSize());
    assertEquals(
        List.of(
            new Range(2 * BLOCK, 5 * BLOCK),
            new Range(7 * BLOCK, 8 * BLOCK),
            new Range(10 * BLOCK, 10 * BLOCK + 10)),
        report.damaged());
    Files.write(file, new byte[5]);
    assertThrows(CorruptDataException.class, () -> Sidecars.check(file, 2, Progress.NONE));
  }

  /** The example of docs/formats/sidecar.md. */
  @Test
  void theExampleOfTheDescriptionIsASidecar() throws IOException {
    String text = Files.readString(Path.of("docs", "formats", "sidecar.md"));
    String hex = text.substring(text.indexOf("```hex\n") + 7);
    hex = hex.substring(0, hex.indexOf("```")).replaceAll("(?m)^[0-9a-f]{4}:|\\s", "");
    byte[] described = HexFormat.of().parseHex(hex);
    Files.writeString(file, "Hello, sidecar!\n");
    Sidecars.make(file, 1, Progress.NONE);
    assertEquals(
        HexFormat.of().formatHex(described),
        HexFormat.of().formatHex(Files.readAllBytes(Sidecars.path(file))));
    assertEquals(described.length, Sidecars.inspect(Sidecars.path(file)).size());
  }

  @Test
  void aFileWhoseNameLeavesNoRoomForASidecarHasNone() throws IOException {
    for (int length : new int[] {251, 252, 255}) {
      Path file = Files.write(directory.resolve("n".repeat(length)), new byte[5]);
      assertNull(Sidecars.check(file, 1, Progress.NONE), "name of " + length + " bytes");
    }
  }
}
