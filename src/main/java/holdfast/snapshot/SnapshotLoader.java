package holdfast.snapshot;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Finds, checks and loads snapshots.
 *
 * <pre>{@code
 * for (SnapshotInfo info : SnapshotLoader.list(dir).snapshots()) { ... }
 * SnapshotInfo sound = SnapshotLoader.verify(file, VerifyLevel.FULL, limits, 2, Progress.NONE);
 * }</pre>
 *
 * <p>No file is changed. All methods may be called by any thread, also while a service writes to
 * the directory.
 */
public final class SnapshotLoader {
  private SnapshotLoader() {}

  /**
   * Lists a directory by headers, footers and directories of the files.
   *
   * @param directory where to look
   * @return what is there, also what is damaged or cannot be read
   * @throws IOException when the directory cannot be read
   */
  public static SnapshotListing list(Path directory) throws IOException {
    return SnapshotListing.of(OsDisk.INSTANCE, directory, true);
  }

  /**
   * Checks a file.
   *
   * @param file a snapshot, whatever its name
   * @param level how much is checked
   * @param limits {@code memoryMax} bounds the buffers
   * @param threads that help, 0 for none
   * @param progress told about bytes of the file
   * @return what the file says of itself
   * @throws SnapshotException at the first thing that is wrong
   * @throws holdfast.CorruptDataException when it needs more memory than allowed
   * @throws IOException when it cannot be read
   */
  public static SnapshotInfo verify(
      Path file, VerifyLevel level, Limits limits, int threads, Progress progress)
      throws IOException {
    return verify(OsDisk.INSTANCE, file, level, limits, threads, progress);
  }

  static SnapshotInfo verify(
      Disk disk, Path file, VerifyLevel level, Limits limits, int threads, Progress progress)
      throws IOException {
    try (var reader = SnapshotFileReader.open(disk, file, limits.memoryMax())) {
      switch (level) {
        case STRUCTURE -> progress.update(reader.footer().fileSize(), reader.footer().fileSize());
        case CRC -> reader.verifyStored(threads, progress);
        case FULL -> reader.verifyContent(threads, progress);
      }
      return reader.info();
    }
  }

  static LoadReport load(Disk disk, Path directory, LoadTarget target, LoadOptions options)
      throws IOException {
    return new SnapshotLoad(disk, directory, target, options).run();
  }
}
