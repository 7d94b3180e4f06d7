package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import holdfast.testkit.Tier;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Damaged tables: every operation answers or throws, none loops, none leaves the region. */
class WkspMalformedTest {
  @Test
  void oneOrSeveralFieldsOverwritten() {
    long seed = Tier.seed(20_26);
    System.out.println("wksp damage, seed " + seed);
    var random = new SplittableRandom(seed);
    assertTimeoutPreemptively(
        Duration.ofMinutes(10),
        () -> {
          for (int round = 0; round < Tier.of(20_000, 1_000_000); round++) {
            byte[] input = new byte[4 + random.nextInt(60)];
            random.nextBytes(input);
            try {
              HostileWksp.run(input);
            } catch (Throwable e) {
              throw new AssertionError("seed " + seed + " round " + round, e);
            }
          }
        });
  }
}
