package holdfast.snapshot;

import holdfast.Structure;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Crc32c;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The first 128 bytes of a snapshot file: what it is of, and how it is stored.
 *
 * <pre>{@code
 * byte 0        8        12      16    24         32      48        64        80
 *      +--------+---------+------+-----+----------+-------+---------+---------+
 *      | magic  | version | kind | seq | base seq |  id   | base id | store id|
 *      +--------+---------+------+-----+----------+-------+---------+---------+
 *      80         84     88     92       96      104          124             128
 *      +----------+------+------+--------+-------+------------+---------------+
 *      | key size | style| hash | batch  | clock |  20 zeros  | CRC32C 0..123 |
 *      +----------+------+------+--------+-------+------------+---------------+
 * }</pre>
 *
 * <p>Any later version keeps magic, version and CRC where they are.
 *
 * @param kind full or incremental
 * @param seq sequence number of the state, at least 1
 * @param baseSeq that of the full snapshot beneath; 0 for a full one
 * @param id names this file, random
 * @param baseId names the full snapshot beneath; zero for a full one
 * @param storeId names the store
 * @param keySize bytes of every key: a multiple of 8 from 8 to 48
 * @param style how batches are stored
 * @param hashKind what the hash in the footer is
 * @param batchBytes most data bytes of a batch
 * @param wallClock nanoseconds since 1970, UTC; nothing depends on it
 */
