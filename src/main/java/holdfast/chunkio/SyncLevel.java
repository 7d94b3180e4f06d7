package holdfast.chunkio;

/**
 * What a sync makes sure of. Whatever the level, a killed process loses nothing that was appended
 * with the mapped engine: the bytes are with the operating system at once.
 */
public enum SyncLevel {
  /** Nothing more: the system writes when it likes. */
  NONE,
  /** The same on all platforms that Java runs on; the original's default has no effect either. */
  ASYNC,
  /**
   * Content and size survive a power cut. The name of a chunk that was created since the last full
   * sync may not.
   */
  DATA,
  /**
   * Everything survives a power cut, names included. After a failed force of a directory, names in
   * it are made anew by the next sync, or promises are refused with a {@link
   * DoubtfulNamesException}.
   */
  FULL;

  /** Whether a power cut loses nothing that was synced. */
  boolean forces() {
    return compareTo(DATA) >= 0;
  }
}
