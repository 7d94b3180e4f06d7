package holdfast.chunkio;

import holdfast.internal.Disk;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The directory of a stream, and whether its names have to be made durable.
 *
 * <p>A name is not known to be durable until it was forced once by this object: an earlier process
 * may have been killed before it did so.
 */
final class StreamFolder {
  final Disk disk;
  final Path path;

  /** The directory that has the name of this one; null for a folder nobody has to remember. */
  private final StreamFolder parent;

  /** Whether it may be one that this process is not allowed to read. */
  private final boolean foreign;

  private final AtomicBoolean dirty = new AtomicBoolean(true);

  private StreamFolder(Disk disk, Path path, StreamFolder parent, boolean foreign) {
    this.disk = disk;
    this.path = path;
    this.parent = parent;
    this.foreign = foreign;
  }

  StreamFolder(Disk disk, Path path, StreamFolder parent) {
    this(disk, path, parent, false);
  }

  /** The root of a store; the directory that it is in may be anybody's. */
  static StreamFolder root(Disk disk, Path root) {
    return new StreamFolder(disk, root, new StreamFolder(disk, parent(root), null, true));
  }

  /** The directory that has the name of a path. */
  static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path.resolveSibling("") : parent;
  }

  /** A name in it came, went or changed. */
  void changed() {
    dirty.set(true);
  }

  /** Makes its names durable, and its own name. */
  void force() throws IOException {
    if (parent != null) {
      parent.force();
    }
    if (dirty.getAndSet(false)) {
      try {
        disk.forceDirectory(path);
      } catch (AccessDeniedException e) {
        if (!foreign) {
          dirty.set(true);
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        dirty.set(true);
        throw e;
      }
    }
  }
}
