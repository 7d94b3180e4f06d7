package holdfast.internal;

import holdfast.testkit.DiskContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class OsDiskContractTest extends DiskContract {
  @TempDir Path root;

  @Override
  protected Disk disk() {
    return OsDisk.INSTANCE;
  }

  @Override
  protected Path root() {
    return root;
  }

  @Override
  protected void interruptNextRead() {
    Thread.currentThread().interrupt();
  }
}
