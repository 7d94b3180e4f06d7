package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any series of operations on a linked stream of any level from 2 on. */
class HcStreamFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void hcStream(byte[] input) {
    FuzzTargets.hcStream(input);
  }
}
