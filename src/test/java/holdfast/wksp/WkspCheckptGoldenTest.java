package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Mem;
import holdfast.testkit.Golden;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of the original: the same bytes are written, and what was in them comes back. */
class WkspCheckptGoldenTest {
  private static final WkspRestoreOptions OPTIONS = WkspRestoreOptions.DEFAULT.withSeed(42);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {"a.v1", "a.v2", "a.v3", "b.v1", "b.v2", "b.v3", "c.v1", "c.v2", "c.v3", "d.v3"})
  void theSameBytesAreWritten(String name) throws IOException {
    String workspace = name.substring(0, 1);
    byte[] golden = Files.readAllBytes(GoldenCkpt.file(name));
    WkspCheckptInfo info = WkspRestore.info(GoldenCkpt.file(name));
    Wksp wksp =
        GoldenOps.replay(workspace, size -> MemorySegment.ofArray(new long[(int) size / 8]));
    GoldenCkpt.fill(wksp, workspace);
    WkspCheckptOptions options =
        WkspCheckptOptions.DEFAULT
            .withStyle(WkspCheckptStyle.of(name.charAt(3) - '0'))
            .withInfo(info)
            .withReplace(true);
    for (int threads = 1; threads <= 3; threads++) {
      Path file = directory.resolve("file");
      WkspCheckptReport report = WkspCheckpt.write(wksp, file, options.withThreads(threads));
      assertArrayEquals(golden, Files.readAllBytes(file), name + ", threads " + threads);
      assertEquals(golden.length, report.fileSize());
      assertEquals(GoldenCkpt.rows(workspace).size(), report.allocCount());
    }
    wksp.verify();
    assertEquals(-1, wksp.lockOwner());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.v1",
        "a.v2",
        "a.v3",
        "b.v1",
        "b.v2",
        "b.v3",
        "c.v1",
        "c.v2",
        "c.v3",
        "d.v3",
        "multi.v2",
        "novol.v2",
        "holes.v2"
      })
  void whatWasInThemComesBack(String name) throws IOException {
    String workspace = name.substring(0, name.indexOf('.'));
    long[] geometry = GoldenCkpt.geometry(workspace);
    Path file = GoldenCkpt.file(name);
    for (int threads = 1; threads <= 3; threads++) {
      Wksp wksp = GoldenCkpt.target(geometry[0], geometry[1]);
      WkspRestoreReport report = WkspRestore.restore(wksp, file, OPTIONS.withThreads(threads));
      GoldenCkpt.check(wksp, workspace);
      assertEquals(42, wksp.seed());
      assertEquals("restore-target", wksp.name());
      assertEquals(GoldenCkpt.rows(workspace).size(), report.allocCount());
    }
    Wksp wksp = GoldenCkpt.target(geometry[0], geometry[1]);
    byte[] bytes = Files.readAllBytes(file);
    if (name.startsWith("holes")) {
      assertThrows(CorruptDataException.class, () -> restoreStream(wksp, bytes));
    } else {
      assertEquals(bytes.length, restoreStream(wksp, bytes).fileSize());
      GoldenCkpt.check(wksp, workspace);
    }
    long size = WkspRestore.verify(file, 2, Limits.DEFAULT, Progress.NONE);
    assertEquals(
        GoldenCkpt.rows(workspace).stream().mapToLong(row -> row.partition().size()).sum(), size);
    assertEquals(bytes.length, WkspRestore.inspect(file, Limits.DEFAULT).size());
  }

  private static WkspRestoreReport restoreStream(Wksp wksp, byte[] bytes) throws IOException {
    return WkspRestore.restore(wksp, Channels.newChannel(new ByteArrayInputStream(bytes)), OPTIONS);
  }

  @Test
  void theMetadataAfterARestoreIsTheOriginals() throws IOException {
    long[] geometry = GoldenCkpt.geometry("a");
    byte[] golden = Files.readAllBytes(Golden.path("wksp", "a.restored42.meta.bin"));
    for (boolean stream : new boolean[] {false, true}) {
      Wksp wksp = GoldenCkpt.target(geometry[0], geometry[1]);
      if (stream) {
        restoreStream(wksp, Files.readAllBytes(GoldenCkpt.file("a.v3")));
      } else {
        WkspRestore.restore(wksp, GoldenCkpt.file("a.v3"), OPTIONS);
      }
      byte[] ours = new byte[golden.length];
      Mem.copy(wksp.region().mem, 0, MemorySegment.ofArray(ours), 0, ours.length);
      assertArrayEquals(WkspGoldenTest.withoutScratch(golden), WkspGoldenTest.withoutScratch(ours));
    }
  }

  /** Never more permissive than the original, and never a broken workspace. */
  @Test
  void damagedFilesAreRefusedWhereTheOriginalRefusesThem() throws IOException {
    int refused = 0;
    List<String[]> rows = Golden.rows(Golden.path("wksp", "mutations.tsv"));
    for (String[] row : rows) {
      byte[] bytes = mutated(row);
      Path file = Files.write(directory.resolve("file"), bytes);
      String workspace = row[0].substring(0, 1);
      long[] geometry = GoldenCkpt.geometry(workspace);
      String where = String.join(" ", row);
      for (int way = 0; way < 3; way++) {
        Wksp wksp = GoldenCkpt.target(geometry[0], geometry[1]);
        String verdict = way == 2 ? row[5] : row[4];
        RuntimeException thrown = null;
        try {
          if (way == 2) {
            restoreStream(wksp, bytes);
          } else {
            WkspRestore.restore(wksp, file, OPTIONS.withVerifyFirst(way == 1));
          }
        } catch (CorruptDataException | UnsupportedFormatException | IllegalArgumentException e) {
          thrown = e;
          refused++;
        }
        wksp.verify();
        assertEquals(-1, wksp.lockOwner(), where);
        if (thrown == null) {
          assertFalse(verdict.startsWith("RESTORE ERR"), () -> "accepted: " + where);
          if (verdict.startsWith("OK")) {
            GoldenCkpt.check(wksp, workspace);
          }
        } else {
          // As a stream, the original does not notice a wrong count of groups in an appendix.
          boolean lax = way == 2 && row[4].startsWith("RESTORE ERR");
          assertFalse(verdict.startsWith("OK") && !lax, where + ": " + thrown.getMessage());
          boolean reset = WkspRestore.wasReset(thrown);
          assertTrue(way != 1 || !reset, where);
          assertEquals(reset ? 0 : 100, wksp.usage(99).taggedSize(), where);
          assertEquals(wksp.usage().totalSize() - (reset ? 0 : 100), wksp.usage().freeSize());
        }
      }
    }
    assertEquals(295, rows.size());
    assertTrue(refused > 400, refused + " refusals");
  }

  private static byte[] mutated(String[] row) throws IOException {
    byte[] bytes = Files.readAllBytes(Golden.path("wksp", row[0]));
    int number = Integer.parseInt(row[2]);
    switch (row[1]) {
      case "xor" -> bytes[number] ^= (byte) Integer.decode(row[3]).intValue();
      case "truncate" -> bytes = Arrays.copyOf(bytes, number);
      case "append" -> bytes = Arrays.copyOf(bytes, bytes.length + number);
      default -> throw new AssertionError(row[1]);
    }
    return bytes;
  }

  @Test
  void aPreviewIsWhatTheFirstBytesSay() throws IOException {
    for (String name : new String[] {"a.v1", "a.v2", "a.v3"}) {
      WkspCheckptPreview preview = WkspRestore.preview(GoldenCkpt.file(name));
      long[] geometry = GoldenCkpt.geometry("a");
      assertEquals(name.equals("a.v1") ? 1 : 2, preview.style());
      assertEquals("golden-a", preview.name());
      assertEquals(geometry[0], preview.partMax());
      assertEquals(geometry[1], preview.dataMax());
    }
  }

  @Test
  void theWordsOfTheMakingAreRead() throws IOException {
    for (String name : new String[] {"a.v1", "a.v2", "a.v3"}) {
      WkspCheckptInfo info = WkspRestore.info(GoldenCkpt.file(name));
      assertEquals("golden-app", info.app());
      assertEquals("golden-user", info.user());
      assertEquals("holdfast-golden build info\nline two", info.buildInfo());
      assertEquals("user info: Holdfast golden set", info.userInfo());
    }
    String text = WkspRestore.print(GoldenCkpt.file("a.v3"), 4, Limits.DEFAULT);
    assertTrue(text.startsWith("\tstyle                  2"), text);
    assertTrue(text.contains("(golden-app)"), text);
    assertTrue(text.contains("alloc_cnt              " + GoldenCkpt.rows("a").size()), text);
  }

  @Test
  void theExampleOfTheDescriptionIsACheckpoint() throws IOException {
    String text = Files.readString(Path.of("docs", "formats", "wksp-checkpt.md"));
    String hex = text.substring(text.indexOf("```hex\n") + 7);
    hex = hex.substring(0, hex.indexOf("```")).replaceAll("(?m)^[0-9a-f]{4}:|\\s", "");
    Path file = Files.write(directory.resolve("file"), HexFormat.of().parseHex(hex));
    assertEquals(-1, Files.mismatch(GoldenCkpt.file("c.v2"), file));
    Structure parts = WkspRestore.inspect(file, Limits.DEFAULT);
    Structure volume = parts.parts().get(2);
    assertEquals(0x176, volume.offset());
    assertEquals(0x1a6, volume.parts().getFirst().parts().get(1).offset());
    assertEquals(0x1a7, volume.parts().get(1).offset());
    assertEquals("[1152,1153) tag 1", volume.parts().getFirst().parts().getFirst().value());
  }
}
