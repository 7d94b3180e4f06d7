package holdfast.chunkio;

import holdfast.internal.Disk;
import holdfast.internal.Disk.Entry;
import holdfast.internal.Disk.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What lies in the directory of a store, by the rules of the original: exactly two levels, nothing
 * that begins with a dot, directories above, regular files below, no links.
 *
 * <p>The kind comes from the attributes of each entry, not from the directory, which does not have
 * it on every file system.
 */
final class Listing {
  /** A file that may be a chunk. */
  record Candidate(String stream, String name, long size) {}

  /** A directory that cannot be read. */
  record Unreadable(String stream, Exception why) {}

  final List<String> streams = new ArrayList<>();
  final List<Candidate> candidates = new ArrayList<>();
  final List<Unreadable> unreadable = new ArrayList<>();

  /** Temporary files of replacements that a killed process left behind. */
  final List<Candidate> leftovers = new ArrayList<>();

  /** Streams some of whose names may be away, see {@link StreamFolder}. */
  final List<String> doubtful = new ArrayList<>();

  int ignored;

  private Listing() {}

  /**
   * Looks.
   *
   * @param extension the end of the names wanted; a name has to be longer
   * @throws IOException when the root cannot be read
   */
  static Listing of(Disk disk, Path root, String extension) throws IOException {
    Listing listing = new Listing();
    for (Entry entry : disk.list(root)) {
      if (entry.name().startsWith(".") || entry.kind() != Kind.DIRECTORY) {
        listing.ignored++;
      } else {
        listing.stream(disk, root, entry.name(), extension);
      }
    }
    return listing;
  }

  /** What the system said, for people. */
  static String words(Exception why) {
    if (why instanceof AccessDeniedException) {
      return "permission denied"; // its message is the path alone
    }
    return why.getMessage() == null ? why.getClass().getName() : why.getMessage();
  }

  private void stream(Disk disk, Path root, String stream, String extension) {
    try {
      List<Entry> entries = disk.list(root.resolve(stream));
      streams.add(stream);
      for (Entry entry : entries) {
        String name = entry.name();
        Candidate candidate = new Candidate(stream, name, entry.size());
        if (name.equals(StreamFolder.MARK)) {
          doubtful.add(stream);
        }
        if (entry.kind() == Kind.FILE && TemporaryName.is(name)) {
          leftovers.add(candidate);
        } else if (entry.kind() != Kind.FILE
            || name.startsWith(".")
            || !name.endsWith(extension)
            || name.length() == extension.length()) {
          ignored++;
        } else {
          candidates.add(candidate);
        }
      }
    } catch (IOException | InvalidPathException e) {
      unreadable.add(new Unreadable(stream, e));
    }
  }
}
