package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class CountingArenaTest {
  @Test
  void itFailsOnceAndCountsWhatItHandsOut() {
    MemorySegment segment;
    try (CountingArena arena = new CountingArena(2)) {
      segment = arena.allocate(100, 8);
      assertThrows(OutOfMemoryError.class, () -> arena.allocate(50));
      arena.allocate(10);
      assertEquals(3, arena.count());
      assertEquals(110, arena.bytes());
    }
    assertFalse(segment.scope().isAlive());
  }
}
