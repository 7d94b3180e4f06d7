package holdfast.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file that appears under its name complete and durable, or not at all.
 *
 * <pre>{@code
 *          write, file()          commit(): force, rename, force the directory
 * OPEN -------------------> OPEN ---------------------------------------------> COMMITTED
 *   |                                    | a failure
 *   |  close() without commit            v
 *   +------------------------------> DROPPED: the temporary file is deleted
 * }</pre>
 *
 * <p>The bytes go to {@code .NAME.tmp} beside the target, so a program that dies leaves at most
 * that file behind; the next writer of the same target replaces it. Two writers of one target at a
 * time must be kept apart by the caller. Usage:
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.create(disk, target, true)) {
 *   file.write(bytes);
 *   file.commit();
 * }
 * }</pre>
 *
 * <p>For one thread at a time.
 */
public final class AtomicFile implements WritableByteChannel {
  private final Disk disk;
  private final Path target;
  private final Path temporary;
  private final boolean replace;
  private final Disk.File file;

  /** Where the next {@link #write} goes, in bytes. */
  private long position;

  private boolean open = true;

  private AtomicFile(Disk disk, Path target, Path temporary, boolean replace) throws IOException {
    this.disk = disk;
    this.target = target;
    this.temporary = temporary;
    this.replace = replace;
    this.file = disk.open(temporary, Disk.Mode.CREATE_NEW);
  }

  /**
   * Starts a file.
   *
   * @param disk where
   * @param target the name that it will have; its directory exists
   * @param replace whether a file of that name may be replaced
   * @return the file, still empty and not yet visible under its name
   * @throws FileAlreadyExistsException when the name is taken and may not be replaced
   * @throws IOException when the temporary file cannot be created
   */
  public static AtomicFile create(Disk disk, Path target, boolean replace) throws IOException {
    refuseExisting(disk, target, replace);
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      disk.delete(temporary);
    } catch (NoSuchFileException e) {
      // The usual case: nobody died here before.
    }
    return new AtomicFile(disk, target, temporary, replace);
  }

  private static void refuseExisting(Disk disk, Path target, boolean replace) throws IOException {
    if (!replace && disk.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  /**
   * The temporary file, for writing anywhere in it. {@link #write} knows nothing of such writes.
   *
   * @return open until {@link #commit} or {@link #close}, which close it
   */
  public Disk.File file() {
    return file;
  }

  /** Appends all bytes that remain in the buffer. */
  @Override
  public int write(ByteBuffer source) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    int count = source.remaining();
    file.write(MemorySegment.ofBuffer(source), position);
    source.position(source.limit());
    position += count;
    return count;
  }

  /**
   * Makes the content durable, gives the file its name and makes the name durable. The file is
   * closed after that.
   *
   * @throws FileAlreadyExistsException when the name was taken meanwhile and may not be replaced
   * @throws IOException when a step fails. The name shows the old or the new content, each
   *     complete; the new one may be lost again in a power cut, whatever is forced later, until the
   *     file is written again. Where nothing may be replaced, the name is free again
   */
  public void commit() throws IOException {
    prepare();
    publish();
  }

  /** The first half of {@link #commit}: the content is durable, the temporary file closed. */
  void prepare() throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    file.force(true);
    file.close();
    refuseExisting(disk, target, replace);
  }

  /** The second half of {@link #commit}: the name shows the new content, durably. */
  void publish() throws IOException {
    disk.rename(temporary, target);
    open = false;
    try {
      disk.forceDirectory(parent());
    } catch (IOException e) {
      if (!replace) {
        takeBack(e);
      }
      throw e;
    }
  }

  /** Nobody may count on a name that no later force makes durable. */
  private void takeBack(IOException failure) {
    try {
      disk.delete(target);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** The directory that the names are in. */
  Path parent() {
    Path parent = target.getParent();
    return parent == null ? target.resolveSibling("") : parent;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** Deletes the temporary file, unless it was committed. Has no effect the second time. */
  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      try {
        file.close();
      } finally {
        disk.delete(temporary);
      }
    }
  }
}
