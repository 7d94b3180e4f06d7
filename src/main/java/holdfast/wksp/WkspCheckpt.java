package holdfast.wksp;

import holdfast.internal.Disk;
import holdfast.internal.DiskChannel;
import holdfast.internal.OsDisk;
import holdfast.internal.SealedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Writes checkpoints of workspaces: files from which {@link WkspRestore}, and the original, bring
 * every allocation back at its address.
 *
 * <pre>{@code
 * WkspCheckpt.write(
 *     wksp,
 *     file,
 *     WkspCheckptOptions.DEFAULT
 *         .withThreads(2)
 *         .withInfo(WkspCheckptInfo.ofProcess(clock, "my-app"))
 *         .withSidecar(true));
 * }</pre>
 *
 * <p>The same allocations, options and words give the same bytes, those of the original, whatever
 * the number of threads. The file appears under its name complete and durable, or not at all.
 *
 * <pre>{@code
 * quiesce participants | lock | write .FILE.tmp | unlock | resume participants | force, rename
 * }</pre>
 *
 * <p>The lock keeps others from allocating and freeing meanwhile. Stores into allocations are not
 * stopped by it: whoever does not take part as {@link WkspParticipant} has to be stopped by the
 * caller.
 */
public final class WkspCheckpt {
  private WkspCheckpt() {}

  /**
   * Writes a checkpoint.
   *
   * @param wksp the workspace, which is locked while it is read
   * @param file the name of the file; its directory exists
   * @param options how
   * @return what was done
   * @throws java.nio.file.FileAlreadyExistsException when the file is there and may not be replaced
   * @throws holdfast.CorruptDataException when the table of the workspace is damaged
   * @throws IOException when a participant refuses, or the file cannot be written. What was under
   *     the name is there still; only when the message says so, the new file is, without its
   *     sidecar
   * @throws java.util.concurrent.CancellationException when the progress says so
   */
  public static WkspCheckptReport write(Wksp wksp, Path file, WkspCheckptOptions options)
      throws IOException {
    return write(OsDisk.INSTANCE, wksp, file, options);
  }

  static WkspCheckptReport write(Disk disk, Wksp wksp, Path path, WkspCheckptOptions options)
      throws IOException {
    Objects.requireNonNull(path, "file");
    Objects.requireNonNull(options, "options");
    List<WkspParticipant> stopped = wksp.quiesce();
    SealedFile file = null;
    try {
      CkptWriter writer;
      long begin = System.nanoTime();
      try {
        file = SealedFile.create(disk, path, options.replace());
        disk.setAttributes(file.file().path(), null, null, permissions(options.info().mode()));
        writer = locked(wksp, file, path, options);
      } finally {
        Wksp.resume(stopped);
      }
      long locked = System.nanoTime();
      long size = file.file().size();
      file.commit(options.sidecar(), options.threads(), options.progress());
      return new WkspCheckptReport(
          size,
          writer.extents().count,
          writer.extents().totalSize(),
          writer.groupCount(),
          locked - begin,
          System.nanoTime() - locked);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      if (file != null) {
        file.close();
      }
    }
  }

  private static CkptWriter locked(
      Wksp wksp, SealedFile file, Path path, WkspCheckptOptions options) throws IOException {
    wksp.lock();
    try {
      CkptWriter writer = new CkptWriter(wksp.region(), options, path.toString());
      writer.write(new DiskChannel(file.file()));
      wksp.unlock();
      return writer;
    } catch (InternalError e) {
      throw wksp.cutShort(e); // a page of the workspace's own map is gone
    } catch (Throwable e) {
      wksp.unlock(); // nothing of the workspace was changed
      throw e;
    }
  }

  private static Set<PosixFilePermission> permissions(long mode) {
    // From the highest bit of nine to the lowest: owner, group, others; read, write, execute.
    PosixFilePermission[] all = {
      PosixFilePermission.OWNER_READ,
      PosixFilePermission.OWNER_WRITE,
      PosixFilePermission.OWNER_EXECUTE,
      PosixFilePermission.GROUP_READ,
      PosixFilePermission.GROUP_WRITE,
      PosixFilePermission.GROUP_EXECUTE,
      PosixFilePermission.OTHERS_READ,
      PosixFilePermission.OTHERS_WRITE,
      PosixFilePermission.OTHERS_EXECUTE
    };
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < all.length; i++) {
      if ((mode >>> (all.length - 1 - i) & 1) != 0) {
        set.add(all[i]);
      }
    }
    return set;
  }
}
