package holdfast.chunkio;

import java.util.List;

/**
 * What a load found. Every chunk file that is not simply sound has one entry.
 *
 * @param streams directories that are streams now, those known before included
 * @param chunks chunks that the load added
 * @param ignored entries that are no chunks: hidden ones, files beside the streams, directories
 *     inside them, links
 * @param problems what was not as it should be, in the order of the names
 */
public record LoadReport(int streams, int chunks, int ignored, List<Problem> problems) {
  /** What was done about a problem. */
  public enum Action {
    /** The chunk is loaded, and its file says now what it holds. */
    REPAIRED,
    /** The chunk is loaded, and will be repaired when it comes up for writing. */
    LOADED,
    /** The file stays where it is and is not loaded. */
    LEFT,
    /** The file is in the quarantine. */
    QUARANTINED,
    /** The file is deleted. */
    DELETED
  }

  /**
   * One file, or one directory that cannot be read.
   *
   * @param stream name of the directory
   * @param chunk name of the file; empty for the directory
   * @param info what its bytes say; null when they could not be read
   * @param message what is wrong, for people
   * @param action what was done about it
   */
  public record Problem(
      String stream, String chunk, ChunkInfo info, String message, Action action) {}

  /** Copies the list. */
  public LoadReport {
    problems = List.copyOf(problems);
  }

  /**
   * Whether every file that looks like a chunk is one.
   *
   * @return whether there are no problems
   */
  public boolean isClean() {
    return problems.isEmpty();
  }
}
