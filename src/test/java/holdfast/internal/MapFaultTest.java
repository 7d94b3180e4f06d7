package holdfast.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.ChildJvm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapFaultTest {
  @TempDir Path dir;

  /** Stores to a map of a file that was cut meanwhile, as a piece does. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      Path path = Path.of(args[0]);
      boolean touch = args[1].equals("touch");
      try (Disk.File file = OsDisk.INSTANCE.open(path, Disk.Mode.CREATE);
          Arena arena = Arena.ofConfined()) {
        file.preallocate(0, 1 << 16);
        MemorySegment map = file.map(MapMode.READ_WRITE, 0, 1 << 16, arena);
        file.truncate(4096);
        try {
          if (touch) {
            Mem.touch(map);
            Mem.casLong(map, 8192, 0, 1);
          } else {
            Mem.putLong(map, 8192, 1);
          }
          System.out.println("nothing happened");
        } catch (InternalError e) {
          System.out.println("translated: " + MapFault.of(path, e).getMessage());
        }
      }
    }
  }

  private String child(String how, String... jvmOptions) throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(Child.class, List.of(jvmOptions), dir.resolve("cut").toString(), how);
    assertEquals(0, result.exit(), result.output());
    return result.output();
  }

  @Test
  void aFileCutUnderAMapIsAnIoExceptionThatNamesIt() throws Exception {
    String output = child("store");
    assertTrue(output.startsWith("translated: " + dir.resolve("cut")), output);
    assertTrue(output.contains("cut by somebody else"), output);
  }

  @Test
  void touchTurnsTheDeadlyCompareAndSetIntoAnIoException() throws Exception {
    String output = child("touch", "-Xint");
    assertTrue(output.startsWith("translated: " + dir.resolve("cut")), output);
  }

  @Test
  void otherInternalErrorsAreThrownOn() {
    for (InternalError other : List.of(new InternalError("boom"), new InternalError())) {
      InternalError thrown =
          assertThrows(InternalError.class, () -> MapFault.of(Path.of("f"), other));
      assertSame(other, thrown);
    }
  }
}
