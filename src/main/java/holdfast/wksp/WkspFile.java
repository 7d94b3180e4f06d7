package holdfast.wksp;

import holdfast.internal.AtomicFile;
import holdfast.internal.Disk;
import holdfast.internal.MapFault;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;

/** A mapped file that begins with a region. */
final class WkspFile {
  private final Disk.File file;
  private final Arena arena;
  private final Region region;

  private WkspFile(Disk.File file, Arena arena, Region region) {
    this.file = file;
    this.arena = arena;
    this.region = region;
  }

  /** Makes the file: all bytes written, so that no later store can find the disk full. */
  static void create(Disk disk, Path path, String name, int seed, long partMax, long dataMax)
      throws IOException {
    WkspInit.requirePossible(name, partMax, dataMax);
    long footprint = WkspGeometry.footprint(partMax, dataMax);
    try (AtomicFile target = AtomicFile.create(disk, path, false)) {
      target.file().preallocate(0, footprint);
      // No other thread ever sees this map, and the file is complete before it has its name.
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment mem = target.file().map(MapMode.READ_WRITE, 0, footprint, arena);
        WkspInit.create(mem, name, seed, partMax, dataMax);
        target.file().force(true);
      } catch (InternalError e) {
        throw MapFault.of(path, e);
      }
      target.commit();
    }
  }

  /** Maps the region of a file. */
  static WkspFile open(Disk disk, Path path, boolean writable) throws IOException {
    Disk.File file = disk.open(path, writable ? Disk.Mode.WRITE : Disk.Mode.READ);
    Arena arena = null;
    try {
      arena = Arena.ofShared();
      MapMode mode = writable ? MapMode.READ_WRITE : MapMode.READ_ONLY;
      MemorySegment mem = file.map(mode, 0, file.size(), arena);
      return new WkspFile(file, arena, Region.of(mem));
    } catch (InternalError e) {
      close(file, arena);
      throw MapFault.of(path, e);
    } catch (IOException | RuntimeException | Error e) {
      close(file, arena);
      throw e;
    }
  }

  Region region() {
    return region;
  }

  MemorySegment mem() {
    return region.mem;
  }

  Path path() {
    return file.path();
  }

  Object key() {
    return file.key();
  }

  /**
   * Ends the map while we have the lock, then gives the lock up through the file. The other way
   * round, another thread could take the lock just before its map goes, and keep it.
   */
  void unmapAndUnlock() throws IOException {
    arena.close();
    MemorySegment word = MemorySegment.ofArray(new byte[Long.BYTES]);
    Mem.putLong(word, 0, WkspHeader.UNLOCKED);
    file.write(word, WkspHeader.OWNER_OFFSET);
  }

  void close() throws IOException {
    close(file, arena);
  }

  private static void close(Disk.File file, Arena arena) throws IOException {
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
    file.close();
  }
}
