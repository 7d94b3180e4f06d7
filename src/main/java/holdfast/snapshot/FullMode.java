package holdfast.snapshot;

/** How a service makes full snapshots when there is one already. The files are the same. */
public enum FullMode {
  /** By a walk over the whole store, which is frozen until the file is written. */
  WALK,

  /**
   * By merging the last full snapshot with an incremental one of now: the store is frozen only for
   * what changed, and the full file is made of files. Costs the reading of the last full snapshot,
   * and memory for the keys that changed, up to three times their size. The store is walked all the
   * same the first time, when too much changed, and when the last full snapshot is gone or damaged.
   * One that comes due while files are merged follows when that is done.
   */
  MERGE
}
