package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HcBytesTest {
  private static final int SIZE = 40;
  private static final int FOUR = 0x07070707;

  @Test
  void runsAreCountedToTheFirstDifferenceOrTheStop() {
    for (int difference = 0; difference <= SIZE; difference++) {
      byte[] a = filled(difference, (byte) 1);
      byte[] b = filled(SIZE, (byte) 0);
      for (int from = 0; from <= SIZE; from++) {
        for (int stop = from; stop <= SIZE; stop++) {
          int expected = from > difference ? stop - from : Math.min(difference, stop) - from;
          String what = "difference " + difference + " from " + from + " stop " + stop;
          assertEquals(expected, HcBytes.run(a, from, stop, b, from), what);
          assertEquals(expected, HcBytes.same(a, from, stop, FOUR), what);
        }
      }
    }
  }

  @Test
  void runsBackwardsAreCountedToTheFirstDifferenceOrTheStop() {
    for (int difference = -1; difference < SIZE; difference++) {
      byte[] a = filled(difference, (byte) 1);
      byte[] b = filled(SIZE, (byte) 0);
      for (int from = 0; from <= SIZE; from++) {
        for (int stop = 0; stop <= from; stop++) {
          int expected = from - (difference < from ? Math.max(difference + 1, stop) : stop);
          String what = "difference " + difference + " from " + from + " stop " + stop;
          assertEquals(expected, HcBytes.back(a, from, b, from, from - stop), what);
          assertEquals(expected, HcBytes.sameBefore(a, from, stop, FOUR), what);
        }
      }
    }
  }

  /** All sevens, except at one place if it lies inside. */
  private static byte[] filled(int place, byte value) {
    byte[] bytes = new byte[SIZE];
    for (int i = 0; i < SIZE; i++) {
      bytes[i] = i == place ? value : 7;
    }
    return bytes;
  }
}
