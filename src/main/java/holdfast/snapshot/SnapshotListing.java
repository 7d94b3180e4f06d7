package holdfast.snapshot;

import holdfast.internal.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The snapshots of a directory, by their headers, footers and directories.
 *
 * @param snapshots the sound ones, as far as their structure tells: oldest first, a full one before
 *     incremental ones of the same sequence number
 * @param rejects files that look like snapshots and are none
 */
public record SnapshotListing(List<SnapshotInfo> snapshots, List<Reject> rejects) {
  /** Copies the lists. */
  public SnapshotListing {
    snapshots = List.copyOf(snapshots);
    rejects = List.copyOf(rejects);
  }

  /**
   * Lists a directory.
   *
   * @param tolerant whether a file that cannot be read is a reject, too
   * @throws IOException when the directory cannot be read, or, without tolerance, a file
   */
  static SnapshotListing of(Disk disk, Path directory, boolean tolerant) throws IOException {
    List<SnapshotInfo> snapshots = new ArrayList<>();
    List<Reject> rejects = new ArrayList<>();
    for (Disk.Entry entry : disk.list(directory)) {
      String name = entry.name();
      if (!name.endsWith(SnapshotName.EXTENSION) || entry.kind() == Disk.Kind.DIRECTORY) {
        continue;
      }
      Path path = directory.resolve(name);
      if (!SnapshotName.isFinal(name)) {
        rejects.add(new Reject(path, Reason.BAD_NAME, "the name is not that of a snapshot"));
        continue;
      }
      try (var reader = SnapshotFileReader.open(disk, path, 0)) {
        snapshots.add(reader.info());
      } catch (SnapshotException e) {
        rejects.add(new Reject(path, e.reason(), e.getMessage()));
      } catch (NoSuchFileException e) {
        // Pruned meanwhile by whoever writes there.
      } catch (IOException e) {
        if (!tolerant) {
          throw e;
        }
        rejects.add(new Reject(path, Reason.IO, String.valueOf(e.getMessage())));
      }
    }
    snapshots.sort(
        Comparator.comparingLong(SnapshotInfo::seq)
            .thenComparing(SnapshotInfo::kind)
            .thenComparing(SnapshotInfo::path));
    return new SnapshotListing(snapshots, rejects);
  }
}
