package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.chunkio.ChunkLimits.Decision;
import holdfast.chunkio.ChunkLimits.Policy;
import holdfast.lz4.Lz4Frame;
import holdfast.lz4.Lz4FrameOptions;
import holdfast.testkit.Allocated;
import holdfast.testkit.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documentation of stores, streams and chunks says. */
class ChunkTest {
  @TempDir Path dir;

  private ChunkStore open(ChunkStoreOptions options) throws IOException {
    return ChunkStore.open(dir.resolve("root"), options);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(Chunk chunk) throws IOException {
    return new String(chunk.contentCopy(), StandardCharsets.UTF_8);
  }

  @Test
  void theExampleOfTheDocumentation() throws IOException {
    Path root = dir.resolve("root");
    try (var store = ChunkStore.open(root, Chunks.QUIETLY.withSync(SyncLevel.FULL))) {
      assertTrue(store.load().isClean());
      ChunkStream events = store.stream("events");
      Chunk chunk = events.open("2026-01-01.flb");
      assertTrue(chunk.append(bytes("first ")));
      assertTrue(chunk.append(bytes("second")));
      chunk.sync();
    }
    try (var store = ChunkStore.open(root, Chunks.QUIETLY.withReadOnly(true))) {
      assertEquals(new LoadReport(1, 1, 1, List.of()), store.load());
      assertEquals("first second", text(store.findStream("events").chunk("2026-01-01.flb")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "/", "a/b", "../x", ".hidden", "nul\0"})
  void namesThatLeaveTheirDirectoryAreRefused(String name) throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      assertThrows(IllegalArgumentException.class, () -> store.createStream(name));
      assertThrows(IllegalArgumentException.class, () -> store.createMemoryStream(name));
      ChunkStream stream = store.createStream("s");
      assertThrows(IllegalArgumentException.class, () -> stream.open(name));
    }
  }

  @Test
  void anInterruptEndsALoadAndIsNoDamage() throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withUpMax(3);
    try (ChunkStore store = open(options)) {
      for (int i = 0; i < 10; i++) {
        Chunk chunk = store.stream("s").open("c" + i);
        chunk.append(bytes("content"));
        chunk.close();
      }
    }
    try (ChunkStore store = open(options)) {
      Thread.currentThread().interrupt();
      try {
        assertThrows(ClosedByInterruptException.class, store::load);
      } finally {
        assertTrue(Thread.interrupted());
      }
      assertEquals(0, store.statistics().chunks());
      assertEquals(0, store.statistics().filesUp());
      assertTrue(store.load().isClean());
      assertEquals(10, store.statistics().chunks());
      assertEquals(3, store.statistics().filesUp());
    }
  }

