package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkioCommandTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  private void golden(String store) throws IOException {
    Path from = Golden.path("chunkio", "stores", store);
    try (var walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Path to = directory.resolve(store).resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
        } else {
          Files.copy(path, to);
        }
      }
    }
  }

  @Test
  void whatIsPutComesBack() {
    shell.ok("hello, ".getBytes(UTF_8), "chunkio put --sync full --meta tag root s c");
    shell.ok("chunk".getBytes(UTF_8), "chunkio put root s c");
    assertEquals("hello, chunk", shell.line("chunkio cat root s c").expect(0).out());
    assertEquals("tag", shell.line("chunkio meta root s c").expect(0).out());
    shell.line("chunkio meta root s c --set other").expect(0);
    assertEquals("other", shell.line("chunkio meta root s c").expect(0).out());
    shell.write("file", "from a file");
    shell.line("chunkio meta root s c --set-file=file").expect(0);
    assertEquals("from a file", shell.line("chunkio meta root s c").expect(0).out());
    assertEquals("hello, chunk", shell.line("chunkio cat root s c").expect(0).out());
    assertEquals("1 chunk, 0 damaged\n", shell.line("chunkio verify root").expect(0).out());
    shell.line("verify root").expect(0);
    assertTrue(
        shell.line("inspect root/s/c").expect(0).out().contains("metadata size"),
        "inspect knows chunks");
    shell.line("chunkio trim root").expect(0);
  }

  @Test
  void aListingAsJsonHasTheManifestOfTheOriginal() throws IOException {
    for (String store : List.of("crc", "plain", "damaged-crc", "odd-tree", "unsynced")) {
      golden(store);
      String on =
          shell.run("chunkio", "ls", "--json", "--digest", "--checksum", store).expect(0).out();
      for (String[] row : rows(store, "on")) {
        boolean ok = row[2].equals("OK");
        String expected =
            "\"metadataSize\":%s,\"contentSize\":%s,\"crc\":\"%s\",\"metadataSha256\":%s,\"contentSha256\":%s,\"error\":%s}"
                .formatted(
                    row[6],
                    row[8],
                    row[5].length() < 12 ? "00000000" : row[5].substring(4, 12),
                    ok ? "\"" + row[7] + "\"" : "null",
                    ok ? "\"" + row[9] + "\"" : "null",
                    ok ? "null" : "\"" + row[3] + "\"");
        if (row[1].matches("[ -~]*")) {
          String one = on.substring(on.indexOf("{\"name\":\"" + row[1] + "\",\"state\""));
          one = one.substring(0, one.indexOf('}') + 1);
          if (Integer.parseInt(row[4]) == 0 || Integer.parseInt(row[4]) >= 24) {
            assertTrue(one.endsWith(expected), one + "\n" + expected);
          } else {
            assertTrue(one.contains(row[3]), one);
          }
        }
      }
    }
    String json = shell.line("chunkio ls --json crc").expect(0).out();
    assertTrue(json.startsWith("{\"streams\":[{\"name\":\"alpha\",\"chunks\":[{\"name\":"), json);
    assertTrue(json.contains("\"state\":\"sealed\""), json);
  }

  private static List<String[]> rows(String store, String checksum) {
    return Golden.rows(
        Golden.path("chunkio", "manifests", store + ".checksum-" + checksum + ".tsv"));
  }

  @Test
  void verifyFindsDamageAndRepairPutsItAside() throws IOException {
    golden("damaged-crc");
    String before = shell.line("chunkio ls damaged-crc").expect(0).out();
    shell.line("chunkio verify damaged-crc").expect(ExitCode.PROBLEM);
    shell.line("chunkio verify --checksum --json damaged-crc").expect(ExitCode.PROBLEM);
    shell.line("chunkio repair --dry-run damaged-crc").expect(ExitCode.PROBLEM);
    assertEquals(before, shell.line("chunkio ls damaged-crc").expect(0).out());
    shell.line("chunkio repair --quarantine aside damaged-crc").expect(ExitCode.PROBLEM);
    shell.line("chunkio repair damaged-crc").expect(0);
    shell.line("chunkio verify damaged-crc").expect(0);
    assertTrue(shell.exists("aside/s/01-bad-magic-0.chk.bad_layout"));
    byte[] torn = shell.line("chunkio cat damaged-crc s 40-torn-append-len-old.chk").bytes();
    assertEquals(22, torn.length);
  }

  @Test
  void listingAndReadingChangeNothing() throws IOException {
    golden("legacy");
    byte[] before = shell.read("legacy/s/exact-crc");
    shell.line("chunkio ls legacy").expect(0);
    shell.line("chunkio verify legacy").expect(ExitCode.PROBLEM);
    shell.line("chunkio cat legacy s exact-crc").expect(0);
    assertArrayEquals(before, shell.read("legacy/s/exact-crc"));
    assertFalse(shell.exists("legacy/.lock"));
  }

  @Test
  void mistakesHaveTheirExitCodes() throws IOException {
    shell.line("chunkio").expect(ExitCode.USAGE);
    shell.line("chunkio lss root").expect(ExitCode.USAGE);
    shell.line("chunkio ls").expect(ExitCode.USAGE);
    shell.line("chunkio ls nosuch").expect(ExitCode.IO);
    shell.line("chunkio cat nosuch s c").expect(ExitCode.IO);
    shell.line("chunkio put root s ../c").expect(ExitCode.USAGE);
    shell.line("chunkio put root s c --sync often").expect(ExitCode.USAGE);
    shell.line("chunkio cat root s nosuch").expect(ExitCode.IO);
    shell.line("chunkio perf root").expect(ExitCode.REFUSED);
    try (ChunkStore store = ChunkStore.open(directory.resolve("root"), ChunkStoreOptions.DEFAULT)) {
      shell.line("chunkio put root s c").expect(ExitCode.REFUSED);
      shell.line("chunkio repair root").expect(ExitCode.REFUSED);
      shell.line("chunkio ls root").expect(0);
      assertTrue(store.streams().isEmpty());
    }
  }

  @Test
  void mistakesAreFoundBeforeAnythingChanges() throws IOException {
    String tooLong = "x".repeat(65_536);
    shell.run("chunkio", "put", "new", "s", "c", "--meta", tooLong).expect(ExitCode.USAGE);
    shell.run("chunkio", "put", "", "s", "c").expect(ExitCode.USAGE);
    assertFalse(shell.exists("new"));
    shell.run("chunkio", "put", "new", "s", "c", "--meta", tooLong.substring(1)).expect(0);
    shell.line("chunkio meta new t c --set tag").expect(ExitCode.IO);
    assertFalse(shell.exists("new/t"));
    golden("damaged-crc");
    String before = shell.line("chunkio ls damaged-crc").expect(0).out();
    shell.line("chunkio repair --quarantine no/such damaged-crc").expect(ExitCode.IO);
    shell.line("chunkio repair --quarantine / damaged-crc").expect(ExitCode.USAGE);
    shell.line("chunkio repair --quarantine= damaged-crc").expect(ExitCode.USAGE);
    shell.line("chunkio repair --quarantine damaged-crc damaged-crc").expect(ExitCode.USAGE);
    assertEquals(before, shell.line("chunkio ls damaged-crc").expect(0).out());
  }

  @Test
  void whatIsNoFileIsNamedAndNotWaitedFor() throws Exception {
    shell.line("chunkio put root s c").expect(0);
    Path pipe = directory.resolve("root").resolve("s").resolve("pipe");
    Files.createDirectory(pipe.resolveSibling("directory"));
    List<String> names = new ArrayList<>(List.of("directory"));
    if (isMade(new ProcessBuilder("mkfifo", pipe.toString()))) {
      names.add("pipe");
    }
    for (String name : names) {
      for (String line : List.of("cat", "put", "meta")) {
        String err = shell.line("chunkio " + line + " root s " + name).expect(ExitCode.IO).err();
        assertTrue(err.contains("s/" + name + ": is not a regular file"), err);
      }
    }
  }

  private static boolean isMade(ProcessBuilder command) throws InterruptedException {
    try {
      return command.start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such command
    }
  }

  @Test
  void aTerminalIsShownTextUnlessForced() {
    shell.ok("a line\n\u00fc\n".getBytes(UTF_8), "chunkio put --meta tag root s text");
    shell.ok(new byte[] {'a', 27, '['}, "chunkio put --meta \u0007 root s binary");
    Shell seen = new Shell(directory).terminal(false, true, false);
    assertEquals("a line\n\u00fc\n", seen.line("chunkio cat root s text").expect(0).out());
    assertEquals("tag", seen.line("chunkio meta root s text").expect(0).out());
    for (String line : List.of("chunkio cat root s binary", "chunkio meta root s binary")) {
      assertEquals("", seen.line(line).expect(ExitCode.REFUSED).out());
      seen.line(line + " --force").expect(0);
      shell.line(line).expect(0);
    }
  }

  @Test
  void nothingIsPutIntoASealedChunk() throws IOException {
    try (ChunkStore store = ChunkStore.open(directory.resolve("root"), ChunkStoreOptions.DEFAULT)) {
      Chunk chunk = store.stream("s").open("c");
      assertTrue(chunk.append(new byte[1000]));
      assertTrue(chunk.seal(Lz4FrameOptions.DEFAULT));
    }
    shell.line("chunkio put root s c").expect(ExitCode.REFUSED);
    assertEquals(1000, shell.line("chunkio cat root s c").expect(0).bytes().length);
  }

  @Test
  void whatMayNotBeReadIsListed() throws IOException {
    shell.line("chunkio put root s c").expect(0);
    shell.line("chunkio put root t c").expect(0);
    Path stream = directory.resolve("root").resolve("t");
    Assumptions.assumeTrue(stream.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Files.setPosixFilePermissions(stream, Set.of());
    try {
      Assumptions.assumeFalse(Files.isReadable(stream), "this user may read everything");
      String text = shell.line("chunkio ls root").expect(0).out();
      assertTrue(text.endsWith("t  permission denied\n"), text);
      String json = shell.line("chunkio ls --json root").expect(0).out();
      assertTrue(json.contains("{\"name\":\"t\",\"chunks\":[],\"error\":\"PERMISSION\"}"), json);
      String verify = shell.line("chunkio verify root").expect(ExitCode.PROBLEM).out();
      assertTrue(verify.contains("t/: permission error: permission denied"), verify);
      String repair = shell.line("chunkio repair root").expect(ExitCode.PROBLEM).out();
      assertTrue(repair.contains("t/: left (permission denied)"), repair);
    } finally {
      Files.setPosixFilePermissions(stream, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void perfMeasures() {
    String out = shell.line("chunkio perf new --files 3 --writes 2").expect(0).out();
    assertTrue(out.startsWith("3 chunks, 384.00 KiB in "), out);
  }
}
