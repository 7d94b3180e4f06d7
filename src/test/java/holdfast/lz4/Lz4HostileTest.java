package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.testkit.Allocations;
import holdfast.testkit.BlockOracle;
import holdfast.testkit.Content;
import holdfast.testkit.Guarded;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One test for each class of published LZ4 security problem. */
class Lz4HostileTest {
  private static final int AMPLE = 4096;
  private static final byte STALE = (byte) 0xA7;

  private final Lz4Decompressor decompressor = Lz4Decompressor.create();

  /** One way to decompress a block into {@code AMPLE} bytes of room full of stale bytes. */
  interface Way {
    byte[] decode(Lz4Decompressor decompressor, byte[] block);
  }

  /** Every public way, whole and in part, with history before the destination and without. */
  static Stream<Way> ways() {
    return Stream.of(
        Lz4HostileTest::arrays,
        Lz4HostileTest::arraysInPart,
        (d, block) -> arraysAfter(d, block, false),
        (d, block) -> arraysAfter(d, block, true),
        (d, block) -> segments(d, MemorySegment.ofArray(block), heap(), false),
        (d, block) -> segments(d, MemorySegment.ofArray(block), heap(), true),
        (d, block) -> segments(d, nativeCopy(block), nativeRoom(), false),
        (d, block) -> segments(d, nativeCopy(block), nativeRoom(), true),
        (d, block) -> segments(d, MemorySegment.ofArray(block).asReadOnly(), nativeRoom(), false),
        (d, block) -> segments(d, nativeCopy(block).asReadOnly(), heap(), false),
        (d, block) -> segmentsAfter(d, block, heap(), false),
        (d, block) -> segmentsAfter(d, block, nativeRoom(), true),
        (d, block) -> buffers(d, ByteBuffer.wrap(block), ByteBuffer.allocate(AMPLE), false),
        (d, block) -> buffers(d, ByteBuffer.wrap(block), ByteBuffer.allocateDirect(AMPLE), true),
        (d, block) ->
            buffers(
                d,
                ByteBuffer.wrap(block).asReadOnlyBuffer(),
                ByteBuffer.allocateDirect(AMPLE),
                false));
  }

