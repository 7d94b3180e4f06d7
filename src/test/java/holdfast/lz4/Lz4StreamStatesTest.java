package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.Content;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be called on a stream after a block that did not succeed. */
class Lz4StreamStatesTest {
  private static final byte[] PLAIN = Content.of(3, 1, 4000);
  private static final byte[] DICTIONARY = Content.of(3, 2, 4000);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, 12})
  void afterABlockThatDidNotFitAnEncoderHasToBeginAnew(int level) {
    Lz4StreamEncoder stream = Lz4StreamEncoder.of(level == 1 ? Lz4Level.FAST : Lz4Level.hc(level));
    byte[] room = new byte[Lz4Block.maxCompressedSize(PLAIN.length)];
    List<Consumer<Lz4StreamEncoder>> beginnings =
        List.of(
            Lz4StreamEncoder::reset,
            Lz4StreamEncoder::restart,
            s -> s.loadDictionary(DICTIONARY, 0, DICTIONARY.length),
            s -> s.loadDictionary(MemorySegment.ofArray(DICTIONARY)),
            s -> s.attach(Lz4Dictionary.of(DICTIONARY)));
    for (Consumer<Lz4StreamEncoder> beginning : beginnings) {
      assertEquals(0, stream.compress(PLAIN, 0, PLAIN.length, room, 0, 10));
      requireFailed(stream, room);
      beginning.accept(stream);
      assertTrue(stream.compress(PLAIN, 0, PLAIN.length, room, 0, room.length) > 0);
    }
  }

  private static void requireFailed(Lz4StreamEncoder stream, byte[] room) {
    assertThrows(
        IllegalStateException.class,
        () -> stream.compress(PLAIN, 0, PLAIN.length, room, 0, room.length));
    assertThrows(
        IllegalStateException.class,
        () -> stream.compress(MemorySegment.ofArray(PLAIN), MemorySegment.ofArray(room)));
    assertThrows(IllegalStateException.class, () -> stream.saveDictionary(room, 0, room.length));
    assertThrows(
        IllegalStateException.class, () -> stream.saveDictionary(MemorySegment.ofArray(room)));
  }

  @Test
  void afterADamagedBlockADecoderHasToBeginAnew() {
    byte[] room = new byte[Lz4Block.maxCompressedSize(PLAIN.length)];
    int size =
        Lz4StreamEncoder.of(Lz4Level.FAST).compress(PLAIN, 0, PLAIN.length, room, 0, room.length);
    byte[] block = Arrays.copyOf(room, size);
    Lz4StreamDecoder stream = Lz4StreamDecoder.create();
    List<Consumer<Lz4StreamDecoder>> beginnings =
        List.of(
            Lz4StreamDecoder::reset,
            s -> s.setDictionary(DICTIONARY, 0, DICTIONARY.length),
            s -> s.setDictionary(MemorySegment.ofArray(DICTIONARY)));
    byte[] back = new byte[PLAIN.length];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(PLAIN.length);
      for (Consumer<Lz4StreamDecoder> beginning : beginnings) {
        assertThrows(
            CorruptDataException.class,
            () -> stream.decompress(block, 0, block.length - 1, back, 0, back.length));
        assertThrows(
            IllegalStateException.class,
            () -> stream.decompress(block, 0, block.length, back, 0, back.length));
        assertThrows(
            IllegalStateException.class,
            () -> stream.decompress(MemorySegment.ofArray(block), memory));
        beginning.accept(stream);
        assertEquals(back.length, stream.decompress(block, 0, block.length, back, 0, back.length));
        assertArrayEquals(PLAIN, back);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 5000, 66_000})
  void historyIsFoundAgainWhenBlocksGoToOtherKindsOfMemory(int pieceMax) {
    byte[] plain = new byte[300_000];
    byte[] word = Content.of(2, 3, 20_000);
    SplittableRandom random = new SplittableRandom(pieceMax);
    for (int at = 0; at < plain.length; ) { // pieces of what is up to 64 KiB behind
      int size = Math.min(plain.length - at, random.nextInt(20, 400));
      System.arraycopy(word, random.nextInt(word.length - size), plain, at, size);
      at += size;
    }
    Lz4StreamEncoder encoder = Lz4StreamEncoder.of(Lz4Level.hc(3));
    Lz4StreamDecoder decoder = Lz4StreamDecoder.create();
    byte[] room = new byte[Lz4Block.maxCompressedSize(pieceMax)];
    byte[] array = new byte[2 * plain.length];
    byte[] found = new byte[plain.length];
    int arrayAt = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(pieceMax);
      for (int at = 0; at < plain.length; ) {
        int size = Math.min(plain.length - at, random.nextInt(1, pieceMax));
        int packed = encoder.compress(plain, at, size, room, 0, room.length);
        if (random.nextBoolean()) {
          decoder.decompress(MemorySegment.ofArray(room).asSlice(0, packed), memory);
          MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, found, at, size);
          arrayAt++; // the next block in the array does not follow the one before there
        } else {
          decoder.decompress(room, 0, packed, array, arrayAt, size);
          System.arraycopy(array, arrayAt, found, at, size);
          arrayAt += size;
        }
        at += size;
      }
    }
    assertArrayEquals(plain, found);
  }

  /** Memory that is refused, like memory of another thread. */
  private static MemorySegment closed(int size) {
    try (Arena arena = Arena.ofConfined()) {
      return arena.allocate(size);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void memoryThatIsRefusedChangesNoEncoder(int level) {
    MemorySegment closed = closed(8000);
    byte[] plain = Content.of(3, 4, 16_000);
    List<byte[]> blocks = new ArrayList<>();
    for (int refusals = 0; refusals < 2; refusals++) {
      Lz4StreamEncoder stream =
          Lz4StreamEncoder.of(level == 1 ? Lz4Level.FAST : Lz4Level.hc(level));
      byte[] room = new byte[8000];
      var all = new ByteArrayOutputStream();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment memory = arena.allocate(plain.length);
        MemorySegment.copy(plain, 0, memory, ValueLayout.JAVA_BYTE, 0, plain.length);
        for (int at = 0; at < plain.length; at += 4000) {
          MemorySegment block = memory.asSlice(at, 4000);
          if (refusals > 0) {
            requireClosed(() -> stream.compress(closed, MemorySegment.ofArray(room)));
            requireClosed(() -> stream.compress(block, closed));
            requireClosed(() -> stream.saveDictionary(closed));
            requireClosed(() -> stream.loadDictionary(closed));
          }
          all.write(room, 0, (int) stream.compress(block, MemorySegment.ofArray(room)));
        }
      }
      blocks.add(all.toByteArray());
    }
    assertArrayEquals(blocks.get(0), blocks.get(1));
  }

  @Test
  void memoryThatIsRefusedChangesNoDecoder() {
    MemorySegment closed = closed(4000);
    byte[] plain = Content.of(3, 4, 16_000);
    Lz4StreamEncoder encoder = Lz4StreamEncoder.of(Lz4Level.FAST);
    Lz4StreamDecoder decoder = Lz4StreamDecoder.create();
    byte[] room = new byte[8000];
    byte[] found = new byte[plain.length];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(4000);
      for (int at = 0; at < plain.length; at += 4000) {
        int size = encoder.compress(plain, at, 4000, room, 0, room.length);
        MemorySegment block = MemorySegment.ofArray(room).asSlice(0, size);
        requireClosed(() -> decoder.decompress(block, closed));
        requireClosed(() -> decoder.decompress(closed, memory));
        requireClosed(() -> decoder.setDictionary(closed));
        decoder.decompress(block, memory);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, found, at, 4000);
      }
    }
    assertArrayEquals(plain, found);
  }

  private static void requireClosed(Executable call) {
    String message = assertThrows(IllegalStateException.class, call).getMessage();
    assertTrue(message.contains("closed"), message);
  }
}
