package holdfast.snapshot;

/**
 * What a loader fills.
 *
 * <pre>{@code
 *         full()          publish()          incremental()        publish()
 * EMPTY ---------> FILLING ------> LOADED ---------------> CHILD ----------> DONE
 *   ^                 |               |                      |
 *   '---- clear() ----'-------<-------'------ cancel() ------'  back to LOADED
 * }</pre>
 */
interface LoadTarget {
  /** Bytes of every key. */
  int keySize();

  /** Begins with a full snapshot; the sink is good until {@link #publish} or {@link #clear}. */
  RecordSink full(SnapHeader header);

  /** Begins with an incremental one on top, which nobody sees before {@link #publish}. */
  RecordSink incremental(SnapHeader header);

  /** Live records, those of the incremental one included. */
  long records();

  /**
   * Name of the content, that of the incremental one included. One of the store's own kind costs
   * nothing; for another kind all records are read.
   */
  ContentHash contentHash(HashKind kind);

  /** What was begun is the published state now, at the sequence number of the header. */
  void publish(SnapHeader header);

  /** Drops the incremental one. */
  void cancel();

  /** Drops everything: empty again. */
  void clear();
}
