package holdfast.snapshot;

/**
 * A transaction in preparation: a fork of the state of its parent, or of what was published.
 *
 * <p>Stale after it was published, folded into its parent or cancelled: whatever it is given to
 * then throws {@link StaleTxnException}. A handle lives as long as its {@link RecordStore} object;
 * after a restart {@link RecordStore#find} gives another one. May be used by any thread.
 */
public final class Txn {
  final RecordStore store;
  final int index;
  final int generation;
  private final Xid xid;

  Txn(RecordStore store, int index, int generation, Xid xid) {
    this.store = store;
    this.index = index;
    this.generation = generation;
    this.xid = xid;
  }

  /**
   * Its name.
   *
   * @return as given to {@link RecordStore#prepare}
   */
  public Xid xid() {
    return xid;
  }

  /** For messages. */
  @Override
  public String toString() {
    return "transaction " + xid;
  }
}