record SnapHeader(
    SnapshotKind kind,
    long seq,
    long baseSeq,
    UUID id,
    UUID baseId,
    UUID storeId,
    int keySize,
    FrameStyle style,
    HashKind hashKind,
    int batchBytes,
    long wallClock) {
  static final long MAGIC_OFFSET = 0;
  static final long VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final long KIND_OFFSET = VERSION_OFFSET + Integer.BYTES;
  static final long SEQ_OFFSET = KIND_OFFSET + Integer.BYTES;
  static final long BASE_SEQ_OFFSET = SEQ_OFFSET + Long.BYTES;
  static final long ID_OFFSET = BASE_SEQ_OFFSET + Long.BYTES;
  static final long BASE_ID_OFFSET = ID_OFFSET + SnapId.SIZE;
  static final long STORE_ID_OFFSET = BASE_ID_OFFSET + SnapId.SIZE;
  static final long KEY_SIZE_OFFSET = STORE_ID_OFFSET + SnapId.SIZE;
  static final long STYLE_OFFSET = KEY_SIZE_OFFSET + Integer.BYTES;
  static final long HASH_OFFSET = STYLE_OFFSET + Integer.BYTES;
  static final long BATCH_OFFSET = HASH_OFFSET + Integer.BYTES;
  static final long CLOCK_OFFSET = BATCH_OFFSET + Integer.BYTES;
  static final long ZERO_OFFSET = CLOCK_OFFSET + Long.BYTES;
  static final long CRC_OFFSET = ZERO_OFFSET + 20;
  static final int SIZE = 128;

  /** "HFSNAP\n^Z". */
  static final long MAGIC = 0x1A0A50414E534648L;

  static final int VERSION = 1;

  static final int KEY_SIZE_MIN = 8;
  static final int KEY_SIZE_MAX = 48;
  static final int BATCH_MIN = 64 << 10;
  static final int BATCH_MAX = 64 << 20;

  /** A store keeps two bits of its gate word for other things. */
  static final long SEQ_MAX = (1L << 62) - 1;

  private static final String PART = "header";

  /** Whether a file that begins so claims to be a snapshot. */
  static boolean isMagic(MemorySegment head) {
    return head.byteSize() >= Long.BYTES && Mem.getLong(head, MAGIC_OFFSET) == MAGIC;
  }

  /** Writes 128 bytes. */
  void put(MemorySegment mem) {
    Mem.fill(mem, 0, SIZE, (byte) 0);
    Mem.putLong(mem, MAGIC_OFFSET, MAGIC);
    Mem.putInt(mem, VERSION_OFFSET, VERSION);
    Mem.putInt(mem, KIND_OFFSET, kind.code());
    Mem.putLong(mem, SEQ_OFFSET, seq);
    Mem.putLong(mem, BASE_SEQ_OFFSET, baseSeq);
    SnapId.put(mem, ID_OFFSET, id);
    SnapId.put(mem, BASE_ID_OFFSET, baseId);
    SnapId.put(mem, STORE_ID_OFFSET, storeId);
    Mem.putInt(mem, KEY_SIZE_OFFSET, keySize);
    Mem.putInt(mem, STYLE_OFFSET, style.code());
    Mem.putInt(mem, HASH_OFFSET, hashKind.code());
    Mem.putInt(mem, BATCH_OFFSET, batchBytes);
    Mem.putLong(mem, CLOCK_OFFSET, wallClock);
    Mem.putInt(mem, CRC_OFFSET, crc(mem));
  }

  /** The checksum as it should be. */
  static int crc(MemorySegment mem) {
    return Crc32c.of(mem.asSlice(0, CRC_OFFSET));
  }

  /** Reads and checks 128 bytes. */
  static SnapHeader parse(MemorySegment mem) {
    if (!isMagic(mem)) {
      throw SnapshotException.damaged(
          Reason.BAD_MAGIC, PART, MAGIC_OFFSET, hex(MAGIC), hex(Mem.getLong(mem, MAGIC_OFFSET)));
    }
    int crc = crc(mem);
    if (Mem.getInt(mem, CRC_OFFSET) != crc) {
      throw bad(CRC_OFFSET, "CRC32C " + hex(crc), hex(Mem.getInt(mem, CRC_OFFSET)));
    }
    int version = Mem.getInt(mem, VERSION_OFFSET);
    if (version != VERSION) {
      throw SnapshotException.version(VERSION_OFFSET, version);
    }
    SnapHeader header = read(mem);
    header.check();
    SnapId.requireZeros(mem, ZERO_OFFSET, CRC_OFFSET, Reason.BAD_HEADER, PART, 0);
    return header;
  }

  private static SnapHeader read(MemorySegment mem) {
    int kindCode = Mem.getInt(mem, KIND_OFFSET);
    SnapshotKind kind = SnapshotKind.of(kindCode);
    require(kind != null, KIND_OFFSET, "kind 1 or 2", kindCode);
    int styleCode = Mem.getInt(mem, STYLE_OFFSET);
    require(styleCode == 1 || styleCode == 2, STYLE_OFFSET, "style 1 or 2", styleCode);
    int hashCode = Mem.getInt(mem, HASH_OFFSET);
    HashKind hashKind = HashKind.of(hashCode);
    require(hashKind != null, HASH_OFFSET, "hash kind 0 to 2", hashCode);
    return new SnapHeader(
        kind,
        Mem.getLong(mem, SEQ_OFFSET),
        Mem.getLong(mem, BASE_SEQ_OFFSET),
        SnapId.get(mem, ID_OFFSET),
        SnapId.get(mem, BASE_ID_OFFSET),
        SnapId.get(mem, STORE_ID_OFFSET),
        Mem.getInt(mem, KEY_SIZE_OFFSET),
        styleCode == FrameStyle.RAW.code() ? FrameStyle.RAW : FrameStyle.LZ4,
        hashKind,
        Mem.getInt(mem, BATCH_OFFSET),
        Mem.getLong(mem, CLOCK_OFFSET));
  }

  /** Every rule of the fields; for those about to be written, too. */
  void check() {
    require(seq >= 1 && seq <= SEQ_MAX, SEQ_OFFSET, "a sequence number of 1 to 2^62 - 1", seq);
    boolean full = kind == SnapshotKind.FULL;
    require(
        full ? baseSeq == 0 : baseSeq >= 1 && baseSeq < seq,
        BASE_SEQ_OFFSET,
        full ? "no base" : "a base of 1 to " + (seq - 1),
        baseSeq);
    if (SnapId.NONE.equals(baseId) != full) {
      throw bad(BASE_ID_OFFSET, full ? "no base" : "a base", baseId.toString());
    }
    if (SnapId.NONE.equals(id)) {
      throw bad(ID_OFFSET, "an id", "zeros");
    }
    require(
        keySize >= KEY_SIZE_MIN && keySize <= KEY_SIZE_MAX && keySize % 8 == 0,
        KEY_SIZE_OFFSET,
        "a multiple of 8 from 8 to 48",
        keySize);
    require(
        batchBytes >= BATCH_MIN && batchBytes <= BATCH_MAX,
        BATCH_OFFSET,
        BATCH_MIN + " to " + BATCH_MAX,
        batchBytes);
  }

  private static void require(boolean holds, long offset, String expected, long found) {
    if (!holds) {
      throw bad(offset, expected, String.valueOf(found));
    }
  }

  private static SnapshotException bad(long offset, String expected, String found) {
    return SnapshotException.damaged(Reason.BAD_HEADER, PART, offset, expected, found);
  }

  /** A number for messages. */
  static String hex(int value) {
    return "0x%08x".formatted(value);
  }

  private static String hex(long value) {
    return "0x%016x".formatted(value);
  }

  /** The fields, for people. */
  Structure structure() {
    return new Structure(
        PART,
        0,
        SIZE,
        "",
        List.of(
            Structure.leaf("magic", MAGIC_OFFSET, Long.BYTES, "HFSNAP"),
            Structure.leaf("version", VERSION_OFFSET, Integer.BYTES, String.valueOf(VERSION)),
            Structure.leaf("kind", KIND_OFFSET, Integer.BYTES, kind.code() + ", " + kind),
            Structure.leaf("seq", SEQ_OFFSET, Long.BYTES, String.valueOf(seq)),
            Structure.leaf("base seq", BASE_SEQ_OFFSET, Long.BYTES, String.valueOf(baseSeq)),
            Structure.leaf("id", ID_OFFSET, SnapId.SIZE, id.toString()),
            Structure.leaf("base id", BASE_ID_OFFSET, SnapId.SIZE, baseId.toString()),
            Structure.leaf("store id", STORE_ID_OFFSET, SnapId.SIZE, storeId.toString()),
            Structure.leaf("key size", KEY_SIZE_OFFSET, Integer.BYTES, String.valueOf(keySize)),
            Structure.leaf("style", STYLE_OFFSET, Integer.BYTES, style.code() + ", " + style),
            Structure.leaf("hash", HASH_OFFSET, Integer.BYTES, hashKind.code() + ", " + hashKind),
            Structure.leaf("batch size", BATCH_OFFSET, Integer.BYTES, String.valueOf(batchBytes)),
            Structure.leaf("wall clock", CLOCK_OFFSET, Long.BYTES, wallClock + ", " + time())));
  }

  private Instant time() {
    return Instant.ofEpochSecond(
        Math.floorDiv(wallClock, 1_000_000_000L), Math.floorMod(wallClock, 1_000_000_000L));
  }

  /** Whether a record of this size goes into a batch of its own. */
  boolean isJumbo(long recordSize) {
    return recordSize > batchBytes;
  }
}
