package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Bits;
import holdfast.internal.Mem;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Makes the parts of a store in a workspace, and finds them again.
 *
 * <pre>{@code
 * tag   T+0      T+1      T+2       T+3            T+4            T+5       T+6
 *      header   chains   records   transactions   groove state   volumes   direct values
 * }</pre>
 *
 * <p>What is found is checked before anybody relies on it: parameters, that each part is one
 * partition with its tag and large enough, and that every value lies in a partition that the
 * workspace has. Links inside are checked when they are followed.
 */
final class StoreOpening {
  private static final long ALIGN = StoreHeader.ALIGN;
  private static final long EMPTY_CHAIN = 0xffff_ffffL;
  private static final long INDEX_MAX = (1L << 32) - 2;

  private StoreOpening() {}

  // Making.

  /**
   * Makes an empty store, whose owner is nobody yet.
   *
   * @return where its header is
   * @throws StoreFullException when the workspace has no room; nothing changed
   * @throws IllegalArgumentException when allocations have the store's tags already
   */
  static long create(Wksp wksp, RecordStoreConfig config) {
    return create(wksp, config, StoreMemory.chainCount(config.recMax()));
  }

  /** The same with so many chains, a power of two. */
  static long create(Wksp wksp, RecordStoreConfig config, long chainCount) {
    long tag = config.baseTag();
    long[] tags = tags(tag);
    if (wksp.tagCount(tags) != 0) {
      throw new IllegalArgumentException(
          "the workspace has allocations with tags from 0x"
              + Long.toHexString(tag)
              + " on: open that store, free them, or choose another base tag");
    }
    long recMax = config.recMax();
    long txnMax = config.txnMax();
    try {
      long header = alloc(wksp, StoreHeader.FOOTPRINT, tag, "the header");
      long chains = alloc(wksp, chainCount * Long.BYTES, tag + StoreHeader.CHAINS_TAG, "chains");
      long records =
          alloc(wksp, recMax * config.recordSize(), tag + StoreHeader.RECORDS_TAG, "records");
      long txns =
          alloc(wksp, StoreMemory.txnsSize(txnMax), tag + StoreHeader.TXNS_TAG, "transactions");
      MemorySegment mem = wksp.memory();
      for (long i = 0; i < chainCount; i++) {
        Mem.putLong(mem, chains + i * Long.BYTES, EMPTY_CHAIN);
      }
      Mem.fill(mem, records, recMax * config.recordSize(), (byte) 0);
      Mem.fill(mem, txns, StoreMemory.txnsSize(txnMax), (byte) 0);
      Mem.fill(mem, txns, StoreMemory.txnHeadCount(txnMax) * Integer.BYTES, (byte) -1);
      long volume =
          config.volume() == 0 ? 1L << Values.defaultVolumeLog2(wksp.dataMax()) : config.volume();
      int blockLog2 = Integer.numberOfTrailingZeros(config.block());
      int volumeLog2 = Long.numberOfTrailingZeros(volume);
      Values values =
          Values.create(
              wksp, tag, mark(config.seed()), blockLog2, volumeLog2, Values.defaultHandles());
      if (values == null) {
        throw full("the state of the groove", -1);
      }
      long lattice = 0;
      if (config.hash() == HashKind.LATTICE16) {
        lattice = values.allocAccumulator();
        if (lattice == Values.FULL) {
          throw full("the sum of the root", Values.ACCUMULATOR_SIZE);
        }
      }
      values.close();
      Mem.fill(mem, header, StoreHeader.FOOTPRINT, (byte) 0);
      putInt(mem, header, StoreHeader.VERSION_OFFSET, StoreHeader.VERSION);
      putInt(mem, header, StoreHeader.KEY_SIZE_OFFSET, config.keySize());
      putLong(mem, header, StoreHeader.SELF_OFFSET, header);
      putLong(mem, header, StoreHeader.SEED_OFFSET, config.seed());
      putInt(mem, header, StoreHeader.REC_MAX_OFFSET, (int) recMax);
      putInt(mem, header, StoreHeader.TXN_MAX_OFFSET, (int) txnMax);
      putLong(mem, header, StoreHeader.CHAINS_OFFSET, chains);
      putLong(mem, header, StoreHeader.CHAIN_COUNT_OFFSET, chainCount);
      putLong(mem, header, StoreHeader.RECORDS_OFFSET, records);
      putLong(mem, header, StoreHeader.TXNS_OFFSET, txns);
      for (long link : LINKS) {
        putInt(mem, header, link, StoreMemory.NONE);
      }
      putInt(mem, header, StoreHeader.HASH_OFFSET, config.hash().code());
      putLong(mem, header, StoreHeader.FLOOR_OFFSET, StoreHeader.KEEP_NONE);
      UUID id = config.storeId();
      putLong(mem, header, StoreHeader.STORE_ID_OFFSET, id.getMostSignificantBits());
      putLong(mem, header, StoreHeader.STORE_ID_OFFSET + 8, id.getLeastSignificantBits());
      putLong(mem, header, StoreHeader.BASE_TAG_OFFSET, tag);
      putLong(mem, header, StoreHeader.LATTICE_OFFSET, lattice);
      putLong(mem, header, StoreHeader.GROOVE_OFFSET, values.grooveState());
      putShort(mem, header, StoreHeader.BLOCK_OFFSET, blockLog2);
      putShort(
          mem,
          header,
          StoreHeader.RECORD_OFFSET,
          Integer.numberOfTrailingZeros(config.recordSize()));
      putInt(mem, header, StoreHeader.VOLUME_OFFSET, volumeLog2);
      // Last: whoever sees the magic may rely on the rest.
      Mem.putLongRelease(mem, header + StoreHeader.MAGIC_OFFSET, StoreHeader.MAGIC);
      return header;
    } catch (StoreFullException e) {
      wksp.tagFree(tags);
      throw e;
    }
  }

