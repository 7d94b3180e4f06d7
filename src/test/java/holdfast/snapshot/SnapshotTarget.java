package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The bodies of the fuzz targets: any bytes as a part of a snapshot, with checksums made right, so
 * that everything behind the checksums is reached. Refused with a {@link SnapshotException} and
 * inside the memory allowed, or consistent: a file with the same records says the same.
 */
public final class SnapshotTarget {
  private static final long MEMORY_MAX = 1 << 20;
  private static final Path DIR = Path.of("d");

  private SnapshotTarget() {}

  /** Whether the structure, and then all records, were accepted. */
  public static boolean structure(byte[] input) {
    Crafted crafted = new Crafted(input).reseal();
    return accepted(crafted);
  }

  /** Byte 0: how many records the rest is said to have. */
  public static boolean batch(byte[] input) {
    int records = input.length == 0 ? 0 : input[0] & 0xFF;
    int size = Math.min(Math.max(0, input.length - 1), SnapHeader.BATCH_MIN) & -8;
    byte[] data = Arrays.copyOfRange(input, Math.min(1, input.length), 1 + size);
    byte[] file = new byte[SnapHeader.SIZE + BatchHead.SIZE + size + 48 + SnapFooter.SIZE];
    System.arraycopy(data, 0, file, SnapHeader.SIZE + BatchHead.SIZE, size);
    MemorySegment mem = MemorySegment.ofArray(file);
    ModelStore store = new ModelStore(8, HashKind.NONE);
    store.seq = 1000;
    SnapHeader header = store.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
    header.put(mem);
    BatchInfo batch = new BatchInfo();
    batch.offset = SnapHeader.SIZE;
    batch.plain = BatchHead.SIZE + (long) size;
    batch.stored = batch.plain;
    batch.records = records;
    batch.firstModSeq = size < 24 ? 0 : Mem.getLong(MemorySegment.ofArray(data), 8);
    BatchHead.put(mem.asSlice(SnapHeader.SIZE), batch);
    long directory = SnapHeader.SIZE + batch.plain;
    SnapEntry.put(mem, directory, batch);
    long values = valueBytes(data, records);
    ContentHash none = new ContentHash(HashKind.NONE, new byte[ContentHash.SIZE]);
    new SnapFooter(header, 0, records, 0, values, records, values, directory, 1, 0, none)
        .put(mem.asSlice(file.length - SnapFooter.SIZE));
    return accepted(new Crafted(file).resealBatches().reseal());
  }

  /** What the footer has to say for the data to be accepted. */
  private static long valueBytes(byte[] data, int records) {
    MemorySegment mem = MemorySegment.ofArray(data);
    long at = 0;
    long sum = 0;
    for (int i = 0; i < records && at + 24 <= data.length; i++) {
      int size = Mem.getInt(mem, at + 16);
      if (size < 0) {
        return sum;
      }
      sum += size;
      at += RecordHead.size(8, size);
    }
    return sum;
  }

