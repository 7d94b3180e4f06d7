package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any series of operations on a linked stream. */
class LinkedStreamFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void linkedStream(byte[] input) {
    FuzzTargets.linkedStream(input);
  }
}
