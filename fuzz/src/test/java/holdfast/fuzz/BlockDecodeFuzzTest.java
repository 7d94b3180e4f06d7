package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes as a block. */
class BlockDecodeFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void blockDecode(byte[] input) {
    FuzzTargets.blockDecode(input);
  }
}
