package holdfast.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import holdfast.testkit.FuzzTargets;

/** Header, directory and footer of a snapshot. */
class SnapshotStructureFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void snapshotStructure(byte[] input) {
    FuzzTargets.snapshotStructure(input);
  }
}