  /**
   * What tells the volumes of this store from those of others: made of the seed, because that never
   * changes, while a store that is loaded takes over the id of the one that was saved.
   */
  static long mark(long seed) {
    return Long.rotateLeft(seed, 32) ^ StoreHeader.MAGIC;
  }

  /** Fields of the header that are indices, none at first. */
  private static final long[] LINKS = {
    StoreHeader.LIVE_HEAD_OFFSET,
    StoreHeader.LIVE_TAIL_OFFSET,
    StoreHeader.TOMBSTONE_HEAD_OFFSET,
    StoreHeader.TOMBSTONE_TAIL_OFFSET,
    StoreHeader.CHILD_HEAD_OFFSET,
    StoreHeader.CHILD_TAIL_OFFSET,
    StoreHeader.PENDING_OFFSET
  };

  private static void putShort(MemorySegment mem, long header, long field, int value) {
    Mem.putShort(mem, header + field, (short) value);
  }

  private static void putInt(MemorySegment mem, long header, long field, int value) {
    Mem.putInt(mem, header + field, value);
  }

  private static void putLong(MemorySegment mem, long header, long field, long value) {
    Mem.putLong(mem, header + field, value);
  }

  private static long[] tags(long base) {
    long[] tags = new long[StoreHeader.DIRECT_TAG + 1];
    Arrays.setAll(tags, i -> base + i);
    return tags;
  }

  private static long alloc(Wksp wksp, long size, long tag, String what) {
    long gaddr = wksp.alloc(ALIGN, size, tag);
    if (gaddr == Wksp.GADDR_NULL) {
      throw full(what, size);
    }
    return gaddr;
  }

  private static StoreFullException full(String what, long size) {
    return new StoreFullException(
        "the workspace has no room for "
            + what
            + (size < 0 ? "" : " of the store, " + size + " bytes")
            + "; make it larger, or the store smaller");
  }

  // Finding.

  /** Where the header of the store with a base tag is. */
  static long find(Wksp wksp, long baseTag) {
    List<Partition> found = wksp.tagQuery(2, baseTag);
    if (found.size() != 1) {
      throw StoreHeader.corrupt(
          found.isEmpty() ? 0 : found.get(1).gaddrLo(),
          "one header of a store, with tag 0x" + Long.toHexString(baseTag),
          found.size());
    }
    return found.getFirst().gaddrLo();
  }

