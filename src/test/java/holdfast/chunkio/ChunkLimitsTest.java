package holdfast.chunkio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.chunkio.ChunkLimits.Policy;
import holdfast.lz4.Lz4FrameOptions;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What limits let through, and what is dropped for them. */
class ChunkLimitsTest {
  private static final long STORE_MAX = 200_000;

  @TempDir Path dir;

  private ChunkStore open(ChunkLimits limits, Engine engine) throws IOException {
    ChunkStoreOptions options = Chunks.QUIETLY.withLimits(limits).withEngine(engine);
    return ChunkStore.open(dir, options.withGrowStep(32_768));
  }

  private static List<String> names(ChunkStream stream) {
    return stream.chunks().stream().map(Chunk::name).toList();
  }

  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    return bytes;
  }

  @Test
  void nothingIsDroppedForAnOpeningThatFails() throws IOException {
    ChunkLimits limits = ChunkLimits.NONE.withStreamChunksMax(2).withPolicy(Policy.DROP_OLDEST);
    try (ChunkStore store = open(limits, Engine.MAPPED)) {
      Files.createDirectories(dir.resolve("s"));
      Files.createFile(dir.resolve("s").resolve("there"));
      for (ChunkStream stream : List.of(store.createStream("s"), store.createMemoryStream("m"))) {
        stream.open("a");
        stream.open("b");
        assertThrows(IllegalStateException.class, () -> stream.open("a"));
        if (stream.isFile()) {
          assertThrows(NoSuchFileException.class, () -> stream.open("c", OpenMode.READ));
          assertThrows(NoSuchFileException.class, () -> stream.open("c", OpenMode.WRITE));
          assertThrows(
              FileAlreadyExistsException.class, () -> stream.open("there", OpenMode.CREATE_NEW));
        } else {
          assertThrows(IllegalStateException.class, () -> stream.openInMemory("a", 10));
        }
        assertEquals(List.of("a", "b"), names(stream));
      }
      assertEquals(0, store.statistics().dropped());
      assertTrue(store.stream("s").open("there", OpenMode.WRITE).isUp());
      assertEquals(List.of("b", "there"), names(store.stream("s")));
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void nothingIsDroppedForWhatNeverFits(Engine engine) throws IOException {
    for (ChunkLimits limits :
        List.of(
            ChunkLimits.NONE.withStoreBytesMax(STORE_MAX),
            ChunkLimits.NONE.withStreamBytesMax(STORE_MAX))) {
      try (ChunkStore store = open(limits.withPolicy(Policy.DROP_OLDEST), engine)) {
        ChunkStream stream = store.createStream("s");
        assertTrue(stream.open("old").append(new byte[40_000]));
        Chunk chunk = stream.open("new");
        assertFalse(chunk.append(new byte[(int) STORE_MAX]));
        assertEquals(List.of("old", "new"), names(stream));
        assertTrue(chunk.append(new byte[(int) STORE_MAX * 3 / 4]));
        assertEquals(List.of("new"), names(stream));
        stream.delete();
      }
    }
  }

  @Test
  void aSealedContentBeyondTheLimitIsNoOtherContent() throws IOException {
    try (ChunkStore store = open(ChunkLimits.NONE, Engine.MAPPED)) {
      Chunk chunk = store.createStream("s").open("c");
      assertTrue(chunk.append(new byte[10_000]));
      assertTrue(chunk.seal(Lz4FrameOptions.DEFAULT));
    }
    try (ChunkStore store = open(ChunkLimits.NONE.withChunkBytesMax(9999), Engine.MAPPED)) {
      assertTrue(store.load().isClean());
      Chunk chunk = store.stream("s").chunk("c");
      assertThrows(CorruptDataException.class, chunk::content);
      assertThrows(CorruptDataException.class, chunk::contentCopy);
      assertThrows(CorruptDataException.class, chunk::contentSize);
    }
    try (ChunkStore store = open(ChunkLimits.NONE.withChunkBytesMax(10_000), Engine.MAPPED)) {
      assertArrayEquals(new byte[10_000], store.stream("s").open("c").contentCopy());
    }
  }

  /** A sparse file; nobody reads it. */
  @Test
  void whatCouldNotBeReadBackIsNotSealed() throws IOException {
    byte[] header = new byte[ChunkLayout.HEADER];
    ChunkLayout.putHeader(MemorySegment.ofArray(header), 0, 1L << 31, 0, 0);
    Files.createDirectories(dir.resolve("s"));
    Path path = Files.write(dir.resolve("s").resolve("c"), header);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), ChunkLayout.HEADER + (1L << 31) - 1);
    }
    ChunkStoreOptions options = Chunks.QUIETLY.withChecksum(ChecksumMode.OFF);
    try (ChunkStore store = ChunkStore.open(dir, options)) {
      Chunk chunk = store.stream("s").open("c");
      assertFalse(chunk.seal(Lz4FrameOptions.DEFAULT));
      assertFalse(chunk.isSealed());
      assertEquals(1L << 31, chunk.contentSize());
    }
  }

  /** A cut writes a copy; limits hold for that, too. */
  @ParameterizedTest
  @EnumSource(Engine.class)
  void aReplacementKeepsInsideTheLimits(Engine engine) throws IOException {
    byte[] tooMuch = noise((int) STORE_MAX);
    try (ChunkStore store = open(ChunkLimits.NONE.withStoreBytesMax(STORE_MAX), engine)) {
      Chunk chunk = store.createStream("s").open("c");
      assertTrue(chunk.append(new byte[100]));
      chunk.sync();
      long before = store.statistics().diskBytes();
      assertFalse(chunk.writeAt(10, MemorySegment.ofArray(tooMuch)));
      assertEquals(100, chunk.contentSize());
      assertEquals(before, store.statistics().diskBytes());
      assertTrue(chunk.begin());
      assertTrue(chunk.writeAt(10, MemorySegment.ofArray(new byte[10])));
      assertFalse(chunk.append(tooMuch));
      assertTrue(chunk.append(new byte[100_000]));
      assertFalse(chunk.append(new byte[100_000]));
      assertTrue(chunk.rollback());
      assertEquals(before, store.statistics().diskBytes());
      assertTrue(chunk.writeAt(10, MemorySegment.ofArray(noise(100_000))));
      assertEquals(100_010, chunk.contentSize());
      assertEquals(chunk.realSize(), store.statistics().diskBytes());
      assertTrue(store.statistics().diskBytes() <= STORE_MAX);
      assertTrue(chunk.seal(Lz4FrameOptions.DEFAULT));
      assertTrue(store.statistics().diskBytes() <= STORE_MAX);
      assertEquals(100_010, chunk.contentSize());
    }
  }
}
