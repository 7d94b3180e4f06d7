package holdfast.testkit;

import holdfast.internal.Disk;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import holdfast.testkit.SimLog.Event;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One opening of a file of a {@link SimDisk}. Guarded by the disk. */
final class SimFile implements Disk.File {
  private static final int SECTORS_PER_PAGE = 4096 / Sector.SIZE;

  private record Mapped(MemorySegment segment, long lo) {}

  private final SimDisk disk;
  private final Path path;
  private final SimContent content;
  private final boolean writable;
  private final List<Mapped> maps = new ArrayList<>();
  private boolean open = true;
  private SimLock lock;

  SimFile(SimDisk disk, Path path, SimContent content, boolean writable) {
    this.disk = disk;
    this.path = path;
    this.content = content;
    this.writable = writable;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Object key() {
    return content;
  }

  /** What every operation does first. */
  private Effect begin(Op op, boolean needsWritable) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    if (needsWritable && !writable) {
      throw new NonWritableChannelException();
    }
    Effect effect = disk.begin(op, path);
    if (effect == Effect.INTERRUPT) {
      abandon();
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException();
    }
    return effect;
  }

  private static void requireRange(long lo, long hi) {
    if (lo < 0 || hi < lo) {
      throw new IllegalArgumentException("not a range: [" + lo + ", " + hi + ")");
    }
  }

  @Override
  public long read(MemorySegment target, long position) throws IOException {
    synchronized (disk) {
      begin(Op.READ, false);
      requireRange(position, position + target.byteSize());
      return content.read(target, position);
    }
  }

  @Override
  public void write(MemorySegment source, long position) throws IOException {
    synchronized (disk) {
      Effect effect = begin(Op.WRITE, true);
      requireRange(position, position + source.byteSize());
      put(source, position, effect, Op.WRITE);
    }
  }

  @Override
  public void preallocate(long lo, long hi) throws IOException {
    synchronized (disk) {
      requireRange(lo, hi);
      Effect effect = begin(Op.PREALLOCATE, true);
      put(MemorySegment.ofArray(new byte[Math.toIntExact(hi - lo)]), lo, effect, Op.PREALLOCATE);
    }
  }

  private void put(MemorySegment source, long position, Effect effect, Op op) throws IOException {
    long size = source.byteSize();
    long room = disk.room(content, position, position + size);
    if (effect == Effect.NO_SPACE) {
      room = Math.min(room, size / 2);
    }
    long first = effect == Effect.SHORT ? Math.min(room, size / 2) : room;
    putPiece(source.asSlice(0, first), position);
    putPiece(source.asSlice(first, room - first), position + first);
    if (room < size) {
      throw new FileSystemException(path.toString(), null, "No space left on device (" + op + ")");
    }
  }

  private void putPiece(MemorySegment source, long position) {
    if (source.byteSize() > 0) {
      List<SimLog.Placed> sectors = content.write(source, position);
      disk.record(new Event.Data(content.id, false, sectors, position + source.byteSize()));
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    synchronized (disk) {
      requireRange(0, size);
      begin(Op.TRUNCATE, true);
      if (size != content.size()) {
        content.resize(size);
        disk.record(new Event.Resize(content.id, size));
      }
    }
  }

  @Override
  public long size() throws IOException {
    synchronized (disk) {
      begin(Op.SIZE, false);
      return content.size();
    }
  }

  @Override
  public MemorySegment map(MapMode mode, long lo, long size, Arena arena) throws IOException {
    synchronized (disk) {
      requireRange(lo, lo + size);
      begin(Op.MAP, !mode.equals(MapMode.READ_ONLY));
      if (lo + size > content.size()) {
        throw new IOException(
            "%s: cannot map bytes %d to %d, the file ends at %d"
                .formatted(path, lo, lo + size, content.size()));
      }
      MemorySegment segment = content.map(mode, lo, size, arena);
      if (mode.equals(MapMode.READ_WRITE)) {
        maps.add(new Mapped(segment, lo));
      }
      return segment;
    }
  }

  @Override
  public void force(boolean metadata) throws IOException {
    synchronized (disk) {
      Effect effect = begin(Op.FORCE, false);
      finishForce(effect, new Event.Force(content.id, effect == Effect.IO_ERROR), Op.FORCE);
    }
  }

  @Override
  public void forceMapped(long lo, long hi) throws IOException {
    synchronized (disk) {
      requireRange(lo, hi);
      Effect effect = begin(Op.FORCE_MAPPED, false);
      List<long[]> ranges = new ArrayList<>();
      for (Mapped map : maps) {
        long from = Math.max(lo, map.lo);
        long to = Math.min(hi, map.lo + map.segment.byteSize());
        if (from < to && map.segment.scope().isAlive()) {
          long first = from / 4096 * SECTORS_PER_PAGE;
          ranges.add(new long[] {first, (to + 4095) / 4096 * SECTORS_PER_PAGE});
        }
      }
      finishForce(
          effect,
          new Event.ForceMapped(content.id, ranges, effect == Effect.IO_ERROR),
          Op.FORCE_MAPPED);
    }
  }

  private void finishForce(Effect effect, Event event, Op op) throws IOException {
    disk.record(effect == Effect.IGNORE ? new Event.Nothing() : event);
    if (effect == Effect.IO_ERROR) {
      throw SimDisk.injected(op, path);
    }
  }

  /** Released once, by its owner or with the file. */
  private final class SimLock implements Disk.Lock {
    final boolean shared;

    SimLock(boolean shared) {
      this.shared = shared;
    }

    @Override
    public void close() {
      synchronized (disk) {
        if (lock == this) {
          lock = null;
        }
      }
    }
  }

  @Override
  public Disk.Lock tryLock(boolean shared) throws IOException {
    synchronized (disk) {
      begin(Op.LOCK, !shared);
      if (lock != null) {
        throw new IllegalStateException(path + " is locked by this very opening");
      }
      for (SimFile other : disk.open()) {
        if (other.content == content && other.lock != null && !(shared && other.lock.shared)) {
          return null;
        }
      }
      lock = new SimLock(shared);
      return lock;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (disk) {
      if (open) {
        abandon(); // also when it fails: the system gives the descriptor back in any case
        disk.begin(Op.CLOSE, path);
      }
    }
  }

  /** The file is closed and its lock gone, without a word. */
  void abandon() {
    open = false;
    lock = null;
    disk.open().remove(this);
  }
}
