package holdfast.sidecar;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.internal.Check;
import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import holdfast.internal.Sidecar;
import holdfast.sidecar.SidecarReport.Range;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes and checks the sidecars of files.
 *
 * <pre>{@code
 * Sidecars.make(file, 2, Progress.NONE);                      // writes FILE.hfs
 * SidecarReport report = Sidecars.check(file, 2, Progress.NONE);
 * if (report != null && !report.isSound()) {
 *   report.damaged().forEach(range -> System.out.println(range.lo() + " to " + range.hi()));
 * }
 * }</pre>
 *
 * <p>Only for files that are complete and not written to any more: any later change is damage to
 * the sidecar's eye. May be used by several threads.
 */
public final class Sidecars {
  private Sidecars() {}

  /**
   * Where the sidecar of a file lies.
   *
   * @param file the file
   * @return its name with {@code .hfs} behind it
   */
  public static Path path(Path file) {
    return Sidecar.path(file);
  }

  /**
   * Writes the sidecar of a file, durably; one that is there is replaced.
   *
   * @param file what to read; its content is taken for sound
   * @param threads how many may work, at least 1
   * @param progress told about bytes of the file
   * @throws IOException when the file cannot be read or the sidecar not written; a sidecar that was
   *     there is there still
   * @throws java.util.concurrent.CancellationException when {@code progress} says so
   */
  public static void make(Path file, int threads, Progress progress) throws IOException {
    make(OsDisk.INSTANCE, file, threads, progress);
  }

  static void make(Disk disk, Path file, int threads, Progress progress) throws IOException {
    Objects.requireNonNull(progress, "progress");
    Sidecar.make(disk, file, Check.range(threads, 1, Integer.MAX_VALUE, "threads"), progress);
  }

  /**
   * Compares a file with its sidecar, all of it.
   *
   * @param file what to read
   * @param threads how many may work, at least 1
   * @param progress told about bytes of the file
   * @return what was found; {@code null} when there is no sidecar
   * @throws CorruptDataException when the sidecar itself is damaged, so that it proves nothing;
   *     when the file has another size; when each block agrees and the file as a whole does not
   * @throws holdfast.UnsupportedFormatException when the sidecar is of a later version
   * @throws IOException when something cannot be read
   * @throws java.util.concurrent.CancellationException when {@code progress} says so
   */
  public static SidecarReport check(Path file, int threads, Progress progress) throws IOException {
    return check(OsDisk.INSTANCE, file, threads, progress);
  }

  static SidecarReport check(Disk disk, Path path, int threads, Progress progress)
      throws IOException {
    Objects.requireNonNull(progress, "progress");
    Check.range(threads, 1, Integer.MAX_VALUE, "threads");
    try (Disk.File file = disk.open(path, Disk.Mode.READ);
        Sidecar sidecar = Sidecar.open(disk, path, file.size(), Sidecar.Policy.WHEN_PRESENT)) {
      if (sidecar == null) {
        return null;
      }
      List<Range> damaged = new ArrayList<>();
      long[] size = {0};
      sidecar.check(
          file,
          threads,
          progress,
          (lo, hi, expected, found) -> {
            size[0] += hi - lo;
            add(damaged, lo, hi);
          });
      return new SidecarReport(sidecar.length(), sidecar.blockSize(), size[0], damaged);
    }
  }

  private static void add(List<Range> ranges, long lo, long hi) {
    Range last = ranges.isEmpty() ? new Range(-1, -1) : ranges.getLast();
    if (last.hi() == lo) {
      ranges.set(ranges.size() - 1, new Range(last.lo(), hi));
    } else if (ranges.size() < SidecarReport.RANGES_MAX) {
      ranges.add(new Range(lo, hi));
    }
  }

  /**
   * The parts of a sidecar. The file that it belongs to is not looked at.
   *
   * @param sidecar the sidecar itself, {@code FILE.hfs}
   * @return its structure; of a long table the beginning
   * @throws CorruptDataException when it is damaged
   * @throws holdfast.UnsupportedFormatException when it is of a later version
   * @throws IOException when it cannot be read
   */
  public static Structure inspect(Path sidecar) throws IOException {
    return Sidecar.inspect(OsDisk.INSTANCE, sidecar);
  }
}