  @Test
  void whatALoadLooksAtIsOpenAlready() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      for (int i = 0; i < 4; i++) {
        store.stream("s").open("c" + i).append(bytes("content"));
      }
    }
    for (int upMax = 1; upMax < 5; upMax++) {
      try (ChunkStore store = open(Chunks.QUIETLY.withUpMax(upMax))) {
        LoadReport report =
            store.load(
                "",
                (done, _) -> {
                  ChunkStream stream = store.findStream("s");
                  assertThrows(IllegalStateException.class, () -> stream.open("c3"));
                  if (done == 1) {
                    assertAppended(stream.chunk("c0"));
                    assertThrows(IllegalStateException.class, () -> stream.chunk("c1").up());
                  }
                  return true;
                });
        assertEquals(4, report.chunks());
        assertTrue(report.isClean());
        assertEquals(4, store.findStream("s").chunks().size());
        assertEquals(upMax, store.statistics().filesUp());
        assertEquals("content" + "x".repeat(upMax), text(store.findStream("s").chunk("c0")));
      }
    }
  }

  private static void assertAppended(Chunk chunk) {
    try {
      assertTrue(chunk.append(bytes("x")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLoadThatIsCancelledLeavesNothing() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      for (int i = 0; i < 4; i++) {
        store.stream("s").open("c" + i).append(bytes("content"));
      }
    }
    try (ChunkStore store = open(Chunks.QUIETLY.withUpMax(1))) {
      assertThrows(CancellationException.class, () -> store.load("", (done, _) -> done < 3));
      assertEquals(0, store.statistics().chunks());
      assertEquals(0, store.statistics().filesUp());
      assertEquals(0, store.statistics().diskBytes());
      assertEquals(4, store.load().chunks());
    }
  }

  @Test
  void aStreamInMemoryHidesADirectoryAndTheReportSaysSo() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      store.stream("m").open("c").append(bytes("content"));
      store.stream("s").open("c").append(bytes("content"));
    }
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Files.createFile(dir.resolve("root").resolve("m").resolve(".c.tmp"));
      store.createMemoryStream("m").open("other");
      LoadReport report = store.load();
      assertEquals(1, report.chunks());
      assertEquals("m", report.problems().getFirst().stream());
      assertEquals(1, report.problems().size());
      assertEquals("content", text(store.findStream("s").chunk("c")));
    }
  }

  @Test
  void aNameIsOpenOnce() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      ChunkStream stream = store.createStream("s");
      assertThrows(IllegalStateException.class, () -> store.createStream("s"));
      Chunk chunk = stream.open("c");
      assertThrows(IllegalStateException.class, () -> stream.open("c"));
      chunk.close();
      assertThrows(IllegalStateException.class, () -> chunk.append(new byte[1]));
      assertNotNull(stream.open("c"));
    }
  }

  @Test
  void openModes() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      ChunkStream stream = store.createStream("s");
      assertThrows(NoSuchFileException.class, () -> stream.open("c", OpenMode.READ));
      assertThrows(NoSuchFileException.class, () -> stream.open("c", OpenMode.WRITE));
      Chunk chunk = stream.open("c", OpenMode.CREATE_NEW);
      chunk.append(bytes("content"));
      chunk.close();
      assertThrows(IOException.class, () -> stream.open("c", OpenMode.CREATE_NEW));
      Chunk reading = stream.open("c", OpenMode.READ);
      assertEquals("content", text(reading));
      assertEquals(7, reading.content().byteSize());
      assertThrows(NonWritableChannelException.class, () -> reading.append(new byte[1]));
      assertThrows(NonWritableChannelException.class, () -> reading.setMetadata(new byte[1]));
      assertThrows(NonWritableChannelException.class, () -> reading.writeAt(0, MemorySegment.NULL));
      assertThrows(NonWritableChannelException.class, reading::delete);
      reading.sync();
      reading.close();
      Files.createFile(dir.resolve("root").resolve("s").resolve("empty"));
      assertThrows(CorruptDataException.class, () -> stream.open("empty", OpenMode.READ));
      assertEquals(0, stream.open("empty", OpenMode.WRITE).contentSize());
    }
  }

  /** Each goes up and down, and may be the one that goes down for another. */
  @Test
  void aChunkMadeNewComesUpAgain() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c", OpenMode.CREATE_NEW);
      chunk.append(bytes("content"));
      assertTrue(chunk.down());
      assertEquals("content", text(chunk));
      assertTrue(chunk.up());
      assertTrue(chunk.append(bytes(" and more")));
      assertEquals("content and more", text(chunk));
    }
  }

  @Test
  void aSyncOfWhatIsOpenForReadingDoesNothing() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      store.createStream("s").open("c").append(bytes("never promised"));
    }
    for (boolean readOnly : List.of(true, false)) {
      ChunkStoreOptions options = Chunks.QUIETLY.withSync(SyncLevel.FULL).withReadOnly(readOnly);
      try (ChunkStore store = open(options)) {
        Chunk chunk = store.stream("s").open("c", OpenMode.READ);
        byte[] before = Files.readAllBytes(chunk.path());
        chunk.sync();
        store.sync();
        assertTrue(chunk.lock());
        assertThrows(NonWritableChannelException.class, () -> chunk.append(new byte[1]));
        assertTrue(chunk.unlock());
        assertThrows(NonWritableChannelException.class, chunk::begin);
        assertArrayEquals(before, Files.readAllBytes(chunk.path()));
      }
    }
  }

  @Test
  void whatIsOpenForReadingIsNotDroppedAndGoesWithItsStream() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withStreamChunksMax(1).withPolicy(Policy.DROP_OLDEST);
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      store.createStream("s").open("c").append(bytes("content"));
    }
    try (ChunkStore store = open(Chunks.QUIETLY.withLimits(limits))) {
      ChunkStream stream = store.createStream("s");
      Chunk chunk = stream.open("c", OpenMode.READ);
      assertNull(stream.open("d"));
      assertEquals("content", text(chunk));
      stream.delete();
      assertTrue(chunk.isClosed());
      assertFalse(Files.exists(dir.resolve("root").resolve("s")));
      assertEquals(0, store.statistics().filesUp());
    }
  }

  @Test
  void aDirectoryIsNoFileToDelete() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      store.createStream("s");
      Path directory = Files.createDirectory(dir.resolve("root").resolve("s").resolve("x"));
      assertThrows(FileSystemException.class, () -> store.deleteFile("s", "x"));
      assertTrue(Files.exists(directory));
      Files.createFile(directory.resolveSibling("file"));
      assertTrue(store.deleteFile("s", "file"));
      assertFalse(store.deleteFile("s", "file"));
    }
  }

  @Test
  void replacementsOfTwoChunksDoNotMeet() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      ChunkStream stream = store.createStream("s");
      Chunk one = stream.open("c");
      Chunk other = stream.open("c.2");
      for (Chunk chunk : List.of(one, other)) {
        chunk.begin();
        chunk.append(bytes("content of " + chunk.name()));
      }
      one.setMetadata(bytes("first"));
      one.setMetadata(bytes("second"));
      other.setMetadata(bytes("first"));
      one.commit();
      other.commit();
    }
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      assertTrue(store.load().isClean());
      for (Chunk chunk : store.stream("s").chunks()) {
        assertEquals("content of " + chunk.name(), text(chunk));
      }
      assertEquals(2, store.stream("s").chunks().size());
    }
  }

  @Test
  void oneStoreWritesAndManyRead() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      store.createStream("s").open("c").append(bytes("content"));
      FileSystemException locked =
          assertThrows(FileSystemException.class, () -> open(Chunks.QUIETLY));
      assertTrue(locked.getReason().contains("another store"), locked.getReason());
      try (ChunkStore reading = open(Chunks.QUIETLY.withReadOnly(true))) {
        assertTrue(reading.load().isClean());
        assertEquals("content", text(reading.stream("s").chunk("c")));
        assertThrows(
            NonWritableChannelException.class,
            () -> reading.stream("s").open("d", OpenMode.CREATE));
        assertThrows(IOException.class, () -> reading.createStream("other"));
      }
    }
    open(Chunks.QUIETLY).close();
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void appendsOfEverySizeAndSource(Engine engine) throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withEngine(engine).withStagedSize(4096);
    byte[] data = ChunkModel.bytes(ChunkModel.text(1, 300_000));
    java.io.ByteArrayOutputStream expected = new java.io.ByteArrayOutputStream();
    try (ChunkStore store = open(options);
        Arena arena = Arena.ofConfined()) {
      Chunk chunk = store.createStream("s").open("c");
      MemorySegment off = arena.allocate(data.length);
      MemorySegment.copy(data, 0, off, ValueLayout.JAVA_BYTE, 0, data.length);
      int[] sizes = {1, 0, 23, 4000, 4096, 4097, 100, 65_536, 300_000, 1};
      for (int size : sizes) {
        assertTrue(chunk.append(off, 0, size));
        assertTrue(chunk.append(Arrays.copyOf(data, size)));
        ByteBuffer buffer = ByteBuffer.wrap(data, 0, size);
        assertTrue(chunk.append(buffer));
        assertFalse(buffer.hasRemaining());
        for (int i = 0; i < 3; i++) {
          expected.write(data, 0, size);
        }
        assertEquals(expected.size(), chunk.contentSize());
      }
      assertArrayEquals(expected.toByteArray(), chunk.contentCopy());
      assertArrayEquals(expected.toByteArray(), chunk.content().toArray(ValueLayout.JAVA_BYTE));
      assertThrows(IndexOutOfBoundsException.class, () -> chunk.append(off, 1, data.length));
      assertTrue(chunk.append(chunk.content())); // its own view
      assertEquals(2L * expected.size(), chunk.contentSize());
    }
    Path file = dir.resolve("root").resolve("s").resolve("c");
    assertEquals(ChunkState.SEALED, ChunkFiles.inspect(file).state());
    assertTrue(Files.size(file) - 24 - 2L * expected.size() < 4096);
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void transactionsCountAsAWholeOrNotAtAll(Engine engine) throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withEngine(engine);
    try (ChunkStore store = open(options)) {
      ChunkStream stream = store.createStream("s");
      ChunkStream memory = store.createMemoryStream("m");
      for (Chunk chunk : List.of(stream.open("c"), memory.open("c"))) {
        assertFalse(chunk.rollback());
        assertTrue(chunk.begin());
        assertTrue(chunk.begin());
        chunk.append(bytes("dropped"));
        assertEquals("dropped", text(chunk));
        assertEquals(
            "dropped",
            new String(chunk.content().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
        assertTrue(chunk.rollback());
        assertEquals("", text(chunk));
        chunk.append(bytes("base"));
        chunk.begin();
        chunk.append(bytes(" and more"));
        chunk.writeAt(2, MemorySegment.ofArray(bytes("ttle")));
        chunk.setMetadata(bytes("one"));
        chunk.setMetadata(bytes("two"));
        assertEquals("battle", text(chunk));
        assertTrue(chunk.rollback());
        assertEquals("base", text(chunk));
        assertEquals(0, chunk.metadataSize());
        chunk.begin();
        chunk.setMetadata(bytes("kept"));
        chunk.append(bytes(" kept"));
        chunk.commit();
        assertEquals("base kept", text(chunk));
        assertTrue(chunk.metadataEquals(bytes("kept")));
        assertTrue(chunk.lock());
        assertFalse(chunk.begin());
        assertTrue(chunk.unlock());
        chunk.begin();
        chunk.append(bytes(" given up by close"));
      }
    }
    try (ChunkStore store = open(options)) {
      assertTrue(store.load().isClean());
      assertEquals("base kept", text(store.stream("s").chunk("c")));
    }
  }

  @Test
  void aCutBeyondTheEndIsRefused() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c");
      chunk.append(bytes("abc"));
      assertThrows(IndexOutOfBoundsException.class, () -> chunk.writeAt(4, MemorySegment.NULL));
      assertThrows(IndexOutOfBoundsException.class, () -> chunk.writeAt(-1, MemorySegment.NULL));
      assertThrows(IllegalArgumentException.class, () -> chunk.setMetadata(new byte[65_536]));
    }
  }

  @Test
  void viewsOfTheJdk() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c");
      try (OutputStream out = chunk.outputStream()) {
        out.write('a');
        out.write(bytes("bcd"));
      }
      chunk.writableChannel().write(ByteBuffer.wrap(bytes("efg")));
      try (InputStream in = chunk.inputStream()) {
        assertEquals(7, in.available());
        assertEquals('a', in.read());
        assertEquals("bcdefg", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        chunk.append(bytes("h"));
        assertEquals('h', in.read());
        assertEquals(-1, in.read());
      }
      ByteBuffer buffer = ByteBuffer.allocate(100);
      var channel = chunk.readableChannel();
      assertEquals(8, channel.read(buffer));
      assertEquals(-1, channel.read(buffer));
    }
  }

  @Test
  void aViewEndsWhenTheChunkGoesDown() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c");
      chunk.append(bytes("abc"));
      MemorySegment view = chunk.content();
      assertTrue(view.isReadOnly());
      chunk.down();
      assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_BYTE, 0));
      assertThrows(IllegalStateException.class, () -> chunk.append(new byte[1]));
      assertEquals(3, chunk.contentSize());
      assertEquals("abc", text(chunk));
      assertFalse(chunk.isUp());
    }
  }

  @Test
  void aReaderFollowsAWriter() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c");
      chunk.setMetadata(bytes("tag"));
      try (ChunkReader reader = chunk.reader()) {
        assertEquals(0, reader.size());
        assertFalse(reader.refresh());
        chunk.append(bytes("one"));
        assertTrue(reader.refresh());
        chunk.append(bytes(" two"));
        assertEquals(3, reader.size());
        assertTrue(reader.refresh());
        assertEquals("one two", new String(Chunks.content(reader), StandardCharsets.UTF_8));
        assertEquals("tag", new String(reader.metadata(), StandardCharsets.UTF_8));
        chunk.down();
        assertEquals("one two", new String(Chunks.content(reader), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void aReaderBesideAThreadThatAppendsSeesWholeRecordsOnly() throws Exception {
    try (ChunkStore store = open(Chunks.QUIETLY);
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Chunk chunk = store.createStream("s").open("c");
      byte[] record = ChunkModel.bytes(ChunkModel.text(3, 100));
      chunk.append(record);
      Future<Boolean> writer =
          executor.submit(
              () -> {
                for (int i = 1; i < 20_000; i++) {
                  chunk.append(record);
                }
                return true;
              });
      try (ChunkReader reader = ChunkReader.open(chunk.path())) {
        while (reader.size() < 2_000_000) {
          reader.refresh();
          assertEquals(0, reader.size() % 100);
        }
      }
      assertTrue(writer.get());
    }
  }

  @Test
  void listsFollowTheChunks() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY.withUpMax(2))) {
      ChunkStream stream = store.createStream("s");
      Chunk a = stream.open("a");
      Chunk b = stream.open("b");
      Chunk c = stream.open("c");
      assertFalse(c.isUp());
      assertFalse(Files.exists(c.path()));
      assertEquals(List.of(a, b), stream.chunksUp());
      assertEquals(List.of(c), stream.chunksDown());
      assertFalse(c.up());
      a.down();
      assertEquals(List.of(c, a), stream.chunksDown());
      assertTrue(c.up());
      assertEquals(List.of(b, c), stream.chunksUp());
      store.sort(Comparator.comparing(Chunk::name).reversed());
      assertEquals(List.of(c, b, a), stream.chunks());
      assertTrue(a.upForced());
      assertEquals(3, store.statistics().filesUp());
    }
  }

  @Test
  void onDemandTheLeastRecentlyUsedGoesDown() throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withUpMax(2).withUpOnDemand(true);
    try (ChunkStore store = open(options)) {
      ChunkStream stream = store.createStream("s");
      Chunk a = stream.open("a");
      Chunk b = stream.open("b");
      a.append(bytes("a"));
      Chunk c = stream.open("c");
      assertEquals(List.of(false, true), List.of(b.isUp(), c.isUp()));
      a.pin(true);
      b.append(bytes("b"));
      assertEquals(List.of(true, true, false), List.of(a.isUp(), b.isUp(), c.isUp()));
      b.lock();
      c.append(bytes("c")); // nobody may go: the limit gives way
      assertEquals(3, store.statistics().filesUp());
      assertEquals(2, store.statistics().evicted());
    }
  }

  @Test
  void limitsAreReturnValues() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withChunkBytesMax(10).withStreamChunksMax(2);
    try (ChunkStore store = open(Chunks.QUIETLY.withLimits(limits))) {
      for (ChunkStream stream : List.of(store.createStream("s"), store.createMemoryStream("m"))) {
        Chunk chunk = stream.open("a");
        assertTrue(chunk.append(bytes("0123456789")));
        assertFalse(chunk.append(bytes("x")));
        assertEquals("0123456789", text(chunk));
        assertTrue(chunk.writeAt(5, MemorySegment.ofArray(bytes("56789"))));
        assertFalse(chunk.writeAt(5, MemorySegment.ofArray(bytes("567890"))));
        assertNotNull(stream.open("b"));
        assertNull(stream.open("c"));
      }
    }
  }

  @Test
  void bytesOnDiskAreLimited() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withStoreBytesMax(100_000);
    byte[] data = new byte[30_000];
    Arrays.fill(data, (byte) 1);
    try (ChunkStore store = open(Chunks.QUIETLY.withLimits(limits))) {
      Chunk chunk = store.createStream("s").open("a");
      assertTrue(chunk.append(data));
      assertEquals(chunk.realSize(), store.statistics().diskBytes());
      Chunk other = store.stream("s").open("b");
      int stored = 0;
      while (stored < 10 && other.append(data)) {
        stored++;
      }
      assertTrue(stored < 3, stored + " appends");
      assertTrue(store.statistics().diskBytes() <= 100_000);
      assertTrue(store.statistics().rejected() > 0);
      chunk.delete();
      assertTrue(other.append(data));
    }
  }

  @Test
  void bytesInBuffersCountTowardsTheLimits() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withStoreBytesMax(100_000);
    byte[] data = new byte[1000];
    Arrays.fill(data, (byte) 1);
    ChunkStoreOptions options = Chunks.QUIETLY.withEngine(Engine.STAGED).withLimits(limits);
    try (ChunkStore store = open(options)) {
      Chunk chunk = store.createStream("s").open("a");
      int stored = 0;
      while (stored < 1000 && chunk.append(data)) {
        stored++;
        assertEquals(chunk.realSize(), store.statistics().diskBytes());
      }
      assertTrue(stored > 50 && stored <= 100, stored + " appends");
      assertTrue(store.statistics().diskBytes() <= 100_000);
      chunk.down();
      assertEquals(Files.size(chunk.path()), store.statistics().diskBytes());
    }
  }

  @Test
  void aSealIsKnownAgainWithoutChecksumsToo() throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withChecksum(ChecksumMode.OFF);
    try (ChunkStore store = open(options)) {
      Chunk chunk = store.createStream("s").open("c");
      chunk.append(bytes("content"));
      assertTrue(chunk.seal(Lz4FrameOptions.DEFAULT));
    }
    for (ChecksumMode mode : List.of(ChecksumMode.OFF, ChecksumMode.MAINTAIN)) {
      try (ChunkStore store = open(options.withChecksum(mode))) {
        assertTrue(store.load().isClean());
        Chunk chunk = store.stream("s").chunk("c");
        assertTrue(chunk.isSealed());
        assertEquals("content", text(chunk));
        assertThrows(IllegalStateException.class, () -> chunk.append(new byte[1]));
      }
    }
  }

  @Test
  void theOldestGoesOrTheCallerDecides() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withStreamChunksMax(3).withPolicy(Policy.DROP_OLDEST);
    List<String> asked = new ArrayList<>();
    try (ChunkStore store = open(Chunks.QUIETLY.withLimits(limits))) {
      ChunkStream stream = store.createStream("s");
      for (int i = 0; i < 6; i++) {
        assertNotNull(stream.open("c" + i));
      }
      assertEquals(List.of("c3", "c4", "c5"), stream.chunks().stream().map(Chunk::name).toList());
      assertFalse(Files.exists(dir.resolve("root").resolve("s").resolve("c0")));
      assertEquals(3, store.statistics().dropped());
    }
    Policy policy =
        (chunk, bytes) -> {
          asked.add(chunk.name());
          try {
            chunk.stream().chunks().getFirst().close();
          } catch (IOException e) {
            return Decision.REJECT;
          }
          return Decision.RETRY;
        };
    try (ChunkStore store = open(Chunks.QUIETLY.withLimits(limits.withPolicy(policy)))) {
      store.load();
      assertNotNull(store.stream("s").open("d"));
      assertEquals(List.of("d"), asked);
      assertEquals(3, store.stream("s").chunks().size());
    }
  }

  @Test
  void aFloorOfFreeSpaceIsKept() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withFreeBytesMin(Long.MAX_VALUE);
    try (ChunkStore store = open(Chunks.QUIETLY.withLimits(limits))) {
      assertNull(store.createStream("s").open("c"));
      assertTrue(store.stream("s").chunks().isEmpty());
    }
  }

  @Test
  void modesAreGivenToFiles() throws IOException {
    Assumptions.assumeTrue(dir.getFileSystem().supportedFileAttributeViews().contains("posix"));
    var mode = PosixFilePermissions.fromString("rw-r-----");
    try (ChunkStore store = open(Chunks.QUIETLY.withPermissions(mode).withUpMax(1))) {
      Chunk chunk = store.createStream("s").open("a");
      Chunk late = store.stream("s").open("b"); // born down
      assertEquals(mode, Files.getPosixFilePermissions(chunk.path()));
      late.upForced();
      assertEquals(mode, Files.getPosixFilePermissions(late.path()));
    }
    assertThrows(
        IOException.class,
        () -> {
          try (ChunkStore store = open(Chunks.QUIETLY.withOwner("nobody-has-this-name"))) {
            store.stream("s").open("c");
          }
        });
  }

  /** The original, as another user, has to be able to go on with it. */
  @Test
  void aReplacementKeepsTheModeAndTheOwnerOfItsFile() throws IOException {
    Assumptions.assumeTrue(dir.getFileSystem().supportedFileAttributeViews().contains("posix"));
    var mode = PosixFilePermissions.fromString("rw-rw-rw-");
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c");
      chunk.append(bytes("content"));
      Files.setPosixFilePermissions(chunk.path(), mode);
      try {
        var names = dir.getFileSystem().getUserPrincipalLookupService();
        Files.setOwner(chunk.path(), names.lookupPrincipalByName("nobody"));
      } catch (IOException e) {
        // Only some users may.
      }
      var owner = Files.getOwner(chunk.path());
      chunk.setMetadata(bytes("tag"));
      chunk.writeAt(3, MemorySegment.NULL);
      assertEquals(mode, Files.getPosixFilePermissions(chunk.path()));
      assertEquals(owner, Files.getOwner(chunk.path()));
      assertEquals("con", text(chunk));
    }
  }

  @Test
  void aSealedChunkReadsAsBefore() throws IOException {
    byte[] data = bytes("a line that repeats\n".repeat(5000));
    Path file = dir.resolve("root").resolve("s").resolve("c");
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c");
      chunk.setMetadata(bytes("tag"));
      chunk.append(data);
      assertTrue(chunk.seal(Lz4FrameOptions.DEFAULT));
      assertTrue(chunk.isSealed());
      assertThrows(IllegalStateException.class, () -> chunk.append(new byte[1]));
      assertThrows(IllegalStateException.class, () -> chunk.seal(Lz4FrameOptions.DEFAULT));
      assertArrayEquals(data, chunk.contentCopy());
      assertEquals(data.length, chunk.contentSize());
      chunk.setMetadata(bytes("another tag"));
      assertTrue(chunk.isSealed());
    }
    assertTrue(Files.size(file) < data.length / 4);
    assertTrue(ChunkFiles.inspect(file).lz4());
    try (ChunkReader raw = ChunkReader.open(file)) {
      assertArrayEquals(data, Lz4Frame.decompress(Chunks.content(raw)));
    }
    try (ChunkStore store = open(Chunks.QUIETLY.withSync(SyncLevel.FULL))) {
      assertTrue(store.load().isClean());
      Chunk chunk = store.stream("s").chunk("c");
      assertEquals("another tag", new String(chunk.metadata(), StandardCharsets.UTF_8));
      assertArrayEquals(data, chunk.inputStream().readAllBytes());
      assertArrayEquals(data, chunk.content().toArray(ValueLayout.JAVA_BYTE));
      chunk.sync();
      assertTrue(chunk.isSealed());
    }
  }

  @Test
  void recordsAreWalked() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      Chunk chunk = store.createStream("s").open("c");
      for (String record : List.of("one", "", "three")) {
        assertTrue(ChunkRecords.append(chunk, MemorySegment.ofArray(bytes(record))));
      }
      List<String> found = new ArrayList<>();
      ChunkRecords.lengthPrefixed(chunk.content())
          .forEachRemaining(
              record ->
                  found.add(
                      new String(record.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8)));
      assertEquals(List.of("one", "", "three"), found);
      MemorySegment cut = chunk.content().asSlice(0, chunk.contentSize() - 1);
      ChunkRecords records = ChunkRecords.lengthPrefixed(cut);
      records.next();
      records.next();
      assertEquals(11, records.position());
      assertEquals(11, assertThrows(CorruptDataException.class, records::next).offset());
      List<Long> sizes = new ArrayList<>();
      ChunkRecords.lines(MemorySegment.ofArray(bytes("ab\n\nc")))
          .forEachRemaining(line -> sizes.add(line.byteSize()));
      assertEquals(List.of(2L, 0L, 1L), sizes);
    }
  }

  @Test
  void repairSealsCutsAndPutsAside() throws IOException {
    Path root = dir.resolve("root");
    Chunks.copyTree(Golden.path("chunkio", "stores", "damaged-crc"), root);
    Path aside = dir.resolve("aside");
    List<LoadReport.Problem> planned =
        ChunkRepair.repair(root, true, aside, holdfast.Progress.NONE);
    assertFalse(Files.exists(aside));
    List<LoadReport.Problem> done = ChunkRepair.repair(root, false, aside, holdfast.Progress.NONE);
    assertEquals(
        planned.stream().map(it -> it.chunk() + it.action()).toList(),
        done.stream().map(it -> it.chunk() + it.action()).toList());
    assertTrue(ChunkRepair.repair(root, false, aside, holdfast.Progress.NONE).isEmpty());
    for (ChunkInfo info : ChunkFiles.list(root, "", holdfast.Progress.NONE)) {
      assertTrue(
          info.state() == ChunkState.SEALED
              || info.state() == ChunkState.UNCHECKED
              || info.state() == ChunkState.FRESH,
          info.toString());
    }
    assertTrue(Files.exists(aside.resolve("s").resolve("01-bad-magic-0.chk.bad_layout")));
  }

  @Test
  void twoThreadsOnOneChunkAreNoticed() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch looked = new CountDownLatch(1);
    Policy slow =
        (_, _) -> {
          inside.countDown();
          try {
            looked.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Decision.REJECT;
        };
    ChunkLimits limits = ChunkLimits.NONE.withStoreBytesMax(10_000).withPolicy(slow);
    try (ChunkStore store = open(Chunks.QUIETLY.withLimits(limits));
        ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Chunk chunk = store.createStream("s").open("c");
      Future<Boolean> append = executor.submit(() -> chunk.append(new byte[20_000]));
      inside.await();
      assertThrows(IllegalStateException.class, () -> chunk.append(new byte[1]));
      looked.countDown();
      assertFalse(append.get());
      assertTrue(chunk.append(new byte[1]));
    }
  }

  @Test
  void threadsUseDifferentChunksOfOneStore() throws Exception {
    ChunkStoreOptions options = Chunks.QUIETLY.withUpMax(3).withUpOnDemand(true);
    try (ChunkStore store = open(options);
        ExecutorService executor = Executors.newFixedThreadPool(4)) {
      ChunkStream stream = store.createStream("s");
      List<Future<Boolean>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int thread = t;
        all.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    String name = "c-" + thread + "-" + i % 5;
                    Chunk chunk = stream.chunk(name);
                    chunk = chunk == null ? stream.open(name) : chunk;
                    assertTrue(chunk.append(bytes("record " + i + "\n")));
                    if (i % 7 == 0) {
                      chunk.down();
                    }
                    if (i % 11 == 0) {
                      store.statistics();
                      store.sort(Comparator.comparing(Chunk::name));
                    }
                  }
                  return true;
                }));
      }
      for (Future<Boolean> one : all) {
        assertTrue(one.get());
      }
      for (Chunk chunk : stream.chunks()) {
        assertEquals(40, text(chunk).lines().count(), chunk.toString());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void anAppendMakesNoGarbage(Engine engine) throws IOException {
    Assumptions.assumeTrue(Allocated.isCounted());
    try (ChunkStore store = open(Chunks.QUIETLY.withEngine(engine));
        Arena arena = Arena.ofConfined()) {
      Chunk chunk = store.createStream("s").open("c");
      MemorySegment record = arena.allocate(100);
      long perAppend = Long.MAX_VALUE;
      for (int round = 0; round < 20; round++) {
        // The interpreter and the compilers allocate; the best round shows the steady state.
        long before = Allocated.byThisThread();
        for (int i = 0; i < 10_000; i++) {
          chunk.append(record, 0, 100);
        }
        perAppend = Math.min(perAppend, (Allocated.byThisThread() - before) / 10_000);
      }
      assertEquals(0, perAppend);
    }
  }

  @Test
  void aStreamIsDeletedWithEverythingInIt() throws IOException {
    try (ChunkStore store = open(Chunks.QUIETLY)) {
      ChunkStream stream = store.createStream("s");
      stream.open("c").append(bytes("dirty"));
      Files.createDirectories(dir.resolve("root").resolve("s").resolve("x").resolve("y"));
      Files.writeString(dir.resolve("root").resolve("s").resolve("x").resolve("file"), "foreign");
      stream.delete();
      assertFalse(Files.exists(dir.resolve("root").resolve("s")));
      assertNull(store.findStream("s"));
      assertThrows(IllegalStateException.class, () -> stream.open("d"));
      assertTrue(store.createStream("s").open("c").isUp());
    }
  }

  @Test
  void aStoreInMemoryTouchesNoFile() throws IOException {
    try (ChunkStore store = ChunkStore.inMemory(Chunks.QUIETLY)) {
      Chunk chunk = store.createMemoryStream("m").openInMemory("c", 10);
      assertTrue(chunk.append(new byte[1000]));
      assertTrue(chunk.down());
      assertTrue(chunk.isUp());
      assertNull(chunk.path());
      assertThrows(IllegalStateException.class, () -> store.createStream("s"));
      assertEquals(0, store.load().chunks());
      chunk.delete();
    }
  }
}
