package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TourCommandTest {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  @TempDir Path directory;
  private Shell shell;
  private Host host;
  private StringWriter out;

  @BeforeEach
  void fill() throws IOException {
    shell = new Shell(directory);
    Files.createDirectories(shell.path("in/sub"));
    shell.write("in/a.txt", Shell.words(150_000, 1));
    shell.write("in/empty", new byte[0]);
    shell.write("in/sub/b.bin", Shell.noise(70_000, 2));
    shell.write("in/sub/one", "x");
    out = new StringWriter();
    host =
        new Host(
            InputStream.nullInputStream(),
            null,
            new PrintWriter(out),
            new PrintWriter(new StringWriter()),
            Map.of(),
            directory,
            Terminal.NONE);
  }

  private byte[] content() {
    return Shell.cat(shell.read("in/a.txt"), shell.read("in/sub/b.bin"), shell.read("in/sub/one"));
  }

  @Test
  void everyFileGoesThroughEveryLevelAndTheFramesStay() {
    Shell.Result result = shell.line("tour --only lz4 --out left in").expect(ExitCode.DONE);
    String text = result.out();
    assertEquals("", result.err());
    assertTrue(text.startsWith("input   in: 4 files, 220,001 bytes\n"), text);
    assertTrue(text.contains("\nevery byte compared equal (5 levels, "), text);
    assertFalse(text.contains("*"), "nothing is a sample: " + text);
    List<String> names = List.of("fast-8", "fast", "hc-12", "hc-3", "hc-9");
    assertEquals(
        names.stream().map(name -> name + ".lz4").toList(),
        new Shell(directory.resolve("left")).files());
    for (String name : names) {
      shell.line("verify left/" + name + ".lz4").expect(ExitCode.DONE);
      byte[] restored = shell.line("lz4 -dc left/" + name + ".lz4").expect(0).bytes();
      assertArrayEquals(content(), restored, name);
    }
  }

  @Test
  void aLinkToADirectoryIsGoneThroughLikeTheDirectory() throws IOException {
    Files.writeString(Files.createDirectories(directory.resolve("real")).resolve("a"), "a");
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));
    List<TourFile> files = TourFiles.below("link", link).files();
    assertEquals(List.of("a"), files.stream().map(TourFile::name).toList());
  }

  @Test
  void aPartIsKilledAndWhatIsLeftIsWhole() {
    Shell.Result result = shell.line("tour --only wksp --out left in").expect(ExitCode.DONE);
    String text = result.out();
    assertTrue(text.contains("\nwksp     workspace of "), text);
    assertTrue(text.contains("SIGKILL while it worked; in a fresh process:"), text);
    assertTrue(
        text.contains("mapped file: the owner had died")
            || text.contains("mapped file: its lock was free"),
        text);
    assertTrue(text.contains("\nevery byte compared equal (1 kill, "), text);
    shell.line("verify left/workspace.ckpt").expect(ExitCode.DONE);
  }

  @Test
  void objectsOutliveTheirThreads() {
    Shell.Result result = shell.line("tour --only groove --out left in").expect(ExitCode.DONE);
    assertTrue(result.out().contains("; leaked 0\n"), result.out());
    assertTrue(result.out().contains(" objects of the table are held and intact"), result.out());
    shell.line("groove verify left/objects.groove").expect(ExitCode.DONE);
  }

  @Test
  void eventsThatWereCountedAreThereAfterTheKill() {
    Shell.Result result =
        shell.line("tour --only chunkio --json --out left in").expect(ExitCode.DONE);
    String json = result.out();
    assertTrue(json.contains("\"acts\":[{\"name\":\"chunkio\","), json);
    assertTrue(json.contains("\"counted\":"), json);
    assertTrue(json.contains("\"differences\":[]"), json);
    shell.line("chunkio verify left/chunks").expect(ExitCode.DONE);
  }

  @Test
  void whatWasPublishedIsInCheckpointAndSnapshots() {
    Shell.Result result =
        shell.line("tour --only snapshot --json --out left in").expect(ExitCode.DONE);
    String json = result.out();
    assertTrue(json.contains("\"acts\":[{\"name\":\"snapshot\","), json);
    assertTrue(json.contains("\"differences\":[]"), json);
    assertTrue(json.contains("\"savingNanosP99.9\":"), json);
    shell.line("snapshot verify --level full left/snapshots").expect(ExitCode.DONE);
    shell.line("verify left/records.ckpt").expect(ExitCode.DONE);
  }

  @Test
  void anInputWithoutBytesGoesThroughEveryPart() throws IOException {
    Files.createDirectories(shell.path("void"));
    shell.write("void/nothing", new byte[0]);
    shell.line("tour --only wksp,chunkio,snapshot --out left void").expect(ExitCode.DONE);
  }

  @Test
  void whatIsNoPartIsRefused() {
    Shell.Result result = shell.line("tour --only lz5 in").expect(ExitCode.USAGE);
    assertTrue(result.err().contains("'lz5' is no part of the tour"), result.err());
    shell.line("tour-worker live wksp").expect(ExitCode.USAGE);
  }

  @Test
  void theToolProviderRunsItToo() {
    StringWriter err = new StringWriter();
    int code =
        ToolProvider.findFirst("holdfast")
            .orElseThrow()
            .run(
                new PrintWriter(out),
                new PrintWriter(err),
                "tour",
                "--only=lz4",
                "--out=" + directory.resolve("left"),
                directory.resolve("in").toString());
    assertEquals(ExitCode.DONE, code, err.toString());
    assertTrue(out.toString().contains("every byte compared equal"), out.toString());
  }

  @Test
  void jsonHasTheSameFacts() throws IOException {
    String json = shell.line("tour --only lz4 --json --out left in").expect(ExitCode.DONE).out();
    assertTrue(
        json.startsWith("{\"input\":\"in\",\"files\":4,\"bytes\":220001,\"skipped\":[],\"java\":"),
        json);
    assertTrue(json.contains("\"name\":\"HC 9\",\"level\":9,\"acceleration\":1,\"sampled\":false"));
    long size = Files.size(shell.path("left/hc-9.lz4"));
    assertTrue(json.contains("\"originalSize\":220001,\"compressedSize\":" + size + ","), json);
    assertTrue(json.endsWith("\"equal\":true,\"verdict\":\"every byte compared equal\"}\n"), json);
    assertEquals(1, json.lines().count());
  }

  @Test
  void quietSaysNothingWhenAllIsWell() {
    Shell.Result result = shell.line("tour --only lz4 -q --out left in").expect(ExitCode.DONE);
    assertEquals("", result.out() + result.err());
    assertTrue(shell.exists("left/fast.lz4"));
  }

  @Test
  void withoutADirectoryItTakesTheModulesOfTheJdk() throws IOException {
    Path modules = shell.write("modules", Shell.words(5_000, 3));
    assertEquals(
        ExitCode.DONE,
        run(new TourCommand(modules, TourTamper.NONE), "--only", "lz4", "--out", "left"));
    assertTrue(out.toString().startsWith("input   " + modules + ": 1 file, 5,000 bytes\n"));
  }

  @Test
  void aJavaWithoutModulesAsksForADirectory() {
    Path modules = directory.resolve("nosuch");
    CommandException e =
        assertThrows(CommandException.class, () -> run(new TourCommand(modules, TourTamper.NONE)));
    assertEquals(ExitCode.USAGE, e.code());
    assertEquals("Name a directory: holdfast tour DIR", e.advice());
  }

  @Test
  void whatIsNoFolderOfFilesIsRefused() throws IOException {
    shell.line("tour --only lz4 --out left nosuch").expect(ExitCode.IO);
    shell.line("tour --only lz4 --out left in/a.txt").expect(ExitCode.USAGE);
    shell.line("tour --only lz4 --out left in in").expect(ExitCode.USAGE);
    Files.createDirectories(shell.path("bare/inner"));
    shell.line("tour --only lz4 --out left bare").expect(ExitCode.REFUSED);
    shell.line("tour --only lz4 --limit-mem 1M --out left in").expect(ExitCode.REFUSED);
    assertFalse(shell.exists("left"));
  }

  @Test
  void emptyFilesAloneAreAnInput() throws IOException {
    Files.createDirectories(shell.path("void"));
    shell.write("void/nothing", new byte[0]);
    String text = shell.line("tour --only lz4 --out left void").expect(ExitCode.DONE).out();
    assertTrue(text.contains("1 file, 0 bytes"), text);
    shell.line("verify left/hc-9.lz4").expect(ExitCode.DONE);
  }

  @Test
  void theFolderForTheFramesHasToBeEmpty() throws IOException {
    Files.createDirectories(shell.path("left"));
    shell.write("left/mine", "precious");
    Shell.Result result = shell.line("tour --only lz4 --out left in").expect(ExitCode.REFUSED);
    assertTrue(result.err().contains("left is not an empty directory"), result.err());
    assertArrayEquals("precious".getBytes(UTF_8), shell.read("left/mine"));
    shell.delete("left/mine");
    shell.line("tour --only lz4 -q --out left in").expect(ExitCode.DONE);
  }

  @Test
  void aFileThatCannotBeReadIsPassedOverAndTold() throws IOException {
    Path locked = shell.path("in/locked");
    Files.createFile(locked);
    assertTrue(locked.toFile().setReadable(false));
    assumeFalse(Files.isReadable(locked), "the superuser reads everything");
    Shell.Result result = shell.line("tour --only lz4 --out left in").expect(ExitCode.IO);
    assertTrue(result.err().contains("passed over locked: permission denied"), result.err());
    assertTrue(result.out().contains("equal; 1 file could not be read"), result.out());
  }

  @Test
  void theVerdictCountsFilesThatWerePassedOver() {
    TourFiles input = new TourFiles("in", List.of(), List.of("a: permission denied"), 0);
    TourReport report = new TourReport(input, directory, false);
    assertEquals("every byte compared equal; 1 file could not be read", report.verdict());
  }

  /** Flips one bit of the first block, and one byte of every file of frames. */
  private static final class Damage implements TourTamper {
    private boolean done;

    @Override
    public void packed(MemorySegment block) {
      if (!done) {
        long last = block.byteSize() - 1; // a literal, so the block stays decodable
        block.set(BYTE, last, (byte) (block.get(BYTE, last) ^ 1));
        done = true;
      }
    }

    @Override
    public void written(Path frames) throws IOException {
      byte[] bytes = Files.readAllBytes(frames);
      bytes[bytes.length / 2] ^= 1;
      Files.write(frames, bytes);
    }
  }

  @Test
  void damageIsFoundToldAndEndsWithOne() {
    CommandException e =
        assertThrows(
            CommandException.class,
            () ->
                run(new TourCommand(directory, new Damage()), "--only=lz4", "--out", "left", "in"));
    assertEquals(ExitCode.PROBLEM, e.code());
    assertEquals("NOT EQUAL: 6 of 10 round trips differ", e.getMessage());
    String text = out.toString();
    assertTrue(text.contains("DIFFERS: a.txt at byte 65535: another byte came back"), text);
    assertTrue(text.contains("DIFFERS: fast.lz4: lz4 frame at byte "), text);
    assertTrue(text.contains("\nNOT EQUAL: 6 of 10 round trips differ (5 levels"), text);
  }

  @Test
  void framesThatEndTooEarlyOrGoOnAreFound() {
    for (String content : List.of("", "Holdfast")) {
      out.getBuffer().setLength(0);
      byte[] frame = shell.ok(content.getBytes(UTF_8), "lz4");
      TourTamper swap =
          new TourTamper() {
            @Override
            public void packed(MemorySegment block) {}

            @Override
            public void written(Path frames) throws IOException {
              byte[] whole = Files.readAllBytes(frames);
              Files.write(frames, content.isEmpty() ? frame : Shell.cat(whole, frame));
            }
          };
      assertThrows(
          CommandException.class,
          () ->
              run(
                  new TourCommand(directory, swap),
                  "--only=lz4",
                  "--json",
                  "--out",
                  "l" + content,
                  "in"));
      String expected =
          content.isEmpty()
              ? "a.txt at byte 0: the frames end too early"
              : "the frames go on behind the last byte of the input";
      assertTrue(out.toString().contains("\"difference\":\"" + expected), out.toString());
      assertTrue(out.toString().contains("\"equal\":false"), out.toString());
    }
  }

  /** Does what the shutdown hook of the process does, at one of two moments. */
  private final class Interrupt implements TourTamper {
    private final boolean early;

    Interrupt(boolean early) {
      this.early = early;
    }

    @Override
    public void packed(MemorySegment block) {
      if (early) {
        host.partialFiles().abandon();
      }
    }

    @Override
    public void written(Path frames) {
      host.partialFiles().abandon();
    }
  }

  @Test
  void anInterruptLeavesWholeFilesOrNothing() {
    assertThrows(
        IOException.class,
        () ->
            run(
                new TourCommand(directory, new Interrupt(false)),
                "--only=lz4",
                "--out",
                "left",
                "in"));
    assertEquals(List.of("hc-12.lz4"), new Shell(directory.resolve("left")).files());
    shell.line("verify left/hc-12.lz4").expect(ExitCode.DONE);
  }

  @Test
  void anInterruptBeforeTheFirstFileLeavesNoFolder() {
    assertThrows(
        IOException.class,
        () ->
            run(
                new TourCommand(directory, new Interrupt(true)),
                "--only=lz4",
                "--out",
                "left",
                "in"));
    assertFalse(shell.exists("left"));
  }

  @Test
  void aFileThatShrinksMeanwhileIsAnErrorAndLeavesNoPart() {
    TourTamper shrink =
        new TourTamper() {
          @Override
          public void packed(MemorySegment block) {
            shell.write("in/a.txt", "short");
          }

          @Override
          public void written(Path frames) {}
        };
    IOException e =
        assertThrows(
            IOException.class,
            () -> run(new TourCommand(directory, shrink), "--only=lz4", "--out", "left", "in"));
    assertTrue(e.getMessage().contains("a.txt shrank during the tour"), e.getMessage());
    assertFalse(shell.exists("left"), "neither a part nor the empty folder");
  }

  @Test
  void progressIsShownOnStandardErrorOnlyAndOnlyWhereWanted() {
    Shell.Result result =
        shell
            .terminal(false, false, true)
            .line("tour --only lz4 --progress=never --out left in")
            .expect(0);
    assertEquals("", result.err());
  }

  private int run(TourCommand command, String... words) throws IOException {
    return command.run(host, List.of(words));
  }
}
