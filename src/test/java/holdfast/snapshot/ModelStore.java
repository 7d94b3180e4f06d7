package holdfast.snapshot;

import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A store that is obviously right: a list of what lives and a list of what was removed, each in the
 * order of changes, with the hash computed from scratch.
 */
final class ModelStore {
  /** A value, and when it changed; without a value: when it was removed. */
  @SuppressWarnings("ArrayRecordComponent") // compared by content below
  record Entry(byte[] value, long modSeq) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Entry e && modSeq == e.modSeq && Arrays.equals(value, e.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value) + (int) modSeq;
    }

    @Override
    public String toString() {
      return (value == null ? "removed" : value.length + " bytes") + " at " + modSeq;
    }
  }

  static final UUID STORE = new UUID(0x5354_4f52_4531L, 0x11);
  static final int KEY_SIZE = 16;

  final int keySize;
  final HashKind hashKind;
  UUID storeId = STORE;
  long seq;

  /** By key in hexadecimal digits, in the order of changes. */
  final Map<String, Entry> live = new LinkedHashMap<>();

  final Map<String, Entry> removed = new LinkedHashMap<>();

  ModelStore(int keySize, HashKind hashKind) {
    this.keySize = keySize;
    this.hashKind = hashKind;
  }

  ModelStore() {
    this(KEY_SIZE, HashKind.SUM256);
  }

  ModelStore copy() {
    ModelStore copy = new ModelStore(keySize, hashKind);
    copy.storeId = storeId;
    copy.seq = seq;
    copy.live.putAll(live);
    copy.removed.putAll(removed);
    return copy;
  }

  /** A key of the right size. */
  String key(long number) {
    byte[] bytes = new byte[keySize];
    for (int i = 0; i < keySize; i++) {
      bytes[i] = (byte) (number >>> (8 * (i % 8))); // repeated, so that every byte matters
    }
    return HexFormat.of().formatHex(bytes);
  }

  void put(String key, byte[] value) {
    live.remove(key);
    removed.remove(key);
    live.put(key, new Entry(value, seq));
  }

  void put(long key, byte[] value) {
    put(key(key), value);
  }

  void remove(long key) {
    if (live.remove(key(key)) != null) {
      removed.put(key(key), new Entry(null, seq));
    }
  }

  long valueBytes() {
    return live.values().stream().mapToLong(e -> e.value.length).sum();
  }

  ContentHash hash() {
    return hash(live, hashKind);
  }

  static ContentHash hash(Map<String, Entry> live, HashKind kind) {
    SetHash hash = SetHash.of(kind);
    MemorySegment sum = MemorySegment.ofArray(new long[Math.max(1, hash.sumSize() / 8)]);
    live.forEach(
        (key, entry) -> {
          byte[] bytes = HexFormat.of().parseHex(key);
          MemorySegment value = MemorySegment.ofArray(entry.value);
          hash.add(
              sum, 0, MemorySegment.ofArray(bytes), 0, bytes.length, value, 0, entry.value.length);
        });
    return hash.content(sum, 0);
  }

  /** A walk over one of the maps, behind a sequence number. */
  static RecordSource source(Map<String, Entry> map, long since) {
    return new Walk(map.entrySet().stream().filter(e -> e.getValue().modSeq > since).toList());
  }

  /** Copies each record to odd places of a buffer of its own. */
  private static final class Walk implements RecordSource {
    private final List<Map.Entry<String, Entry>> entries;
    private int at = -1;
    private MemorySegment memory;
    private int keySize;

    Walk(List<Map.Entry<String, Entry>> entries) {
      this.entries = entries;
    }

    private Entry entry() {
      return entries.get(at).getValue();
    }

    @Override
    public boolean next() {
      if (++at >= entries.size()) {
        return false;
      }
      byte[] key = HexFormat.of().parseHex(entries.get(at).getKey());
      keySize = key.length;
      byte[] all = new byte[3 + keySize + 5 + valueSize()];
      System.arraycopy(key, 0, all, 3, keySize);
      if (!isTombstone()) {
        System.arraycopy(entry().value, 0, all, 3 + keySize + 5, valueSize());
      }
      memory = MemorySegment.ofArray(all);
      return true;
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public long keyAt() {
      return 3;
    }

    @Override
    public long valueAt() {
      return 3L + keySize + 5;
    }

    @Override
    public int valueSize() {
      return isTombstone() ? 0 : entry().value.length;
    }

    @Override
    public long modSeq() {
      return entry().modSeq;
    }

    @Override
    public boolean isTombstone() {
      return entry().value == null;
    }
  }

  /** A header of a full snapshot; the id is made of the sequence number. */
  SnapHeader full(FrameStyle style, int batchBytes) {
    return new SnapHeader(
        SnapshotKind.FULL,
        seq,
        0,
        new UUID(0xF, seq),
        SnapId.NONE,
        storeId,
        keySize,
        style,
        hashKind,
        batchBytes,
        1_700_000_000_000_000_000L + seq);
  }

  /** A header of an incremental snapshot. */
  SnapHeader incremental(SnapHeader base) {
    return new SnapHeader(
        SnapshotKind.INCREMENTAL,
        seq,
        base.seq(),
        new UUID(0x1, seq),
        base.id(),
        storeId,
        keySize,
        base.style(),
        hashKind,
        base.batchBytes(),
        1_700_000_000_000_000_000L + seq);
  }

  SnapFooter write(Disk.File file, SnapHeader header, int threads) throws IOException {
    return write(file, header, new SnapshotFileWriter(header, threads, 0, -1, Progress.NONE));
  }

  SnapFooter write(Disk.File file, SnapHeader header, SnapshotFileWriter writer)
      throws IOException {
    long since = header.kind() == SnapshotKind.FULL ? -1 : header.baseSeq();
    return writer.write(
        file,
        source(live, since),
        header.kind() == SnapshotKind.FULL ? null : source(removed, since),
        live.size(),
        valueBytes(),
        hash());
  }

  SnapFooter write(Disk disk, Path path, SnapHeader header, int threads) throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.CREATE)) {
      file.truncate(0);
      return write(file, header, threads);
    }
  }

  /** Takes what a reader gives. */
  RecordSink sink() {
    return new RecordSink() {
      @Override
      public void put(
          MemorySegment key,
          long keyAt,
          MemorySegment value,
          long valueAt,
          int valueSize,
          long modSeq) {
        String name = name(key, keyAt);
        live.remove(name);
        removed.remove(name);
        byte[] bytes = value.asSlice(valueAt, valueSize).toArray(ValueLayout.JAVA_BYTE);
        live.put(name, new Entry(bytes, modSeq));
      }

      @Override
      public void remove(MemorySegment key, long keyAt, long modSeq) {
        String name = name(key, keyAt);
        live.remove(name);
        removed.put(name, new Entry(null, modSeq));
      }
    };
  }

  private String name(MemorySegment key, long keyAt) {
    return HexFormat.of().formatHex(key.asSlice(keyAt, keySize).toArray(ValueLayout.JAVA_BYTE));
  }
}
