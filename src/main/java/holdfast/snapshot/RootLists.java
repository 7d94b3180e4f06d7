package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The records of the root: one list of those that live, one of the tombstones, each in the order of
 * their last change, so that what changed since some time is the end of a list.
 *
 * <pre>{@code
 * live        modSeq  3 -- 3 -- 7 -- 9 -- 9         published, replaced: to the tail
 * tombstones  modSeq  4 -- 8                        removed: to the tail of this one
 * }</pre>
 *
 * <p>Everything here needs the tree lock in write mode, and a root that is not frozen.
 */
final class RootLists {
  private static final int NONE = StoreMemory.NONE;

  private final StoreMemory parts;
  private final MemorySegment mem;

  /** Of the list of those that live. */
  final RootMarks liveMarks = new RootMarks();

  /** Of the list of tombstones. */
  final RootMarks tombstoneMarks = new RootMarks();

  RootLists(StoreMemory parts) {
    this.parts = parts;
    this.mem = parts.mem;
  }

  /** Puts a record at the end of its list. */
  void append(int index) {
    long record = parts.record(index);
    boolean tombstone = RecordSlot.isTombstone(mem, record);
    long headAt = tombstone ? StoreHeader.TOMBSTONE_HEAD_OFFSET : StoreHeader.LIVE_HEAD_OFFSET;
    long tailAt = tombstone ? StoreHeader.TOMBSTONE_TAIL_OFFSET : StoreHeader.LIVE_TAIL_OFFSET;
    int tail = parts.getInt(tailAt);
    Mem.putInt(mem, record + RecordSlot.PREV_OFFSET, tail);
    Mem.putInt(mem, record + RecordSlot.NEXT_OFFSET, NONE);
    if (tail == NONE) {
      parts.putInt(headAt, index);
    } else {
      Mem.putInt(mem, parts.record(tail) + RecordSlot.NEXT_OFFSET, index);
    }
    parts.putInt(tailAt, index);
    (tombstone ? tombstoneMarks : liveMarks).append(index);
    count(record, tombstone, 1);
  }

  /** Takes a record out of its list. */
  void remove(int index) {
    long record = parts.record(index);
    boolean tombstone = RecordSlot.isTombstone(mem, record);
    int prev = RecordSlot.prev(mem, record);
    int next = RecordSlot.next(mem, record);
    if (prev == NONE) {
      parts.putInt(
          tombstone ? StoreHeader.TOMBSTONE_HEAD_OFFSET : StoreHeader.LIVE_HEAD_OFFSET, next);
    } else {
      Mem.putInt(mem, parts.record(prev) + RecordSlot.NEXT_OFFSET, next);
    }
    if (next == NONE) {
      parts.putInt(
          tombstone ? StoreHeader.TOMBSTONE_TAIL_OFFSET : StoreHeader.LIVE_TAIL_OFFSET, prev);
    } else {
      Mem.putInt(mem, parts.record(next) + RecordSlot.PREV_OFFSET, prev);
    }
    count(record, tombstone, -1);
  }

  private void count(long record, boolean tombstone, int by) {
    long countAt = tombstone ? StoreHeader.TOMBSTONE_COUNT_OFFSET : StoreHeader.LIVE_COUNT_OFFSET;
    parts.putLong(countAt, parts.getLong(countAt) + by);
    long bytes = Integer.toUnsignedLong(RecordSlot.size(mem, record));
    parts.putLong(
        StoreHeader.VALUE_BYTES_OFFSET, parts.getLong(StoreHeader.VALUE_BYTES_OFFSET) + by * bytes);
  }

  int firstLive() {
    return parts.getInt(StoreHeader.LIVE_HEAD_OFFSET);
  }

  int lastLive() {
    return parts.getInt(StoreHeader.LIVE_TAIL_OFFSET);
  }

  int firstTombstone() {
    return parts.getInt(StoreHeader.TOMBSTONE_HEAD_OFFSET);
  }

  int lastTombstone() {
    return parts.getInt(StoreHeader.TOMBSTONE_TAIL_OFFSET);
  }

  long liveCount() {
    return parts.getLong(StoreHeader.LIVE_COUNT_OFFSET);
  }

  long tombstoneCount() {
    return parts.getLong(StoreHeader.TOMBSTONE_COUNT_OFFSET);
  }

  long valueBytes() {
    return parts.getLong(StoreHeader.VALUE_BYTES_OFFSET);
  }
}