  /** Checks a header and that the parts it names are there. */
  static StoreMemory check(Wksp wksp, long header) {
    Partition found = wksp.find(header);
    if (found == null || found.gaddrLo() != header || found.size() < StoreHeader.FOOTPRINT) {
      throw StoreHeader.corrupt(header, "the header of a store, 256 bytes", found);
    }
    MemorySegment mem = wksp.memory();
    if (!Bits.isAligned(header, ALIGN) || !Bits.isAligned(mem.address(), ALIGN)) {
      throw StoreHeader.corrupt(header, "a header aligned to 128", header);
    }
    // Acquire: pairs with the release in create.
    long magic = Mem.getLongAcquire(mem, header + StoreHeader.MAGIC_OFFSET);
    need(magic == StoreHeader.MAGIC, header, StoreHeader.MAGIC_OFFSET, "HFRECST1", hex(magic));
    int version = Mem.getInt(mem, header + StoreHeader.VERSION_OFFSET);
    if (version != StoreHeader.VERSION) {
      throw new UnsupportedFormatException(
          StoreHeader.FORMAT, header + StoreHeader.VERSION_OFFSET, "version " + version);
    }
    StoreMemory parts = new StoreMemory(mem, wksp.gaddrHi(), header);
    checkParameters(parts, found.tag());
    long tag = found.tag();
    need(
        wksp,
        parts.header,
        StoreHeader.CHAINS_OFFSET,
        tag + StoreHeader.CHAINS_TAG,
        parts.chains,
        (parts.chainMask + 1) * Long.BYTES,
        "chains");
    need(
        wksp,
        parts.header,
        StoreHeader.RECORDS_OFFSET,
        tag + StoreHeader.RECORDS_TAG,
        parts.records,
        parts.recMax * parts.recordSize(),
        "records");
    need(
        wksp,
        parts.header,
        StoreHeader.TXNS_OFFSET,
        tag + StoreHeader.TXNS_TAG,
        parts.txnHeads,
        StoreMemory.txnsSize(parts.txnMax),
        "transactions");
    return parts;
  }

  private static void checkParameters(StoreMemory parts, long tag) {
    long header = parts.header;
    long self = parts.getLong(StoreHeader.SELF_OFFSET);
    need(self == header, header, StoreHeader.SELF_OFFSET, "its own offset " + header, self);
    int keySize = parts.keySize;
    need(
        keySize >= 8 && keySize <= 48 && keySize % 8 == 0,
        header,
        StoreHeader.KEY_SIZE_OFFSET,
        "a size of keys of 8 to 48",
        keySize);
    need(
        parts.recMax >= 1 && parts.recMax <= INDEX_MAX,
        header,
        StoreHeader.REC_MAX_OFFSET,
        "1 to 2^32 - 2 records",
        parts.recMax);
    need(
        parts.txnMax >= 1 && parts.txnMax <= INDEX_MAX,
        header,
        StoreHeader.TXN_MAX_OFFSET,
        "1 to 2^32 - 2 transactions",
        parts.txnMax);
    long chainCount = parts.chainMask + 1;
    need(
        chainCount >= 1 && chainCount <= 1L << 32 && Bits.isPowerOfTwo(chainCount),
        header,
        StoreHeader.CHAIN_COUNT_OFFSET,
        "a power of two of chains",
        chainCount);
    int hash = parts.getInt(StoreHeader.HASH_OFFSET);
    need(parts.hash != null, header, StoreHeader.HASH_OFFSET, "a kind of hash", hash);
    long base = parts.getLong(StoreHeader.BASE_TAG_OFFSET);
    need(base == tag, header, StoreHeader.BASE_TAG_OFFSET, "its tag " + hex(tag), hex(base));
    int record = parts.recordLog2;
    need(
        record >= 7 && record <= 10,
        header,
        StoreHeader.RECORD_OFFSET,
        "log2 of 128 to 1024",
        record);
    int block = parts.getShort(StoreHeader.BLOCK_OFFSET);
    need(block >= 6 && block <= 9, header, StoreHeader.BLOCK_OFFSET, "log2 of 64 to 512", block);
    int volume = parts.getInt(StoreHeader.VOLUME_OFFSET);
    need(
        volume >= 20 && volume <= 30,
        header,
        StoreHeader.VOLUME_OFFSET,
        "log2 of 1 MiB to 1 GiB",
        volume);
    long gate = parts.getLong(StoreHeader.GATE_OFFSET);
    need(
        StoreHeader.state(gate) <= StoreHeader.DRAINING,
        header,
        StoreHeader.GATE_OFFSET,
        "a state of the gate",
        hex(gate));
    long published = parts.getLong(StoreHeader.PUBLISHED_OFFSET);
    need(
        published >= 0 && published <= StoreHeader.SEQ_MAX,
        header,
        StoreHeader.PUBLISHED_OFFSET,
        "a sequence number, and no records on their way between transactions",
        hex(published));
    int pending = parts.getInt(StoreHeader.PENDING_OFFSET);
    need(
        pending == StoreMemory.NONE || parts.isTxn(pending),
        header,
        StoreHeader.PENDING_OFFSET,
        "a transaction",
        Integer.toUnsignedString(pending));
    long lattice = parts.getLong(StoreHeader.LATTICE_OFFSET);
    need(
        parts.hash == HashKind.LATTICE16
            ? lattice > 0 && lattice <= parts.limit - Values.ACCUMULATOR_SIZE
            : lattice == 0,
        header,
        StoreHeader.LATTICE_OFFSET,
        "where the sum of the root is",
        lattice);
  }

