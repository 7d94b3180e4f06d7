package holdfast.snapshot;

/** How a service makes full snapshots when there is one already. The files are the same. */
public enum FullMode {
  /** By a walk over the whole store, which is frozen until the file is written. */
  WALK,

  /**
   * By merging the last full snapshot with an incremental one of now: the store is frozen only for
   * what changed, and the full file is made of files, by a thread of its own. Meanwhile the service
   * goes on: incremental ones that come due or are asked for are made of the last full one, and are
   * never promoted; a further full one follows when the merge is done.
   *
   * <p>Costs the reading of the last full snapshot, and memory: for a second file that is written,
   * and for the keys that changed, up to three times their size. One of those incremental ones is
   * newer than the merged one, so it stays with its base until there is one of the merged one; and
   * what is merged stays meanwhile: at most two files more than the policy keeps.
   *
   * <p>The store is walked all the same the first time, when too much changed, and when the last
   * full snapshot is gone or damaged.
   */
  MERGE
}