  /** The classic leak: a match at offset 0 "copies" what the buffer held before. */
  @ParameterizedTest
  @MethodSource("ways")
  void offsetZeroIsRefused(Way way) {
    String fast = "f1" + "00".repeat(1) + "61".repeat(15) + "0000" + "10" + "62".repeat(60);
    for (String hex :
        List.of(
            "00000050" + "6162636465",
            "1061000050" + "6162636465",
            "1f61000030" + "50" + "6162636465",
            "1061010010" + "61" + "0000" + "50" + "6162636465",
            fast,
            // Far from both ends, where a fast loop is at work.
            "1061010010620000" + "1063010010640100".repeat(20) + "50" + "6162636465")) {
      byte[] block = HexFormat.of().parseHex(hex);
      assertThrows(CorruptDataException.class, () -> way.decode(decompressor, block), hex);
      Lz4Decompressor with = decompressor.withDictionary(Content.of(3, 1, 65_536));
      assertThrows(CorruptDataException.class, () -> way.decode(with, block), hex);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anOffsetOneBeyondTheHistoryIsRefusedAndTheLastOneIsNot(Way way) {
    byte[] dictionary = Content.of(3, 1, 100);
    for (int history : new int[] {0, 1, 7, 8, 15, 16, 100}) {
      Lz4Decompressor with =
          decompressor.withDictionary(Arrays.copyOfRange(dictionary, 100 - history, 100));
      // Eight literals, then a match that may begin at the first byte of the dictionary.
      int reach = 8 + history + prefixOf(way);
      byte[] good = literalsThenMatch(reach);
      byte[] answer = way.decode(with, good);
      assertEquals(8 + 6 + 60, answer.length);
      byte[] bad = literalsThenMatch(reach + 1);
      assertThrows(CorruptDataException.class, () -> way.decode(with, bad), "history " + history);
    }
  }

  private static byte[] literalsThenMatch(int offset) {
    String hex =
        "82" + "6162636465666768" + "%02x%02x".formatted(offset & 255, offset >> 8) + "f02d";
    return HexFormat.of().parseHex(hex + "7a".repeat(60));
  }

  /** The ways with a prefix have one of 16 bytes. */
  private int prefixOf(Way way) {
    byte[] probe = literalsThenMatch(9);
    try {
      way.decode(decompressor, probe);
      return PREFIX;
    } catch (CorruptDataException none) {
      return 0;
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void noByteOfTheDestinationItselfComesOut(Way way) {
    // Every offset into a room full of a stale byte that no block here contains.
    for (int offset = 1; offset < 2 * AMPLE; offset += offset < 40 ? 1 : 37) {
      byte[] block = literalsThenMatch(offset);
      try {
        for (byte b : way.decode(decompressor, block)) {
          assertTrue(b != STALE, "stale byte through offset " + offset);
        }
      } catch (CorruptDataException refused) {
        assertTrue(offset > 8, "offset " + offset + " is inside of the block");
      }
    }
  }

  /** Nine million bytes of 255 add up to more than an int holds. */
  @ParameterizedTest
  @ValueSource(strings = {"f0", "1f61010000", "ff", "0f0100"})
  void aLengthThatOverflowsAnIntIsRefused(String start) {
    byte[] head = HexFormat.of().parseHex(start);
    byte[] bomb = Arrays.copyOf(head, 9_000_000);
    Arrays.fill(bomb, head.length, bomb.length - 100, (byte) 255);
    byte[] dst = new byte[AMPLE];
    for (boolean partial : new boolean[] {false, true}) {
      Lz4Decompressor with = decompressor.withDictionary(new byte[1000]);
      assertThrowsOrFills(with, bomb, dst, partial);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(bomb.length).copyFrom(MemorySegment.ofArray(bomb));
      assertThrows(
          CorruptDataException.class, () -> decompressor.decompress(block, arena.allocate(AMPLE)));
    }
  }

  /** A whole decode refuses; a part may be had as long as no length has overflowed. */
  private static void assertThrowsOrFills(
      Lz4Decompressor with, byte[] bomb, byte[] dst, boolean partial) {
    if (!partial) {
      assertThrows(
          CorruptDataException.class,
          () -> with.decompress(bomb, 0, bomb.length, dst, 0, dst.length));
      return;
    }
    try {
      assertEquals(dst.length, with.decompressPartial(bomb, 0, bomb.length, dst, 0, dst.length));
    } catch (CorruptDataException refused) {
      assertTrue(refused.offset() <= bomb.length);
    }
  }

  @Test
  void aBlockThatClaimsMuchAllocatesLittle() {
    byte[] noise = new byte[1 << 20];
    new Random(5).nextBytes(noise);
    byte[] chain = new byte[1 << 20];
    Arrays.fill(chain, (byte) 255);
    for (byte[] hostile : List.of(HexFormat.of().parseHex("ffffffffff"), noise, chain)) {
      long bytes =
          Allocations.of(
              () ->
                  assertThrows(
                      CorruptDataException.class,
                      () -> Lz4.decompress(hostile, Integer.MAX_VALUE)));
      long bound = 64L * hostile.length + (1 << 20);
      assertTrue(bytes <= bound, hostile.length + " bytes made " + bytes + ", bound " + bound);
    }
  }

  @Test
  void refusingABlockOverAndOverAllocatesOnlyTheException() {
    byte[] block = HexFormat.of().parseHex("1061000050" + "6162636465");
    byte[] dst = new byte[AMPLE];
    long bytes =
        Allocations.of(
            () -> {
              for (int i = 0; i < 1000; i++) {
                assertThrows(
                    CorruptDataException.class,
                    () -> decompressor.decompress(block, 0, block.length, dst, 0, dst.length));
              }
            });
    assertTrue(bytes < 1000 * 64 * 1024, bytes + " bytes for 1000 refusals");
  }

  @Test
  void withNoRoomOnlyTheEmptyBlockIsAccepted() {
    byte[] none = {};
    assertEquals(0, decompressor.decompress(new byte[] {0}, 0, 1, none, 0, 0));
    for (String hex : List.of("", "0000", "1061", "01", "f0", "000000")) {
      byte[] block = HexFormat.of().parseHex(hex);
      assertThrows(
          CorruptDataException.class,
          () -> decompressor.decompress(block, 0, block.length, none, 0, 0),
          hex);
    }
  }

  @Test
  void anEmptyBlockIsNotABlock() {
    byte[] dst = new byte[10];
    assertThrows(CorruptDataException.class, () -> decompressor.decompress(dst, 0, 0, dst, 0, 10));
    assertThrows(
        CorruptDataException.class, () -> decompressor.decompressPartial(dst, 0, 0, dst, 0, 10));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocate(10);
      MemorySegment empty = arena.allocate(10).asSlice(10);
      assertThrows(CorruptDataException.class, () -> decompressor.decompress(empty, room));
      assertThrows(CorruptDataException.class, () -> decompressor.decompressPartial(empty, room));
    }
  }

  @Test
  void everyPrefixOfAValidBlockIsRefusedOrIsABlockItself() {
    byte[] plain = Content.of(3, 4, 3000);
    byte[] block = Lz4.compress(plain);
    Guarded dst = Guarded.heap(plain.length);
    int refused = 0;
    for (int size = 0; size < block.length; size++) {
      byte[] expected = BlockOracle.full(block, size, plain, 0, plain.length);
      dst.stale(plain.length);
      try {
        int produced =
            decompressor.decompress(block, 0, size, dst.array(), dst.offset(), plain.length);
        assertArrayEquals(expected, dst.bytes(0, produced), "cut at " + size);
        assertArrayEquals(Arrays.copyOf(plain, produced), expected);
      } catch (CorruptDataException e) {
        assertNull(expected, "cut at " + size);
        refused++;
      }
      assertTrue(dst.intact());
    }
    assertTrue(refused > block.length / 2, "refused " + refused);
  }

  @Test
  void everyCapacityBelowTheRightOneIsRefusedAndNothingIsWrittenBehindIt() {
    byte[] plain = Content.of(3, 4, 2000);
    byte[] block = Lz4.compress(plain);
    Guarded dst = Guarded.heap(plain.length + 64);
    for (int capacity = 0; capacity <= plain.length + 64; capacity++) {
      dst.stale(capacity);
      if (capacity < plain.length) {
        int room = capacity;
        assertThrows(
            CorruptDataException.class,
            () -> decompressor.decompress(block, 0, block.length, dst.array(), dst.offset(), room));
      } else {
        assertEquals(
            plain.length,
            decompressor.decompress(block, 0, block.length, dst.array(), dst.offset(), capacity));
        assertTrue(dst.holds(0, plain, plain.length));
      }
      assertTrue(dst.intact(), "capacity " + capacity);
    }
  }

  @Test
  void everyCapacityOfACompressorIsKept() {
    byte[] plain = Content.of(3, 4, 1500);
    Lz4Compressor compressor = Lz4Compressor.of(Lz4Level.FAST);
    int worst = Lz4.maxCompressedSize(plain.length);
    Guarded dst = Guarded.heap(worst);
    int whole = Lz4.compress(plain).length;
    for (int capacity = 0; capacity <= worst; capacity++) {
      dst.stale(capacity);
      int size = compressor.compress(plain, 0, plain.length, dst.array(), dst.offset(), capacity);
      assertTrue(dst.intact(), "compress, capacity " + capacity);
      assertEquals(capacity >= whole, size == whole, "capacity " + capacity);
      dst.stale(capacity);
      int filled = compressor.fill(plain, 0, plain.length, dst.array(), dst.offset(), capacity);
      assertTrue(dst.intact(), "fill, capacity " + capacity);
      if (capacity > 0) {
        int used = (int) compressor.consumed();
        byte[] back = new byte[used];
        assertEquals(
            used, decompressor.decompress(dst.array(), dst.offset(), filled, back, 0, used));
        assertArrayEquals(Arrays.copyOf(plain, used), back);
      }
    }
  }

  @Test
  void overlappingSourceAndDestinationAreRefused() {
    byte[] memory = new byte[300];
    Lz4Compressor compressor = Lz4Compressor.of(Lz4Level.FAST);
    for (int to : new int[] {1, 99, 100, 101, 199}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> compressor.compress(memory, 100, 100, memory, to, 100),
          "to " + to);
      assertThrows(
          IllegalArgumentException.class, () -> compressor.fill(memory, 100, 100, memory, to, 100));
      assertThrows(
          IllegalArgumentException.class,
          () -> decompressor.decompress(memory, 100, 100, memory, to, 100));
      assertThrows(
          IllegalArgumentException.class,
          () -> decompressor.decompressPartial(memory, 100, 100, memory, to, 100));
      for (MemorySegment all :
          List.of(MemorySegment.ofArray(memory), Arena.ofAuto().allocate(300))) {
        MemorySegment src = all.asSlice(100, 100);
        MemorySegment dst = all.asSlice(to, 100);
        assertThrows(IllegalArgumentException.class, () -> compressor.compress(src, dst));
        assertThrows(IllegalArgumentException.class, () -> compressor.fill(src, dst));
        assertThrows(IllegalArgumentException.class, () -> decompressor.decompress(src, dst));
        assertThrows(
            IllegalArgumentException.class,
            () -> compressor.compress(src.asByteBuffer(), dst.asByteBuffer()));
        assertThrows(
            IllegalArgumentException.class,
            () -> decompressor.decompress(src.asByteBuffer(), dst.asByteBuffer()));
        // A read-only view hides the array, not the overlap.
        assertThrows(
            IllegalArgumentException.class, () -> decompressor.decompress(src.asReadOnly(), dst));
      }
    }
  }

  @Test
  void aHistoryThatOverlapsTheSourceIsRefused() {
    byte[] memory = new byte[300];
    assertThrows(
        IllegalArgumentException.class,
        () -> decompressor.decompressAfter(memory, 100, 50, memory, 200, 50, 51));
    MemorySegment all = MemorySegment.ofArray(memory);
    assertThrows(
        IllegalArgumentException.class,
        () -> decompressor.decompressAfter(all.asSlice(100, 50), all.asSlice(149, 100), 50));
  }

  @Test
  void neighboursInOneArrayAreFine() {
    byte[] plain = Content.of(3, 4, 100);
    byte[] memory = Arrays.copyOf(plain, 600);
    Lz4Compressor compressor = Lz4Compressor.of(Lz4Level.FAST);
    int size = compressor.compress(memory, 0, 100, memory, 100, 200);
    assertEquals(100, decompressor.decompress(memory, 100, size, memory, 100 + size, 100));
    assertArrayEquals(plain, Arrays.copyOfRange(memory, 100 + size, 200 + size));
  }

  @Test
  void aReadOnlyDestinationIsRefusedBeforeAnythingIsRead() {
    Lz4Compressor compressor = Lz4Compressor.of(Lz4Level.FAST);
    ByteBuffer src = ByteBuffer.wrap(new byte[] {0});
    ByteBuffer dst = ByteBuffer.allocate(64).asReadOnlyBuffer();
    assertThrows(ReadOnlyBufferException.class, () -> compressor.compress(src, dst));
    assertThrows(ReadOnlyBufferException.class, () -> compressor.fill(src, dst));
    assertThrows(ReadOnlyBufferException.class, () -> decompressor.decompress(src, dst));
    assertThrows(ReadOnlyBufferException.class, () -> decompressor.decompressPartial(src, dst));
    assertEquals(0, src.position());
    for (MemorySegment room : List.of(heap(), nativeRoom())) {
      MemorySegment from = MemorySegment.ofArray(new byte[] {0});
      MemorySegment to = room.asReadOnly();
      assertThrows(IllegalArgumentException.class, () -> compressor.compress(from, to));
      assertThrows(IllegalArgumentException.class, () -> compressor.fill(from, to));
      assertThrows(IllegalArgumentException.class, () -> decompressor.decompress(from, to));
      assertThrows(IllegalArgumentException.class, () -> decompressor.decompressPartial(from, to));
    }
  }

  @Test
  void theSourceIsNeverWritten() {
    byte[] plain = Content.of(3, 4, 70_000);
    byte[] copy = plain.clone();
    byte[] block = Lz4.compress(plain);
    byte[] blockCopy = block.clone();
    Lz4.decompress(block, plain.length);
    assertArrayEquals(copy, plain);
    assertArrayEquals(blockCopy, block);
  }

  // --- the ways --------------------------------------------------------------------------------

  private static final int PREFIX = 16;

  private static byte[] stale() {
    byte[] room = new byte[AMPLE];
    Arrays.fill(room, STALE);
    return room;
  }

  private static MemorySegment heap() {
    return MemorySegment.ofArray(stale());
  }

  private static MemorySegment nativeRoom() {
    return nativeCopy(stale());
  }

  private static MemorySegment nativeCopy(byte[] bytes) {
    return Arena.ofAuto().allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
  }

  private static byte[] arrays(Lz4Decompressor d, byte[] block) {
    byte[] room = stale();
    return Arrays.copyOf(room, d.decompress(block, 0, block.length, room, 0, AMPLE));
  }

  private static byte[] arraysInPart(Lz4Decompressor d, byte[] block) {
    byte[] room = stale();
    return Arrays.copyOf(room, d.decompressPartial(block, 0, block.length, room, 0, AMPLE));
  }

  /** With stale bytes before the history, which must not come out either. */
  private static byte[] arraysAfter(Lz4Decompressor d, byte[] block, boolean partial) {
    byte[] room = stale();
    int lo = 100 + PREFIX;
    Arrays.fill(room, 100, lo, (byte) 'p');
    int size =
        partial
            ? d.decompressPartialAfter(block, 0, block.length, room, lo, AMPLE - lo, PREFIX)
            : d.decompressAfter(block, 0, block.length, room, lo, AMPLE - lo, PREFIX);
    return Arrays.copyOfRange(room, lo, lo + size);
  }

  private static byte[] segments(
      Lz4Decompressor d, MemorySegment block, MemorySegment room, boolean partial) {
    long size = partial ? d.decompressPartial(block, room) : d.decompress(block, room);
    return room.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] segmentsAfter(
      Lz4Decompressor d, byte[] block, MemorySegment room, boolean partial) {
    MemorySegment part = room.asSlice(100);
    part.asSlice(0, PREFIX).fill((byte) 'p');
    MemorySegment src = MemorySegment.ofArray(block);
    long size =
        partial
            ? d.decompressPartialAfter(src, part, PREFIX)
            : d.decompressAfter(src, part, PREFIX);
    return part.asSlice(PREFIX, size).toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] buffers(
      Lz4Decompressor d, ByteBuffer block, ByteBuffer room, boolean partial) {
    room.put(stale()).clear();
    int size = partial ? d.decompressPartial(block, room) : d.decompress(block, room);
    byte[] out = new byte[size];
    room.get(0, out);
    return out;
  }
}
