package holdfast.cli;

import holdfast.wksp.Wksp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file of a workspace, which has no checksum: what is opened is sound and can be used. */
final class SelftestWorkspace implements SelftestSubject {
  private static final int PARTS = 5;

  private final Path file;
  private final byte[] sound;

  SelftestWorkspace(Path folder) throws IOException {
    file = folder.resolve("selftest.wksp");
    try (Wksp wksp = Wksp.create(file, "selftest", 1, 32, 8 << 10)) {
      for (int i = 0; i < PARTS; i++) {
        wksp.alloc(16, 300, i + 1L);
      }
    }
    sound = Files.readAllBytes(file);
  }

  @Override
  public String title() {
    return "workspace";
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
  public Answer read(byte[] damaged) throws IOException {
    Files.write(file, damaged);
    try (Wksp wksp = Wksp.open(file)) {
      wksp.verify();
      long gaddr = wksp.alloc(16, 100, 7);
      if (gaddr != Wksp.GADDR_NULL) {
        wksp.free(gaddr);
      }
      wksp.verify();
      return Answer.INTACT;
    }
  }
}
