package holdfast.internal;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The file locks that this JVM holds.
 *
 * <p>POSIX ties a lock to the process, with two traps that this table closes:
 *
 * <ul>
 *   <li>A second opening in the same process is not kept out. Here it is: one entry for each locked
 *       file, found by the key of the file, whatever its name.
 *   <li>Closing <em>any</em> descriptor of a locked file drops the lock. So while a file is locked,
 *       descriptors of it that are closed stay open in secret until the lock is given up. An
 *       interrupt, which closes a channel behind our back, remains a way to lose it.
 * </ul>
 *
 * <pre>{@code
 *              tryLock                     last holder closes
 * (no entry) -----------> Held, holders=1 --------------------> (no entry), parked ones closed
 *                           |  ^ shared: another opening joins or leaves
 *                           +--+
 * }</pre>
 */
final class OsLocks {
  /** A locked file. The system's lock belongs to the opening that came first. */
  private static final class Held {
    final FileLock system;
    final boolean shared;

    /** Who holds it, each with the lock handed out to it. */
    final Map<OsFile, Disk.Lock> holders = new HashMap<>();

    /** Closed by their owners, but kept open as long as the lock lasts. */
    final Deque<OsFile> parked = new ArrayDeque<>();

    Held(FileLock system, boolean shared) {
      this.system = system;
      this.shared = shared;
    }
  }

  /** Guarded by the class. */
  private static final Map<Object, Held> HELD = new HashMap<>();

  private OsLocks() {}

  /** See {@link Disk.File#tryLock}. */
  static synchronized Disk.Lock tryLock(OsFile file, boolean shared) throws IOException {
    Held held = HELD.get(file.key());
    if (held == null) {
      FileLock system = file.lockChannel(shared);
      if (system == null) {
        return null;
      }
      held = new Held(system, shared);
      HELD.put(file.key(), held);
    } else if (held.holders.containsKey(file)) {
      throw new IllegalStateException(file.path() + " is locked by this very opening");
    } else if (!shared || !held.shared) {
      return null;
    }
    Disk.Lock lock =
        new Disk.Lock() {
          @Override
          public void close() throws IOException {
            release(file, this);
          }
        };
    held.holders.put(file, lock);
    return lock;
  }

  private static synchronized void release(OsFile file, Disk.Lock lock) throws IOException {
    Held held = HELD.get(file.key());
    if (held == null || !held.holders.remove(file, lock) || !held.holders.isEmpty()) {
      return;
    }
    HELD.remove(file.key());
    IOException failure = null;
    try {
      if (held.system.acquiredBy().isOpen()) {
        held.system.release();
      }
    } catch (IOException e) {
      failure = e;
    }
    for (OsFile parked : held.parked) {
      try {
        parked.closeChannel();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** See {@link Disk.File#close}; called once for each file. */
  static synchronized void close(OsFile file) throws IOException {
    Held held = HELD.get(file.key());
    if (held == null) {
      file.closeChannel();
      return;
    }
    held.parked.add(file);
    release(file, held.holders.get(file));
  }
}
