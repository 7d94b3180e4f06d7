package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Disk;
import holdfast.testkit.Golden;
import holdfast.testkit.SimDisk;
import holdfast.testkit.Tier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A store starts whatever it finds: one file of three is damaged in every way, and the other two
 * are always there; what the third one shows is a prefix of what was in it, or a report.
 */
class ChunkMalformedTest {
  private static final Path ROOT = Path.of("root");
  private static final String CONTENT = ChunkModel.text(7, 1200);
  private static final String METADATA = "metadata";

  @TempDir Path dir;

  private static SimDisk healthy(boolean anchored) throws IOException {
    SimDisk disk = new SimDisk();
    ChunkStoreOptions options = Chunks.QUIETLY.withSync(anchored ? SyncLevel.FULL : SyncLevel.NONE);
    try (ChunkStore store = ChunkStore.open(disk, ROOT, options)) {
      for (String name : List.of("a", "b", "c")) {
        Chunk chunk = store.stream("s").open(name);
        chunk.setMetadata(METADATA.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < CONTENT.length(); i += 100) {
          chunk.append(ChunkModel.bytes(CONTENT.substring(i, i + 100)));
          if (anchored && i == 500) {
            chunk.sync();
          }
        }
      }
    }
    return disk;
  }

  private static byte[] file(SimDisk disk) {
    byte[] bytes = disk.content().get("root/s/b");
    return Arrays.copyOf(bytes, 24 + METADATA.length() + CONTENT.length() + 200);
  }

  /** Opens a store whose second chunk has these bytes. */
  private static void starts(SimDisk disk, byte[] bytes, String what) throws IOException {
    try (Disk.File file = disk.open(Path.of("root/s/b"), Disk.Mode.CREATE)) {
      file.truncate(0);
      file.write(MemorySegment.ofArray(bytes), 0);
    }
    try (ChunkStore store = ChunkStore.open(disk, ROOT, Chunks.QUIETLY)) {
      LoadReport report = store.load();
      Map<String, String> found = ChunkModel.content(store);
      assertEquals(METADATA + "|" + CONTENT, found.get("a"), what);
      assertEquals(METADATA + "|" + CONTENT, found.get("c"), what);
      String damaged = found.get("b");
      if (damaged == null) {
        assertEquals(1, report.problems().size(), what);
        assertEquals(LoadReport.Action.QUARANTINED, report.problems().getFirst().action(), what);
        assertArrayEquals(bytes, quarantined(disk), what);
      } else if (report.isClean()) {
        assertTrue(
            damaged.equals(METADATA + "|" + CONTENT)
                || isUnchecked(bytes)
                || (bytes.length == 0 && damaged.equals("|")),
            what + ": silently " + damaged);
      } else {
        assertTrue((METADATA + "|" + CONTENT).startsWith(damaged), what + ": " + damaged);
      }
    }
    removeQuarantine(disk);
  }

  /** A checksum field of zero says that there is no checksum: nobody can tell. */
  private static boolean isUnchecked(byte[] bytes) {
    return bytes.length > 6 && bytes[2] == 0 && bytes[3] == 0 && bytes[4] == 0 && bytes[5] == 0;
  }

  private static byte[] quarantined(SimDisk disk) {
    Map<String, byte[]> files = new TreeMap<>(disk.content());
    files.keySet().removeIf(name -> !name.startsWith("root/.quarantine/s/b."));
    assertEquals(1, files.size(), files.keySet().toString());
    return files.values().iterator().next();
  }

