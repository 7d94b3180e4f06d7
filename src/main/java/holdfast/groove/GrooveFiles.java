package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.Structure;
import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Region files looked at from outside, see {@link Groove#createFile}. Nothing is written. */
public final class GrooveFiles {
  private GrooveFiles() {}

  /**
   * Whether a file begins as a region file does.
   *
   * @param head its first bytes; 8 are enough
   * @return false when they are fewer
   */
  public static boolean isRegion(byte[] head) {
    return new String(head, StandardCharsets.ISO_8859_1).startsWith("HFGRREG1");
  }

  /**
   * Checks a whole file.
   *
   * @param file any file
   * @return bytes that the owners of all objects asked for
   * @throws CorruptDataException at the first thing that is wrong; also when the last owner did not
   *     close the file
   * @throws java.nio.file.FileSystemException when somebody owns it at the moment
   * @throws IOException when it cannot be read
   */
  public static long verify(Path file) throws IOException {
    try (Groove groove = Groove.openFileReadOnly(file)) {
      groove.verify();
      return groove.usage().requested();
    }
  }

  /**
   * The parts of a region file: header, state, backed map, and the headers of each volume. Works on
   * files that somebody owns or did not close: what is shown is then of one moment or another.
   *
   * @param file any file
   * @return with the places of the parts in the file; at most 1024 volumes are shown one by one
   * @throws CorruptDataException when it does not begin with the header of a region
   * @throws IOException when it cannot be read
   */
  public static Structure structure(Path file) throws IOException {
    return structure(OsDisk.INSTANCE, file);
  }

  static Structure structure(Disk disk, Path path) throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.READ)) {
      return GrooveStructure.of(file);
    }
  }
}
