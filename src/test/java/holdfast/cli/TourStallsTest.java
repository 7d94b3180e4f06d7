package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Percentiles of the tour, and which publication changed a counter last. */
class TourStallsTest {
  @Test
  void percentilesAreAtMostAnEighthTooLarge() {
    SplittableRandom random = new SplittableRandom(1);
    long[] times =
        LongStream.generate(() -> 1L << random.nextInt(3, 34))
            .map(power -> power + random.nextLong(power))
            .limit(10_000)
            .toArray();
    TourStalls stalls = new TourStalls();
    for (long time : times) {
      stalls.add(time);
    }
    long[] sorted = LongStream.of(times).sorted().toArray();
    assertEquals(sorted.length, stalls.count());
    assertEquals(sorted[sorted.length - 1], stalls.percentile(100));
    for (double percent : new double[] {1, 50, 90, 99, 99.9}) {
      long exact = sorted[(int) Math.ceil(sorted.length * percent / 100) - 1];
      long found = stalls.percentile(percent);
      assertTrue(found >= exact && found <= exact + exact / 8 + 1, percent + ": " + found);
    }
  }

  @Test
  void thePictureShowsBothBesideEachOther() {
    TourStalls quick = new TourStalls();
    TourStalls slow = new TourStalls();
    quick.add(4_000);
    slow.add(64_000_000);
    assertEquals(0, new TourStalls().percentile(50));
    List<String> lines = TourStalls.picture("quick", quick, "very slow", slow);
    assertEquals(8, lines.size());
    assertEquals("p50   quick          4 us  ########", lines.get(0));
    assertTrue(lines.get(1).startsWith("      very slow   64.0 ms  ####"), lines.get(1));
    assertTrue(lines.get(6).startsWith("max   quick"), lines.get(6));
  }

  @Test
  void theLastChangeOfACounterIsTold() {
    int windows = TourRecords.COUNTERS / TourRecords.CHANGES;
    long[] last = new long[windows];
    Arrays.fill(last, 1);
    for (long seq = 1; seq < 3L * windows; seq++) {
      if (seq > 1) {
        last[(int) (seq % windows)] = seq;
      }
      for (int window = 0; window < windows; window += 17) {
        assertEquals(last[window], TourRecords.lastChange(window * TourRecords.CHANGES, seq));
      }
    }
  }
}
