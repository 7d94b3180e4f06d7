package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.internal.Disk;
import holdfast.internal.Failures;
import holdfast.internal.OsDisk;
import holdfast.internal.Sidecar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads checkpoints of workspaces, those of the original included: styles 1, 2 and 3, with one
 * volume, several or none, with holes between the frames.
 *
 * <pre>{@code
 * WkspCheckptPreview preview = WkspRestore.preview(file);
 * try (Wksp wksp = Wksp.create(region, preview.name(), 1, preview.partMax(), preview.dataMax())) {
 *   WkspRestore.restore(wksp, file, WkspRestoreOptions.DEFAULT.withThreads(2));
 * }
 * }</pre>
 *
 * <p><b>What is checked, and when.</b> Before a workspace is touched, the whole structure of the
 * file is: header, index, footer, each command, each range, overlaps, whether everything fits,
 * where each frame and each block ends; with a sidecar also every byte. LZ4 blocks are decoded
 * straight to their place, once; one that turns out to be damaged then leaves the workspace
 * <b>reset</b>: sound, with no allocation. {@link WkspRestoreOptions#verifyFirst} decodes
 * everything once before, at the price of doing it twice. Formats 1 and 2 have no checksum: without
 * a sidecar, damage inside the data of RAW frames, or inside literals of LZ4, is not noticed.
 *
 * <p><b>Failure.</b> A workspace is as it was, or reset; {@link #wasReset} tells which.
 *
 * <p><b>Geometry.</b> Allocations come back at their addresses, so the workspace must have data at
 * all of them and a partition for each allocation and each gap between them. When not, the
 * exception says what is needed. More partitions move the first address up.
 */
public final class WkspRestore {
  /** As many bytes as {@link #preview(byte[])} wants to see. */
  public static final int HEAD_SIZE = CkptFile.HEAD_SIZE;

  private WkspRestore() {}

  /**
   * Restores a file. What the workspace held is lost.
   *
   * @param wksp the target; its lock is held while data are read
   * @param file the checkpoint
   * @param options how, and what
   * @return what was done
   * @throws CorruptDataException when the file is damaged, or disagrees with its sidecar
   * @throws holdfast.UnsupportedFormatException when it is of another version
   * @throws IllegalArgumentException when it does not fit; the message says what it needs
   * @throws IOException when it cannot be read
   * @throws java.util.concurrent.CancellationException when the progress says so
   */
  public static WkspRestoreReport restore(Wksp wksp, Path file, WkspRestoreOptions options)
      throws IOException {
    return restore(OsDisk.INSTANCE, wksp, file, options);
  }

  static WkspRestoreReport restore(Disk disk, Wksp wksp, Path path, WkspRestoreOptions options)
      throws IOException {
    Objects.requireNonNull(wksp, "wksp");
    Objects.requireNonNull(options, "options");
    Disk.File file = disk.open(path, Disk.Mode.READ);
    try {
      return restore(disk, wksp, file, options);
    } finally {
      closeQuietly(file);
    }
  }

  /** It was only read, and a restore that is done is not to look like one that failed. */
  private static void closeQuietly(Disk.File file) {
    try {
      file.close();
    } catch (IOException e) {
      // The descriptor is given back in any case.
    }
  }

  private static WkspRestoreReport restore(
      Disk disk, Wksp wksp, Disk.File file, WkspRestoreOptions options) throws IOException {
    boolean sidecar = compare(disk, file, file.path(), options);
    CkptFile checkpt = CkptFile.scan(file, options.limits(), options.threads());
    if (options.verifyFirst()) {
      new CkptReader(file, checkpt, null, null, options.threads(), options.progress()).run();
    }
    CkptTarget target = new CkptTarget(wksp.region(), options);
    boolean[] which = target.select(checkpt.extents);
    int threads = CkptThreads.usable(target.memory(), options.threads());
    boolean dirty = false;
    wksp.lock();
    try {
      target.requireFit(checkpt.extents, which);
      dirty = true;
      wksp.begin();
      target.clear();
      new CkptReader(file, checkpt, which, target.memory(), threads, options.progress()).run();
      target.finish(checkpt.extents, which);
      wksp.unlock();
    } catch (Throwable e) {
      throw afterFailure(wksp, target, dirty, e);
    }
    return report(checkpt, which, sidecar);
  }

  private static WkspRestoreReport report(CkptFile checkpt, boolean[] which, boolean sidecar) {
    long count = 0;
    long size = 0;
    for (int i = 0; i < checkpt.extents.count; i++) {
      if (which == null || which[i]) {
        count++;
        size += checkpt.extents.size(i);
      }
    }
    return new WkspRestoreReport(
        WkspCheckptPreview.of(checkpt.meta),
        checkpt.info,
        checkpt.size,
        count,
        size,
        checkpt.extents.count - count,
        sidecar);
  }

  /** Compares a file with its sidecar; whether there was one. */
  private static boolean compare(Disk disk, Disk.File file, Path path, WkspRestoreOptions options)
      throws IOException {
    Sidecar.Policy policy =
        switch (options.sidecar()) {
          case WHEN_PRESENT -> Sidecar.Policy.WHEN_PRESENT;
          case REQUIRED -> Sidecar.Policy.REQUIRED;
          case IGNORE -> Sidecar.Policy.IGNORE;
        };
    try (Sidecar sidecar = Sidecar.open(disk, path, file.size(), policy)) {
      if (sidecar != null) {
        sidecar.check(file, options.threads(), options.progress());
      }
      return sidecar != null;
    }
  }

  /**
   * Restores from a channel, from where it stands, in one pass: a pipe for example. There is no
   * sidecar to compare with, and data reach the workspace before the end of the checkpoint is seen;
   * so more failures than with a file leave it reset.
   *
   * @param wksp the target; its lock is held throughout
   * @param in the checkpoint, without holes; stays open. Bytes behind the checkpoint may be read
   *     and are not looked at
   * @param options how, and what; threads, sidecar (unless required) and verifyFirst do not matter
   * @return what was done
   * @throws CorruptDataException when the bytes are damaged, or a sidecar is required
   * @throws holdfast.UnsupportedFormatException when they are of another version
   * @throws IllegalArgumentException when it does not fit; the message says what it needs
   * @throws IOException when the channel fails
   * @throws java.util.concurrent.CancellationException when the progress says so
   */
  public static WkspRestoreReport restore(
      Wksp wksp, ReadableByteChannel in, WkspRestoreOptions options) throws IOException {
    Objects.requireNonNull(wksp, "wksp");
    if (options.sidecar() == WkspSidecar.REQUIRED) {
      throw new CorruptDataException("sidecar", 0, "present", "a channel, which has none");
    }
    CkptTarget target = new CkptTarget(wksp.region(), options);
    CkptStream stream = new CkptStream(in, target, options);
    wksp.lock();
    try {
      wksp.begin();
      WkspRestoreReport report = stream.run();
      wksp.unlock();
      return report;
    } catch (Throwable e) {
      throw afterFailure(wksp, target, stream.isDirty(), e);
    }
  }

  /** Ends a restore that failed under the lock; resets what was touched. */
  private static RuntimeException afterFailure(
      Wksp wksp, CkptTarget target, boolean dirty, Throwable e) throws IOException {
    if (e instanceof InternalError) {
      throw unwrapped(wksp.cutShort(e)); // a page of the workspace's own map is gone
    }
    if (dirty) {
      try {
        target.reset();
      } catch (Throwable again) {
        again.addSuppressed(e);
        throw unwrapped(wksp.cutShort(again));
      }
      e.addSuppressed(new WkspResetException());
    }
    wksp.unlock();
    throw Failures.rethrow(e);
  }

  private static RuntimeException unwrapped(RuntimeException e) throws IOException {
    if (e instanceof UncheckedIOException io) {
      throw io.getCause();
    }
    return e;
  }

  /**
   * Whether a restore that threw had touched its target, which is empty then.
   *
   * @param thrown what it threw
   * @return false when the target is as it was before
   */
  public static boolean wasReset(Throwable thrown) {
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (suppressed instanceof WkspResetException) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a file that begins so claims to be a checkpoint of a workspace.
   *
   * @param head its first bytes, 16 or more if there are so many
   * @return false for a workspace itself, which begins with the same eight bytes
   */
  public static boolean isCheckpt(byte[] head) {
    MemorySegment mem = MemorySegment.ofArray(head);
    return CkptHeader.matches(mem) || V1Header.matches(mem);
  }

  /**
   * Looks at the beginning of a file.
   *
   * @param file the checkpoint
   * @return what it is of; nothing else of the file was checked
   * @throws CorruptDataException when it is no checkpoint
   * @throws holdfast.UnsupportedFormatException when it is of another version
   * @throws IOException when it cannot be read
   */
  public static WkspCheckptPreview preview(Path file) throws IOException {
    try (Disk.File opened = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      return WkspCheckptPreview.of(CkptFile.meta(opened));
    }
  }

  /**
   * Looks at the beginning of a checkpoint that comes from somewhere else than a file.
   *
   * @param head the first {@link #HEAD_SIZE} bytes, or all when there are fewer
   * @return what it is of; nothing else was checked
   * @throws CorruptDataException when it is no checkpoint
   * @throws holdfast.UnsupportedFormatException when it is of another version
   */
  public static WkspCheckptPreview preview(byte[] head) {
    return WkspCheckptPreview.of(CkptFile.meta(MemorySegment.ofArray(head)));
  }

  /**
   * Reads what a checkpoint says about its making.
   *
   * @param file the checkpoint, whose structure is checked, too
   * @return a copy
   * @throws CorruptDataException when it is damaged
   * @throws IOException when it cannot be read
   */
  public static WkspCheckptInfo info(Path file) throws IOException {
    try (Disk.File opened = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      return CkptFile.scan(opened, WkspRestoreOptions.DEFAULT.limits(), 1).info;
    }
  }

  /**
   * Lists the allocations of a checkpoint.
   *
   * @param file the checkpoint, whose structure is checked, too
   * @param limits how much memory the list may take
   * @return copies of their descriptions, in the order of the file
   * @throws CorruptDataException when it is damaged
   * @throws IOException when it cannot be read
   */
  public static List<Partition> partitions(Path file, Limits limits) throws IOException {
    try (Disk.File opened = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      Extents extents = CkptFile.scan(opened, limits, 1).extents;
      List<Partition> partitions = new ArrayList<>(extents.count);
      for (int i = 0; i < extents.count; i++) {
        partitions.add(extents.partition(i));
      }
      return partitions;
    }
  }

  /**
   * Reads all allocations of a checkpoint without a workspace, by the calling thread, with a small
   * buffer however large they are. A sidecar is not looked at.
   *
   * @param file the checkpoint, whose structure is checked before
   * @param limits how much memory the list of allocations may take
   * @param progress told about bytes of the allocations
   * @param contents gets the bytes, allocation by allocation in the order of the file
   * @throws CorruptDataException when it is damaged
   * @throws IOException when it cannot be read, or {@code contents} says so
   */
  public static void read(Path file, Limits limits, Progress progress, WkspContents contents)
      throws IOException {
    Objects.requireNonNull(contents, "contents");
    try (Disk.File opened = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      CkptFile checkpt = CkptFile.scan(opened, limits, 1);
      new CkptReader(opened, checkpt, contents, progress).run();
    }
  }

  /**
   * Checks everything that can be checked without a workspace: the structure, and that each LZ4
   * block can be decoded. A sidecar is not looked at.
   *
   * @param file the checkpoint
   * @param threads how many may work, at least 1
   * @param limits how much memory the list of allocations may take
   * @param progress told about bytes of the allocations
   * @return bytes of the allocations
   * @throws CorruptDataException at the first thing that is wrong
   * @throws IOException when it cannot be read
   */
  public static long verify(Path file, int threads, Limits limits, Progress progress)
      throws IOException {
    try (Disk.File opened = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      CkptFile checkpt = CkptFile.scan(opened, limits, threads);
      new CkptReader(opened, checkpt, null, null, threads, progress).run();
      return checkpt.extents.totalSize();
    }
  }

  /**
   * The parts of a checkpoint file.
   *
   * @param file the checkpoint, whose structure is checked
   * @param limits how much memory the list of allocations may take
   * @return its structure; of many allocations the first ones
   * @throws CorruptDataException when it is damaged
   * @throws IOException when it cannot be read
   */
  public static Structure inspect(Path file, Limits limits) throws IOException {
    try (Disk.File opened = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      return CkptStructure.of(CkptFile.scan(opened, limits, 1));
    }
  }

  /**
   * Describes a checkpoint as the original does.
   *
   * @param file the checkpoint
   * @param level 0 what it is of; 1 and who made it when; 2 and mode, path and texts; 3 and totals;
   *     4 and each allocation
   * @param limits how much memory the list of allocations may take
   * @return lines of text
   * @throws CorruptDataException when it is damaged
   * @throws IOException when it cannot be read
   */
  public static String print(Path file, int level, Limits limits) throws IOException {
    try (Disk.File opened = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      return level <= 0
          ? CkptPrint.preview(CkptFile.meta(opened))
          : CkptPrint.all(CkptFile.scan(opened, limits, 1), level);
    }
  }
}
