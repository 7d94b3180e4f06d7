package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes behind a dictionary, at any level from 2 on. */
class HcDictionaryFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void hcDictionary(byte[] input) {
    FuzzTargets.hcDictionary(input);
  }
}
