package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Takes batches apart, in the order of the file: every rule of a record, and that sequence numbers
 * never go back. For one thread.
 *
 * <pre>{@code
 * begin(batch) -> next() ... next() -> end() -> begin(batch) -> ... -> finish(footer)
 * }</pre>
 */
final class RecordParser {
  private final int keySize;
  private final long lowest;
  private final long highest;

  private BatchInfo batch;
  private MemorySegment mem;
  private long next;

  /** Records of the batch that are still to come. */
  private long left;

  private long lastModSeq;
  private boolean removed;
  private long records;
  private long tombstones;
  private long valueBytes;

  // The present record.
  long keyAt;
  long valueAt;
  int valueSize;

  RecordParser(SnapHeader header) {
    this.keySize = header.keySize();
    this.lowest = header.kind() == SnapshotKind.FULL ? 0 : header.baseSeq() + 1;
    this.highest = header.seq();
    this.lastModSeq = lowest;
  }

  /**
   * Begins a batch; the one before has ended.
   *
   * @param plain its plain bytes, head included
   */
  void begin(BatchInfo next, MemorySegment plain) {
    batch = next;
    mem = plain;
    this.next = BatchHead.SIZE;
    left = Integer.toUnsignedLong(next.records);
    if (next.isTombstones() && !removed) {
      removed = true;
      lastModSeq = lowest;
    }
  }

  MemorySegment memory() {
    return mem;
  }

  long modSeq() {
    return lastModSeq;
  }

  /**
   * Where the keys of the present record and of those behind it in its batch are. Their bytes are
   * not checked yet: whatever cannot be a record ends the row.
   *
   * @param target takes the offsets
   * @return how many, at least 1
   */
  int ahead(long[] target) {
    int count = 0;
    long max = Math.min(target.length, left + 1);
    for (long at = keyAt; count < max; ) {
      int size = RecordHead.plausibleSize(mem, at + keySize, batch.plain);
      if (size < 0) {
        break;
      }
      target[count++] = at;
      at += RecordHead.size(keySize, size);
    }
    return count;
  }

  /** Which record of its batch the present one is, from 0. */
  long index() {
    return Integer.toUnsignedLong(batch.records) - left - 1;
  }

  boolean isTombstone() {
    return removed;
  }

  /** Moves on to the next record of the batch; false when there is none. */
  boolean next() {
    if (left == 0) {
      return false;
    }
    left--;
    long at = next;
    long head = at + keySize;
    long value = head + RecordHead.SIZE;
    long room = batch.plain - value;
    if (room < 0) {
      throw bad(at, "a record", batch.plain - at + " bytes");
    }
    int size = RecordHead.valueSize(mem, head);
    int flags = RecordHead.flags(mem, head);
    boolean jumbo = batch.isJumbo();
    long padded = ((long) size + RecordHead.ALIGN - 1) & -RecordHead.ALIGN;
    if (flags != (removed ? RecordHead.TOMBSTONE : 0) || (removed && size != 0)) {
      throw bad(
          head + RecordHead.VALUE_SIZE_OFFSET,
          removed ? "a removed key" : "a live record",
          "value size " + Integer.toUnsignedLong(size) + ", flags " + SnapHeader.hex(flags));
    }
    if (size < 0 || (jumbo ? size != room : padded > room)) {
      throw bad(
          head + RecordHead.VALUE_SIZE_OFFSET,
          (jumbo ? "a value of " : "a value of at most ") + room + " bytes",
          String.valueOf(Integer.toUnsignedLong(size)));
    }
    checkSeq(head, at == BatchHead.SIZE);
    next = value + (jumbo ? size : padded);
    for (long i = value + size; i < next; i++) {
      if (Mem.getByte(mem, i) != 0) {
        throw bad(i, "zero behind a value", String.valueOf(Mem.getByte(mem, i)));
      }
    }
    keyAt = at;
    valueAt = value;
    valueSize = size;
    if (removed) {
      tombstones++;
    } else {
      records++;
      valueBytes += size;
    }
    return true;
  }

  private void checkSeq(long head, boolean first) {
    long modSeq = RecordHead.modSeq(mem, head);
    if (modSeq < lastModSeq || modSeq > highest) {
      throw bad(
          head, "a sequence number of " + lastModSeq + " to " + highest, String.valueOf(modSeq));
    }
    if (first && modSeq != batch.firstModSeq) {
      throw bad(
          head,
          "sequence number " + batch.firstModSeq + ", as the directory says",
          String.valueOf(modSeq));
    }
    lastModSeq = modSeq;
  }

  /** Behind the last record of a batch. */
  void end() {
    if (next != batch.plain) {
      throw bad(next, "the end of the batch", batch.plain - next + " more bytes");
    }
  }

  /** Behind the last batch: all that the footer counted. */
  void finish(SnapFooter footer) {
    count("live records", records, footer.records());
    count("removed keys", tombstones, footer.tombstones());
    count("value bytes", valueBytes, footer.valueBytes());
  }

  private static void count(String what, long found, long expected) {
    if (found != expected) {
      throw SnapshotException.damaged(
          Reason.COUNT_MISMATCH,
          "records",
          0,
          expected + " " + what + ", as the footer says",
          String.valueOf(found));
    }
  }

  private SnapshotException bad(long at, String expected, String found) {
    return SnapshotException.damaged(Reason.BAD_RECORD, BatchHead.part(batch), at, expected, found);
  }
}
