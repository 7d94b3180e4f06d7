package holdfast.internal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The file operations of the running system. Stateless but for the locks that this JVM holds. */
public final class OsDisk implements Disk {
  /** The only one that users of the library ever meet. */
  public static final OsDisk INSTANCE =
      new OsDisk(System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux"));

  /** Whether forcing a file forces what was stored through its maps, as Linux does. */
  private final boolean forceCoversMaps;

  /** Tests take both kinds of platform. */
  OsDisk(boolean forceCoversMaps) {
    this.forceCoversMaps = forceCoversMaps;
  }

  @Override
  public Disk.File open(Path path, Mode mode) throws IOException {
    Set<OpenOption> options =
        switch (mode) {
          case READ -> Set.of(StandardOpenOption.READ);
          case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
          case CREATE ->
              Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
          case CREATE_NEW ->
              Set.of(
                  StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        };
    FileChannel channel = FileChannel.open(path, options);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw new FileSystemException(path.toString(), null, "is a directory");
      }
      Object key = attributes.fileKey();
      if (key == null) {
        key = path.toRealPath(); // Windows has no keys; the key only finds the lock
      }
      return new OsFile(path, channel, key, mode != Mode.READ, forceCoversMaps);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /** Spares the look at the attributes, which is a fifth of the time for a header. */
  @Override
  public Disk.File openNeverLocked(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    return new OsFile(path, channel, null, false, forceCoversMaps);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.delete(path);
  }

  @Override
  public List<Entry> list(Path directory) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
      for (Path path : paths) {
        try {
          BasicFileAttributes found =
              Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
          entries.add(new Entry(path.getFileName().toString(), kind(found), found.size()));
        } catch (NoSuchFileException e) {
          // Gone since the directory was read: as if it had gone before.
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort(Comparator.comparing(Entry::name));
    return entries;
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  /** Not possible outside POSIX: Windows refuses to open a directory. */
  @Override
  public boolean forceDirectory(Path directory) throws IOException {
    if (!isPosix(directory)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
    return true;
  }

  @Override
  public Attributes attributes(Path path) throws IOException {
    if (!isPosix(path)) {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      return new Attributes(kind(found), found.size(), null, null, null);
    }
    PosixFileAttributes found = Files.readAttributes(path, PosixFileAttributes.class);
    return new Attributes(
        kind(found),
        found.size(),
        found.owner().getName(),
        found.group().getName(),
        found.permissions());
  }

  @Override
  public void setAttributes(
      Path path, String owner, String group, Set<PosixFilePermission> permissions)
      throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    var names = path.getFileSystem().getUserPrincipalLookupService();
    if (owner != null) {
      view.setOwner(names.lookupPrincipalByName(owner));
    }
    if (group != null) {
      view.setGroup(names.lookupPrincipalByGroupName(group));
    }
    // Last, because a change of owner takes permissions away.
    if (permissions != null) {
      view.setPermissions(permissions);
    }
  }

  @Override
  public long usableSpace(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static Kind kind(BasicFileAttributes attributes) {
    return attributes.isRegularFile()
        ? Kind.FILE
        : attributes.isDirectory() ? Kind.DIRECTORY : Kind.OTHER;
  }
}
