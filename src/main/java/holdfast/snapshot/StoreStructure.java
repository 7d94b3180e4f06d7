package holdfast.snapshot;

import holdfast.Structure;
import holdfast.internal.Mem;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** The parts of a record store, for a reader; nothing that they say is believed. */
final class StoreStructure {
  private static final List<String> PARTS =
      List.of("header", "chains", "records", "transactions", "groove state", "volumes", "values");

  private final MemorySegment mem;
  private final long header;

  private StoreStructure(MemorySegment mem, long header) {
    this.mem = mem;
    this.header = header;
  }

  /** Shows a store; its header is there, with the right magic. */
  static Structure of(Wksp wksp, long header) {
    return new StoreStructure(wksp.memory(), header).structure(wksp);
  }

  private Structure structure(Wksp wksp) {
    long tag = longAt(StoreHeader.BASE_TAG_OFFSET);
    List<Structure> parts = new ArrayList<>();
    parts.add(new Structure("header", header, StoreHeader.FOOTPRINT, "", fields()));
    for (int part = StoreHeader.CHAINS_TAG; part <= StoreHeader.DIRECT_TAG; part++) {
      List<Partition> found = wksp.tagQuery(Integer.MAX_VALUE, tag + part);
      if (!found.isEmpty()) {
        long size = found.stream().mapToLong(Partition::size).sum();
        long first = found.stream().mapToLong(Partition::gaddrLo).min().orElseThrow();
        parts.add(Structure.leaf(PARTS.get(part), first, size, what(part, found.size())));
      }
    }
    parts.sort(Comparator.comparingLong(Structure::offset));
    String value = longAt(StoreHeader.LIVE_COUNT_OFFSET) + " records, published at " + published();
    return new Structure("record store", header, StoreHeader.FOOTPRINT, value, parts);
  }

  private String what(int part, int count) {
    return switch (part) {
      case StoreHeader.CHAINS_TAG ->
          longAt(StoreHeader.CHAIN_COUNT_OFFSET) + " of " + Long.BYTES + " bytes";
      case StoreHeader.RECORDS_TAG -> max(StoreHeader.REC_MAX_OFFSET, recordSize());
      case StoreHeader.TXNS_TAG -> max(StoreHeader.TXN_MAX_OFFSET, TxnSlot.FOOTPRINT);
      case StoreHeader.GROOVE_TAG -> "";
      default -> count == 1 ? "1 allocation" : count + " allocations, the first one here";
    };
  }

  private long recordSize() {
    return 1L << Mem.getShort(mem, header + StoreHeader.RECORD_OFFSET);
  }

  private String max(long field, long footprint) {
    return Integer.toUnsignedString(intAt(field)) + " of " + footprint + " bytes";
  }

  private List<Structure> fields() {
    List<Structure> fields = new ArrayList<>();
    add(fields, "version", StoreHeader.VERSION_OFFSET, 4, intAt(StoreHeader.VERSION_OFFSET));
    add(fields, "key size", StoreHeader.KEY_SIZE_OFFSET, 4, intAt(StoreHeader.KEY_SIZE_OFFSET));
    add(fields, "live records", StoreHeader.LIVE_COUNT_OFFSET, 8);
    add(fields, "tombstones", StoreHeader.TOMBSTONE_COUNT_OFFSET, 8);
    add(fields, "value bytes", StoreHeader.VALUE_BYTES_OFFSET, 8);
    add(fields, "gate", StoreHeader.GATE_OFFSET, 8, gate());
    add(fields, "published", StoreHeader.PUBLISHED_OFFSET, 8, published());
    int hash = intAt(StoreHeader.HASH_OFFSET);
    HashKind kind = HashKind.of(hash);
    add(fields, "hash", StoreHeader.HASH_OFFSET, 4, kind == null ? "" + hash : kind);
    long floor = longAt(StoreHeader.FLOOR_OFFSET);
    add(
        fields,
        "tombstone floor",
        StoreHeader.FLOOR_OFFSET,
        8,
        floor == StoreHeader.KEEP_NONE ? "none is kept" : floor);
    UUID id =
        new UUID(
            longAt(StoreHeader.STORE_ID_OFFSET), longAt(StoreHeader.STORE_ID_OFFSET + Long.BYTES));
    add(fields, "store id", StoreHeader.STORE_ID_OFFSET, 16, id);
    long tag = longAt(StoreHeader.BASE_TAG_OFFSET);
    add(fields, "base tag", StoreHeader.BASE_TAG_OFFSET, 8, "0x" + Long.toHexString(tag));
    long owner = longAt(StoreHeader.OWNER_OFFSET);
    add(fields, "owner", StoreHeader.OWNER_OFFSET, 8, owner == 0 ? "nobody" : "process " + owner);
    return fields;
  }

  private String gate() {
    long gate = longAt(StoreHeader.GATE_OFFSET);
    return switch (StoreHeader.state(gate)) {
      case StoreHeader.OPEN -> "OPEN";
      case StoreHeader.FROZEN -> "FROZEN at " + StoreHeader.seq(gate);
      case StoreHeader.DRAINING -> "DRAINING";
      default -> "0x" + Long.toHexString(gate);
    };
  }

  private String published() {
    long seq = longAt(StoreHeader.PUBLISHED_OFFSET);
    return seq >= 0
        ? Long.toString(seq)
        : (seq & ~StoreHeader.MOVING) + ", records are on their way between transactions";
  }

  private void add(List<Structure> fields, String name, long field, int size) {
    add(fields, name, field, size, longAt(field));
  }

  private void add(List<Structure> fields, String name, long field, int size, Object value) {
    fields.add(Structure.leaf(name, header + field, size, String.valueOf(value)));
  }

  private int intAt(long field) {
    return Mem.getInt(mem, header + field);
  }

  private long longAt(long field) {
    return Mem.getLong(mem, header + field);
  }
}
