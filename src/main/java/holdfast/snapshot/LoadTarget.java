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

  /** How the content is named. */
  HashKind hashKind();

  /** Begins with a full snapshot; the sink is good until {@link #publish} or {@link #clear}. */
  RecordSink full(SnapHeader header);

  /** Begins with an incremental one on top, which nobody sees before {@link #publish}. */
  RecordSink incremental(SnapHeader header);

  /** Live records, those of the incremental one included. */
  long records();

  /** Content, that of the incremental one included. */
  ContentHash contentHash();

  /** What was begun is the published state now, at the sequence number of the header. */
  void publish(SnapHeader header);

  /** Drops the incremental one. */
  void cancel();

  /** Drops everything: empty again. */
  void clear();
}
