package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes as a checkpoint of a workspace, from a file and from a stream. */
class WkspRestoreFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void wkspRestore(byte[] input) {
    FuzzTargets.wkspRestore(input);
  }
}
