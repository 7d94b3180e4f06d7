package holdfast.cli;

import java.io.IOException;

/**
 * Which parts of the input one level of the tour takes: all, or as many as a slow level has time
 * for, spread evenly.
 *
 * <pre>{@code
 * input laid end to end   |0      |1      |2      |3      |4      |5      |    windows of 1 MiB
 * two of six windows      |       |       |=======|       |       |=======|
 * }</pre>
 *
 * <p>A file is cut into parts of 1 MiB from its own beginning; the window in which a part begins
 * decides over it. So parts do not depend on the files before, and many small files are as well
 * represented as one large one.
 */
final class TourSample {
  /** Largest part, and size of a window. */
  static final int PART_MAX = 1 << 20;

  private final long windows;
  private final long kept;
  private final long bytes;

  /** What is done with a part of a file; an empty file is one empty part. */
  interface PartAction {
    void take(long offset, int size) throws IOException;
  }

  /**
   * Chooses.
   *
   * @param bytesMax about how many bytes to take; at least one window is taken
   */
  TourSample(TourFiles input, long bytesMax) throws IOException {
    windows = Math.max(1, Math.ceilDiv(input.bytes(), PART_MAX));
    kept = Math.min(windows, Math.max(1, bytesMax / PART_MAX));
    long sum = 0;
    for (TourFile file : input.files()) {
      sum += sizeOf(file);
    }
    bytes = sum;
  }

  /** Whether nothing is left out. */
  boolean isWhole() {
    return kept == windows;
  }

  /** Plain bytes taken of all files. */
  long bytes() {
    return bytes;
  }

  /** Whether any part of a file is taken. */
  boolean touches(TourFile file) throws IOException {
    boolean[] touched = {false};
    eachPart(file, (offset, size) -> touched[0] = true);
    return touched[0];
  }

  /** Plain bytes taken of one file. */
  long sizeOf(TourFile file) throws IOException {
    long[] sum = {0};
    eachPart(file, (offset, size) -> sum[0] += size);
    return sum[0];
  }

  /** Hands out the parts of a file that are taken, in order. */
  void eachPart(TourFile file, PartAction action) throws IOException {
    long offset = 0;
    do {
      int size = (int) Math.min(PART_MAX, file.size() - offset);
      if (takes((file.start() + offset) / PART_MAX)) {
        action.take(offset, size);
      }
      offset += size;
    } while (offset < file.size());
  }

  private boolean takes(long window) {
    return isWhole() || (window + 1) * kept / windows > window * kept / windows;
  }
}
