package holdfast.snapshot;

import java.lang.foreign.MemorySegment;

/** Walks over a list of records by their links, which stand still meanwhile. */
class RootCursor implements RecordCursor {
  static final int NONE = StoreMemory.NONE;

  final StoreMemory parts;
  final int digestSize;
  private int next;
  private int index = NONE;
  private long record;
  private long left;

  /**
   * A walk.
   *
   * @param first index of the first record; none for no record
   */
  RootCursor(StoreMemory parts, int digestSize, int first) {
    this.parts = parts;
    this.digestSize = digestSize;
    this.next = first;
    this.left = parts.recMax;
  }

  @Override
  public boolean next() {
    if (next == NONE) {
      return false;
    }
    if (left-- == 0) {
      throw StoreHeader.corrupt(parts.records, "lists without cycles", "a cycle");
    }
    moveTo(next);
    next = RecordSlot.next(parts.mem, record);
    return true;
  }

  /** Goes on with another list. */
  void restart(int first) {
    next = first;
    left = parts.recMax;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public void moveTo(int to) {
    record = parts.record(to);
    index = to;
  }

  @Override
  public MemorySegment memory() {
    return parts.mem;
  }

  @Override
  public long keyAt() {
    return record + RecordSlot.KEY_OFFSET;
  }

  @Override
  public long valueAt() {
    return RecordSlot.valueOffset(parts.mem, record) + digestSize;
  }

  @Override
  public int valueSize() {
    return RecordSlot.size(parts.mem, record);
  }

  @Override
  public long modSeq() {
    return RecordSlot.modSeq(parts.mem, record);
  }

  @Override
  public boolean isTombstone() {
    return RecordSlot.isTombstone(parts.mem, record);
  }

  /** Shows the present record. */
  void show(RecordVisitor visitor) {
    MemorySegment value =
        isTombstone() || valueSize() == 0
            ? MemorySegment.NULL
            : parts.mem.asSlice(valueAt(), valueSize()).asReadOnly();
    visitor.visit(parts.mem.asSlice(keyAt(), parts.keySize).asReadOnly(), value, modSeq());
  }
}
