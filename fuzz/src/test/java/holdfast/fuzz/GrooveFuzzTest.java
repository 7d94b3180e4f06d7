package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** An allocator with any damage to its memory, or a region file with any damage to its header. */
class GrooveFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void groove(byte[] input) {
    FuzzTargets.groove(input);
  }
}
