package holdfast.testkit;

import holdfast.internal.Disk;
import java.nio.file.Path;
import java.util.EnumSet;

class SimDiskContractTest extends DiskContract {
  private final SimDisk disk = new SimDisk();

  @Override
  protected Disk disk() {
    return disk;
  }

  @Override
  protected Path root() {
    return Path.of("/");
  }

  @Override
  protected void interruptNextRead() {
    disk.faults().fail(1, EnumSet.of(SimFaults.Op.READ), "*", SimFaults.Effect.INTERRUPT);
  }
}
