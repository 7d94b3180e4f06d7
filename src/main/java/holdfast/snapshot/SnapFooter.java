package holdfast.snapshot;

import holdfast.Structure;
import holdfast.internal.Crc32c;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The last 256 bytes of a snapshot file: what is in it, and the proof that it was written to its
 * end.
 *
 * <pre>{@code
 * byte 0        8        12      16    24         32   48        64         80        104      120
 *      +--------+---------+------+-----+----------+----+---------+----------+---------+--------+
 *      | magic  | version | kind | seq | base seq | id | base id | store id | of file |of store|
 *      +--------+---------+------+-----+----------+----+---------+----------+---------+--------+
 *      120         144         152       156       160            192     252             256
 *      +-----------+-----------+---------+---------+--------------+-------+---------------+
 *      | directory | file size | dir.CRC | head.CRC| content hash | zeros | CRC32C 0..251 |
 *      +-----------+-----------+---------+---------+--------------+-------+---------------+
 *      of file: live records, tombstones, value bytes    of store: live records, value bytes
 *      directory: offset, bytes, frames
 * }</pre>
 *
 * @param header the fields that both have
 * @param headerCrc checksum of the header
 * @param records live records in the file
 * @param tombstones removed keys in the file
 * @param valueBytes of the live records in the file
 * @param storeRecords live records of the store at that time
 * @param storeValueBytes value bytes of the store at that time
 * @param directoryOffset where the directory begins
 * @param frames batches, each with an entry in the directory
 * @param directoryCrc checksum of the directory
 * @param hash content of the store at that time
 */
