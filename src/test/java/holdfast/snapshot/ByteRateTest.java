package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A limit on bytes per second, by a clock that the test turns. */
class ByteRateTest {
  private long now = 1_000;
  private long longest;

  private ByteRate rate(long bytesPerSecond) {
    return new ByteRate(
        bytesPerSecond,
        () -> now,
        nanos -> {
          longest = Math.max(longest, nanos);
          now += nanos;
        },
        null);
  }

  private long timeFor(ByteRate rate, long bytes) {
    long start = now;
    rate.spend(bytes);
    while (rate.waitSlice()) {
      assertTrue(now - start < 100_000_000_000L);
    }
    return now - start;
  }

  @Test
  void writingTakesAsLongAsAllowed() {
    ByteRate rate = rate(1_000_000);
    assertEquals(4_000_000_000L, timeFor(rate, 4_000_000));
    assertEquals(1_000_000L, timeFor(rate, 1_000));
    assertEquals(10_000_000, longest);
  }

  @Test
  void onlyATenthOfASecondIsSavedUp() {
    ByteRate rate = rate(1_000_000);
    now += 5_000_000_000L;
    assertEquals(900_000_000L, timeFor(rate, 1_000_000));
  }

  /** Together they write no more than the limit; the one that goes first does not notice. */
  @Test
  void theSecondWaitsForTheBytesOfBoth() {
    ByteRate second = rate(1_000_000);
    ByteRate first = ByteRate.before(second);
    second.spend(3_000_000);
    assertEquals(2_000_000_000L, timeFor(first, 2_000_000));
    assertEquals(3_000_000_000L, timeFor(second, 0)); // five in all
    now += 1_000_000_000L;
    assertEquals(900_000_000L, timeFor(first, 1_000_000));
    assertEquals(1_000_000L, timeFor(second, 1_000));
    ByteRate none = ByteRate.before(rate(0));
    assertEquals(0, timeFor(none, Long.MAX_VALUE));
  }

  @Test
  void withoutALimitNobodyWaits() {
    ByteRate rate = rate(0);
    rate.spend(Long.MAX_VALUE);
    assertFalse(rate.waitSlice());
  }
}
