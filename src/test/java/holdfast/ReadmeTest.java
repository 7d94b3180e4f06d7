package holdfast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.LoadReport;
import holdfast.chunkio.SyncLevel;
import holdfast.groove.Groove;
import holdfast.groove.GrooveGeometry;
import holdfast.groove.GrooveHandle;
import holdfast.lz4.Lz4;
import holdfast.lz4.Lz4Compressor;
import holdfast.lz4.Lz4Decompressor;
import holdfast.lz4.Lz4Dictionary;
import holdfast.lz4.Lz4FrameInputStream;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.lz4.Lz4FrameOutputStream;
import holdfast.lz4.Lz4FrameReadOptions;
import holdfast.lz4.Lz4Level;
import holdfast.lz4.Lz4StreamDecoder;
import holdfast.lz4.Lz4StreamEncoder;
import holdfast.lz4.XxHash32;
import holdfast.lz4.XxHash64;
import holdfast.snapshot.ContentHash;
import holdfast.snapshot.FrozenRoot;
import holdfast.snapshot.LoadOptions;
import holdfast.snapshot.RecordStore;
import holdfast.snapshot.RecordStoreConfig;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotListener;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.SnapshotPolicy;
import holdfast.snapshot.SnapshotService;
import holdfast.snapshot.Txn;
import holdfast.snapshot.Xid;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckpt;
import holdfast.wksp.WkspCheckptOptions;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The front page is true: its code is the code below, its commands and links are there. */
class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final Path SELF = Path.of("src/test/java/holdfast/ReadmeTest.java");

  @TempDir Path directory;

  private final byte[] plain =
      "to be or not to be, to be or not to be. ".repeat(50).getBytes(UTF_8);

  @Test
  void blocks() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, plain);
      MemorySegment target = arena.allocate(plain.length);
      // readme
      byte[] block = Lz4.compress(plain, Lz4Level.hc(9));
      byte[] again = Lz4.decompress(block, plain.length); // at most so many bytes; damage throws

      var compressor = Lz4Compressor.of(Lz4Level.FAST); // one for each thread, no garbage per call
      var decompressor = Lz4Decompressor.create();
      MemorySegment packed = arena.allocate(Lz4.maxCompressedSize(plain.length));
      long size = compressor.compress(source, packed); // or arrays, or ByteBuffers
      long restored = decompressor.decompress(packed.asSlice(0, size), target);
      // end
      assertArrayEquals(plain, again);
      assertEquals(plain.length, restored);
      assertEquals(-1, source.mismatch(target));
      assertTrue(size < plain.length);
    }
  }

  @Test
  void frames() throws IOException {
    Path file = directory.resolve("file.lz4");
    // readme
    var options = Lz4FrameOptions.DEFAULT.withLevel(Lz4Level.hc(3)).withBlockChecksum(true);
    try (var out = new Lz4FrameOutputStream(Files.newOutputStream(file), options)) {
      out.write(plain);
    }
    var limits = Limits.DEFAULT.withOutputMax(1 << 30); // the file is not trusted
    var careful = Lz4FrameReadOptions.DEFAULT.withLimits(limits);
    try (var in = new Lz4FrameInputStream(Files.newInputStream(file), careful)) {
      byte[] again = in.readAllBytes();
      // end
      assertArrayEquals(plain, again);
    }
  }

  @Test
  void linkedStreams() {
    final int MESSAGE = 40;
    byte[] known = "or not to be".getBytes(UTF_8);
    byte[] log = plain;
    byte[] copy = new byte[log.length];
    byte[] block = new byte[Lz4.maxCompressedSize(MESSAGE)];
    // readme
    var encoder = Lz4StreamEncoder.of(Lz4Level.FAST);
    var decoder = Lz4StreamDecoder.create();
    encoder.attach(Lz4Dictionary.of(known)); // what both sides know, ready to be shared by threads
    decoder.setDictionary(known, 0, known.length);
    for (int at = 0; at < log.length; at += MESSAGE) { // each message refers to those before it
      int size = encoder.compress(log, at, MESSAGE, block, 0, block.length);
      decoder.decompress(block, 0, size, copy, at, MESSAGE);
    }
    // end
    assertArrayEquals(log, copy);
  }

  @Test
  void checksums() {
    // readme
    int sum = XxHash32.hash(plain, 0, plain.length, 0); // with seed 0
    var hash = new XxHash64(); // a java.util.zip.Checksum
    hash.update(plain, 0, 5);
    hash.update(plain, 5, plain.length - 5);
    long value = hash.getValue();
    // end
    assertEquals(XxHash32.hash(MemorySegment.ofArray(plain), 0), sum);
    assertEquals(XxHash64.hash(plain, 0, plain.length, 0), value);
  }

  @Test
  void workspacesAndCheckpoints() throws IOException {
    Path file = directory.resolve("cache.wksp");
    Path checkpt = directory.resolve("cache.ckpt");
    try (Arena arena = Arena.ofShared()) {
      MemorySegment region = arena.allocate(Wksp.footprint(1024, 1 << 20), 4096);
      // readme
      try (Wksp wksp = Wksp.create(file, "cache", 1, 1024, 1 << 20)) { // mapped; or any segment
        long gaddr = wksp.alloc(64, plain.length, 7); // aligned to 64, tag 7
        wksp.segment(gaddr).copyFrom(MemorySegment.ofArray(plain));
        var options = WkspCheckptOptions.DEFAULT.withThreads(2).withSidecar(true);
        WkspCheckpt.write(wksp, checkpt, options); // LZ4, the bytes that the original writes
      }
      try (Wksp again = Wksp.create(region, "cache", 2, 1024, 1 << 20)) {
        WkspRestore.restore(again, checkpt, WkspRestoreOptions.DEFAULT); // checked first
        Partition found = again.tagQuery(1, 7).getFirst(); // at the same gaddr
        MemorySegment bytes = again.segment(found.gaddrLo());
        // end
        assertEquals(-1, bytes.mismatch(MemorySegment.ofArray(plain)));
      }
    }
  }

  @Test
  void objects() {
    try (Arena arena = Arena.ofShared()) {
      // readme
      GrooveGeometry geometry = GrooveGeometry.compact(64, 1 << 20); // or STANDARD, the original's
      try (Groove groove = Groove.inMemory(geometry, 4, arena);
          GrooveHandle handle = groove.handle()) { // one for each thread
        long object = handle.alloc(16, 200, 7); // align, size, tag; lock-free, without garbage
        handle.segment(object).fill((byte) 1);
        boolean freed = handle.free(object); // false for whatever is not held
        // end
        assertTrue(freed);
        assertFalse(handle.free(object));
      }
    }
  }

  @Test
  void chunks() throws IOException {
    Path root = directory.resolve("buffers");
    // readme
    try (ChunkStore store = ChunkStore.open(root, ChunkStoreOptions.DEFAULT)) {
      LoadReport report = store.load(); // starts whatever it finds, and names it
      Chunk chunk = store.stream("events").open("000001");
      chunk.append(plain); // the checksum is valid after each append
      chunk.sync(SyncLevel.FULL);
      // end
      assertTrue(report.isClean());
      assertArrayEquals(plain, chunk.contentCopy());
    }
  }

  @Test
  void recordsThatFork() {
    List<Long> seen = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment region = arena.allocate(Wksp.footprint(64, 8 << 20), 4096);
      Wksp wksp = Wksp.create(region, "records", 1, 64, 8 << 20);
      MemorySegment key = arena.allocate(32, 8);
      MemorySegment value = MemorySegment.ofArray(plain);
      MemorySegment another = arena.allocate(5, 8);
      MemorySegment target = arena.allocate(plain.length, 8);
      // readme
      RecordStore store = RecordStore.create(wksp, RecordStoreConfig.builder(10_000).build());
      Txn one = store.prepare(null, new Xid(0, 1)); // a fork of what is published
      Txn other = store.prepare(null, new Xid(0, 2)); // and another one
      store.put(one, key, value);
      store.put(other, key, another);
      ContentHash promised = store.contentHash(one); // of any fork, at any time, in constant time
      store.publish(one, 1); // one is the state now, other has ended
      long size = store.get(null, key, target); // without a lock, without garbage
      try (FrozenRoot frozen = store.tryFreeze().orElseThrow()) { // stands still, the store goes on
        frozen.forEachLive((k, v, seq) -> seen.add(v.byteSize()));
        // end
      }
      assertEquals(plain.length, size);
      assertArrayEquals(plain, target.toArray(ValueLayout.JAVA_BYTE));
      assertEquals(List.of((long) plain.length), seen);
      assertEquals(promised, store.contentHash(null));
    }
  }

  @Test
  void records() throws Exception {
    Path snapshots = Files.createDirectory(directory.resolve("snapshots"));
    MemorySegment key = MemorySegment.ofArray(new byte[32]);
    MemorySegment value = MemorySegment.ofArray(plain);
    MemorySegment target = MemorySegment.ofArray(new byte[plain.length]);
    try (Wksp wksp = Wksp.create(directory.resolve("first"), "store", 1, 64, 16 << 20);
        Wksp other = Wksp.create(directory.resolve("second"), "store", 1, 64, 16 << 20)) {
      // readme
      var config = RecordStoreConfig.builder(10_000).build();
      var policy = SnapshotPolicy.builder().every(100_000, 1_000).build();
      try (RecordStore store = RecordStore.create(wksp, config);
          var service = SnapshotService.start(store, snapshots, policy, SnapshotListener.NONE)) {
        Txn txn = store.prepare(null, new Xid(0, 1)); // a fork of what is published
        store.put(txn, key, value);
        store.publish(txn, 17); // saved in the background when a multiple of 1,000 is passed
        service.trigger(SnapshotKind.FULL).get(); // or now
      }
      try (RecordStore again = RecordStore.create(other, config)) {
        var report = SnapshotLoader.load(snapshots, again, LoadOptions.DEFAULT);
        long size = again.get(null, key, target); // the newest state whose files are sound
        // end
        assertEquals(17, report.seq());
        assertEquals(plain.length, size);
        assertEquals(-1, target.mismatch(value));
      }
    }
  }

  @Test
  void theCodeOfTheFrontPageIsTheCodeHere() throws IOException {
    List<String> shown = find(README, "```java\n(.*?)```");
    List<String> run = find(SELF, " {2}// readme\n(.*?) // end\n");
    assertEquals(9, shown.size());
    assertEquals(run.size(), shown.size());
    for (int i = 0; i < shown.size(); i++) {
      // A closing brace at the end of an example stands behind the assertions here.
      assertEquals(run.get(i).replaceFirst(" }$", ""), shown.get(i).replaceFirst(" }$", ""));
    }
  }

  @Test
  void itsCommandsAndTheirOptionsExist() throws IOException {
    List<String> commands = find(README, "(?m)^ *\\./holdfast ([^#\n]*)");
    assertTrue(commands.size() >= 6, commands.toString());
    for (String command : commands) {
      List<String> words = List.of(command.split(" ", -1));
      StringWriter out = new StringWriter();
      ToolProvider tool = ToolProvider.findFirst("holdfast").orElseThrow();
      assertEquals(
          0, tool.run(new PrintWriter(out), new PrintWriter(out), words.getFirst(), "--help"));
      tool.run(new PrintWriter(out), new PrintWriter(out), "--help");
      for (String word : words) {
        assertTrue(!word.startsWith("-") || out.toString().contains(word), command);
      }
    }
  }

  @Test
  void itsLinksLeadSomewhere() throws IOException {
    for (Path page : List.of(README, Path.of("docs/interop.md"), Path.of("docs/security.md"))) {
      for (String link : find(page, "\\]\\(([^)#]*)[^)]*\\)")) {
        assertTrue(Files.exists(page.resolveSibling(link)), page + ": " + link);
      }
    }
  }

  @Test
  void theTestsThatItNamesExist() throws IOException {
    List<String> names = find(README, "`(\\w+(?:Test|Fuzz))`");
    assertTrue(names.size() >= 8, names.toString());
    for (String name : names) {
      try (Stream<Path> tests = Files.walk(Path.of("src/test/java/holdfast"))) {
        assertTrue(tests.anyMatch(test -> test.endsWith(name + ".java")), name);
      }
    }
  }

  /** The first group of every match, with runs of white space made one blank. */
  private static List<String> find(Path file, String pattern) throws IOException {
    Matcher matcher =
        Pattern.compile(pattern, Pattern.DOTALL).matcher(Files.readString(file, UTF_8));
    List<String> found = new ArrayList<>();
    while (matcher.find()) {
      found.add(matcher.group(1).replaceAll("\\s+", " ").strip());
    }
    return found;
  }
}
