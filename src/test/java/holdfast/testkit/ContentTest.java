package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ContentTest {
  @Test
  void theRandomSequenceIsTheOneOfTheGoldenFiles() {
    assertEquals(0xe5fdc025e13eeed5L, Content.r(1, 0));
    assertArrayEquals(
        new byte[] {(byte) 0xd5, (byte) 0xee, 0x3e, (byte) 0xe1}, Content.of(1, 1, 4));
  }
}
