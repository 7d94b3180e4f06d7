package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class AllocatedTest {
  @Test
  void anArrayIsCounted() {
    assumeTrue(Allocated.isCounted(), "this JVM does not count");
    long before = Allocated.byThisThread();
    byte[] array = new byte[1 << 20];
    long after = Allocated.byThisThread();
    assertTrue(after - before >= array.length, () -> "counted " + (after - before));
  }
}
