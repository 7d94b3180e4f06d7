package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Which memory kernels may address by themselves; runs with and without native access. */
class GlobalMemoryTest {
  private static final boolean ALLOWED = GlobalMemoryTest.class.getModule().isNativeAccessEnabled();

  @Test
  void itIsThereExactlyWhenTheUserAllowsNativeAccess() {
    assertEquals(ALLOWED, GlobalMemory.AVAILABLE);
    assertEquals(ALLOWED, GlobalMemory.VIEW.byteSize() > 0);
  }

  @Test
  void memoryThatNobodyElseCanFreeIsReached() {
    assertEquals(ALLOWED, GlobalMemory.reaches(Arena.global().allocate(8)));
    assertEquals(ALLOWED, GlobalMemory.reaches(Arena.ofAuto().allocate(8)));
    ByteBuffer buffer = ByteBuffer.allocateDirect(8);
    assertEquals(ALLOWED, GlobalMemory.reaches(MemorySegment.ofBuffer(buffer)));
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(ALLOWED, GlobalMemory.reaches(arena.allocate(8)));
      assertEquals(ALLOWED, GlobalMemory.reaches(arena.allocate(8).asReadOnly().asSlice(3)));
    }
  }

  @Test
  void memoryThatAnotherThreadMayFreeIsNotReached() {
    try (Arena arena = Arena.ofShared()) {
      assertFalse(GlobalMemory.reaches(arena.allocate(8)));
      MemorySegment buffered = MemorySegment.ofBuffer(arena.allocate(8).asByteBuffer());
      assertFalse(GlobalMemory.reaches(buffered));
    }
  }

  @Test
  void heapMemoryAndNothingAtAllAreNotReached() {
    assertFalse(GlobalMemory.reaches(MemorySegment.ofArray(new byte[8])));
    assertFalse(GlobalMemory.reaches(MemorySegment.ofArray(new long[8])));
    assertFalse(GlobalMemory.reaches(MemorySegment.NULL));
    assertFalse(GlobalMemory.reaches(Arena.ofAuto().allocate(8).asSlice(8)));
  }

  @Test
  void closedMemoryAndMemoryOfOthersThrow() throws InterruptedException {
    assumeTrue(ALLOWED, "native access is needed to get that far");
    Arena arena = Arena.ofConfined();
    MemorySegment segment = arena.allocate(8);
    Throwable[] thrown = new Throwable[1];
    Thread other =
        Thread.ofPlatform()
            .start(
                () ->
                    thrown[0] =
                        assertThrows(
                            WrongThreadException.class, () -> GlobalMemory.reaches(segment)));
    other.join();
    assertEquals(WrongThreadException.class, thrown[0].getClass());
    arena.close();
    assertThrows(IllegalStateException.class, () -> GlobalMemory.reaches(segment));
  }
}
