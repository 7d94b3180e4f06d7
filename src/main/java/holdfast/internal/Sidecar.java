package holdfast.internal;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.Structure;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;

/**
 * The checksums of a file, kept beside it in {@code FILE.hfs}, for formats that have none: any
 * change of the file is found.
 *
 * <p>An opened sidecar has been read whole and is sound in itself; whether the file is, {@link
 * #check} tells. Memory is bounded, whatever the sizes say: the table is read in pieces.
 *
 * <p>Only for files that are complete. For one thread at a time; {@link #check} uses more inside.
 */
public final class Sidecar implements Closeable {
  /** What a reader does about sidecars. */
  public enum Policy {
    /** Uses it when there is one. */
    WHEN_PRESENT,
    /** Refuses a file without one. */
    REQUIRED,
    /** Does not even look. */
    IGNORE
  }

  /** Hears of blocks that differ, in order. */
  @FunctionalInterface
  public interface Damage {
    /**
     * A block is not what it was.
     *
     * @param lo first byte of the block in the file
     * @param hi one behind its last byte
     * @param expected its checksum in the sidecar
     * @param found its checksum now
     */
    void block(long lo, long hi, int expected, int found);
  }

  /** Bytes of the table that are read or written at a time, at most. */
  private static final int PIECE = 1 << 16;

  private final Disk.File sidecar;
  private final SidecarLayout.Header header;

  /** Longest name, in bytes, that file systems have room for. */
  private static final int NAME_MAX = 255;

  private Sidecar(Disk.File sidecar, SidecarLayout.Header header) {
    this.sidecar = sidecar;
    this.header = header;
  }

  /**
   * Where the sidecar of a file lies.
   *
   * @param file the file
   * @return its name with {@code .hfs} behind it
   */
  public static Path path(Path file) {
    return file.resolveSibling(file.getFileName() + ".hfs");
  }

  /**
   * Opens the sidecar of a file and checks it in itself and against the size of the file.
   *
   * @param disk where
   * @param file the file that it belongs to
   * @param size bytes of that file
   * @param policy whether to look for one, and whether there has to be one
   * @return null when there is none, or none is wanted
   * @throws CorruptDataException when the sidecar itself is damaged, the size is another one, or it
   *     is absent and required
   * @throws IOException when it cannot be read
   */
  public static Sidecar open(Disk disk, Path file, long size, Policy policy) throws IOException {
    if (policy == Policy.IGNORE) {
      return null;
    }
    Disk.File opened;
    try {
      opened = disk.open(path(file), Disk.Mode.READ);
    } catch (FileSystemException e) {
      if (!(e instanceof NoSuchFileException) && !isNameTooLong(path(file))) {
        throw e;
      }
      if (policy == Policy.REQUIRED) {
        throw SidecarLayout.corrupt(0, "present", "absent");
      }
      return null;
    }
    try {
      SidecarLayout.Header header = read(opened);
      if (header.length() != size) {
        throw SidecarLayout.corrupt(
            Math.min(header.length(), size),
            "a file of " + header.length() + " bytes",
            size + " bytes");
      }
      return new Sidecar(opened, header);
    } catch (Throwable e) {
      opened.close();
      throw e;
    }
  }

  /** Whether no file can have the name; systems tell that only in words of their own. */
  private static boolean isNameTooLong(Path path) {
    return path.getFileName().toString().getBytes(StandardCharsets.UTF_8).length > NAME_MAX;
  }

