package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** One batch of a snapshot. */
class SnapshotBatchFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void snapshotBatch(byte[] input) {
    FuzzTargets.snapshotBatch(input);
  }
}
