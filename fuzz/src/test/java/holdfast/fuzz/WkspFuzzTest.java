package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** A workspace with any damage to its table, under any operations. */
class WkspFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void wkspUse(byte[] input) {
    FuzzTargets.wkspUse(input);
  }
}