  private static void removeQuarantine(SimDisk disk) throws IOException {
    for (String name : disk.content().keySet()) {
      if (name.startsWith("root/.quarantine/s/b.")) {
        disk.delete(Path.of(name));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyTruncationAndExtension(boolean anchored) throws IOException {
    SimDisk disk = healthy(anchored);
    byte[] good = file(disk);
    for (int size = 0; size < good.length; size += size < 100 ? 1 : Tier.of(5, 1)) {
      starts(disk, Arrays.copyOf(good, size), "cut at " + size);
    }
    for (int more = 1; more < Tier.of(50, 4096); more++) {
      starts(disk, Arrays.copyOf(good, good.length + more), "longer by " + more);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyBitFlip(boolean anchored) throws IOException {
    SimDisk disk = healthy(anchored);
    byte[] good = file(disk);
    for (int bit = 0; bit < 8 * good.length; bit += bit < 8 * 40 ? 1 : Tier.of(41, 1)) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      starts(disk, bad, "bit " + bit);
    }
  }

  @Test
  void everyFieldWithEveryAwkwardNumber() throws IOException {
    SimDisk disk = healthy(true);
    byte[] good = file(disk);
    int[] awkward = {
      0, 1, -1, 0x7FFF, 0x8000, 0xFFFF, 0x10000, Integer.MAX_VALUE, 1 << 31, 1199, 1201
    };
    for (int offset : new int[] {0, 2, 6, 10, 14, 18, 22}) {
      for (int value : awkward) {
        byte[] bad = good.clone();
        boolean two = offset == 0 || offset == 22;
        for (int i = 0; i < (two ? 2 : 4); i++) {
          bad[offset + i] = (byte) (value >>> (8 * ((two ? 1 : 3) - i)));
        }
        starts(disk, bad, "field at " + offset + " is " + value);
      }
    }
  }

  @Test
  void sectorsZeroedSwappedAndDoubled() throws IOException {
    SimDisk disk = healthy(true);
    byte[] good = file(disk);
    for (int from = 0; from + 512 <= good.length; from += 512) {
      byte[] zeroed = good.clone();
      Arrays.fill(zeroed, from, from + 512, (byte) 0);
      starts(disk, zeroed, "zeroed at " + from);
      for (int to = 0; to + 512 <= good.length; to += 512) {
        byte[] doubled = good.clone();
        System.arraycopy(good, from, doubled, to, 512);
        starts(disk, doubled, from + " over " + to);
        byte[] swapped = doubled.clone();
        System.arraycopy(good, to, swapped, from, 512);
        starts(disk, swapped, from + " with " + to);
      }
    }
  }

  @Test
  void mixturesOfDamage() throws IOException {
    SimDisk disk = healthy(true);
    byte[] good = file(disk);
    long seed = Tier.seed(11);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < Tier.of(300, 10_000); i++) {
      byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 300));
      for (int n = random.nextInt(4); n > 0 && bad.length > 0; n--) {
        int at = random.nextInt(random.nextBoolean() ? Math.min(30, bad.length) : bad.length);
        bad[at] = (byte) random.nextInt();
      }
      starts(disk, bad, "seed " + seed + ", case " + i);
    }
  }

  // ------------------------------------------------------------------------- the directory

  @Test
  void foreignFilesLinksAndOddNamesDoNotStopALoad() throws IOException {
    Chunks.copyTree(Golden.path("chunkio", "stores", "odd-tree"), dir.resolve("root"));
    Path root = dir.resolve("root");
    Files.createSymbolicLink(root.resolve("link"), root.resolve("stream.one"));
    Files.createSymbolicLink(
        root.resolve("stream.one").resolve("link"), root.resolve("loose-file"));
    Files.createSymbolicLink(root.resolve("stream.one").resolve("dangling"), Path.of("nowhere"));
    Files.createDirectory(root.resolve("stream.one").resolve("directory"));
    Files.writeString(root.resolve("stream.one").resolve("text"), "this is not a chunk");
    Files.writeString(root.resolve("stream.one").resolve("line\nbreak"), "");
    Files.writeString(root.resolve("stream.one").resolve("x".repeat(255)), "long name");
    try (ChunkStore store = ChunkStore.open(root, Chunks.QUIETLY)) {
      LoadReport report = store.load();
      assertEquals(2, report.problems().size(), report.toString());
      assertEquals(
          List.of("chunk.flb", "flb", "line\nbreak", "other.log", "x.flb.bak"),
          store.findStream("stream.one").chunks().stream().map(Chunk::name).sorted().toList());
      assertTrue(report.ignored() >= 6, report.toString());
      assertEquals(2, store.statistics().quarantined());
    }
    assertEquals(
        "this is not a chunk",
        Files.readString(
            root.resolve(".quarantine").resolve("stream.one").resolve("text.bad_file_size")));
  }

  @Test
  void theExtensionIsAPlainSuffixOfALongerName() throws IOException {
    Chunks.copyTree(Golden.path("chunkio", "stores", "odd-tree"), dir.resolve("root"));
    try (ChunkStore store =
        ChunkStore.open(dir.resolve("root"), Chunks.QUIETLY.withReadOnly(true))) {
      store.load(".flb", holdfast.Progress.NONE);
      assertEquals(
          List.of("chunk.flb", "chunk-\u00fc.flb"),
          store.streams().stream()
              .flatMap(stream -> stream.chunks().stream())
              .map(Chunk::name)
              .toList());
    }
  }

  @Test
  void filesWithoutPermissionAreReportedAndStay() throws IOException {
    Path root = dir.resolve("root");
    try (ChunkStore store = ChunkStore.open(root, Chunks.QUIETLY)) {
      store.stream("s").open("good").append(new byte[10]);
      store.stream("s").open("secret").append(new byte[10]);
      store.stream("t").open("hidden").append(new byte[10]);
    }
    Path secret = root.resolve("s").resolve("secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(root.resolve("t"), PosixFilePermissions.fromString("---------"));
    try {
      Assumptions.assumeFalse(Files.isReadable(secret), "running as root");
      try (ChunkStore store = ChunkStore.open(root, Chunks.QUIETLY)) {
        LoadReport report = store.load();
        assertEquals(2, report.problems().size(), report.toString());
        assertEquals(10, store.stream("s").chunk("good").contentSize());
      }
      assertTrue(Files.exists(secret));
    } finally {
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
      Files.setPosixFilePermissions(
          root.resolve("t"), PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aReadOnlyStoreChangesNoByteOfAnySet() throws IOException {
    for (String set : List.of("damaged-crc", "damaged-plain", "legacy", "unsynced", "quirks")) {
      Path root = dir.resolve(set);
      Chunks.copyTree(Golden.path("chunkio", "stores", set), root);
      Map<String, String> before = digests(root);
      for (ChecksumMode mode : ChecksumMode.values()) {
        ChunkStoreOptions options =
            Chunks.QUIETLY.withReadOnly(true).withChecksum(mode).withUpMax(7);
        try (ChunkStore store = ChunkStore.open(root, options)) {
          store.load();
          for (ChunkStream stream : store.streams()) {
            for (Chunk chunk : stream.chunks()) {
              try {
                chunk.contentCopy();
                if (chunk.isUp()) {
                  assertEquals(chunk.contentSize(), chunk.content().byteSize());
                }
              } catch (holdfast.CorruptDataException e) {
                assertFalse(chunk.isUp());
              }
            }
          }
        }
        assertEquals(before, digests(root), set + " " + mode);
      }
    }
  }

  private static Map<String, String> digests(Path root) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    try (var walk = Files.walk(root)) {
      for (Path path : walk.toList()) {
        digests.put(
            root.relativize(path).toString(),
            Files.isDirectory(path) ? "" : ScriptPlayer.sha256(Files.readAllBytes(path)));
      }
    }
    return digests;
  }

  @Test
  void threadsFindTheSameAsOneThread() throws IOException {
    Path root = dir.resolve("root");
    Chunks.copyTree(Golden.path("chunkio", "stores", "damaged-crc"), root);
    ChunkStoreOptions options = Chunks.QUIETLY.withReadOnly(true).withUpMax(3).withValidate(true);
    List<String> expected = null;
    for (int threads : new int[] {1, 2, 5}) {
      try (ChunkStore store = ChunkStore.open(root, options.withLoadThreads(threads))) {
        LoadReport report = store.load();
        List<String> all = new ArrayList<>();
        report.problems().forEach(problem -> all.add(problem.toString()));
        store.findStream("s").chunks().forEach(chunk -> all.add(chunk.toString()));
        if (expected == null) {
          expected = all;
        }
        assertEquals(expected, all, threads + " threads");
      }
    }
  }
}
