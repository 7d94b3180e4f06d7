package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes as a block that follows a dictionary, a prefix, or both. */
class BlockDictionaryFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void blockDecodeWithDictionary(byte[] input) {
    FuzzTargets.blockDecodeWithDictionary(input);
  }
}
