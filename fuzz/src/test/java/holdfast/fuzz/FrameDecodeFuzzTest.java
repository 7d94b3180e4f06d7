package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes as frames, at once and in pieces. */
class FrameDecodeFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void frameDecode(byte[] input) {
    FuzzTargets.frameDecode(input);
  }
}
