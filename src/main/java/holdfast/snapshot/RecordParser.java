package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * Takes batches apart, in the order of the file: every rule of a record, and that sequence numbers
 * never go back. For one thread.
 */
final class RecordParser {
  private final RecordSink sink;
  private final int keySize;
  private final long lowest;
  private final long highest;

  private long lastModSeq;
  private boolean removed;
  private long records;
  private long tombstones;
  private long valueBytes;

  RecordParser(SnapHeader header, RecordSink sink) {
    this.sink = sink;
    this.keySize = header.keySize();
    this.lowest = header.kind() == SnapshotKind.FULL ? 0 : header.baseSeq() + 1;
    this.highest = header.seq();
    this.lastModSeq = lowest;
  }

  /**
   * Gives the records of a batch to the sink.
   *
   * @param mem its plain bytes, head included
   */
  void batch(BatchInfo batch, MemorySegment mem) {
    if (batch.isTombstones() && !removed) {
      removed = true;
      lastModSeq = lowest;
    }
    long at = BatchHead.SIZE;
    for (long left = Integer.toUnsignedLong(batch.records); left > 0; left--) {
      at = record(batch, mem, at);
    }
    if (at != batch.plain) {
      throw bad(batch, at, "the end of the batch", batch.plain - at + " more bytes");
    }
  }

  /** Gives one record to the sink; returns where the next one begins. */
  private long record(BatchInfo batch, MemorySegment mem, long at) {
    long head = at + keySize;
    long value = head + RecordHead.SIZE;
    long room = batch.plain - value;
    if (room < 0) {
      throw bad(batch, at, "a record", batch.plain - at + " bytes");
    }
    int valueSize = RecordHead.valueSize(mem, head);
    long modSeq = RecordHead.modSeq(mem, head);
    int flags = RecordHead.flags(mem, head);
    boolean jumbo = batch.isJumbo();
    long padded = (long) valueSize + RecordHead.ALIGN - 1 & -RecordHead.ALIGN;
    if (flags != (removed ? RecordHead.TOMBSTONE : 0) || (removed && valueSize != 0)) {
      String expected = removed ? "a removed key" : "a live record";
      throw bad(
          batch,
          head + RecordHead.VALUE_SIZE_OFFSET,
          expected,
          "value size " + Integer.toUnsignedLong(valueSize) + ", flags " + SnapHeader.hex(flags));
    }
    if (valueSize < 0 || (jumbo ? valueSize != room : padded > room)) {
      throw bad(
          batch,
          head + RecordHead.VALUE_SIZE_OFFSET,
          (jumbo ? "a value of " : "a value of at most ") + room + " bytes",
          String.valueOf(Integer.toUnsignedLong(valueSize)));
    }
    if (modSeq < lastModSeq || modSeq > highest) {
      throw badSeq(batch, head, lastModSeq + " to " + highest, modSeq);
    }
    if (at == BatchHead.SIZE && modSeq != batch.firstModSeq) {
      throw badSeq(batch, head, batch.firstModSeq + ", as the directory says", modSeq);
    }
    lastModSeq = modSeq;
    if (removed) {
      tombstones++;
      sink.remove(mem, at, modSeq);
      return value;
    }
    long end = value + (jumbo ? valueSize : padded);
    for (long i = value + valueSize; i < end; i++) {
      if (Mem.getByte(mem, i) != 0) {
        throw bad(batch, i, "zero behind a value", String.valueOf(Mem.getByte(mem, i)));
      }
    }
    records++;
    valueBytes += valueSize;
    sink.put(mem, at, mem, value, valueSize, modSeq);
    return end;
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

  private static SnapshotException badSeq(BatchInfo batch, long at, String expected, long found) {
    return bad(batch, at, "a sequence number of " + expected, String.valueOf(found));
  }

  private static SnapshotException bad(BatchInfo batch, long at, String expected, String found) {
    return SnapshotException.damaged(Reason.BAD_RECORD, BatchHead.part(batch), at, expected, found);
  }
}