  /** Loads the file as the newest incremental one on top of a sound full one, or as a full one. */
  public static boolean load(byte[] input) {
    Crafted crafted = new Crafted(input).resealBatches().reseal();
    ModelStore base = Crafted.small(HashKind.SUM256);
    try {
      SimDisk disk = new SimDisk();
      disk.createDirectory(DIR);
      base.write(
          disk,
          DIR.resolve("full-00000000000000000006.snap"),
          base.full(FrameStyle.RAW, SnapHeader.BATCH_MIN),
          1);
      try (Disk.File file =
          disk.open(DIR.resolve("full-00000000000000000010.snap"), Disk.Mode.CREATE)) {
        file.write(crafted.mem, 0);
      }
      ModelTarget target = new ModelTarget();
      target.room = 1000;
      LoadOptions options =
          LoadOptions.DEFAULT
              .withThreads(1)
              .withMemoryMax(MEMORY_MAX)
              .withStoreId(ModelStore.STORE);
      LoadReport report;
      try {
        report = SnapshotLoader.load(disk, DIR, target, options);
      } catch (SnapshotException e) {
        require(e.reason() == Reason.KEY_SIZE, e.toString());
        require(target.isEmpty(), "not empty after " + e);
        return false;
      } catch (ModelTarget.OutOfRoom e) {
        require(target.isEmpty(), "not empty");
        return false;
      } catch (CorruptDataException e) {
        require(e.getMessage().contains("at most"), e.toString());
        return false;
      }
      ModelStore found = target.published();
      require(found.seq == report.seq(), "seq");
      require(disk.openFiles().isEmpty(), "open files");
      SnapHeader sound = base.full(FrameStyle.RAW, SnapHeader.BATCH_MIN);
      boolean own = report.incremental() == null && report.full().id().equals(sound.id());
      if (own) {
        require(found.live.equals(base.live), "the sound one");
      }
      return !own;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads all; what is accepted is read again by other means, with the same result. */
  private static boolean accepted(Crafted crafted) {
    try {
      SimDisk disk = crafted.disk(Crafted.FILE);
      Map<String, Object> first = new LinkedHashMap<>();
      try (var reader = SnapshotFileReader.open(disk, Crafted.FILE, MEMORY_MAX)) {
        reader.read(sink(reader.header().keySize(), first), 1, Progress.NONE);
        Map<String, Object> second = new LinkedHashMap<>();
        reader.read(sink(reader.header().keySize(), second), 2, Progress.NONE);
        require(first.equals(second), "with and without a helper");
        SnapFooter footer = reader.footer();
        require(first.size() <= footer.records() + footer.tombstones(), "more than counted");
        return true;
      } catch (SnapshotException e) {
        require(e.reason().isDamage(), e.toString());
        return false;
      } catch (CorruptDataException e) {
        require(e.getMessage().contains("at most"), e.toString());
        return false;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RecordSink sink(int keySize, Map<String, Object> into) {
    return new RecordSink() {
      @Override
      public void put(
          MemorySegment key,
          long keyAt,
          MemorySegment value,
          long valueAt,
          int valueSize,
          long modSeq) {
        value.asSlice(valueAt, valueSize);
        into.put(hex(key, keyAt), modSeq + ":" + valueSize);
      }

      @Override
      public void remove(MemorySegment key, long keyAt, long modSeq) {
        into.put(hex(key, keyAt), modSeq);
      }

      private String hex(MemorySegment key, long keyAt) {
        byte[] bytes = new byte[keySize];
        Mem.getBytes(key, keyAt, bytes, 0, keySize);
        return HexFormat.of().formatHex(bytes);
      }
    };
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  // ---------------------------------------------------------------------------- kept inputs

  /** Writes the inputs that are kept, below {@code fuzz/}. */
  public static void main(String[] args) throws IOException {
    byte[] raw = Crafted.full(FrameStyle.RAW, HashKind.SUM256);
    byte[] packed = Crafted.full(FrameStyle.LZ4, HashKind.SUM256);
    byte[] incr = Crafted.incremental(FrameStyle.RAW, HashKind.SUM256);
    byte[] packedIncr = Crafted.incremental(FrameStyle.LZ4, HashKind.SUM256);
    ModelStore nothing = new ModelStore();
    nothing.seq = 50;
    byte[] empty = Crafted.bytes(nothing, nothing.full(FrameStyle.RAW, SnapHeader.BATCH_MIN));
    ModelStore later = Crafted.small(HashKind.SUM256);
    later.seq = 30;
    later.put(9, new byte[300]);
    byte[] newer = Crafted.bytes(later, later.full(FrameStyle.RAW, SnapHeader.BATCH_MIN));

    keep("snapshotStructure", "valid-full", raw);
    keep("snapshotStructure", "valid-full-lz4", packed);
    keep("snapshotStructure", "valid-incremental", incr);
    keep("snapshotStructure", "valid-incremental-lz4", packedIncr);
    keep("snapshotStructure", "valid-empty", empty);
    keep("snapshotStructure", "hostile-frames", edit(raw, f -> frames(f, -1)));
    keep("snapshotStructure", "hostile-cut", Arrays.copyOf(raw, raw.length - 1));
    keep("snapshotStructure", "hostile-plain", edit(packed, f -> entry(f, 16, 1L << 40)));
    keep("snapshotStructure", "hostile-jumbo", edit(packed, f -> entry(f, 24, 1L << 32 | 1)));

    keep("snapshotBatch", "valid-two", batchOf(2, record(1, 1, 5), record(2, 3, 0)));
    keep("snapshotBatch", "valid-one", batchOf(1, record(7, 0, 64)));
    keep("snapshotBatch", "valid-long", batchOf(1, record(7, 1000, 5000)));
    keep("snapshotBatch", "hostile-order", batchOf(2, record(1, 3, 5), record(2, 1, 0)));
    keep("snapshotBatch", "hostile-count", batchOf(3, record(1, 1, 5), record(2, 3, 0)));
    keep("snapshotBatch", "hostile-rest", batchOf(1, record(1, 1, 5), record(2, 3, 0)));
    keep("snapshotBatch", "hostile-none", new byte[0]);

    keep("snapshotLoad", "valid-newer", newer);
    keep("snapshotLoad", "valid-incremental", incr);
    keep("snapshotLoad", "valid-incremental-lz4", packedIncr);
    keep("snapshotLoad", "hostile-hash", edit(newer, f -> Mem.putLong(f.mem, f.footer() + 160, 1)));
    keep("snapshotLoad", "hostile-store", edit(newer, f -> store(f)));
    keep("snapshotLoad", "hostile-magic", new byte[600]);
  }

  private interface Edit {
    void on(Crafted file);
  }

  private static byte[] edit(byte[] file, Edit edit) {
    Crafted crafted = new Crafted(file);
    edit.on(crafted);
    return crafted.bytes;
  }

  private static void frames(Crafted f, long value) {
    Mem.putLong(f.mem, f.footer() + SnapFooter.FRAMES_OFFSET, value);
  }

  private static void entry(Crafted f, long offset, long value) {
    Mem.putLong(f.mem, f.entry(0) + offset, value);
  }

  private static void store(Crafted f) {
    Mem.putLong(f.mem, SnapHeader.STORE_ID_OFFSET, 1);
    Mem.putLong(f.mem, f.footer() + SnapFooter.STORE_ID_OFFSET, 1);
  }

  private static byte[] record(long key, long modSeq, int valueSize) {
    byte[] bytes = new byte[(int) RecordHead.size(8, valueSize)];
    MemorySegment mem = MemorySegment.ofArray(bytes);
    Mem.putLong(mem, 0, key);
    RecordHead.put(mem, 8, modSeq, valueSize, false);
    Arrays.fill(bytes, 24, 24 + valueSize, (byte) 'v');
    return bytes;
  }

  private static byte[] batchOf(int count, byte[]... records) {
    int size = 1 + Arrays.stream(records).mapToInt(r -> r.length).sum();
    byte[] all = new byte[size];
    all[0] = (byte) count;
    int at = 1;
    for (byte[] record : records) {
      System.arraycopy(record, 0, all, at, record.length);
      at += record.length;
    }
    return all;
  }

  private static void keep(String target, String name, byte[] input) throws IOException {
    String test = target.substring(0, 1).toUpperCase(Locale.ROOT) + target.substring(1);
    Path file =
        Path.of("fuzz/src/test/resources/holdfast/fuzz", test + "FuzzTestInputs", target, name);
    Files.createDirectories(file.getParent());
    Files.write(file, input);
  }
}