record SnapFooter(
    SnapHeader header,
    int headerCrc,
    long records,
    long tombstones,
    long valueBytes,
    long storeRecords,
    long storeValueBytes,
    long directoryOffset,
    long frames,
    int directoryCrc,
    ContentHash hash) {
  static final long MAGIC_OFFSET = 0;
  static final long VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long KIND_OFFSET = VERSION_OFFSET + Integer.BYTES;
  static final long SEQ_OFFSET = KIND_OFFSET + Integer.BYTES;
  static final long BASE_SEQ_OFFSET = SEQ_OFFSET + Long.BYTES;
  static final long ID_OFFSET = BASE_SEQ_OFFSET + Long.BYTES;
  static final long BASE_ID_OFFSET = ID_OFFSET + SnapId.SIZE;
  static final long STORE_ID_OFFSET = BASE_ID_OFFSET + SnapId.SIZE;
  static final long RECORDS_OFFSET = STORE_ID_OFFSET + SnapId.SIZE;
  static final long TOMBSTONES_OFFSET = RECORDS_OFFSET + Long.BYTES;
  static final long VALUE_BYTES_OFFSET = TOMBSTONES_OFFSET + Long.BYTES;
  static final long STORE_RECORDS_OFFSET = VALUE_BYTES_OFFSET + Long.BYTES;
  static final long STORE_VALUE_BYTES_OFFSET = STORE_RECORDS_OFFSET + Long.BYTES;
  static final long DIRECTORY_OFFSET_OFFSET = STORE_VALUE_BYTES_OFFSET + Long.BYTES;
  static final long DIRECTORY_BYTES_OFFSET = DIRECTORY_OFFSET_OFFSET + Long.BYTES;
  static final long FRAMES_OFFSET = DIRECTORY_BYTES_OFFSET + Long.BYTES;
  static final long FILE_SIZE_OFFSET = FRAMES_OFFSET + Long.BYTES;
  static final long DIRECTORY_CRC_OFFSET = FILE_SIZE_OFFSET + Long.BYTES;
  static final long HEADER_CRC_OFFSET = DIRECTORY_CRC_OFFSET + Integer.BYTES;
  static final long HASH_OFFSET = HEADER_CRC_OFFSET + Integer.BYTES;
  static final long ZERO_OFFSET = HASH_OFFSET + ContentHash.SIZE;
  static final long CRC_OFFSET = ZERO_OFFSET + 60;
  static final int SIZE = 256;

  /** "HFSNAPEN". */
  static final long MAGIC = 0x4E4550414E534648L;

  private static final String PART = "footer";

  /** Bytes of the directory. */
  long directoryBytes() {
    return frames * SnapEntry.SIZE;
  }

  /** Bytes of the whole file. */
  long fileSize() {
    return directoryOffset + directoryBytes() + SIZE;
  }

  /** Writes 256 bytes. */
  void put(MemorySegment mem) {
    Mem.fill(mem, 0, SIZE, (byte) 0);
    Mem.putLong(mem, MAGIC_OFFSET, MAGIC);
    Mem.putInt(mem, VERSION_OFFSET, SnapHeader.VERSION);
    Mem.putInt(mem, KIND_OFFSET, header.kind().code());
    Mem.putLong(mem, SEQ_OFFSET, header.seq());
    Mem.putLong(mem, BASE_SEQ_OFFSET, header.baseSeq());
    SnapId.put(mem, ID_OFFSET, header.id());
    SnapId.put(mem, BASE_ID_OFFSET, header.baseId());
    SnapId.put(mem, STORE_ID_OFFSET, header.storeId());
    Mem.putLong(mem, RECORDS_OFFSET, records);
    Mem.putLong(mem, TOMBSTONES_OFFSET, tombstones);
    Mem.putLong(mem, VALUE_BYTES_OFFSET, valueBytes);
    Mem.putLong(mem, STORE_RECORDS_OFFSET, storeRecords);
    Mem.putLong(mem, STORE_VALUE_BYTES_OFFSET, storeValueBytes);
    Mem.putLong(mem, DIRECTORY_OFFSET_OFFSET, directoryOffset);
    Mem.putLong(mem, DIRECTORY_BYTES_OFFSET, directoryBytes());
    Mem.putLong(mem, FRAMES_OFFSET, frames);
    Mem.putLong(mem, FILE_SIZE_OFFSET, fileSize());
    Mem.putInt(mem, DIRECTORY_CRC_OFFSET, directoryCrc);
    Mem.putInt(mem, HEADER_CRC_OFFSET, headerCrc);
    hash.write(mem, HASH_OFFSET);
    Mem.putInt(mem, CRC_OFFSET, crc(mem));
  }

  /** The checksum as it should be. */
  static int crc(MemorySegment mem) {
    return Crc32c.of(mem.asSlice(0, CRC_OFFSET));
  }

  /**
   * Reads and checks 256 bytes, also against the header.
   *
   * @param header what the start of the file says
   * @param headerCrc its checksum
   * @param fileSize bytes of the file
   */
  static SnapFooter parse(MemorySegment mem, SnapHeader header, int headerCrc, long fileSize) {
    long at = fileSize - SIZE;
    if (Mem.getLong(mem, MAGIC_OFFSET) != MAGIC) {
      throw bad(at, "the end of a snapshot", "other bytes: the file is cut or was never finished");
    }
    int crc = crc(mem);
    if (Mem.getInt(mem, CRC_OFFSET) != crc) {
      throw bad(
          at + CRC_OFFSET,
          "CRC32C " + SnapHeader.hex(crc),
          SnapHeader.hex(Mem.getInt(mem, CRC_OFFSET)));
    }
    SnapId.requireZeros(mem, ZERO_OFFSET, CRC_OFFSET, Reason.BAD_FOOTER, PART, at);
    if (Mem.getLong(mem, FILE_SIZE_OFFSET) != fileSize) {
      throw SnapshotException.damaged(
          Reason.SIZE_MISMATCH,
          PART,
          at + FILE_SIZE_OFFSET,
          "the size of the file, " + fileSize,
          String.valueOf(Mem.getLong(mem, FILE_SIZE_OFFSET)));
    }
    long frames = Mem.getLong(mem, FRAMES_OFFSET);
    long offset = Mem.getLong(mem, DIRECTORY_OFFSET_OFFSET);
    // Both before any arithmetic with them.
    require(
        frames >= 0 && frames <= fileSize / SnapEntry.SIZE,
        at + FRAMES_OFFSET,
        "as many frames as have room",
        frames);
    require(
        offset == fileSize - SIZE - frames * SnapEntry.SIZE && offset >= SnapHeader.SIZE,
        at + DIRECTORY_OFFSET_OFFSET,
        "a directory that ends where the footer begins",
        offset);
    require(
        Mem.getLong(mem, DIRECTORY_BYTES_OFFSET) == frames * SnapEntry.SIZE,
        at + DIRECTORY_BYTES_OFFSET,
        String.valueOf(frames * SnapEntry.SIZE),
        Mem.getLong(mem, DIRECTORY_BYTES_OFFSET));
    SnapFooter footer =
        new SnapFooter(
            header,
            headerCrc,
            Mem.getLong(mem, RECORDS_OFFSET),
            Mem.getLong(mem, TOMBSTONES_OFFSET),
            Mem.getLong(mem, VALUE_BYTES_OFFSET),
            Mem.getLong(mem, STORE_RECORDS_OFFSET),
            Mem.getLong(mem, STORE_VALUE_BYTES_OFFSET),
            offset,
            frames,
            Mem.getInt(mem, DIRECTORY_CRC_OFFSET),
            ContentHash.read(header.hashKind(), mem, HASH_OFFSET));
    footer.checkCounts(at);
    footer.agree(mem, at);
    return footer;
  }

  private void checkCounts(long at) {
    require(records >= 0, at + RECORDS_OFFSET, "a count", records);
    require(tombstones >= 0, at + TOMBSTONES_OFFSET, "a count", tombstones);
    require(valueBytes >= 0, at + VALUE_BYTES_OFFSET, "a size", valueBytes);
    require(
        storeRecords >= records, at + STORE_RECORDS_OFFSET, "at least " + records, storeRecords);
    require(
        storeValueBytes >= valueBytes,
        at + STORE_VALUE_BYTES_OFFSET,
        "at least " + valueBytes,
        storeValueBytes);
    if (header.kind() == SnapshotKind.FULL) {
      require(tombstones == 0, at + TOMBSTONES_OFFSET, "none in a full snapshot", tombstones);
      require(storeRecords == records, at + STORE_RECORDS_OFFSET, "all: " + records, storeRecords);
      require(
          storeValueBytes == valueBytes,
          at + STORE_VALUE_BYTES_OFFSET,
          "all: " + valueBytes,
          storeValueBytes);
    }
    if (header.hashKind() == HashKind.NONE) {
      byte[] bytes = hash.bytes();
      for (int i = 0; i < bytes.length; i++) {
        require(bytes[i] == 0, at + HASH_OFFSET + i, "zero where there is no hash", bytes[i]);
      }
    }
  }

  /** The fields that the header has, too. */
  private void agree(MemorySegment mem, long at) {
    agree(Mem.getInt(mem, VERSION_OFFSET), SnapHeader.VERSION, at + VERSION_OFFSET);
    agree(Mem.getInt(mem, KIND_OFFSET), header.kind().code(), at + KIND_OFFSET);
    agree(Mem.getLong(mem, SEQ_OFFSET), header.seq(), at + SEQ_OFFSET);
    agree(Mem.getLong(mem, BASE_SEQ_OFFSET), header.baseSeq(), at + BASE_SEQ_OFFSET);
    agree(SnapId.get(mem, ID_OFFSET), header.id(), at + ID_OFFSET);
    agree(SnapId.get(mem, BASE_ID_OFFSET), header.baseId(), at + BASE_ID_OFFSET);
    agree(SnapId.get(mem, STORE_ID_OFFSET), header.storeId(), at + STORE_ID_OFFSET);
    agree(Mem.getInt(mem, HEADER_CRC_OFFSET), headerCrc, at + HEADER_CRC_OFFSET);
  }

  private static void agree(Object found, Object expected, long offset) {
    if (!found.equals(expected)) {
      throw SnapshotException.damaged(
          Reason.HEADER_FOOTER_MISMATCH,
          PART,
          offset,
          "as in the header, " + expected,
          found.toString());
    }
  }

  private static void require(boolean holds, long offset, String expected, long found) {
    if (!holds) {
      throw bad(offset, expected, String.valueOf(found));
    }
  }

  private static SnapshotException bad(long offset, String expected, String found) {
    return SnapshotException.damaged(Reason.BAD_FOOTER, PART, offset, expected, found);
  }

  /** The fields that the header does not have, for people. */
  Structure structure() {
    long at = fileSize() - SIZE;
    return new Structure(
        PART,
        at,
        SIZE,
        "",
        List.of(
            number("records", at + RECORDS_OFFSET, records),
            number("removed keys", at + TOMBSTONES_OFFSET, tombstones),
            number("value bytes", at + VALUE_BYTES_OFFSET, valueBytes),
            number("records of the store", at + STORE_RECORDS_OFFSET, storeRecords),
            number("value bytes of the store", at + STORE_VALUE_BYTES_OFFSET, storeValueBytes),
            number("directory offset", at + DIRECTORY_OFFSET_OFFSET, directoryOffset),
            number("directory size", at + DIRECTORY_BYTES_OFFSET, directoryBytes()),
            number("batches", at + FRAMES_OFFSET, frames),
            number("file size", at + FILE_SIZE_OFFSET, fileSize()),
            Structure.leaf("content hash", at + HASH_OFFSET, ContentHash.SIZE, hash.toString())));
  }

  private static Structure number(String name, long at, long value) {
    return Structure.leaf(name, at, Long.BYTES, String.valueOf(value));
  }
}
