package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.chunkio.Listing.Candidate;
import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Looks at chunk files without opening a store. No byte of any file is changed. */
public final class ChunkFiles {
  private ChunkFiles() {}

  /**
   * Reads a whole file and says what it is.
   *
   * @param file any file
   * @return what is known; a file that is no chunk is {@code CORRUPT} with {@code BAD_LAYOUT}
   * @throws IOException when it cannot be read
   */
  public static ChunkInfo inspect(Path file) throws IOException {
    return inspect(OsDisk.INSTANCE, file, "", new ChunkScan());
  }

  private static ChunkInfo inspect(Disk disk, Path path, String stream, ChunkScan scan)
      throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.READ)) {
      scan.scan(file, true);
      return ChunkInfo.of(stream, String.valueOf(path.getFileName()), scan);
    }
  }

  /**
   * Reads all chunk files below a directory.
   *
   * @param root the directory of a store
   * @param extension the end of the names wanted, empty for all; a name has to be longer
   * @param progress told about files; may cancel
   * @return one entry for each file, in the order of streams and names; those that cannot be read
   *     have the state {@code CORRUPT}, the error {@code PERMISSION} and what the system said
   * @throws IOException when the directory cannot be read
   */
  public static List<ChunkInfo> list(Path root, String extension, Progress progress)
      throws IOException {
    return list(OsDisk.INSTANCE, root, extension, progress);
  }

  static List<ChunkInfo> list(Disk disk, Path root, String extension, Progress progress)
      throws IOException {
    Listing listing = Listing.of(disk, root, extension);
    List<ChunkInfo> all = new ArrayList<>();
    for (Listing.Unreadable bad : listing.unreadable) {
      all.add(unreadable(bad.stream(), "", -1, bad.why()));
    }
    ChunkScan scan = new ChunkScan();
    int done = 0;
    for (Candidate candidate : listing.candidates) {
      try {
        Path path = root.resolve(candidate.stream()).resolve(candidate.name());
        all.add(inspect(disk, path, candidate.stream(), scan));
      } catch (IOException | InvalidPathException | CorruptDataException e) {
        all.add(unreadable(candidate.stream(), candidate.name(), candidate.size(), e));
      }
      if (!progress.update(++done, listing.candidates.size())) {
        throw new CancellationException("list of " + root);
      }
    }
    return all;
  }

  private static ChunkInfo unreadable(String stream, String name, long size, Exception why) {
    return new ChunkInfo(
        stream,
        name,
        ChunkState.CORRUPT,
        ChunkError.PERMISSION,
        Listing.words(why),
        size,
        -1,
        -1,
        0,
        0,
        false);
  }

  /**
   * What the original says when it opens the file for reading and writing.
   *
   * @param file any file
   * @param checksum whether its context has checksums on
   * @return {@code NONE} when it takes the file for a chunk
   * @throws IOException when it cannot be read
   */
  public static ChunkError originalError(Path file, boolean checksum) throws IOException {
    try (Disk.File open = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      return OriginalVerdict.of(open, checksum).error();
    }
  }

  /**
   * The streams below a directory, those without chunks included.
   *
   * @param root the directory of a store
   * @return names of the directories that a load would take for streams, in order
   * @throws IOException when the directory cannot be read
   */
  public static List<String> streams(Path root) throws IOException {
    return List.copyOf(Listing.of(OsDisk.INSTANCE, root, "").streams);
  }

  /**
   * Checks a whole file.
   *
   * @param file any file
   * @return bytes of content
   * @throws CorruptDataException when it is no chunk, or not what its header says
   * @throws IOException when it cannot be read
   */
  public static long verify(Path file) throws IOException {
    return verify(OsDisk.INSTANCE, file, String.valueOf(file.getFileName()));
  }

  /** The same for a file of a store. */
  static void verify(Disk disk, Path root, ChunkInfo info) throws IOException {
    Path file = root.resolve(info.stream()).resolve(info.name());
    verify(disk, file, info.stream() + "/" + info.name());
  }

  private static long verify(Disk disk, Path file, String name) throws IOException {
    try (Disk.File open = disk.open(file, Disk.Mode.READ)) {
      ChunkScan scan = new ChunkScan();
      scan.scan(open, true);
      if (scan.state == ChunkState.TORN) {
        scan.refuse(ChunkError.BAD_CHECKSUM, ChunkLayout.CRC_OFFSET, scan.reason);
      }
      if (scan.state == ChunkState.CORRUPT) {
        throw scan.damage(name);
      }
      return scan.contentSize;
    }
  }

  /**
   * The parts of a chunk file.
   *
   * @param file a chunk, damaged or not
   * @return header fields, metadata, content and slack with their places
   * @throws CorruptDataException when it does not begin as a chunk, or is shorter than a header
   * @throws IOException when it cannot be read
   */
  public static Structure structure(Path file) throws IOException {
    try (Disk.File open = OsDisk.INSTANCE.open(file, Disk.Mode.READ)) {
      ChunkScan scan = new ChunkScan();
      scan.scan(open, true);
      if (scan.state == ChunkState.CORRUPT
          && (scan.error == ChunkError.BAD_LAYOUT || scan.fileSize < ChunkLayout.HEADER)) {
        throw scan.damage(String.valueOf(file.getFileName()));
      }
      return ChunkStructure.of(scan);
    }
  }
}
