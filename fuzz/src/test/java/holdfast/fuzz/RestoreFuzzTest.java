package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes as a checkpoint, in every mode. */
class RestoreFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void restore(byte[] input) {
    FuzzTargets.restore(input);
  }
}
