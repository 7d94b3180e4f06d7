package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.AtomicFile;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file with the state and the volumes of one allocator, mapped as a whole.
 *
 * <p>No store goes to a hole: a full disk would be a fault there. The file is sparse; the headers
 * of a volume get storage when it is added, an object of the last class (1/51 of a volume or so)
 * when the allocator first takes it, by zeros that are written through the file. Which parts have
 * storage is kept in the backed map, see {@link RegionHeader}.
 *
 * <p>When the file grows it is mapped anew; older maps stay until it is closed, since threads may
 * be in the middle of a call. For the same reason it is cut only when it is closed.
 */
final class RegionFile {
  /** Bit of the backed map: the volume header and that of the root superblock. */
  private static final long HEADERS = 1L << 63;

  /** Bytes that are read and written back in one piece. */
  private static final long PIECE = 1 << 20;

  private final Disk.File file;
  private final Disk.Lock lock;
  private final Arena arena = Arena.ofShared();
  private final RegionHeader header;
  private final boolean writable;

  /** Header, state and backed map: what is never mapped anew. */
  private final MemorySegment front;

  /** Held while storage is made. */
  private final ReentrantLock backing = new ReentrantLock();

  /** Volumes that the file has. */
  private int count;

  private RegionFile(Disk.File file, Disk.Lock lock, boolean writable) throws IOException {
    this.file = file;
    this.lock = lock;
    this.writable = writable;
    boolean opened = false;
    try {
      if (file.size() < RegionHeader.VOLUMES_OFFSET) {
        throw new CorruptDataException(
            RegionHeader.FORMAT,
            file.size(),
            "at least " + RegionHeader.VOLUMES_OFFSET + " bytes",
            "the end");
      }
      front = file.map(mode(), 0, RegionHeader.VOLUMES_OFFSET, arena);
      Mem.touch(front);
      header = RegionHeader.read(front);
      count = count();
      opened = true;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  private int count() throws IOException {
    long bytes = file.size() - RegionHeader.VOLUMES_OFFSET;
    long volumes = bytes >>> header.geometry().volumeShift;
    if (volumes > header.volumeMax() || volumes << header.geometry().volumeShift != bytes) {
      throw new CorruptDataException(
          RegionHeader.FORMAT,
          file.size(),
          "whole volumes, at most " + header.volumeMax(),
          "the end after " + bytes + " bytes of volumes");
    }
    return (int) volumes;
  }

  private MapMode mode() {
    return writable ? MapMode.READ_WRITE : MapMode.READ_ONLY;
  }

  /** Makes a file without volumes; it must not exist. */
  static void create(Disk disk, Path path, RegionHeader header) throws IOException {
    try (Arena scratch = Arena.ofConfined();
        AtomicFile file = AtomicFile.create(disk, path, false)) {
      MemorySegment front = scratch.allocate(RegionHeader.VOLUMES_OFFSET, Mem.PAGE);
      header.write(front);
      StateLayout.format(
          front.asSlice(RegionHeader.STATE_OFFSET, header.geometry().stateSize()),
          header.geometry());
      file.file().write(front, 0);
      file.commit();
    }
  }

  /** Opens and locks a file. */
  static RegionFile open(Disk disk, Path path, boolean writable) throws IOException {
    Disk.File file = disk.open(path, writable ? Disk.Mode.WRITE : Disk.Mode.READ);
    boolean opened = false;
    try {
      Disk.Lock lock = file.tryLock(!writable);
      if (lock == null) {
        throw new FileSystemException(path.toString(), null, Groove.IN_USE);
      }
      RegionFile region = new RegionFile(file, lock, writable);
      opened = true;
      return region;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  Path path() {
    return file.path();
  }

  RegionHeader header() {
    return header;
  }

  MemorySegment state() {
    return front.asSlice(RegionHeader.STATE_OFFSET, header.geometry().stateSize());
  }

  /** Volumes that the file has, removed ones included. */
  int volumeCount() {
    return count;
  }

  /** All volumes, in a new map. */
  MemorySegment volumes() throws IOException {
    long size = (long) count << header.geometry().volumeShift;
    if (size == 0) {
      return MemorySegment.NULL;
    }
    return file.map(mode(), RegionHeader.VOLUMES_OFFSET, size, arena);
  }

  /**
   * Makes the file longer by some volumes; their headers get storage later, see {@link
   * #backVolume}.
   */
  void grow(int more) throws IOException {
    file.truncate(
        RegionHeader.VOLUMES_OFFSET + (((long) count + more) << header.geometry().volumeShift));
    count += more;
  }

  /** Takes back a {@link #grow} that led to nothing, as far as the system lets us. */
  void shrink(int fewer) throws IOException {
    for (int i = 0; i < fewer; i++) {
      backed(--count, 0);
    }
    file.truncate(RegionHeader.VOLUMES_OFFSET + ((long) count << header.geometry().volumeShift));
  }

  /** Makes storage for the headers of a volume that is not in use, or for all of it. */
  void backVolume(long index, boolean whole) throws IOException {
    GrooveGeometry g = header.geometry();
    long lo = RegionHeader.VOLUMES_OFFSET + (index << g.volumeShift);
    backing.lock();
    try {
      if (whole) {
        file.preallocate(lo, lo + g.volumeSize());
        backed(index, HEADERS | g.classes.full[g.classCount() - 1]);
      } else if ((backed(index) & HEADERS) == 0) {
        file.preallocate(lo, lo + VolumeHeader.SIZE + g.blockSize());
        backed(index, backed(index) | HEADERS);
      }
    } finally {
      backing.unlock();
    }
  }

  /**
   * Makes storage for an object of the last class that nobody holds.
   *
   * @return false when the disk is full or fails
   */
  boolean backObject(long object) {
    GrooveGeometry g = header.geometry();
    long index = g.volumeOf(object);
    long bit = 1L << rootIndex(object);
    if ((backed(index) & bit) != 0) {
      return true;
    }
    backing.lock();
    try {
      if ((backed(index) & bit) == 0) {
        // Exactly these bytes, no rounding to pages: neighbours may be in use.
        long lo = RegionHeader.VOLUMES_OFFSET + object;
        file.preallocate(lo, lo + g.footprint(g.classCount() - 1));
        backed(index, backed(index) | bit);
      }
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      backing.unlock();
    }
  }

  private int rootIndex(long object) {
    GrooveGeometry g = header.geometry();
    long first = g.root(g.volumeOf(object)) + g.blockSize();
    return (int) ((object - first) / g.footprint(g.classCount() - 1));
  }

  /**
   * Makes storage for what is in use and not marked, because another program allocated it: the
   * bytes are read and written in place, before anybody stores there.
   */
  void backForeign(View view) throws IOException {
    GrooveGeometry g = header.geometry();
    int last = g.classCount() - 1;
    for (long index = 0; index < count; index++) {
      if (!view.lists(index)) {
        continue;
      }
      long volume = index << g.volumeShift;
      long needed = HEADERS;
      if (VolumeHeader.magic(view.volumes, volume) == g.volumeMagic) {
        needed |= ~ObjectHeader.free(view.volumes, g.root(index)) & g.classes.full[last];
      }
      long missing = needed & ~backed(index);
      if ((missing & HEADERS) != 0) {
        rewrite(volume, VolumeHeader.SIZE + g.blockSize());
      }
      for (int i = 0; i < g.objectsPerSuperblock(last); i++) {
        if ((missing >>> i & 1) != 0) {
          rewrite(g.object(g.root(index), last, i), g.footprint(last));
        }
      }
      backed(index, backed(index) | missing);
    }
  }

  private void rewrite(long offset, long size) throws IOException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment piece = scratch.allocate(Math.min(size, PIECE));
      for (long done = 0; done < size; done += PIECE) {
        MemorySegment part = piece.asSlice(0, Math.min(PIECE, size - done));
        long at = RegionHeader.VOLUMES_OFFSET + offset + done;
        file.read(part, at);
        file.write(part, at);
      }
    }
  }

  private long backed(long index) {
    return Mem.getLongAcquire(front, RegionHeader.BACKED_OFFSET + index * Long.BYTES);
  }

  private void backed(long index, long bits) {
    Mem.putLongRelease(front, RegionHeader.BACKED_OFFSET + index * Long.BYTES, bits);
  }

  /** Ends all maps and the file, which stays as it is. */
  void abandon() throws IOException {
    arena.close();
    lock.close();
    file.close();
  }

  /** Cuts the volumes at the end that were removed, and ends all maps. */
  void close(View view) throws IOException {
    try {
      int kept = count;
      if (writable) {
        while (kept > 0 && !view.lists(kept - 1)) {
          kept--;
          backed(kept, 0);
        }
      }
      arena.close();
      if (kept < count) {
        file.truncate(RegionHeader.VOLUMES_OFFSET + ((long) kept << header.geometry().volumeShift));
      }
    } finally {
      lock.close();
      file.close();
    }
  }
}
