package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes compressed and decompressed. */
class RoundTripFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void roundTrip(byte[] input) {
    FuzzTargets.roundTrip(input);
  }
}
