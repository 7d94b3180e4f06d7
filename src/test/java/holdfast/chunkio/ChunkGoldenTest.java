package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same scripts give the same answers and the same files as the original gave. */
class ChunkGoldenTest {
  @TempDir Path dir;

  private static Path golden(String first, String... more) {
    return Golden.path("chunkio", first).resolve(String.join("/", more));
  }

  private static List<String> lines(String file) throws IOException {
    return Files.readAllLines(golden("scripts", file), StandardCharsets.UTF_8);
  }

  /** File sizes follow the growth of the files, which may differ. */
  private static List<String> withoutFileSizes(List<String> transcript) {
    return transcript.stream().map(line -> line.replaceAll(" real=\\d+", "")).toList();
  }

  private List<String> play(String script) throws IOException {
    try (ScriptPlayer player = new ScriptPlayer(OsDisk.INSTANCE, dir.resolve("root"), () -> {})) {
      return player.play(lines(script + ".txt"));
    }
  }

  /** Every file of a store, as {@code stream/chunk}. */
  static List<String> files(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile)
          .map(path -> root.relativize(path).toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** What counts in a chunk file: everything but the slack. */
  private static byte[] used(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    OriginalVerdict verdict = verdict(file, false);
    return Arrays.copyOf(
        bytes, (int) (ChunkLayout.HEADER + verdict.metadataSize() + verdict.contentSize()));
  }

  static OriginalVerdict verdict(Path file, boolean checksum) throws IOException {
    try (Disk.File open = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      return OriginalVerdict.of(open, checksum);
    }
  }

  private void assertSameFiles(Path expected, Path actual, boolean anchors, Set<String> but)
      throws IOException {
    assertEquals(files(expected), files(actual));
    for (String name : files(expected)) {
      if (!but.contains(name)) {
        byte[] theirs = used(expected.resolve(name));
        byte[] ours = used(actual.resolve(name));
        if (anchors) {
          Arrays.fill(ours, 14, 22, (byte) 0); // ours to use, and the original never looks
        }
        assertArrayEquals(theirs, ours, name);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "crc",
        "plain-trim",
        "crc-trim",
        "crc-fullsync-hint",
        "meta-changes",
        "write-at",
        "updown",
        "tx"
      })
  void aSoundScriptGivesTheSameAnswersAndTheSameFiles(String script) throws IOException {
    assertEquals(withoutFileSizes(lines(script + ".out")), withoutFileSizes(play(script)));
    assertSameFiles(
        golden("stores", script), dir.resolve("root"), script.contains("fullsync"), Set.of());
  }

  @Test
  void appendingToAnExistingChunkKeepsItsChecksumRight() throws IOException {
    List<String> expected = new ArrayList<>(lines("append-to-existing.out"));
    // The original leaves a stale checksum and then rejects the chunk.
    expected.replaceAll(line -> line.equals("list t => (none)") ? "list t => stale-crc" : line);
    assertEquals(withoutFileSizes(expected), withoutFileSizes(play("append-to-existing")));
    assertSameFiles(
        golden("stores", "append-to-existing"), dir.resolve("root"), false, Set.of("t/stale-crc"));
    Path stale = dir.resolve("root").resolve("t").resolve("stale-crc");
    assertEquals(new OriginalVerdict(ChunkError.NONE, 0, 16), verdict(stale, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"quirks", "unsynced"})
  void whereTheOriginalLeavesWrongBytesOursAreRight(String script) throws IOException {
    Path copy = dir.resolve("copy");
    try (ScriptPlayer player =
        new ScriptPlayer(
            OsDisk.INSTANCE, dir.resolve("root"), () -> copy(dir.resolve("root"), copy))) {
      player.play(lines(script + ".txt"));
    }
    Path result = script.equals("unsynced") ? copy : dir.resolve("root");
    for (String name : files(result)) {
      boolean plain = name.startsWith("plain");
      assertEquals(ChunkError.NONE, verdict(result.resolve(name), !plain).error(), name);
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Chunks.copyTree(from, to);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void theQuirksEndWithTheContentThatTheScriptMeant() throws IOException {
    List<String> transcript = play("quirks");
    assertTrue(
        transcript.contains(
            "up crc rollback-then-sync => 0 err=- up=1 size=10 real=4096 lock=0 tx=0"));
    Path crc = dir.resolve("root").resolve("crc");
    assertEquals("0123456789", content(crc.resolve("rollback-then-sync")));
    assertEquals("xy", content(crc.resolve("write-at-0-after-reload")));
    assertEquals("", content(crc.resolve("meta-shrink-empty-content")));
    assertEquals("abc", content(crc.resolve("write-at-gap")));
    assertEquals("012", content(crc.resolve("cut-without-write")));
    Path plain = dir.resolve("root").resolve("plain");
    assertEquals("0123456789", content(plain.resolve("rollback-then-sync")));
    assertEquals("", content(plain.resolve("meta-shrink-empty-content")));
  }

  private static String content(Path file) throws IOException {
    try (ChunkReader reader = ChunkReader.open(file)) {
      return new String(Chunks.content(reader), StandardCharsets.UTF_8);
    }
  }

  // ------------------------------------------------------------------------- verdicts

  static Stream<String> manifests() throws IOException {
    try (Stream<Path> list = Files.list(golden("manifests"))) {
      return list.map(path -> path.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void theVerdictOfTheOriginalIsKnown(String manifest) throws IOException {
    String store = manifest.substring(0, manifest.indexOf(".checksum-"));
    boolean checksum = manifest.contains(".checksum-on");
    int rows = 0;
    for (String[] row : Golden.rows(golden("manifests", manifest))) {
      Path file = golden("stores", store, row[0], row[1]);
      OriginalVerdict verdict = verdict(file, checksum);
      String name = row[0] + "/" + row[1];
      assertEquals(row[3].replace("-", "NONE"), verdict.error().name(), name);
      assertEquals(Integer.parseInt(row[6]), verdict.metadataSize(), name);
      assertEquals(Long.parseLong(row[8]), verdict.contentSize(), name);
      rows++;
    }
    assertTrue(rows > 0, manifest);
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void whatTheOriginalAcceptsWithChecksumsHasTheSameBytesHere(String manifest) throws IOException {
    if (manifest.contains(".checksum-off")) {
      return;
    }
    String store = manifest.substring(0, manifest.indexOf(".checksum-"));
    for (String[] row : Golden.rows(golden("manifests", manifest))) {
      if (row[2].equals("OK")) {
        try (ChunkReader reader = ChunkReader.open(golden("stores", store, row[0], row[1]))) {
          assertEquals(row[7], sha256(reader.metadata()), row[1]);
          assertEquals(row[9], sha256(Chunks.content(reader)), row[1]);
        }
      }
    }
  }

  private static String sha256(byte[] bytes) {
    return ScriptPlayer.sha256(bytes);
  }
}
