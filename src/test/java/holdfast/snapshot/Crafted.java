package holdfast.snapshot;

import holdfast.Limits;
import holdfast.Progress;
import holdfast.checkpt.FrameStyle;
import holdfast.internal.Crc32c;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import holdfast.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file in the hands of somebody who knows the format: any byte may be changed, and {@link
 * #reseal} makes all checksums right again, as far as the structure can be found.
 */
final class Crafted {
  static final Path FILE = Path.of("crafted.snap");

  final byte[] bytes;
  final MemorySegment mem;

  Crafted(byte[] bytes) {
    this.bytes = bytes.clone();
    this.mem = MemorySegment.ofArray(this.bytes);
  }

  /** The bytes of a snapshot of a store. */
  static byte[] bytes(ModelStore store, SnapHeader header) throws IOException {
    SimDisk disk = new SimDisk();
    store.write(disk, FILE, header, 1);
    return disk.content().get(FILE.toString());
  }

  /** A small store with two batches in an incremental snapshot: three live records, one removed. */
  static byte[] incremental(FrameStyle style, HashKind hash) throws IOException {
    ModelStore store = small(hash);
    SnapHeader base = store.full(style, SnapHeader.BATCH_MIN);
    store.seq = 9;
    store.put(2, new byte[13]);
    store.remove(1);
    store.seq = 10;
    store.put(7, new byte[8]);
    store.put(8, new byte[0]);
    store.remove(3);
    return bytes(store, store.incremental(base));
  }

  static byte[] full(FrameStyle style, HashKind hash) throws IOException {
    ModelStore store = small(hash);
    return bytes(store, store.full(style, SnapHeader.BATCH_MIN));
  }

  /** The file with some zeros before a byte that lies before the end of the directory. */
  static Crafted withZeros(byte[] file, long at, int count) {
    byte[] longer = new byte[file.length + count];
    System.arraycopy(file, 0, longer, 0, (int) at);
    System.arraycopy(file, (int) at, longer, (int) at + count, (int) (file.length - at));
    Crafted crafted = new Crafted(longer);
    long directory = crafted.footer() + SnapFooter.DIRECTORY_OFFSET_OFFSET;
    Mem.putLong(crafted.mem, directory, Mem.getLong(crafted.mem, directory) + count);
    Mem.putLong(crafted.mem, crafted.footer() + SnapFooter.FILE_SIZE_OFFSET, longer.length);
    return crafted;
  }

  static ModelStore small(HashKind hash) {
    ModelStore store = new ModelStore(ModelStore.KEY_SIZE, hash);
    for (int i = 1; i <= 3; i++) {
      store.seq = 2L * i;
      byte[] value = new byte[11 * i];
      Arrays.fill(value, (byte) i);
      store.put(i, value);
    }
    return store;
  }

  long footer() {
    return (long) bytes.length - SnapFooter.SIZE;
  }

  /** Where an entry of the directory is. */
  long entry(int i) {
    return Mem.getLong(mem, footer() + SnapFooter.DIRECTORY_OFFSET_OFFSET)
        + (long) i * SnapEntry.SIZE;
  }

  /** Where a raw batch is. */
  long batch(int i) {
    return Mem.getLong(mem, entry(i) + SnapEntry.OFFSET_OFFSET);
  }

  /** Makes the checksums of batches right, if they are raw. */
  Crafted resealBatches() {
    if (bytes.length < SnapHeader.SIZE + SnapFooter.SIZE) {
      return this;
    }
    long frames = frames();
    for (int i = 0; i < frames; i++) {
      long entry = footer() - (frames - i) * SnapEntry.SIZE;
      long at = Mem.getLong(mem, entry + SnapEntry.OFFSET_OFFSET);
      long stored = Mem.getLong(mem, entry + SnapEntry.STORED_OFFSET);
      if (at < 0 || stored < 0 || at > bytes.length || stored > bytes.length - at) {
        continue;
      }
      if (Mem.getInt(mem, SnapHeader.STYLE_OFFSET) == FrameStyle.RAW.code()
          && stored >= BatchHead.SIZE) {
        int data = Crc32c.of(mem.asSlice(at + BatchHead.SIZE, stored - BatchHead.SIZE));
        Mem.putInt(mem, entry + SnapEntry.DATA_CRC_OFFSET, data);
        Mem.putInt(mem, at + BatchHead.DATA_CRC_OFFSET, data);
        int head = Crc32c.of(mem.asSlice(at, BatchHead.CRC_OFFSET));
        Mem.putInt(mem, at + BatchHead.CRC_OFFSET, head);
      }
      int crc = Crc32c.of(mem.asSlice(at, stored));
      Mem.putInt(mem, entry + SnapEntry.STORED_CRC_OFFSET, crc);
    }
    return this;
  }

  private long frames() {
    long frames = Mem.getLong(mem, footer() + SnapFooter.FRAMES_OFFSET);
    return frames >= 0 && frames <= (bytes.length - 384) / SnapEntry.SIZE ? frames : 0;
  }

  /** Makes the checksums of header, directory and footer right. */
  Crafted reseal() {
    if (bytes.length >= SnapHeader.SIZE + SnapFooter.SIZE) {
      int header = SnapHeader.crc(mem);
      Mem.putInt(mem, SnapHeader.CRC_OFFSET, header);
      MemorySegment footer = mem.asSlice(footer());
      Mem.putInt(footer, SnapFooter.HEADER_CRC_OFFSET, header);
      long size = frames() * SnapEntry.SIZE;
      Mem.putInt(
          footer, SnapFooter.DIRECTORY_CRC_OFFSET, Crc32c.of(mem.asSlice(footer() - size, size)));
      Mem.putInt(footer, SnapFooter.CRC_OFFSET, SnapFooter.crc(footer));
    }
    return this;
  }

  SimDisk disk(Path path) throws IOException {
    SimDisk disk = new SimDisk();
    try (Disk.File file = disk.open(path, Disk.Mode.CREATE)) {
      file.write(mem, 0);
    }
    return disk;
  }

  /** Checks the file; null when it is sound. */
  SnapshotException refusal(VerifyLevel level) throws IOException {
    try {
      SnapshotLoader.verify(
          disk(FILE), FILE, level, Limits.DEFAULT.withMemoryMax(1 << 20), 1, Progress.NONE);
      return null;
    } catch (SnapshotException e) {
      return e;
    }
  }
}
