package holdfast.snapshot;

import holdfast.internal.Crc32c;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The first buffer of each batch.
 *
 * <pre>{@code
 * byte 0       4       8         12         16           24        28            32
 *      +-------+-------+---------+----------+------------+---------+-------------+
 *      | magic | flags | records | CRC data | data bytes | ordinal | CRC 0..27   |
 *      +-------+-------+---------+----------+------------+---------+-------------+
 *
 * flags: bit 0 JUMBO: one record that would not fit into a batch, its value a buffer of its own
 *        bit 1 TOMBSTONES: only removed keys, else only live records
 * }</pre>
 */
final class BatchHead {
  static final long MAGIC_OFFSET = 0;
  static final long FLAGS_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  static final long RECORDS_OFFSET = FLAGS_OFFSET + Integer.BYTES;
  static final long DATA_CRC_OFFSET = RECORDS_OFFSET + Integer.BYTES;
  static final long DATA_BYTES_OFFSET = DATA_CRC_OFFSET + Integer.BYTES;
  static final long ORDINAL_OFFSET = DATA_BYTES_OFFSET + Long.BYTES;
  static final long CRC_OFFSET = ORDINAL_OFFSET + Integer.BYTES;
  static final int SIZE = 32;

  /** "HFBT". */
  static final int MAGIC = 0x54424648;

  static final int JUMBO = 1;
  static final int TOMBSTONES = 2;

  private BatchHead() {}

  /** Writes 32 bytes. */
  static void put(MemorySegment mem, BatchInfo batch) {
    Mem.putInt(mem, MAGIC_OFFSET, MAGIC);
    Mem.putInt(mem, FLAGS_OFFSET, batch.flags);
    Mem.putInt(mem, RECORDS_OFFSET, batch.records);
    Mem.putInt(mem, DATA_CRC_OFFSET, batch.dataCrc);
    Mem.putLong(mem, DATA_BYTES_OFFSET, batch.plain - SIZE);
    Mem.putInt(mem, ORDINAL_OFFSET, batch.ordinal);
    Mem.putInt(mem, CRC_OFFSET, crc(mem));
  }

  /** The checksum of a whole raw batch, without a second look at its data. */
  static int rawCrc(MemorySegment mem, BatchInfo batch) {
    int head = Crc32c.of(mem.asSlice(0, SIZE));
    return Crc32c.join(head, batch.dataCrc, Crc32c.shift(batch.plain - SIZE));
  }

  private static int crc(MemorySegment mem) {
    return Crc32c.of(mem.asSlice(0, CRC_OFFSET));
  }

  /** Checks 32 bytes against what the directory says of the batch. */
  static void check(MemorySegment mem, BatchInfo batch) {
    require(mem, MAGIC_OFFSET, MAGIC, batch);
    require(mem, CRC_OFFSET, crc(mem), batch);
    require(mem, FLAGS_OFFSET, batch.flags, batch);
    require(mem, RECORDS_OFFSET, batch.records, batch);
    require(mem, DATA_CRC_OFFSET, batch.dataCrc, batch);
    require(mem, ORDINAL_OFFSET, batch.ordinal, batch);
    if (Mem.getLong(mem, DATA_BYTES_OFFSET) != batch.plain - SIZE) {
      throw bad(
          batch,
          DATA_BYTES_OFFSET,
          String.valueOf(batch.plain - SIZE),
          String.valueOf(Mem.getLong(mem, DATA_BYTES_OFFSET)));
    }
  }

  private static void require(MemorySegment mem, long offset, int expected, BatchInfo batch) {
    if (Mem.getInt(mem, offset) != expected) {
      throw bad(batch, offset, SnapHeader.hex(expected), SnapHeader.hex(Mem.getInt(mem, offset)));
    }
  }

  private static SnapshotException bad(
      BatchInfo batch, long offset, String expected, String found) {
    return SnapshotException.damaged(Reason.BAD_DATA, part(batch), offset, expected, found);
  }

  /** A batch in messages; offsets behind it count plain bytes. */
  static String part(BatchInfo batch) {
    return "batch " + batch.ordinal + " (frame at byte " + batch.offset + ")";
  }
}
