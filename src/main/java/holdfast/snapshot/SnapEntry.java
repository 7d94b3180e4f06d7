package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * One entry of a snapshot's directory: where a batch lies, and what must come out of it.
 *
 * <pre>{@code
 * byte 0        8        16      24        28      32              40         44         48
 *      +--------+--------+-------+---------+-------+---------------+----------+----------+
 *      | offset | stored | plain | records | flags | first mod seq | CRC      | CRC      |
 *      |        | bytes  | bytes |         |       |               | stored   | data     |
 *      +--------+--------+-------+---------+-------+---------------+----------+----------+
 *      plain bytes: 32 of the head, and the data; the second CRC32C is of the data alone
 * }</pre>
 */
final class SnapEntry {
  static final long OFFSET_OFFSET = 0;
  static final long STORED_OFFSET = OFFSET_OFFSET + Long.BYTES;
  static final long PLAIN_OFFSET = STORED_OFFSET + Long.BYTES;
  static final long RECORDS_OFFSET = PLAIN_OFFSET + Long.BYTES;
  static final long FLAGS_OFFSET = RECORDS_OFFSET + Integer.BYTES;
  static final long FIRST_SEQ_OFFSET = FLAGS_OFFSET + Integer.BYTES;
  static final long STORED_CRC_OFFSET = FIRST_SEQ_OFFSET + Long.BYTES;
  static final long DATA_CRC_OFFSET = STORED_CRC_OFFSET + Integer.BYTES;
  static final int SIZE = 48;

  private SnapEntry() {}

  /** Writes 48 bytes. */
  static void put(MemorySegment mem, long at, BatchInfo batch) {
    Mem.putLong(mem, at + OFFSET_OFFSET, batch.offset);
    Mem.putLong(mem, at + STORED_OFFSET, batch.stored);
    Mem.putLong(mem, at + PLAIN_OFFSET, batch.plain);
    Mem.putInt(mem, at + RECORDS_OFFSET, batch.records);
    Mem.putInt(mem, at + FLAGS_OFFSET, batch.flags);
    Mem.putLong(mem, at + FIRST_SEQ_OFFSET, batch.firstModSeq);
    Mem.putInt(mem, at + STORED_CRC_OFFSET, batch.storedCrc);
    Mem.putInt(mem, at + DATA_CRC_OFFSET, batch.dataCrc);
  }

  /** Reads 48 bytes; nothing is checked. */
  static void get(MemorySegment mem, long at, BatchInfo batch) {
    batch.offset = Mem.getLong(mem, at + OFFSET_OFFSET);
    batch.stored = Mem.getLong(mem, at + STORED_OFFSET);
    batch.plain = Mem.getLong(mem, at + PLAIN_OFFSET);
    batch.records = Mem.getInt(mem, at + RECORDS_OFFSET);
    batch.flags = Mem.getInt(mem, at + FLAGS_OFFSET);
    batch.firstModSeq = Mem.getLong(mem, at + FIRST_SEQ_OFFSET);
    batch.storedCrc = Mem.getInt(mem, at + STORED_CRC_OFFSET);
    batch.dataCrc = Mem.getInt(mem, at + DATA_CRC_OFFSET);
  }
}
