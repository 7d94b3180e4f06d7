package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/**
 * A walk over records of a frozen root for whoever writes a file: nothing is read outside of {@link
 * #enter} and {@link #exit}, so the store can take the root back at any time in between.
 */
final class FrozenSource implements RecordSource {
  private final FrozenRoot root;
  private final RecordSource records;

  // Of the present record, for those who ask between stretches.
  private int valueSize;
  private long modSeq;
  private boolean tombstone;

  FrozenSource(FrozenRoot root, RecordSource records) {
    this.root = root;
    this.records = records;
  }

  @Override
  public void enter() {
    root.enterBatch();
  }

  @Override
  public void exit() {
    root.exitBatch();
  }

  @Override
  public boolean next() {
    if (!records.next()) {
      return false;
    }
    valueSize = records.valueSize();
    modSeq = records.modSeq();
    tombstone = records.isTombstone();
    return true;
  }

  @Override
  public MemorySegment memory() {
    return records.memory();
  }

  @Override
  public long keyAt() {
    return records.keyAt();
  }

  @Override
  public long valueAt() {
    return records.valueAt();
  }

  @Override
  public int valueSize() {
    return valueSize;
  }

  @Override
  public long modSeq() {
    return modSeq;
  }

  @Override
  public boolean isTombstone() {
    return tombstone;
  }
}