  private static void need(boolean sound, long header, long field, String expected, Object found) {
    if (!sound) {
      throw StoreHeader.corrupt(header + field, expected, found);
    }
  }

  private static void need(
      Wksp wksp, long header, long field, long tag, long at, long size, String what) {
    Partition found = wksp.find(at);
    need(
        found != null && found.gaddrLo() == at && found.tag() == tag && found.size() >= size,
        header,
        field,
        "the " + what + " of the store at " + at + ", " + size + " bytes with tag " + hex(tag),
        found == null ? "nothing there" : found.toString());
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /**
   * Checks that nobody holds a lock: a store that was closed has none, and those who wait for one
   * would wait for nobody.
   */
  static void checkLocks(StoreMemory parts) {
    for (long i = 0; i <= parts.chainMask; i++) {
      long at = parts.chains + i * Long.BYTES;
      long word = Mem.getLong(parts.mem, at);
      if ((word & Chains.LOCKED) != 0) {
        throw StoreHeader.corrupt(at, "a chain that nobody holds", hex(word));
      }
    }
    for (long i = 0; i < parts.txnMax; i++) {
      long at = parts.txnAt((int) i) + TxnSlot.LOCK_OFFSET;
      int lock = Mem.getInt(parts.mem, at);
      if (lock != 0) {
        throw StoreHeader.corrupt(at, "a transaction that nobody holds", lock);
      }
    }
  }

  /**
   * Checks that every value lies in an allocation of the store that the workspace has: a checkpoint
   * of some tags may have been without others.
   *
   * @throws CorruptDataException naming the part that is missing
   */
  static void checkValues(Wksp wksp, StoreMemory parts) {
    long tag = parts.getLong(StoreHeader.BASE_TAG_OFFSET);
    Ranges volumes = Ranges.of(wksp, tag + StoreHeader.VOLUME_TAG);
    Ranges directs = Ranges.of(wksp, tag + StoreHeader.DIRECT_TAG);
    for (long i = 0; i < parts.recMax; i++) {
      long record = parts.recordAt((int) i);
      long at = RecordSlot.valueOffset(parts.mem, record);
      int size = RecordSlot.size(parts.mem, record);
      if (RecordSlot.isInline(parts.mem, record)) {
        need(
            size >= 0 && size <= parts.inlineMax(),
            record,
            RecordSlot.SIZE_OFFSET,
            "at most " + parts.inlineMax() + " bytes in a record",
            size);
      } else if (at != 0) {
        boolean direct = (RecordSlot.flags(parts.mem, record) & RecordSlot.DIRECT) != 0;
        Ranges ranges = direct ? directs : volumes;
        if (size < 0 || !ranges.contain(at, size)) {
          throw StoreHeader.corrupt(
              record + RecordSlot.VALUE_OFFSET,
              (direct ? "a direct value (tag " : "a volume (tag ")
                  + hex(tag + (direct ? StoreHeader.DIRECT_TAG : StoreHeader.VOLUME_TAG))
                  + ") at "
                  + at
                  + ", where record "
                  + i
                  + " has "
                  + size
                  + " bytes",
              "nothing there");
        }
      }
    }
  }

  /** The allocations with one tag, by ascending address. */
  private static final class Ranges {
    private final long[] lo;
    private final long[] hi;

    private Ranges(long[] lo, long[] hi) {
      this.lo = lo;
      this.hi = hi;
    }

    static Ranges of(Wksp wksp, long tag) {
      List<Partition> found = wksp.tagQuery(Integer.MAX_VALUE, tag);
      return new Ranges(
          found.stream().mapToLong(Partition::gaddrLo).toArray(),
          found.stream().mapToLong(Partition::gaddrHi).toArray());
    }

    boolean contain(long at, long size) {
      int i = Arrays.binarySearch(lo, at);
      int range = i >= 0 ? i : -i - 2;
      return range >= 0 && at <= hi[range] - size;
    }
  }
}
