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

  @Test
  void runsInOneArrayAreCountedFromTheBytesThatWereRead() {
    for (int distance = 1; distance <= SIZE; distance++) {
      for (int difference = 0; difference <= SIZE; difference++) {
        byte[] a = new byte[distance + SIZE + Long.BYTES];
        for (int i = 0; i < a.length; i++) {
          a[i] = (byte) (i % distance);
        }
        // From there on both sides differ, so also for those that repeat themselves.
        for (int i = distance + difference; i < a.length; i++) {
          a[i] = (byte) (a[i - distance] + 1);
        }
        long first = HcBytes.getLong(a, distance);
        for (int stop = 0; stop <= SIZE; stop++) {
          int length = HcBytes.runFrom(a, distance, distance + stop, 0, first, Long.BYTES);
          String what = "distance " + distance + " difference " + difference + " stop " + stop;
          assertEquals(Math.min(difference, stop), length, what);
        }
      }
    }
  }

  @Test
  void runsBackwardsInOneArrayAreCountedFromItsStartOn() {
    for (int y = 0; y <= SIZE; y++) {
      for (int equal = 0; equal <= y; equal++) {
        byte[] a = new byte[2 * SIZE + 1];
        for (int i = 1; i <= y; i++) {
          a[y - i] = (byte) i;
          a[2 * SIZE - i] = (byte) (i <= equal ? i : i + 1);
        }
        for (int max = 0; max <= y; max++) {
          String what = "from " + y + " equal " + equal + " max " + max;
          assertEquals(Math.min(equal, max), HcBytes.backFrom(a, 2 * SIZE, y, max), what);
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
