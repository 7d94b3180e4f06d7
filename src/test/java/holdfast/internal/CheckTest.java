package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CheckTest {
  @Test
  void aRangeHasBothItsEnds() {
    assertEquals(3, Check.range(3, 3, 5, "n"));
    assertEquals(5, Check.range(5, 3, 5, "n"));
    assertEquals(1L << 40, Check.range(1L << 40, 0, 1L << 40, "n"));
    IllegalArgumentException low =
        assertThrows(IllegalArgumentException.class, () -> Check.range(2, 3, 5, "n"));
    assertEquals("n must be in [3, 5]: 2", low.getMessage());
    IllegalArgumentException high =
        assertThrows(IllegalArgumentException.class, () -> Check.range(6L, 3, 5, "n"));
    assertEquals("n must be in [3, 5]: 6", high.getMessage());
  }
}
