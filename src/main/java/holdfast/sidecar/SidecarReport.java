package holdfast.sidecar;

import java.util.List;

/**
 * What a file looks like against its sidecar. Immutable.
 *
 * @param size bytes of the file
 * @param blockSize bytes that share a checksum: how finely damage is told
 * @param damagedSize bytes in all damaged blocks
 * @param damaged ranges of damaged blocks in order, neighbours joined; only the first {@link
 *     #RANGES_MAX} when there are more
 */
public record SidecarReport(long size, int blockSize, long damagedSize, List<Range> damaged) {
  /** Most ranges that a report lists. */
  public static final int RANGES_MAX = 1000;

  /**
   * Some bytes of a file.
   *
   * @param lo the first
   * @param hi one behind the last
   */
  public record Range(long lo, long hi) {}

  /** Copies. */
  public SidecarReport {
    damaged = List.copyOf(damaged);
  }

  /**
   * Whether the file is as it was when the sidecar was made.
   *
   * @return whether no block is damaged
   */
  public boolean isSound() {
    return damagedSize == 0;
  }
}
