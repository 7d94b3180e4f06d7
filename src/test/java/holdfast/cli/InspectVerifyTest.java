package holdfast.cli;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.lz4.XxHash32;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.RecordStoreConfig;
import holdfast.snapshot.RecordStoreFiles;
import holdfast.snapshot.Txn;
import holdfast.snapshot.Xid;
import holdfast.testkit.Golden;
import holdfast.wksp.Wksp;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectVerifyTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
    shell.write("hello.lz4", shell.ok("Hello, LZ4!".getBytes(UTF_8), "lz4"));
  }

  @Test
  void everyPartIsShownWithItsOffset() {
    String out = shell.line("inspect hello.lz4").expect(0).out();
    assertTrue(out.startsWith("format LZ4 frames\n"), out);
    assertTrue(out.contains("              0              4      magic"), out);
    assertTrue(out.contains("              7             15      block 0"), out);
    assertTrue(out.contains("             26              4      content checksum"), out);
  }

  @Test
  void jsonHasTheSameTree() {
    String out = shell.line("inspect --json hello.lz4").expect(0).out();
    assertTrue(
        out.startsWith(
            "{\"file\":\"hello.lz4\",\"format\":\"LZ4 frames\",\"structure\":{\"name\":"));
    assertTrue(out.contains("{\"name\":\"end mark\",\"offset\":22,\"size\":4,"), out);
  }

  @Test
  void unknownDamagedAndMissingFilesAreToldApart() {
    shell.write("text", "no format at all");
    shell.write("empty", new byte[0]);
    shell.line("inspect text").expect(ExitCode.UNSUPPORTED);
    shell.line("inspect empty").expect(ExitCode.UNSUPPORTED);
    shell.line("inspect nosuch").expect(ExitCode.IO);
    shell.line("inspect hello.lz4 text").expect(ExitCode.USAGE);
    byte[] bad = shell.read("hello.lz4");
    bad[6] ^= 1;
    shell.write("bad.lz4", bad);
    String err = shell.line("inspect bad.lz4").expect(ExitCode.PROBLEM).err();
    assertTrue(err.contains("bad.lz4: lz4 frame at byte 6: expected header checksum"), err);
  }

  @Test
  void soundFilesAreToldOnStandardOutput() {
    Shell.Result result = shell.line("verify hello.lz4").expect(0);
    assertEquals("hello.lz4: sound, LZ4 frames, 11 bytes of content\n", result.out());
    assertEquals("", result.err());
    assertEquals("", shell.line("verify -q hello.lz4").expect(0).out());
  }

  @Test
  void everyDamagedByteIsFound() {
    byte[] good = shell.read("hello.lz4");
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x20;
      shell.write("bad.lz4", bad);
      int code = shell.line("verify bad.lz4").code();
      assertTrue(code == ExitCode.PROBLEM || code == ExitCode.UNSUPPORTED, "byte " + i);
    }
  }

  @Test
  void directoriesAreSearchedAndForeignFilesPassedOver() throws Exception {
    Files.createDirectories(shell.path("dir/sub"));
    shell.write("dir/text", "no format at all");
    shell.write("dir/a.lz4", shell.read("hello.lz4"));
    byte[] bad = shell.read("hello.lz4");
    bad[20] ^= 1;
    shell.write("dir/sub/b.lz4", bad);
    Shell.Result result = shell.line("verify dir").expect(ExitCode.PROBLEM);
    assertEquals(2, result.out().lines().count());
    assertTrue(result.out().contains("dir/a.lz4: sound"), result.out());
    assertTrue(result.out().contains("dir/sub/b.lz4: damaged: lz4 frame at byte"), result.out());
    assertTrue(result.err().contains("1 of 2 files not found sound"), result.err());
    shell.line("verify dir/text").expect(ExitCode.UNSUPPORTED);
    shell.line("verify dir/text dir").expect(ExitCode.PROBLEM);
    String json = shell.line("verify --json dir").expect(ExitCode.PROBLEM).out();
    assertTrue(json.contains("\"verdict\":\"damaged\",\"reason\":\"lz4 frame at byte"), json);
    assertTrue(json.contains("\"verdict\":\"sound\",\"contentSize\":11"), json);
  }

  @Test
  void aLinkToADirectoryIsSearchedLikeTheDirectory() throws Exception {
    Files.createDirectories(shell.path("dir/sub"));
    shell.write("dir/sub/a.lz4", shell.read("hello.lz4"));
    Files.createSymbolicLink(shell.path("link"), Path.of("dir"));
    String out = shell.line("verify link").expect(0).out();
    assertEquals("link/sub/a.lz4: sound, LZ4 frames, 11 bytes of content\n", out);
  }

  @Test
  void aFolderThatNobodyCanLookIntoDoesNotHideTheRest() throws Exception {
    Files.createDirectories(shell.path("dir"));
    shell.write("dir/z.lz4", shell.read("hello.lz4"));
    String name = "n".repeat(250); // 18 of them are beyond the longest path, for the superuser too
    sh("cd dir; mkdir -p N; cd N; mkdir -p N", String.join("/", Collections.nCopies(9, name)));
    try {
      Shell.Result result = shell.line("verify dir").expect(ExitCode.IO);
      List<String> lines = result.out().lines().toList();
      assertEquals(2, lines.size(), result.out());
      assertTrue(lines.get(0).startsWith("dir/" + name), result.out());
      assertTrue(lines.get(0).contains(": unreadable: "), result.out());
      assertEquals("dir/z.lz4: sound, LZ4 frames, 11 bytes of content", lines.get(1));
      assertTrue(result.err().contains("1 of 2 files not found sound"), result.err());
    } finally {
      sh("rm -r dir/N", name);
    }
  }

  @Test
  void aFileWhoseNameIsNotTextIsChecked() throws Exception {
    Files.createDirectories(shell.path("dir"));
    sh("cp hello.lz4 \"dir/$(printf 'N')\"", "\\344.lz4"); // not UTF-8, and not ASCII
    String out = shell.line("verify dir").expect(0).out();
    assertTrue(out.endsWith(".lz4: sound, LZ4 frames, 11 bytes of content\n"), out);
  }

  /** Runs a script with a name in it, in the test's directory. */
  private void sh(String script, String name) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no POSIX shell here");
    Process process =
        new ProcessBuilder("/bin/sh", "-ec", script.replace("N", name))
            .directory(directory.toFile())
            .inheritIO()
            .start();
    assertEquals(0, process.waitFor());
  }

  /** A stream as lz4-java writes it: one stored block, then the end. */
  private static byte[] javaBlocks(byte[] plain) {
    ByteBuffer stream = ByteBuffer.allocate(2 * 21 + plain.length).order(LITTLE_ENDIAN);
    XxHash32 hash = new XxHash32(0x9747B28C);
    hash.update(plain, 0, plain.length);
    stream.put("LZ4Block".getBytes(UTF_8)).put((byte) 0x16).putInt(plain.length);
    stream.putInt(plain.length).putInt((int) hash.getValue() & 0x0FFF_FFFF).put(plain);
    stream.put("LZ4Block".getBytes(UTF_8)).put((byte) 0x16).putInt(0).putInt(0).putInt(0);
    return stream.array();
  }

  @Test
  void blockStreamsOfLz4JavaAreKnownToo() {
    byte[] stream = javaBlocks("Hello, LZ4!".getBytes(UTF_8));
    shell.write("blocks", stream);
    assertEquals(
        "blocks: sound, lz4-java block streams, 11 bytes of content\n",
        shell.line("verify blocks").expect(0).out());
    String out = shell.line("inspect blocks").expect(0).out();
    assertTrue(out.contains("              0             32    block"), out);
    assertTrue(out.contains("             32             21    end"), out);
    stream[25] ^= 1;
    shell.write("blocks", stream);
    shell.line("inspect blocks").expect(ExitCode.PROBLEM);
    String bad = shell.line("verify blocks").expect(ExitCode.PROBLEM).out();
    assertTrue(bad.contains("blocks: damaged: lz4-java block stream at byte 17"), bad);
  }

  @Test
  void aFileThatNeedsMoreMemoryThanAllowedIsNotCalledDamaged() {
    shell.write("big.lz4", shell.ok(Shell.noise(5_000_000, 1), "lz4"));
    shell.line("verify --limit-mem 1M big.lz4").expect(ExitCode.REFUSED);
    shell.line("verify big.lz4").expect(0);
  }

  @Test
  void aSidecarTellsWhereAFileOfAnyFormatIsDamaged() {
    byte[] bytes = Shell.noise(300_000, 3);
    shell.write("data", bytes);
    shell.line("verify data").expect(ExitCode.UNSUPPORTED);
    assertEquals(
        "data: sidecar data.hfs written\n",
        shell.line("verify --make-sidecar data").expect(0).out());
    assertEquals(
        "data: sound, unknown format, as its sidecar says\n",
        shell.line("verify data").expect(0).out());
    shell.line("verify --make-sidecar hello.lz4").expect(0);
    assertEquals(
        "hello.lz4: sound, LZ4 frames, 11 bytes of content, as its sidecar says\n",
        shell.line("verify hello.lz4").expect(0).out());
    assertTrue(
        shell.line("inspect data.hfs").expect(0).out().startsWith("format integrity sidecars"));
    bytes[0] ^= 1;
    bytes[65_536] ^= 1;
    bytes[299_999] ^= 1;
    shell.write("data", bytes);
    assertEquals(
        "data: damaged: the sidecar disagrees about 168,928 bytes: 0 to 131071, 262144 to"
            + " 299999\n",
        shell.line("verify data").expect(ExitCode.PROBLEM).out());
    String json = shell.line("verify --json data").expect(ExitCode.PROBLEM).out();
    assertTrue(
        json.contains(
            "\"sidecar\":\"disagrees\",\"damaged\":[{\"lo\":0,\"hi\":131072},{\"lo\":262144"),
        json);
    byte[] sidecar = shell.read("data.hfs");
    sidecar[70] ^= 1;
    shell.write("data.hfs", sidecar);
    String bad = shell.line("verify data").expect(ExitCode.PROBLEM).out();
    assertTrue(bad.contains("data: damaged: sidecar at byte 84: expected CRC32C"), bad);
    shell.line("verify --make-sidecar nosuch hello.lz4").expect(ExitCode.IO);
  }

  @Test
  void checkpointsOfWorkspacesAreKnown() throws Exception {
    for (String style : new String[] {"v1", "v2", "v3"}) {
      byte[] golden = Files.readAllBytes(Golden.path("wksp", "a." + style + ".ckpt"));
      shell.write("a.ckpt", golden);
      String out = shell.line("verify a.ckpt").expect(0).out();
      assertEquals("a.ckpt: sound, workspace checkpoints, 443,814 bytes of content\n", out);
      String parts = shell.line("inspect a.ckpt").expect(0).out();
      assertTrue(parts.startsWith("format workspace checkpoints\n"), parts);
      assertTrue(parts.contains(style.equals("v1") ? "allocation 0" : "volume 0"), parts);
      golden[golden.length - 1] ^= 1;
      shell.write("a.ckpt", golden);
      shell.line("verify a.ckpt").expect(ExitCode.PROBLEM);
    }
  }

  @Test
  void workspacesAreKnown() throws Exception {
    try (Wksp wksp = Wksp.create(shell.path("w"), "known", 1, 20, 10_000)) {
      wksp.alloc(1, 1000, 7);
      wksp.alloc(1, 234, -1);
    }
    byte[] sound = shell.read("w");
    assertEquals(
        "w: sound, workspaces, 1,234 bytes of content\n", shell.line("verify w").expect(0).out());
    String parts = shell.line("inspect w").expect(0).out();
    assertTrue(parts.startsWith("format workspaces\n"), parts);
    assertTrue(parts.contains("             40             40      name "), parts);
    assertTrue(parts.contains("  known\n"), parts);
    assertTrue(parts.contains("            128          1,280    records "), parts);
    assertTrue(parts.contains("          1,408          1,000      partition 0 "), parts);
    assertTrue(parts.contains("          2,408            234      partition 1 "), parts);
    assertTrue(parts.contains("  tag 18446744073709551615\n"), parts);
    assertTrue(parts.contains("          2,642          8,766      partition 2 "), parts);
    byte[] bad = sound.clone();
    bad[88] ^= 1; // the head of the list
    shell.write("w", bad);
    shell.line("inspect w").expect(ExitCode.PROBLEM);
    shell.line("verify w").expect(ExitCode.PROBLEM);
    shell.write("w", Arrays.copyOf(sound, sound.length - 1));
    String err = shell.line("inspect w").expect(ExitCode.PROBLEM).err();
    assertTrue(err.contains("wksp at byte 0: expected"), err);
    // The records of a region that the original made, without its data.
    shell.write("w", Files.readAllBytes(Golden.path("wksp", "a.meta.bin")));
    shell.line("verify w").expect(ExitCode.PROBLEM);
  }

  /** A workspace file with a store of two records in it. */
  private void storeFile(String name) throws IOException {
    try (Wksp wksp = Wksp.create(shell.path(name), "store", 1, 64, 4 << 20);
        RecordStore store = RecordStore.create(wksp, RecordStoreConfig.builder(100).build())) {
      Txn txn = store.prepare(null, new Xid(1, 1));
      store.put(txn, MemorySegment.ofArray(new byte[32]), MemorySegment.ofArray(new byte[100]));
      byte[] other = new byte[32];
      other[0] = 1;
      store.put(txn, MemorySegment.ofArray(other), MemorySegment.ofArray(new byte[200]));
      store.publish(txn, 17);
    }
  }

  @Test
  void theRecordStoreOfAWorkspaceIsShownAndVerified() throws Exception {
    storeFile("w");
    byte[] before = shell.read("w");
    String out = shell.line("inspect w").expect(0).out();
    assertTrue(out.contains("  record store"), out);
    assertTrue(out.contains("2 records, published at 17"), out);
    assertTrue(out.lines().anyMatch(l -> l.contains("records ") && l.contains("100 of 256")), out);
    assertTrue(out.contains("nobody"), out);
    String json = shell.line("inspect --json w").expect(0).out();
    assertTrue(json.contains("{\"name\":\"record store\",\"offset\":"), json);
    out = shell.line("verify w").expect(0).out();
    assertTrue(out.endsWith(", 1 record store\n"), out);
    json = shell.line("verify --json w").expect(0).out();
    assertTrue(json.contains("\"note\":\"1 record store\""), json);
    assertArrayEquals(before, shell.read("w"), "the file was changed");
  }

  @Test
  void aDamagedRecordStoreIsFound() throws Exception {
    storeFile("w");
    byte[] bytes = shell.read("w");
    long header = header("w");
    bytes[(int) header + 96] ^= 1; // the number of live records
    shell.write("w", bytes);
    Shell.Result result = shell.line("verify w").expect(ExitCode.PROBLEM);
    assertTrue(result.out().contains("w: damaged: record store at byte"), result.out());
    shell.line("inspect w").expect(0); // shows what it says
    bytes[(int) header + 96] ^= 1;
    bytes[(int) header + 135] |= (byte) 0x80; // killed in the middle of a publication
    shell.write("w", bytes);
    String out = shell.line("inspect w").expect(0).out();
    assertTrue(out.contains("17, records are on their way between transactions"), out);
    shell.line("verify w").expect(ExitCode.PROBLEM);
  }

  private long header(String name) throws IOException {
    try (Wksp wksp = Wksp.openReadOnly(shell.path(name))) {
      return RecordStoreFiles.find(wksp).getFirst();
    }
  }

  @Test
  void aRecordStoreThatSomebodyHasOpenIsNotVerified() throws Exception {
    storeFile("w");
    try (Wksp wksp = Wksp.open(shell.path("w"))) {
      RecordStore store = RecordStore.openAt(wksp, header("w"));
      Shell.Result result = shell.line("verify w").expect(ExitCode.REFUSED);
      assertTrue(result.out().contains("w: not checked: record store "), result.out());
      assertTrue(shell.line("inspect w").expect(0).out().contains("process "));
      store.close();
    }
    shell.line("verify w").expect(0);
  }

  @Test
  void theRecordStoreOfACheckpointIsVerifiedInMemory() throws Exception {
    storeFile("w");
    shell.line("wksp checkpt w w.ckpt").expect(0);
    String out = shell.line("verify w.ckpt").expect(0).out();
    assertTrue(out.endsWith(", 1 record store\n"), out);
    out = shell.line("verify --limit-mem 1M w.ckpt").expect(0).out();
    assertTrue(out.endsWith(", 1 record store not looked at, which takes --limit-mem 5M\n"), out);
    byte[] bytes = shell.read("w");
    bytes[(int) header("w") + 96] ^= 1;
    shell.write("bad", bytes);
    shell.line("wksp checkpt bad bad.ckpt").expect(0);
    out = shell.line("verify bad.ckpt").expect(ExitCode.PROBLEM).out();
    assertTrue(out.contains("bad.ckpt: damaged: record store at byte"), out);
    shell.line("verify --limit-mem 1M bad.ckpt").expect(0);
  }
}