  /** Reads all of a sidecar and checks what can be checked without its file. */
  private static SidecarLayout.Header read(Disk.File file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(PIECE, Mem.PAGE);
      long first = file.read(buffer.asSlice(0, SidecarLayout.TABLE_OFFSET), 0);
      SidecarLayout.Header header = SidecarLayout.header(buffer.asSlice(0, first), file.size());
      long crcOffset = SidecarLayout.crcOffset(header.count());
      int crc = 0;
      for (long position = 0; position < crcOffset; position += PIECE) {
        MemorySegment piece = buffer.asSlice(0, Math.min(PIECE, crcOffset - position));
        readWhole(file, piece, position);
        crc = Crc32c.join(crc, Crc32c.of(piece), Crc32c.shift(piece.byteSize()));
      }
      MemorySegment last = buffer.asSlice(0, Integer.BYTES);
      readWhole(file, last, crcOffset);
      SidecarLayout.requireCrc(crcOffset, crc, Mem.getInt(last, 0));
      return header;
    }
  }

  private static void readWhole(Disk.File file, MemorySegment target, long position)
      throws IOException {
    if (file.read(target, position) < target.byteSize()) {
      throw new IOException(file.path() + " became shorter while it was read");
    }
  }

  /**
   * The parts of a file that is a sidecar. The file that it belongs to is not looked at.
   *
   * @param disk where
   * @param sidecar the sidecar itself
   * @return its structure
   * @throws CorruptDataException when it is damaged
   * @throws IOException when it cannot be read
   */
  public static Structure inspect(Disk disk, Path sidecar) throws IOException {
    try (Disk.File file = disk.open(sidecar, Disk.Mode.READ);
        Arena arena = Arena.ofConfined()) {
      SidecarLayout.Header header = read(file);
      MemorySegment table = arena.allocate(Math.max(1, SidecarLayout.listedSize(header)));
      table = table.asSlice(0, SidecarLayout.listedSize(header));
      readWhole(file, table, SidecarLayout.TABLE_OFFSET);
      MemorySegment crc = arena.allocate(Integer.BYTES);
      readWhole(file, crc, SidecarLayout.crcOffset(header.count()));
      return SidecarLayout.structure(header, table, Mem.getInt(crc, 0));
    }
  }

  /**
   * The size of the file.
   *
   * @return bytes
   */
  public long length() {
    return header.length();
  }

  /**
   * How finely damage is told.
   *
   * @return bytes of a block
   */
  public int blockSize() {
    return header.blockSize();
  }

  /**
   * Reads the whole file and stops at the first block that differs.
   *
   * @param file the file that the sidecar belongs to
   * @param threads how many may work, at least 1
   * @param progress told about bytes
   * @throws CorruptDataException when a block differs, with its first byte as offset; with offset 0
   *     when all blocks agree and the file as a whole does not, so that the table was made up
   * @throws IOException when the file cannot be read
   * @throws CancellationException when {@code progress} says so
   */
  public void check(Disk.File file, int threads, Progress progress) throws IOException {
    check(
        file,
        threads,
        progress,
        (lo, hi, expected, found) -> {
          throw SidecarLayout.corrupt(
              lo, "CRC32C " + SidecarLayout.hex(expected), SidecarLayout.hex(found));
        });
  }

  /**
   * Reads the whole file and tells of every block that differs.
   *
   * @param file the file that the sidecar belongs to
   * @param threads how many may work, at least 1
   * @param progress told about bytes
   * @param damage told about blocks, by the calling thread
   * @throws CorruptDataException with offset 0 when all blocks agree and the file as a whole does
   *     not, so that the table was made up
   * @throws IOException when the file cannot be read
   * @throws CancellationException when {@code progress} says so
   */
  public void check(Disk.File file, int threads, Progress progress, Damage damage)
      throws IOException {
    BlockSums sums = new BlockSums(file, header.length(), header.blockSize(), threads);
    Whole whole = new Whole(header.length(), header.blockSize());
    boolean[] differs = {false};
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment table = arena.allocate(Math.max(1, (long) sums.batchMax() * Integer.BYTES));
      for (long block = 0; block < header.count(); ) {
        int count = sums.next(block);
        readWhole(
            sidecar,
            table.asSlice(0, (long) count * Integer.BYTES),
            SidecarLayout.entryOffset(block));
        for (int i = 0; i < count; i++, block++) {
          int found = sums.sums()[i];
          int expected = Mem.getInt(table, (long) i * Integer.BYTES);
          if (found != expected) {
            differs[0] = true;
            damage.block(block * header.blockSize(), whole.end(block), expected, found);
          }
          whole.add(block, found);
        }
        report(progress, whole.done, header.length());
      }
    }
    if (!differs[0] && whole.crc != header.whole()) {
      throw SidecarLayout.corrupt(
          0, "CRC32C " + SidecarLayout.hex(header.whole()), SidecarLayout.hex(whole.crc));
    }
  }

  static void report(Progress progress, long done, long total) {
    if (!progress.update(done, total)) {
      throw new CancellationException();
    }
  }

  @Override
  public void close() throws IOException {
    sidecar.close();
  }

  /**
   * Writes a sidecar for a file that is complete, replacing the one that is there.
   *
   * @param disk where
   * @param path the file
   * @param threads how many may work, at least 1
   * @param progress told about bytes
   * @throws IOException when a step fails; a sidecar that was there is there still
   * @throws CancellationException when {@code progress} says so
   */
  public static void make(Disk disk, Path path, int threads, Progress progress) throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.READ);
        AtomicFile target = AtomicFile.create(disk, path(path), true)) {
      write(file, target.file(), threads, progress);
      target.commit();
    }
  }

  /** Computes the checksums of a file and writes them to an empty one. */
  static void write(Disk.File file, Disk.File target, int threads, Progress progress)
      throws IOException {
    long length = file.size();
    int blockSize = SidecarLayout.BLOCK_SIZE;
    BlockSums sums = new BlockSums(file, length, blockSize, threads);
    Whole whole = new Whole(length, blockSize);
    long count = SidecarLayout.blockCount(length, blockSize);
    int tableCrc = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment table = arena.allocate(Math.max(1, (long) sums.batchMax() * Integer.BYTES));
      for (long block = 0; block < count; ) {
        long position = SidecarLayout.entryOffset(block);
        int batch = sums.next(block);
        for (int i = 0; i < batch; i++, block++) {
          Mem.putInt(table, (long) i * Integer.BYTES, sums.sums()[i]);
          whole.add(block, sums.sums()[i]);
        }
        MemorySegment piece = table.asSlice(0, (long) batch * Integer.BYTES);
        target.write(piece, position);
        tableCrc = Crc32c.join(tableCrc, Crc32c.of(piece), Crc32c.shift(piece.byteSize()));
        report(progress, whole.done, length);
      }
      // The header comes last, because it knows the checksum of the whole file.
      MemorySegment head = arena.allocate(SidecarLayout.TABLE_OFFSET);
      SidecarLayout.put(head, new SidecarLayout.Header(blockSize, length, whole.crc));
      target.write(head, 0);
      MemorySegment last = arena.allocate(Integer.BYTES);
      Mem.putInt(
          last, 0, Crc32c.join(Crc32c.of(head), tableCrc, Crc32c.shift(count * Integer.BYTES)));
      target.write(last, SidecarLayout.crcOffset(count));
    }
  }

  /** The checksum of the file, put together from those of its blocks. */
  private static final class Whole {
    private final long length;
    private final int blockSize;
    private final int blockShift;
    private int crc;
    private long done;

    Whole(long length, int blockSize) {
      this.length = length;
      this.blockSize = blockSize;
      this.blockShift = Crc32c.shift(blockSize);
    }

    /** One behind the last byte of a block. */
    long end(long block) {
      long lo = block * blockSize;
      return lo > length - blockSize ? length : lo + blockSize; // no overflow near 2^63
    }

    void add(long block, int sum) {
      long size = end(block) - done;
      crc = Crc32c.join(crc, sum, size == blockSize ? blockShift : Crc32c.shift(size));
      done += size;
    }
  }
}
