package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/**
 * Walks over the records that a transaction sees: those of the root, then those of each transaction
 * from it up to the root, without the ones that a nearer version hides. Nobody changes any of them
 * meanwhile; the caller has the locks that this takes.
 */
final class ViewCursor extends RootCursor {
  private final Chains chains;
  private final TxnTree tree;
  private final TxnRecords records;
  private final int top;

  /** The transaction whose list comes next. */
  private int layer;

  ViewCursor(
      StoreMemory parts,
      int digestSize,
      Chains chains,
      TxnTree tree,
      TxnRecords records,
      RootLists roots,
      int top) {
    super(parts, digestSize, roots.firstLive());
    this.chains = chains;
    this.tree = tree;
    this.records = records;
    this.top = top;
    this.layer = top;
  }

  @Override
  public boolean next() {
    while (true) {
      while (super.next()) {
        if (!isTombstone() && isVisible()) {
          return true;
        }
      }
      if (layer == NONE) {
        return false;
      }
      restart(records.head(parts.txn(layer)));
      layer = tree.parent(layer);
    }
  }

  private boolean isVisible() {
    MemorySegment mem = parts.mem;
    long hash = RecordSlot.hash(mem, keyAt() - RecordSlot.KEY_OFFSET);
    long at = chains.at(hash);
    long word = chains.lock(at);
    try {
      return chains.visible(word, hash, mem, keyAt(), top) == index();
    } finally {
      chains.release(at, word);
    }
  }
}
