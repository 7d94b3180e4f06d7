package holdfast.groove;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Somebody cuts a region file while it is open and mapped. */
@EnabledOnOs({OS.LINUX, OS.MAC}) // elsewhere the system refuses to cut it
class RegionCutTest {
  @TempDir Path dir;

  @Test
  void whatWalksNamesTheFile() throws IOException {
    Path path = dir.resolve("region");
    long object;
    try (Groove groove = Groove.createFile(path, GrooveGeometry.compact(64, 1 << 20), 2)) {
      groove.grow(2, new byte[0], false);
      try (GrooveHandle handle = groove.handle()) {
        object = handle.alloc(100);
      }
    }
    try (Groove groove = Groove.openFileReadOnly(path)) {
      groove.verify();
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(RegionHeader.VOLUMES_OFFSET);
      }
      cut(path, groove::verify);
      cut(path, groove::usage);
      cut(path, groove::volumes);
      cut(path, () -> groove.find(object));
      cut(path, () -> groove.objects(o -> {}));
      cut(path, () -> groove.liveObjects(o -> {}));
      cut(path, groove::leaks);
    }
    // Of the file itself there is no volume left, which is a region, too, but not this one's.
    assertEquals(RegionHeader.VOLUMES_OFFSET, path.toFile().length());
  }

  private static void cut(Path path, Executable call) {
    UncheckedIOException e = assertThrows(UncheckedIOException.class, call);
    assertTrue(e.getMessage().contains(path + ": a mapped page has no storage"), e.getMessage());
    assertTrue(e.getCause().getCause() instanceof InternalError);
  }
}
