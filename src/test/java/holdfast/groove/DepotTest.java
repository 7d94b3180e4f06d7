package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Batches go in and come out, whole or in parts, with their mark. */
class DepotTest {
  private static final int CLASSES = Bytes.SMALL.classCount();
  private static final long MARK = ObjectHeader.CACHED | 0xabcdef;

  private final Depot depot = Depot.of(Bytes.SMALL);

  private static long[] entries(int count, long first) {
    long[] entries = new long[count];
    for (int i = 0; i < count; i++) {
      entries[i] = first + i;
    }
    return entries;
  }

  @Test
  void whatGoesInComesOut() {
    long[] out = new long[20];
    for (int c = 0; c < CLASSES; c++) {
      assertEquals(0, depot.take(c, 16, out, 0));
      assertTrue(depot.put(c, entries(18, 100L * c), 1, 16, MARK - c));
    }
    for (int c = 0; c < CLASSES; c++) {
      long taken = depot.take(c, 16, out, 3);
      assertEquals(16, Depot.count(taken));
      assertEquals(MARK - c, Depot.mark(taken));
      long[] expected = new long[20];
      System.arraycopy(entries(18, 100L * c), 1, expected, 3, 16);
      assertArrayEquals(expected, out);
      assertEquals(0, depot.take(c, 16, out, 3));
    }
  }

  @Test
  void whoWantsLessLeavesTheRest() {
    long[] out = new long[4];
    assertTrue(depot.put(2, entries(5, 40), 0, 5, MARK));
    assertEquals(2, Depot.count(depot.take(2, 2, out, 0)));
    assertArrayEquals(new long[] {43, 44, 0, 0}, out);
    long taken = depot.take(2, 4, out, 0);
    assertEquals(3, Depot.count(taken));
    assertEquals(MARK, Depot.mark(taken));
    assertArrayEquals(new long[] {40, 41, 42, 0}, out);
    assertEquals(0, depot.take(2, 1, out, 0));
  }

  @Test
  void itIsBoundedAndEveryClassHasItsOwnPlaces() {
    long[] one = {7};
    for (int c = 0; c < CLASSES; c++) {
      for (int i = 0; i < Depot.BATCHES; i++) {
        assertTrue(depot.put(c, one, 0, 1, MARK));
      }
      assertFalse(depot.put(c, one, 0, 1, MARK));
    }
    assertEquals(1, Depot.count(depot.take(3, 9, one, 0)));
    assertTrue(depot.put(3, one, 0, 1, MARK));
    assertFalse(depot.put(3, one, 0, 1, MARK));
  }
}
