package holdfast.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * An output file that appears whole or not at all.
 *
 * <pre>{@code
 * create ---> bytes go to a hidden file beside the target
 *               | commit()                    | close() without commit
 *               v                             v
 *             renamed to the target         removed; an older target is untouched
 * }</pre>
 *
 * <p>A target that is a device or a pipe is written directly. A symbolic link is followed, so that
 * it still is a link afterwards.
 */
final class OutputFile implements Closeable {
  /** As many as Linux follows. */
  private static final int LINKS_MAX = 40;

  private final PartialFiles partialFiles;
  private final Path target;

  /** The hidden file; {@code null} when the target is written directly. */
  private final Path partial;

  private final FileChannel channel;
  private final boolean replace;
  private boolean committed;

  private OutputFile(
      PartialFiles partialFiles, Path target, Path partial, FileChannel channel, boolean replace) {
    this.partialFiles = partialFiles;
    this.target = target;
    this.partial = partial;
    this.channel = channel;
    this.replace = replace;
  }

  /**
   * Starts an output file.
   *
   * @param model the file that lends its permissions; {@code null} for none
   * @param replace whether an existing target may be replaced
   * @throws FileAlreadyExistsException if the target exists and may not be replaced
   */
  static OutputFile create(Host host, Path target, Path model, boolean replace) throws IOException {
    PartialFiles partialFiles = host.partialFiles();
    Path real = followed(target);
    if (Files.isDirectory(real)) {
      throw CommandException.refused("is a directory", "Name an output file inside it.");
    }
    if (Files.exists(real) && !Files.isRegularFile(real)) {
      return new OutputFile(
          partialFiles, real, null, FileChannel.open(real, StandardOpenOption.WRITE), true);
    }
    if (!replace) {
      refuseExisting(real);
    }
    Path lender = model != null ? model : Files.exists(real) ? real : null;
    Path partial = partialName(real);
    partialFiles.add(partial);
    try {
      FileChannel channel =
          FileChannel.open(
              partial,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              permissions(lender));
      return new OutputFile(partialFiles, real, partial, channel, replace);
    } catch (NoSuchFileException e) {
      partialFiles.discard(partial);
      throw new IOException("there is no directory " + real.getParent(), e);
    } catch (IOException e) {
      partialFiles.discard(partial);
      throw e;
    }
  }

  /**
   * The file that a name means, also where it does not exist yet and a link already leads there.
   */
  private static Path followed(Path target) throws IOException {
    if (Files.exists(target)) {
      return target.toRealPath();
    }
    Path file = target.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(file); links++) {
      if (links == LINKS_MAX) {
        throw new IOException("too many symbolic links");
      }
      file = file.resolveSibling(Files.readSymbolicLink(file));
    }
    return file;
  }

  /** Hidden, in the same directory so that the rename is one step, and of a name nobody has. */
  private static Path partialName(Path target) {
    return target.resolveSibling(".holdfast-" + Long.toHexString(System.nanoTime()) + ".part");
  }

  /** Private input never becomes a readable output, not even for a moment. */
  private static FileAttribute<?>[] permissions(Path lender) throws IOException {
    Set<PosixFilePermission> permissions = lender == null ? null : posixPermissions(lender);
    if (permissions == null) {
      return new FileAttribute<?>[0];
    }
    permissions.add(PosixFilePermission.OWNER_WRITE);
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
  }

  private static Set<PosixFilePermission> posixPermissions(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return view == null || !Files.isRegularFile(file) ? null : view.readAttributes().permissions();
  }

  private static void refuseExisting(Path target) throws FileAlreadyExistsException {
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  FileChannel channel() {
    return channel;
  }

  /** Whether this is a new file of its own, where holes are as good as zeros. */
  boolean isRegular() {
    return partial != null;
  }

  /** Gives the output the owner, times and permissions of the file that it was made from. */
  void copyAttributes(Path model) throws IOException {
    if (partial == null || !Files.isRegularFile(model)) {
      return;
    }
    BasicFileAttributes of = Files.readAttributes(model, BasicFileAttributes.class);
    copyOwner(model);
    Set<PosixFilePermission> permissions = posixPermissions(model);
    if (permissions != null) {
      Files.setPosixFilePermissions(partial, permissions);
    }
    Files.getFileAttributeView(partial, BasicFileAttributeView.class)
        .setTimes(of.lastModifiedTime(), of.lastAccessTime(), null);
  }

  /** So that those whose file it was can read the output too, when root converts it for them. */
  private void copyOwner(Path model) throws IOException {
    try {
      for (String id : List.of("unix:gid", "unix:uid")) {
        Object of = Files.getAttribute(model, id);
        if (!of.equals(Files.getAttribute(partial, id))) {
          Files.setAttribute(partial, id, of);
        }
      }
    } catch (FileSystemException | UnsupportedOperationException e) {
      // Only root may give files away, and not every file system has owners.
    }
  }

  /**
   * Makes the bytes written so far the target.
   *
   * @param durable whether they must be on the disk first, because their source will be removed
   */
  void commit(boolean durable) throws IOException {
    if (partial != null) {
      if (durable) {
        channel.force(true);
      }
      if (!replace) {
        refuseExisting(target);
      }
    }
    channel.close();
    if (partial != null) {
      partialFiles.publish(partial, target);
    }
    committed = true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!committed && partial != null) {
      partialFiles.discard(partial);
    }
  }
}
