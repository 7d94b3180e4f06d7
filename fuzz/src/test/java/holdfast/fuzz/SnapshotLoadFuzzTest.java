package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** A snapshot beside an older one. */
class SnapshotLoadFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void snapshotLoad(byte[] input) {
    FuzzTargets.snapshotLoad(input);
  }
}
