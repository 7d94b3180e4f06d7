package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Walks over a list of records by their links, which stand still meanwhile.
 *
 * <p>Reads, where asked to, a little of the next records, keys and values: where they lie anywhere,
 * their misses are under way at the same time.
 */
class RootCursor implements RecordCursor {
  /** Records that are read ahead at a time. */
  private static final int AHEAD = 16;

  /** Bytes of a digest and value that are read ahead: the processor sees how it goes on. */
  private static final long VALUE_AHEAD = 192;

  private static final long LINE = 64;
  private static final int NONE = StoreMemory.NONE;

  final StoreMemory parts;
  private final int digestSize;
  private final boolean readsAhead;
  private int next;
  private int index = NONE;
  private long record;
  private long left;

  /** Records that were read ahead and are still to come behind the present one. */
  private int known;

  /** Where they are, and then their values. */
  private final long[] ahead = new long[AHEAD];

  /** Keeps the compiler from leaving out the reads whose sum this is. */
  private long unusedSum;

  /**
   * A walk.
   *
   * @param readsAhead whether keys and values of all records will be looked at
   * @param first index of the first record; none for no record
   */
  RootCursor(StoreMemory parts, int digestSize, boolean readsAhead, int first) {
    this.parts = parts;
    this.digestSize = digestSize;
    this.readsAhead = readsAhead;
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
    if (readsAhead && known-- == 0) {
      readAhead();
    }
    moveTo(next);
    next = RecordSlot.next(parts.mem, record);
    return true;
  }

  /** In loops that do little else, because a processor looks ahead only so many instructions. */
  private void readAhead() {
    MemorySegment mem = parts.mem;
    int count = 0;
    for (int i = next; i != NONE && count < AHEAD; count++) {
      long at = parts.record(i);
      ahead[count] = at;
      i = RecordSlot.next(mem, at);
    }
    known = count - 1;
    long sum = 0;
    for (int k = 0; k < count; k++) {
      sum += Mem.getLong(mem, ahead[k] + RecordSlot.KEY_OFFSET);
    }
    for (int k = 0; k < count; k++) {
      ahead[k] = valueAhead(mem, ahead[k]);
    }
    for (long line = 0; line < VALUE_AHEAD; line += LINE) {
      for (int k = 0; k < count; k++) {
        sum += Mem.getByte(mem, ahead[k] + line);
      }
    }
    unusedSum += sum;
  }

  /** Where a value is, or something else that can be read. */
  private long valueAhead(MemorySegment mem, long at) {
    long value = RecordSlot.valueOffset(mem, at);
    return value > 0 && value <= parts.limit - VALUE_AHEAD ? value : parts.header;
  }

  /** Goes on with another list. */
  void restart(int first) {
    next = first;
    left = parts.recMax;
    known = 0;
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
