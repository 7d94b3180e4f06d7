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
 * LoadReport report = SnapshotLoader.load(dir, store, LoadOptions.DEFAULT);
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
   * @param threads how many work, the calling one and 1 to 1024
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
    LoadOptions.checkThreads(threads);
    try (var reader = SnapshotFileReader.open(disk, file, limits.memoryMax())) {
      switch (level) {
        case STRUCTURE -> progress.update(reader.footer().fileSize(), reader.footer().fileSize());
        case CRC -> reader.verifyStored(threads, progress);
        case FULL -> reader.verifyContent(threads, progress);
      }
      return reader.info();
    }
  }

  /**
   * Loads the newest state of a directory whose files are sound.
   *
   * <p>Damaged files are passed over, and named in the report; anything else that is in the way
   * ends the load, and the store is empty: a file that cannot be read, a store without room ({@link
   * StoreFullException}), keys of another size. The store takes over the id of the one that was
   * saved; incremental snapshots can go on at once.
   *
   * @param directory of the snapshots; an empty one leaves the store empty
   * @param store empty, and used by nobody else meanwhile
   * @param options which state, and how
   * @return what was loaded, and what was passed over
   * @throws SnapshotException when there are snapshots, and none can be loaded; with {@code
   *     strict}, at the first that is passed over
   * @throws IllegalStateException when the store is not empty
   * @throws IOException when the system refuses something
   */
  public static LoadReport load(Path directory, RecordStore store, LoadOptions options)
      throws IOException {
    return load(OsDisk.INSTANCE, directory, new StoreTarget(store), options);
  }

  static LoadReport load(Disk disk, Path directory, LoadTarget target, LoadOptions options)
      throws IOException {
    return new SnapshotLoad(disk, directory, target, options).run();
  }
}
