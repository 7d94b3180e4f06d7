package holdfast.snapshot;

import holdfast.Progress;
import holdfast.internal.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A directory in which one service puts snapshots: the only place where they become visible and
 * where they are deleted.
 *
 * <pre>{@code
 * publish  P1  create .NAME.tmp        crash up to here: the state before,
 *          P2  write all                 and a temporary file that the next start removes
 *          P3  force the file
 *          P4  read it again
 *          P5  rename to NAME          crash from here on: the state before or the new one
 *          P6  force the directory     done: the new one
 * prune    P8  delete what is too old, incremental ones first; force the directory
 * }</pre>
 *
 * <p>Whoever has an object of this class has the lock of the directory, so there is only one. When
 * the directory was taken away and came back, the next {@link #publish} takes the lock again, and
 * removes what the failed one left.
 *
 * <p>For several threads: a full one may be published while incremental ones come and go. Only
 * making a temporary file is for one at a time; writing, forcing and renaming go on side by side.
 * Nobody deletes a file that another one is about to write.
 */
final class SnapshotDirectory implements Closeable {
  /** Writes the bytes of a file. */
  @FunctionalInterface
  interface Body {
    SnapFooter write(Disk.File file) throws IOException;
  }

  private final Disk disk;
  private final Path directory;

  // Guarded by this.
  private Disk.File lockFile;

  /** What is being written now, by its temporary and its final name. */
  private final Set<Path> writing = new HashSet<>();

  /** Whether an attempt failed, and may have left a temporary file that could not be deleted. */
  private boolean littered;

  /**
   * Files whose names could not be forced, if they could not be deleted either: pruning would count
   * on them, and no later force makes their names durable.
   */
  private final Set<Path> doubtful = new HashSet<>();

  private SnapshotDirectory(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /**
   * Takes the lock and removes what an earlier owner left half written.
   *
   * @param directory exists
   * @throws SnapshotException {@link Reason#LOCKED} when somebody else has it
   */
  static SnapshotDirectory open(Disk disk, Path directory) throws IOException {
    SnapshotDirectory own = new SnapshotDirectory(disk, directory);
    synchronized (own) {
      own.lock();
      try {
        own.removeTemporaries();
      } catch (Throwable e) {
        own.close();
        throw e;
      }
    }
    return own;
  }

  private void lock() throws IOException {
    Path path = directory.resolve(SnapshotName.LOCK);
    Disk.File file = disk.open(path, Disk.Mode.CREATE);
    try {
      if (file.tryLock(false) == null) {
        throw new SnapshotException(
            Reason.LOCKED, directory + " has another service, which holds " + path);
      }
    } catch (Throwable e) {
      file.close();
      throw e;
    }
    lockFile = file;
  }

  /** Takes the lock again when the file that is locked is not the one of that name any more. */
  private void ensureLock() throws IOException {
    if (lockFile == null) {
      lock();
      return;
    }
    boolean same;
    try (Disk.File now = disk.open(directory.resolve(SnapshotName.LOCK), Disk.Mode.WRITE)) {
      same = now.key().equals(lockFile.key());
    } catch (NoSuchFileException e) {
      same = false;
    }
    if (!same) {
      close();
      lock();
    }
  }

  private void removeTemporaries() throws IOException {
    for (Disk.Entry entry : disk.list(directory)) {
      Path path = directory.resolve(entry.name());
      if (SnapshotName.isTemporary(entry.name())
          && entry.kind() == Disk.Kind.FILE
          && !writing.contains(path)) {
        disk.delete(path);
      }
    }
  }

  /** Gives up the lock. */
  @Override
  public synchronized void close() throws IOException {
    if (lockFile != null) {
      Disk.File file = lockFile;
      lockFile = null;
      file.close();
    }
  }

  /**
   * Fails when the file system has too little room.
   *
   * @param predicted bytes of the file to come
   * @param reserve bytes that have to be left
   * @throws SnapshotException {@link Reason#NO_SPACE}
   */
  void requireSpace(long predicted, long reserve) throws IOException {
    long usable = disk.usableSpace(directory);
    double wanted = 1.1 * predicted + reserve; // a tenth for frames that do not compress
    if (usable < wanted) {
      throw new SnapshotException(
          Reason.NO_SPACE,
          directory
              + " has "
              + usable
              + " bytes of free space, "
              + (long) wanted
              + " are wanted for the next snapshot");
    }
  }

  /**
   * Writes a snapshot and makes it visible, complete and durable. On failure the directory is as it
   * was; when the very last step failed, the new file may be back after a power cut, and one that
   * it replaced stays replaced.
   *
   * @param verify whether to read the file again before it becomes visible
   * @throws SnapshotException {@link Reason#WRONG_STORE} when a file of another store has the name;
   *     damage that was found by reading again
   * @throws IOException when the system refuses something
   */
  SnapshotInfo publish(SnapHeader header, boolean verify, Body body) throws IOException {
    String name = SnapshotName.of(header);
    Path target = directory.resolve(name);
    Path temporary = directory.resolve(SnapshotName.temporary(name));
    Disk.File file = begin(temporary, target);
    boolean visible = false;
    boolean replaces = false;
    try {
      SnapFooter footer;
      try (file) {
        footer = body.write(file);
        file.force(true);
      }
      if (verify) {
        verify(temporary, footer);
      }
      replaces = !makeWay(target, name, header.storeId());
      disk.rename(temporary, target);
      visible = true;
      disk.forceDirectory(directory);
      return SnapshotInfo.of(target, footer);
    } catch (Throwable e) {
      if (!visible) {
        deleteAfter(e, temporary);
      } else if (!replaces && !deleteAfter(e, target)) {
        doubt(target); // one that replaces: the name shows one of two sound files, whatever happens
      }
      throw e;
    } finally {
      end(temporary, target, !visible);
    }
  }

  private synchronized Disk.File begin(Path temporary, Path target) throws IOException {
    if (writing.contains(target)) {
      throw new IllegalStateException(target + " is being written by another thread");
    }
    ensureLock();
    if (littered) {
      removeTemporaries();
      littered = false;
    }
    for (Path path : List.copyOf(doubtful)) {
      delete(path);
      doubtful.remove(path);
    }
    delete(temporary);
    Disk.File file = disk.open(temporary, Disk.Mode.CREATE_NEW);
    writing.add(temporary);
    writing.add(target);
    return file;
  }

  private synchronized void end(Path temporary, Path target, boolean failed) {
    writing.remove(temporary);
    writing.remove(target);
    littered |= failed;
  }

  private synchronized void doubt(Path path) {
    doubtful.add(path);
  }

  private synchronized Set<Path> written() {
    return new HashSet<>(writing);
  }

  private void verify(Path temporary, SnapFooter footer) throws IOException {
    try (var reader = SnapshotFileReader.open(disk, temporary, 0)) {
      if (!reader.footer().equals(footer)) {
        throw SnapshotException.damaged(
            Reason.BAD_FOOTER, "footer", footer.fileSize(), "what was written", "something else");
      }
      reader.verifyStored(1, Progress.NONE);
    }
  }

  /**
   * A file of the name is replaced when it is of the same store, else it must not be lost. True
   * when none has the name any more.
   */
  private boolean makeWay(Path target, String name, UUID storeId) throws IOException {
    SnapshotInfo there;
    try (var reader = SnapshotFileReader.open(disk, target, 0)) {
      there = reader.info();
    } catch (NoSuchFileException e) {
      return true;
    } catch (SnapshotException e) {
      disk.rename(target, directory.resolve(SnapshotName.damaged(name)));
      return true;
    }
    if (!there.storeId().equals(storeId)) {
      throw new SnapshotException(
          Reason.WRONG_STORE,
          target + " is of store " + there.storeId() + " and not of " + storeId);
    }
    return false;
  }

  /**
   * Opens a file of this directory, for any amount of memory that it really has.
   *
   * @throws SnapshotException when it is damaged; {@link Reason#NO_BASE} when another file has its
   *     name now
   */
  SnapshotFileReader read(SnapshotInfo info) throws IOException {
    SnapshotFileReader reader = SnapshotFileReader.open(disk, info.path(), Long.MAX_VALUE);
    if (!reader.header().id().equals(info.id())) {
      reader.close();
      throw new SnapshotException(
          Reason.NO_BASE, info.path() + " was replaced by another snapshot");
    }
    return reader;
  }

  /** Whether a file is still there, and still the same. */
  boolean has(SnapshotInfo info) throws IOException {
    try (var reader = SnapshotFileReader.open(disk, info.path(), 0)) {
      return reader.header().id().equals(info.id());
    } catch (NoSuchFileException | SnapshotException e) {
      return false;
    }
  }

  private void delete(Path path) throws IOException {
    try {
      disk.delete(path);
    } catch (NoSuchFileException e) {
      // The usual case: nobody died here before.
    }
  }

  private boolean deleteAfter(Throwable failure, Path path) {
    try {
      delete(path);
      return true;
    } catch (IOException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  /**
   * Deletes what is too old of one store. Stay:
   *
   * <pre>{@code
   * its newest full snapshots, and of each of them the newest incremental ones
   * its newest state: an incremental one may be newer than all of these, of an older full one
   * what is in use
   * damaged files, and those of other stores
   * }</pre>
   *
   * <p>What is being written does not count, and is left alone, until its name is durable.
   *
   * @param keepFull at least 1
   * @param keepIncremental at least 0
   * @param inUse files that somebody needs
   * @return what was deleted, in that order
   */
  List<Path> prune(UUID storeId, int keepFull, int keepIncremental, List<SnapshotInfo> inUse)
      throws IOException {
    Set<Path> written = written();
    // A file that cannot be read now is not damaged: nothing that depends on it may go.
    List<SnapshotInfo> mine =
        SnapshotListing.of(disk, directory, false).snapshots().reversed().stream()
            .filter(info -> info.storeId().equals(storeId))
            .filter(info -> !written.contains(info.path()))
            .toList();
    List<SnapshotInfo> fulls =
        mine.stream().filter(info -> info.kind() == SnapshotKind.FULL).toList();
    Set<Path> kept = new HashSet<>();
    inUse.forEach(info -> kept.add(info.path()));
    newestState(mine, fulls).forEach(info -> kept.add(info.path()));
    for (SnapshotInfo full : fulls.subList(0, Math.min(keepFull, fulls.size()))) {
      kept.add(full.path());
      mine.stream()
          .filter(info -> info.baseId().equals(full.id()))
          .limit(keepIncremental)
          .forEach(info -> kept.add(info.path()));
    }
    List<Path> deleted = new ArrayList<>();
    for (SnapshotKind kind : List.of(SnapshotKind.INCREMENTAL, SnapshotKind.FULL)) {
      for (SnapshotInfo info : mine.reversed()) {
        if (info.kind() == kind && !kept.contains(info.path())) {
          disk.delete(info.path());
          deleted.add(info.path());
        }
      }
    }
    if (!deleted.isEmpty()) {
      disk.forceDirectory(directory);
    }
    return deleted;
  }

  /** A full one, or an incremental one with its base: what a load would take. */
  private static List<SnapshotInfo> newestState(List<SnapshotInfo> mine, List<SnapshotInfo> fulls) {
    List<SnapshotInfo> files = new ArrayList<>();
    mine.stream()
        .filter(info -> info.kind() == SnapshotKind.FULL || !basesOf(info, fulls).isEmpty())
        .max(
            Comparator.comparingLong(SnapshotInfo::seq)
                .thenComparing(SnapshotInfo::kind, Comparator.reverseOrder()))
        .ifPresent(
            newest -> {
              files.add(newest);
              files.addAll(basesOf(newest, fulls));
            });
    return files;
  }

  /** None for a full one; several when somebody made copies. */
  private static List<SnapshotInfo> basesOf(SnapshotInfo info, List<SnapshotInfo> fulls) {
    return fulls.stream().filter(full -> full.id().equals(info.baseId())).toList();
  }
}
