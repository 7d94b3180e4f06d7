package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Any bytes as a chunk file. */
class ChunkFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void chunk(byte[] input) {
    FuzzTargets.chunk(input);
  }
}
