package holdfast.cli;

import holdfast.groove.Groove;
import holdfast.groove.GrooveGeometry;
import holdfast.groove.GrooveHandle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file of a groove region, whose objects have no checksum: what is opened can be used. */
final class SelftestRegion implements SelftestSubject {
  private static final int OBJECTS = 40;

  /** Header, state, map of what is backed, and the superblocks that the objects are in. */
  private static final int DAMAGED = (64 << 10) + (20 << 10);

  private final Path file;
  private final byte[] sound;

  SelftestRegion(Path folder) throws IOException {
    file = folder.resolve("selftest.groove");
    try (Groove groove = Groove.createFile(file, GrooveGeometry.compact(64, 1L << 20), 1)) {
      groove.grow(1, new byte[0], false);
      try (GrooveHandle handle = groove.handle()) {
        for (int i = 0; i < OBJECTS; i++) {
          handle.alloc(16, 40 + 20 * i, i + 1L);
        }
      }
    }
    sound = Files.readAllBytes(file);
  }

  @Override
  public String title() {
    return "groove region";
  }

  @Override
  public String promise() {
    return "usable";
  }

  @Override
  public byte[] sound() {
    return sound.clone();
  }

  @Override
  public int damagedSize() {
    return DAMAGED;
  }

  @Override
  public Answer read(byte[] damaged) throws IOException {
    Files.write(file, damaged);
    try (Groove groove = Groove.openFile(file)) {
      groove.verify();
      try (GrooveHandle handle = groove.handle()) {
        long object = handle.alloc(16, 100, 7);
        if (object >= 0) {
          handle.free(object);
        }
      }
      groove.verify();
      return Answer.INTACT;
    }
  }
}
