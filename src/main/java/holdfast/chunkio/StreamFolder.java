package holdfast.chunkio;

import holdfast.internal.Disk;
import holdfast.internal.Disk.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The directory of a stream or of a store, and whether its names have to be made durable.
 *
 * <p>A name is not known to be durable until it was forced once by this object: an earlier process
 * may have been killed before it did so.
 *
 * <p><b>Doubt.</b> After a failed force nobody knows which of the names that it covered are
 * durable, and no later force makes them so: the system may take them for written. Only a name that
 * is made anew is pending again. So the directory gets a mark, a file {@code .names} that a later
 * process finds, too, and a name is moved away and back before anything is promised of it:
 *
 * <pre>{@code
 * make the mark durable          from here on an opening looks for names that are away
 * CHUNK -> .CHUNK.names          killed here: the next opening brings it back
 * .CHUNK.names -> CHUNK
 * force                          durable now
 * }</pre>
 *
 * <p>While a store is open, that is done for chunks only, each when it is synced: moving a stream
 * away would take it from everybody who uses it, so promises in a stream whose own name is in doubt
 * are refused until the store is opened again. An opening moves all names and takes the mark away.
 *
 * <p>Safe for use by several threads. A thread that finds another one forcing waits: the names are
 * not durable before that has ended well.
 */
final class StreamFolder {
  /** Its being there says that a force of the directory failed. */
  static final String MARK = ".names";

  final Disk disk;
  final Path path;

  /** The directory that has the name of this one; null for a folder nobody has to remember. */
  private final StreamFolder parent;

  /** What its names stand for; {@code OTHER} where this class may not leave a mark. */
  private final Kind kind;

  // Guarded by this.

  /** Whether the name of this directory itself is durable. */
  private boolean placed;

  private boolean dirty = true;

  /** What a force failed with; null while none did. */
  private IOException doubt;

  private boolean looked;
  private boolean markDurable;

  /** Names that were made anew since the last force that failed. */
  private final Set<String> renewed = new HashSet<>();

  private StreamFolder(Disk disk, Path path, StreamFolder parent, Kind kind) {
    this.disk = disk;
    this.path = path;
    this.parent = parent;
    this.kind = kind;
  }

  /** The root of a store. */
  static StreamFolder root(Disk disk, Path root) {
    return new StreamFolder(disk, root, anybodys(disk, parent(root)), Kind.DIRECTORY);
  }

  /** A directory that this process may not even be allowed to read. */
  static StreamFolder anybodys(Disk disk, Path directory) {
    return new StreamFolder(disk, directory, null, Kind.OTHER);
  }

  /** A stream in this directory. */
  StreamFolder stream(String name) {
    return new StreamFolder(disk, path.resolve(name), this, Kind.FILE);
  }

  /** A directory in this one for files that nobody opens again. */
  StreamFolder aside(String name) {
    return new StreamFolder(disk, path.resolve(name), this, Kind.OTHER);
  }

  /** The directory that has the name of a path. */
  static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path.resolveSibling("") : parent;
  }

  /** A name in it came, went or changed. */
  synchronized void changed() {
    dirty = true;
  }

  /** Deletes a file of it, durably if asked for. */
  synchronized void delete(String name, boolean durably) throws IOException {
    disk.delete(path.resolve(name));
    dirty = true;
    if (durably) {
      force(null); // nobody else can have failed since the file went
    }
  }

  /** Makes its own name durable, and whatever else changed beside it. */
  synchronized void place() throws IOException {
    parent.force(placed ? null : String.valueOf(path.getFileName()));
    placed = true;
  }

  /**
   * Makes its names durable, and its own name.
   *
   * @param name one that has to be durable when this returns; null for whatever changed since the
   *     last force
   * @throws DoubtfulNamesException when that cannot be said of the name of a stream
   * @throws IOException when the force fails
   */
  synchronized void force(String name) throws IOException {
    if (parent != null) {
      place();
    }
    if (name != null && isInDoubt() && !renewed.contains(name)) {
      if (kind != Kind.FILE || !TemporaryName.canBeAway(name)) {
        throw new DoubtfulNamesException(path, doubt);
      }
      makeMarkDurable();
      renew(name);
      renewed.add(name);
    }
    if (dirty) {
      forceNow();
    }
  }

  private boolean isInDoubt() throws IOException {
    if (!looked && kind != Kind.OTHER && disk.exists(path.resolve(MARK))) {
      doubt = new FileSystemException(path.toString(), null, "has the mark " + MARK);
    }
    looked = true;
    return doubt != null;
  }

  private void forceNow() throws IOException {
    try {
      disk.forceDirectory(path);
      dirty = false;
    } catch (AccessDeniedException e) {
      if (parent != null) {
        throw e;
      }
      dirty = false; // not ours to force
    } catch (FileSystemException e) {
      throw e; // nothing was tried
    } catch (IOException e) {
      failed(e);
      throw e;
    }
  }

  private void failed(IOException cause) {
    looked = true;
    doubt = cause;
    markDurable = false;
    renewed.clear();
    try {
      mark();
    } catch (IOException e) {
      cause.addSuppressed(e); // this object knows all the same
    }
  }

  private void mark() throws IOException {
    if (kind != Kind.OTHER) {
      disk.open(path.resolve(MARK), Disk.Mode.CREATE).close();
    }
  }

  /** So that nothing is ever away without it. One that was found may not be durable yet. */
  private void makeMarkDurable() throws IOException {
    if (markDurable) {
      return;
    }
    Path mark = path.resolve(MARK);
    if (disk.exists(mark)) {
      disk.delete(mark);
    }
    mark();
    forceNow();
    markDurable = true;
  }

  private void renew(String name) throws IOException {
    Path away = path.resolve(TemporaryName.away(name));
    Path there = path.resolve(name);
    dirty = true;
    if (disk.exists(there)) { // else the second step failed the last time
      disk.rename(there, away);
    }
    disk.rename(away, there);
  }

  /**
   * Brings back what a dead process left away, and makes all names anew when a force failed once.
   * To be called before anything in the directory is used.
   *
   * @throws IOException when that fails: a name may still be away
   */
  synchronized void recover() throws IOException {
    if (!isInDoubt()) {
      return;
    }
    for (Disk.Entry entry : disk.list(path)) {
      String name = TemporaryName.wasAway(entry.name());
      // What took the place meanwhile is newer; the other one stays for people to look at.
      if (name != null && entry.kind() == kind && !disk.exists(path.resolve(name))) {
        disk.rename(path.resolve(entry.name()), path.resolve(name));
      }
    }
    makeMarkDurable();
    boolean all = true;
    for (Disk.Entry entry : disk.list(path)) {
      if (entry.kind() == kind && !entry.name().startsWith(".")) {
        if (TemporaryName.canBeAway(entry.name())) {
          renew(entry.name());
          renewed.add(entry.name());
        } else {
          all = false;
        }
      }
    }
    forceNow();
    if (all) {
      disk.delete(path.resolve(MARK));
      doubt = null;
      dirty = true;
    }
  }
}
