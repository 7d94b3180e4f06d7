package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemTest {
  private static final long L = 0x8182838485868788L;
  private static final int I = 0x81828384;
  private static final short S = (short) 0x8182;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(64, 8);

  @AfterEach
  void close() {
    arena.close();
  }

  private byte[] bytes(int offset, int size) {
    return memory.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void plainAccessIsLittleEndianAtAnyOffset() {
    Mem.putLong(memory, 1, L);
    assertArrayEquals(
        new byte[] {
          (byte) 0x88,
          (byte) 0x87,
          (byte) 0x86,
          (byte) 0x85,
          (byte) 0x84,
          (byte) 0x83,
          (byte) 0x82,
          (byte) 0x81
        },
        bytes(1, 8));
    assertEquals(L, Mem.getLong(memory, 1));
    Mem.putInt(memory, 17, I);
    assertArrayEquals(
        new byte[] {(byte) 0x84, (byte) 0x83, (byte) 0x82, (byte) 0x81}, bytes(17, 4));
    assertEquals(I, Mem.getInt(memory, 17));
    Mem.putShort(memory, 25, S);
    assertArrayEquals(new byte[] {(byte) 0x82, (byte) 0x81}, bytes(25, 2));
    assertEquals(S, Mem.getShort(memory, 25));
    Mem.putByte(memory, 30, (byte) 0x81);
    assertEquals((byte) 0x81, Mem.getByte(memory, 30));
    assertEquals(0, Mem.getByte(memory, 31), "nothing else is touched");
  }

  @Test
  void bigEndianAccessReversesTheBytes() {
    Mem.putLongBe(memory, 3, L);
    assertEquals(L, Mem.getLongBe(memory, 3));
    assertEquals(Long.reverseBytes(L), Mem.getLong(memory, 3));
    Mem.putIntBe(memory, 3, I);
    assertEquals(I, Mem.getIntBe(memory, 3));
    assertEquals(Integer.reverseBytes(I), Mem.getInt(memory, 3));
    Mem.putShortBe(memory, 3, S);
    assertEquals(S, Mem.getShortBe(memory, 3));
    assertEquals(Short.reverseBytes(S), Mem.getShort(memory, 3));
  }

  @Test
  void orderedAccessIsLittleEndianToo() {
    Mem.putLongRelease(memory, 8, L);
    assertEquals(L, Mem.getLong(memory, 8));
    assertEquals(L, Mem.getLongAcquire(memory, 8));
    assertEquals(L, Mem.getLongOpaque(memory, 8));
    assertEquals(L, Mem.getLongVolatile(memory, 8));
    Mem.putIntRelease(memory, 16, I);
    assertEquals(I, Mem.getInt(memory, 16));
    assertEquals(I, Mem.getIntAcquire(memory, 16));
    assertEquals(I, Mem.getIntOpaque(memory, 16));
    assertEquals(I, Mem.getIntVolatile(memory, 16));
    Mem.putShortRelease(memory, 24, S);
    assertEquals(S, Mem.getShort(memory, 24));
    assertEquals(S, Mem.getShortAcquire(memory, 24));
    assertEquals(S, Mem.getShortOpaque(memory, 24));
    Mem.putLongVolatile(memory, 32, L);
    Mem.putIntVolatile(memory, 40, I);
    assertEquals(L, Mem.getLong(memory, 32));
    assertEquals(I, Mem.getInt(memory, 40));
  }

  @Test
  void atomicUpdatesOfALongTellWhatWasThere() {
    assertTrue(Mem.casLong(memory, 8, 0, L));
    assertFalse(Mem.casLong(memory, 8, 0, 5));
    assertEquals(L, Mem.getLong(memory, 8));
    assertEquals(L, Mem.caxLong(memory, 8, 1, 5));
    assertEquals(L, Mem.caxLong(memory, 8, L, 5));
    assertEquals(5, Mem.getAndAddLong(memory, 8, -6));
    assertEquals(-1, Mem.getAndSetLong(memory, 8, 0x10));
    assertEquals(0x10, Mem.getAndOrLong(memory, 8, 0x81));
    assertEquals(0x91, Mem.getLong(memory, 8));
  }

  @Test
  void atomicUpdatesOfAnIntTellWhatWasThere() {
    assertTrue(Mem.casInt(memory, 4, 0, I));
    assertFalse(Mem.casInt(memory, 4, 0, 5));
    assertEquals(I, Mem.caxInt(memory, 4, 1, 5));
    assertEquals(I, Mem.caxInt(memory, 4, I, 5));
    assertEquals(5, Mem.getAndAddInt(memory, 4, -6));
    assertEquals(-1, Mem.getAndSetInt(memory, 4, 0x10));
    assertEquals(0x10, Mem.getAndOrInt(memory, 4, 0x81));
    assertEquals(0x91, Mem.getInt(memory, 4));
    assertEquals(0, Mem.getInt(memory, 0), "the neighbours stay");
    assertEquals(0, Mem.getInt(memory, 8), "the neighbours stay");
  }

  @Test
  void atomicAccessHasToBeAligned() {
    assertThrows(IllegalArgumentException.class, () -> Mem.casLong(memory, 4, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Mem.getLongAcquire(memory, 1));
    assertThrows(IllegalArgumentException.class, () -> Mem.casInt(memory, 2, 0, 1));
    MemorySegment heap = MemorySegment.ofArray(new byte[16]);
    assertThrows(IllegalArgumentException.class, () -> Mem.getLongAcquire(heap, 0));
    MemorySegment longs = MemorySegment.ofArray(new long[2]);
    assertTrue(Mem.casLong(longs, 8, 0, 1));
  }

  @Test
  void nothingReachesOutside() {
    assertThrows(IndexOutOfBoundsException.class, () -> Mem.getLong(memory, 57));
    assertThrows(IndexOutOfBoundsException.class, () -> Mem.putInt(memory, -1, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> Mem.casLong(memory, 64, 0, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> Mem.fill(memory, 60, 5, (byte) 1));
    assertThrows(IndexOutOfBoundsException.class, () -> Mem.copy(memory, 0, memory, 60, 5));
  }

  @Test
  void bulkStoresTouchTheirRangeOnly() {
    Mem.fill(memory, 10, 5, (byte) 7);
    assertArrayEquals(new byte[] {0, 7, 7, 7, 7, 7, 0}, bytes(9, 7));
    Mem.copy(memory, 9, memory, 30, 4);
    assertArrayEquals(new byte[] {0, 0, 7, 7, 7, 0}, bytes(29, 6));
    Mem.fill(memory, 64, 0, (byte) 1);
  }

  @Test
  void touchAcceptsAnySizeAndChangesNothing() {
    for (long size : new long[] {0, 1, 4095, 4096, 4097, 10_000}) {
      MemorySegment segment = arena.allocate(size + 1).asSlice(1, size);
      segment.fill((byte) 3);
      Mem.touch(segment);
      assertTrue(Stream.of(segment.toArray(ValueLayout.JAVA_BYTE)).allMatch(b -> allAre(b, 3)));
    }
    Mem.touch(MemorySegment.ofArray(new byte[5000]).asReadOnly());
  }

  private static boolean allAre(byte[] bytes, int value) {
    for (byte b : bytes) {
      if (b != value) {
        return false;
      }
    }
    return true;
  }
}
