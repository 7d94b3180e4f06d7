package holdfast.internal;

import holdfast.Progress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file that appears complete, with a sidecar beside it that is its own, or with none.
 *
 * <pre>{@code
 * commit   1  both temporary files durable            .FILE.tmp   .FILE.hfs.tmp
 *          2  delete FILE.hfs, force the directory    FILE: old, no sidecar
 *          3  rename FILE, force the directory        FILE: new, no sidecar
 *          4  rename FILE.hfs, force the directory    FILE: new, its sidecar
 * }</pre>
 *
 * <p>At no moment does a sidecar of other data stand beside a file, so a sound file is never called
 * damaged, whenever the power goes. That is also why a file without a sidecar takes away the one of
 * its predecessor.
 *
 * <p>For one thread at a time; writing through {@link #file} follows the rules of {@link
 * Disk.File}.
 */
public final class SealedFile implements Closeable {
  private final Disk disk;
  private final Path target;
  private final AtomicFile data;

  private SealedFile(Disk disk, Path target, AtomicFile data) {
    this.disk = disk;
    this.target = target;
    this.data = data;
  }

  /**
   * Starts a file.
   *
   * @param disk where
   * @param target the name that it will have; its directory exists
   * @param replace whether a file of that name may be replaced
   * @return the file, still empty and not yet visible under its name
   * @throws java.nio.file.FileAlreadyExistsException when the name is taken and may not be replaced
   * @throws IOException when the temporary file cannot be created
   */
  public static SealedFile create(Disk disk, Path target, boolean replace) throws IOException {
    return new SealedFile(disk, target, AtomicFile.create(disk, target, replace));
  }

  /**
   * The content.
   *
   * @return open until {@link #commit} or {@link #close}
   */
  public Disk.File file() {
    return data.file();
  }

  /**
   * Makes all durable and visible.
   *
   * @param sidecar whether to write one
   * @param threads how many may compute it, at least 1
   * @param progress told about bytes of the sidecar's computation; not about the rest
   * @throws java.nio.file.FileAlreadyExistsException when the name was taken meanwhile and may not
   *     be replaced
   * @throws IOException when a step fails. Under the name is the old or the new content, each
   *     complete, with its own sidecar or none; the message tells when only the last step failed,
   *     so that the new file is there and durable, and its sidecar is not
   */
  public void commit(boolean sidecar, int threads, Progress progress) throws IOException {
    if (!sidecar) {
      data.prepare();
      deleteOldSidecar();
      data.publish();
      return;
    }
    try (AtomicFile sums = AtomicFile.create(disk, Sidecar.path(target), true)) {
      Sidecar.write(data.file(), sums.file(), threads, progress);
      data.prepare();
      sums.prepare();
      deleteOldSidecar();
      data.publish();
      try {
        sums.publish();
      } catch (IOException e) {
        throw new IOException(
            target + " is complete and durable, but its sidecar is not: " + e.getMessage(), e);
      }
    }
  }

  /** Also when there is no file of the name: a sidecar that lost its file would find a new one. */
  private void deleteOldSidecar() throws IOException {
    try {
      disk.delete(Sidecar.path(target));
    } catch (NoSuchFileException e) {
      return;
    }
    disk.forceDirectory(data.parent());
  }

  /** Deletes the temporary file, unless it was committed. Has no effect the second time. */
  @Override
  public void close() throws IOException {
    data.close();
  }
}
