package holdfast.groove;

/**
 * What was found when an allocator was rebuilt whose owner died.
 *
 * @param objects that users hold: each that was allocated and not being freed, and perhaps the one
 *     that a thread was about to get
 * @param undone allocations and deallocations that were under way, and are now free memory
 * @param cached objects that handles kept for themselves, and are now free memory
 * @param superblocks that held nothing and went back to where they were cut from
 * @param volumes that held nothing and are empty now
 * @param dropped objects with damaged headers, which are now free memory together with what was in
 *     them; 0 unless that was asked for
 */
public record GrooveRecovery(
    long objects, long undone, long cached, long superblocks, long volumes, long dropped) {
  /** For a person: {@code 12 objects kept, 1 half-done operations undone, ...}. */
  @Override
  public String toString() {
    return objects
        + " objects kept, "
        + undone
        + " half-done operations undone, "
        + cached
        + " cached objects given back, "
        + superblocks
        + " superblocks and "
        + volumes
        + " volumes emptied, "
        + dropped
        + " damaged objects dropped";
  }
}
