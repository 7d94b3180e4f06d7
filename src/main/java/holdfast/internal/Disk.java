package holdfast.internal;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/**
 * Every file operation of the library, so that tests can fail each of them and can show every state
 * in which a power cut or a kill leaves a disk.
 *
 * <p>What survives a power cut, and nothing else does:
 *
 * <pre>{@code
 * contents and size of a file     after File.force
 * stores into a range of a map    after File.forceMapped, if size and storage were forced before
 * names: created, renamed, gone   after forceDirectory of the directory they are in
 * }</pre>
 *
 * <p>{@link OsDisk} is the only implementation outside tests. All methods may be called by any
 * thread. A thread that is interrupted inside a file operation finds the file closed and gets a
 * {@link java.nio.channels.ClosedByInterruptException}. Missing files are reported by {@link
 * NoSuchFileException}.
 */
public interface Disk {
  /** How to open a file. */
  enum Mode {
    /** For reading; it must exist. */
    READ,
    /** For reading and writing; it must exist. */
    WRITE,
    /** For reading and writing; it is created empty when it does not exist. */
    CREATE,
    /** For reading and writing; it is created empty and must not exist. */
    CREATE_NEW
  }

  /** What a name stands for. */
  enum Kind {
    /** A regular file. */
    FILE,
    /** A directory. */
    DIRECTORY,
    /** Anything else; in a listing also a symbolic link, which is not followed. */
    OTHER
  }

  /**
   * One line of a listing.
   *
   * @param name the last part of the path
   * @param kind what it stands for
   * @param size bytes of a file; of no meaning for other kinds
   */
  record Entry(String name, Kind kind, long size) {}

  /**
   * What is known about a path.
   *
   * @param kind what it stands for, links followed
   * @param size bytes of a file; of no meaning for other kinds
   * @param owner name of the owner; null where the file system is not a POSIX one
   * @param group name of the group; null where the file system is not a POSIX one
   * @param permissions what the mode allows; null where the file system is not a POSIX one
   */
  record Attributes(
      Kind kind, long size, String owner, String group, Set<PosixFilePermission> permissions) {}

  /**
   * Opens a file.
   *
   * @param path which; a directory is refused
   * @param mode how
   * @return the open file, owned by the caller
   * @throws java.nio.file.FileAlreadyExistsException for {@link Mode#CREATE_NEW}, when it is there
   * @throws IOException when it cannot be opened
   */
  File open(Path path, Mode mode) throws IOException;

  /**
   * Opens a regular file to read it, with as few calls of the system as possible: for many small
   * files. It cannot be locked, and it must be a file that nobody in this process locks, because
   * closing it would end such a lock without a word.
   *
   * @param path which; a directory is refused at the latest by the first read
   * @return the open file, owned by the caller
   * @throws IOException when it cannot be opened
   */
  default File openNeverLocked(Path path) throws IOException {
    return open(path, Mode.READ);
  }

  /**
   * Gives a file or directory another name, in one step: whoever looks sees the old or the new
   * state. A file that has the new name is replaced; a caller that must not replace looks at the
   * start and again just before.
   *
   * <p>Not durable before the directory, or both directories, were forced.
   *
   * @param from the old name
   * @param to the new name, on the same file system
   * @throws IOException when it is not possible; nothing changed
   */
  void rename(Path from, Path to) throws IOException;

  /**
   * Removes a file or an empty directory. Open and mapped files stay usable where the platform
   * allows to delete them at all.
   *
   * @param path which
   * @throws IOException when it cannot be removed
   */
  void delete(Path path) throws IOException;

  /**
   * Lists a directory.
   *
   * @param directory which
   * @return what is in it, ordered by name; entries that vanish meanwhile are left out
   * @throws IOException when it cannot be listed
   */
  List<Entry> list(Path directory) throws IOException;

  /**
   * Creates a directory in an existing one.
   *
   * @param directory which
   * @throws java.nio.file.FileAlreadyExistsException when the name is taken
   * @throws IOException when it cannot be created
   */
  void createDirectory(Path directory) throws IOException;

  /**
   * Makes the names in a directory durable.
   *
   * @param directory which
   * @return false where the platform has no such operation and nothing was done
   * @throws java.nio.file.FileSystemException when the directory cannot be opened; nothing was
   *     tried
   * @throws IOException when it fails; which names are durable is unknown then, and a later success
   *     proves nothing: only a name that is made anew after that can become durable
   */
  boolean forceDirectory(Path directory) throws IOException;

  /**
   * Looks at a path, following links.
   *
   * @param path which
   * @return what is known
   * @throws IOException when nothing is there, or it cannot be read
   */
  Attributes attributes(Path path) throws IOException;

