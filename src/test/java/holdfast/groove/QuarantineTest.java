package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.internal.Mem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who writes to an object after it was freed is found when the object leaves the quarantine. */
class QuarantineTest {
  @Test
  void freedObjectsWaitAndAreFilled() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.guardedHandle(0, 3)) {
      long first = handle.alloc(100);
      assertTrue(handle.free(first));
      assertFalse(handle.free(first));
      assertNull(bytes.groove.find(first));
      for (long at = 0; at < 112; at++) {
        assertEquals((byte) 0xdf, Mem.getByte(bytes.volumes, first + at));
      }
      for (int i = 0; i < 3; i++) {
        long other = handle.alloc(100);
        assertTrue(other != first);
        assertTrue(handle.free(other));
      }
      assertEquals(first, handle.alloc(100)); // three others were freed since
      assertEquals(3, bytes.groove.usage().classes().get(1).cached());
      bytes.groove.verify(); // lets all go
      assertEquals(0, bytes.groove.usage().classes().get(1).cached());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99, 111})
  void aLateWriteIsFound(int at) {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.guardedHandle(0, 1)) {
      long object = handle.alloc(100);
      assertTrue(handle.free(object));
      Mem.putByte(bytes.volumes, object + at, (byte) 1);
      IllegalStateException found = assertThrows(IllegalStateException.class, handle::flush);
      assertTrue(found.getMessage().contains("offset " + (object - 16)), found::getMessage);
      assertTrue(found.getMessage().contains("byte " + (at + 16) + " "), found::getMessage);
      bytes.groove.verify(); // it was given back all the same
    }
  }

  @Test
  void anOverwrittenHeaderIsFoundAndTheObjectStaysAway() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1);
        GrooveHandle handle = bytes.groove.guardedHandle(0, 1)) {
      long object = handle.alloc(100);
      assertTrue(handle.free(object));
      Mem.putLong(bytes.volumes, object - 8, 0);
      assertThrows(IllegalStateException.class, () -> handle.free(handle.alloc(100)));
      assertTrue(handle.alloc(100) != object);
    }
  }

  @Test
  void aCloseThatFindsALateWriteLetsTheOthersGo() {
    try (Bytes bytes = new Bytes(Bytes.SMALL, 1)) {
      GrooveHandle handle = bytes.groove.guardedHandle(0, 4);
      long[] objects = {handle.alloc(100), handle.alloc(100), handle.alloc(100)};
      for (long object : objects) {
        assertTrue(handle.free(object));
      }
      Mem.putByte(bytes.volumes, objects[0] + 5, (byte) 1);
      Mem.putByte(bytes.volumes, objects[1] + 6, (byte) 1);
      IllegalStateException found = assertThrows(IllegalStateException.class, handle::close);
      assertTrue(found.getMessage().contains("offset " + (objects[0] - 16)), found::getMessage);
      assertEquals(1, found.getSuppressed().length);
      assertEquals(0, bytes.groove.usage().classes().get(1).cached());
      bytes.groove.verify();
    }
  }
}
