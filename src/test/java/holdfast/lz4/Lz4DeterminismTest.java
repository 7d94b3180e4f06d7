package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import holdfast.testkit.Content;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bytes in give the same bytes out, whatever the memory and however many threads. */
class Lz4DeterminismTest {
  /** Both sides of the small-input limit, and the odd sizes around it. */
  private static final int[] SIZES = {0, 1, 12, 13, 1000, 65_535, 65_546, 65_547, 70_001, 300_000};

  /** The slow levels have no such limit: a few sizes will do. */
  private static final int[] SLOW_SIZES = {0, 13, 1000, 66_000};

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 9, 10})
  void everyKindOfMemoryGivesTheSameBlock(int level, @TempDir Path dir) throws IOException {
    Lz4Compressor compressor = Lz4Compressor.of(of(level));
    for (int kind = 0; kind < Content.KINDS; kind++) {
      for (int size : level == 1 ? SIZES : SLOW_SIZES) {
        byte[] plain = Content.of(kind, 3, size);
        byte[] expected = Lz4.compress(plain, of(level));
        String what = "kind " + kind + " size " + size;
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment heap = MemorySegment.ofArray(plain);
          MemorySegment here = arena.allocate(size + 3).asSlice(3).copyFrom(heap);
          MemorySegment mapped = map(dir.resolve(kind + "-" + size), plain, arena);
          List<MemorySegment> sources =
              List.of(heap, heap.asReadOnly(), here, here.asReadOnly(), mapped);
          for (MemorySegment src : sources) {
            for (boolean toNative : new boolean[] {false, true}) {
              int room = Lz4.maxCompressedSize(size);
              MemorySegment dst =
                  toNative ? arena.allocate(room) : MemorySegment.ofArray(new byte[room]);
              long produced = compressor.compress(src, dst);
              assertArrayEquals(
                  expected, dst.asSlice(0, produced).toArray(ValueLayout.JAVA_BYTE), what);
              ByteBuffer from = src.asByteBuffer();
              ByteBuffer to =
                  toNative ? ByteBuffer.allocateDirect(room) : ByteBuffer.allocate(room);
              assertEquals(expected.length, compressor.compress(from, to), what);
              byte[] found = new byte[to.flip().remaining()];
              to.get(found);
              assertArrayEquals(expected, found, what);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void manyThreadsGiveTheSameBlocksAsOne(int threads)
      throws InterruptedException, ExecutionException {
    byte[] plain = Content.of(4, 3, 200_000);
    byte[] expected = Lz4.compress(plain);
    try (var pool = Executors.newFixedThreadPool(threads)) {
      List<Future<byte[]>> blocks = new ArrayList<>();
      for (int i = 0; i < 4 * threads; i++) {
        blocks.add(pool.submit(() -> Lz4.compress(plain)));
      }
      for (Future<byte[]> block : blocks) {
        assertArrayEquals(expected, block.get());
        assertArrayEquals(plain, Lz4.decompress(block.get(), plain.length));
      }
    }
  }

  @Test
  void aCompressorForgetsWhatItCompressedBefore() {
    Lz4Compressor used = Lz4Compressor.of(Lz4Level.FAST);
    for (int i = 0; i < 200; i++) {
      byte[] plain = Content.of(i % Content.KINDS, i, SIZES[i % SIZES.length] % 80_000);
      byte[] dst = new byte[Lz4.maxCompressedSize(plain.length)];
      int size = used.compress(plain, 0, plain.length, dst, 0, dst.length);
      assertArrayEquals(Lz4.compress(plain), Arrays.copyOf(dst, size), "call " + i);
    }
  }

  private static Lz4Level of(int level) {
    return level == 1 ? Lz4Level.FAST : Lz4Level.hc(level);
  }

  private static MemorySegment map(Path file, byte[] content, Arena arena) throws IOException {
    Files.write(file, content);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, content.length, arena);
    }
  }
}