  /**
   * Changes owner, group and permissions. Does nothing where the file system is not a POSIX one.
   *
   * @param path which
   * @param owner name of the new owner, or null to leave it
   * @param group name of the new group, or null to leave it
   * @param permissions what the new mode allows, or null to leave it
   * @throws IOException when a name is not known or the change is not allowed
   */
  void setAttributes(Path path, String owner, String group, Set<PosixFilePermission> permissions)
      throws IOException;

  /**
   * Tells how much room is left.
   *
   * @param directory any on the file system in question
   * @return bytes that this process may still write, as far as the system knows
   * @throws IOException when it cannot be asked
   */
  long usableSpace(Path directory) throws IOException;

  /**
   * Tells whether a path leads to something.
   *
   * @param path which
   * @return whether {@link #attributes} finds it
   * @throws IOException when that cannot be told
   */
  default boolean exists(Path path) throws IOException {
    try {
      attributes(path);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * An open file.
   *
   * <p>After {@link #close} every method but close throws {@link
   * java.nio.channels.ClosedChannelException}. Stores through a file opened for reading throw
   * {@link java.nio.channels.NonWritableChannelException}. Segments are native, or over a {@code
   * byte[]}.
   */
  interface File extends Closeable {
    /**
     * The name under which it was opened.
     *
     * @return as given to {@link Disk#open}
     */
    Path path();

    /**
     * What identifies the file itself, whatever its name.
     *
     * @return equal for two openings of one file, also after they were closed
     */
    Object key();

    /**
     * Reads until the segment is full or the file ends.
     *
     * @param target where the bytes go
     * @param position bytes from the start of the file, at least 0
     * @return how many were read; fewer than the segment holds only at the end of the file, 0
     *     behind it
     * @throws IOException when a read fails; the content of the segment is unknown then
     */
    long read(MemorySegment target, long position) throws IOException;

    /**
     * Writes the whole segment; the file grows when it ends before that.
     *
     * @param source the bytes
     * @param position bytes from the start of the file, at least 0
     * @throws IOException when not all could be written; some may have been
     */
    void write(MemorySegment source, long position) throws IOException;

    /**
     * Gets storage for a range by writing zeros over it; the file grows when it ends before that.
     *
     * <p>Whatever was in the range is lost: the caller owns it, or it lies behind the end.
     *
     * @param lo first byte, at least 0
     * @param hi one behind the last byte, at least {@code lo}
     * @throws IOException when there is no room; some zeros may have been written
     */
    void preallocate(long lo, long hi) throws IOException;

    /**
     * Sets the size.
     *
     * @param size bytes; what lies behind is cut, what is missing reads as zeros and has no storage
     * @throws IOException when it fails
     */
    void truncate(long size) throws IOException;

    /**
     * The current size.
     *
     * @return bytes
     * @throws IOException when it cannot be asked
     */
    long size() throws IOException;

    /**
     * Maps a part of the file that exists.
     *
     * <p>Stores may go only to bytes that were written or preallocated before. The map outlives the
     * file's {@link #close} and ends with its arena.
     *
     * @param mode read-only, read-write or private
     * @param lo first byte
     * @param size bytes
     * @param arena what ends the map
     * @return the bytes from {@code lo} on
     * @throws IOException when the range is not inside the file, or the system refuses
     */
    MemorySegment map(MapMode mode, long lo, long size, Arena arena) throws IOException;

    /**
     * Makes contents and size durable, including what was stored through maps of this opening.
     *
     * <p>After a failure the state of the data is unknown, and a later success proves nothing: the
     * object that owns the file must refuse to acknowledge anything until it is reopened.
     *
     * @param metadata whether also the times and the like have to be durable
     * @throws IOException when it fails
     */
    void force(boolean metadata) throws IOException;

    /**
     * Makes the stores through the maps of this opening durable, in a range; the size of the file
     * is not.
     *
     * <p>The calling thread must be allowed to use those maps.
     *
     * @param lo first byte of the file
     * @param hi one behind the last byte, at least {@code lo}
     * @throws IOException when it fails; see {@link #force}
     */
    void forceMapped(long lo, long hi) throws IOException;

    /**
     * Takes the lock of the file, unless somebody has it: another process, or another opening in
     * this one.
     *
     * @param shared whether others may have it shared too; an exclusive lock needs a writable file
     * @return the lock, which also ends with the file and with the process; null when it is taken
     * @throws IllegalStateException when this opening has it already
     * @throws IOException when the system fails
     */
    Lock tryLock(boolean shared) throws IOException;

    /** Gives up the lock and closes the file. Maps stay. Has no effect the second time. */
    @Override
    void close() throws IOException;
  }

  /** A lock that is held until it is closed. */
  interface Lock extends Closeable {
    /** Gives it up. Has no effect the second time. */
    @Override
    void close() throws IOException;
  }
}
