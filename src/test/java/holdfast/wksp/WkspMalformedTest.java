package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import holdfast.CorruptDataException;
import holdfast.testkit.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
          for (int round = 0; round < Tier.of(20_000, 400_000); round++) {
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

  @Test
  void aPlaceBetweenTwoNeighboursThatIsTakenIsRefused() {
    MemorySegment mem = Arena.ofAuto().allocate(Wksp.footprint(10, 1000), 128);
    Wksp wksp = Wksp.create(mem, "damaged", 1, 10, 1000);
    long before = wksp.alloc(1, 100, 1);
    long hole = wksp.alloc(1, 50, 2);
    long behind = wksp.alloc(1, 850, 3);
    wksp.free(hole);
    Region region = wksp.region();
    int left = UsedTreap.find(region, before);
    int right = UsedTreap.find(region, behind);
    Pinfo.right(mem, Pinfo.at(left), right);
    Pinfo.left(mem, Pinfo.at(right), left);
    var e = assertThrows(CorruptDataException.class, () -> wksp.alloc(1, 50, 4));
    assertEquals(Pinfo.at(right) + Pinfo.LEFT_OFFSET, e.offset());
    wksp.rebuild(1);
    wksp.verify();
    assertEquals(hole, wksp.alloc(1, 50, 4));
    wksp.verify();
  }
}
