package holdfast.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** One opening of a file of the running system. */
final class OsFile implements Disk.File {
  /** Bytes in one system call: what a buffer can hold, rounded down to something even. */
  private static final long NATIVE_PIECE = 1L << 30;

  /**
   * The JDK copies heap memory through a hidden native buffer of this size, one for each thread.
   */
  private static final long HEAP_PIECE = 1L << 16;

  /** Written at multiples of its size: shorter or crooked writes of zeros take a fifth longer. */
  private static final MemorySegment ZEROS =
      MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1 << 18)).asReadOnly();

  /**
   * The one byte that is locked. It lies behind every file, because a lock on Windows keeps others
   * from reading the locked bytes.
   */
  private static final long LOCK_POSITION = Long.MAX_VALUE - 1;

  /** A writable map and the place in the file where it begins. */
  private record Mapped(MemorySegment segment, long lo) {}

  private final Path path;
  private final FileChannel channel;

  /** Finds the locks of the file; null for one that is never locked. */
  private final Object key;

  private final boolean writable;
  private final boolean forceCoversMaps;

  /** Writable maps, dead ones too until the next one is made. Guarded by itself. */
  private final List<Mapped> maps = new ArrayList<>();

  /** Its owner is done with it. The channel may stay open a little longer, see {@link OsLocks}. */
  private final AtomicBoolean closed = new AtomicBoolean();

  OsFile(Path path, FileChannel channel, Object key, boolean writable, boolean forceCoversMaps) {
    this.path = path;
    this.channel = channel;
    this.key = key;
    this.writable = writable;
    this.forceCoversMaps = forceCoversMaps;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long read(MemorySegment target, long position) throws IOException {
    long done = 0;
    while (done < target.byteSize()) {
      int count = open().read(piece(target, done), position + done);
      if (count < 0) {
        break;
      }
      done += count;
    }
    return done;
  }

  @Override
  public void write(MemorySegment source, long position) throws IOException {
    if (!writable) {
      throw new NonWritableChannelException();
    }
    long done = 0;
    while (done < source.byteSize()) {
      done += open().write(piece(source, done), position + done);
    }
  }

  private static ByteBuffer piece(MemorySegment segment, long offset) {
    long max = segment.isNative() ? NATIVE_PIECE : HEAP_PIECE;
    return segment.asSlice(offset, Math.min(max, segment.byteSize() - offset)).asByteBuffer();
  }

  @Override
  public void preallocate(long lo, long hi) throws IOException {
    Check.range(lo, 0, hi, "lo");
    for (long position = lo; position < hi; ) {
      long end = Math.min(hi, Bits.alignDown(position + ZEROS.byteSize(), ZEROS.byteSize()));
      write(ZEROS.asSlice(0, end - position), position);
      position = end;
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    Check.range(size, 0, Long.MAX_VALUE, "size");
    if (size <= size()) {
      open().truncate(size);
    } else {
      write(ZEROS.asSlice(0, 1), size - 1); // Java has no other way to grow a file
    }
  }

  @Override
  public long size() throws IOException {
    return open().size();
  }

  @Override
  public MemorySegment map(MapMode mode, long lo, long size, Arena arena) throws IOException {
    Check.range(lo, 0, Long.MAX_VALUE, "lo");
    Check.range(size, 0, Long.MAX_VALUE - lo, "size");
    // The JDK would grow the file, sparse: the first store on a full disk would be a fault.
    long end = size();
    if (lo + size > end) {
      throw new IOException(
          path + ": cannot map bytes " + lo + " to " + (lo + size) + ", the file ends at " + end);
    }
    MemorySegment segment = open().map(mode, lo, size, arena);
    if (mode.equals(MapMode.READ_WRITE)) {
      synchronized (maps) {
        maps.removeIf(map -> !map.segment.scope().isAlive());
        maps.add(new Mapped(segment, lo));
      }
    }
    return segment;
  }

  @Override
  public void force(boolean metadata) throws IOException {
    if (!forceCoversMaps) {
      forceMapped(0, Long.MAX_VALUE);
    }
    open().force(metadata);
  }

  @Override
  public void forceMapped(long lo, long hi) throws IOException {
    Check.range(lo, 0, hi, "lo");
    List<Mapped> current;
    synchronized (maps) {
      current = List.copyOf(maps);
    }
    open();
    for (Mapped map : current) {
      long from = Math.max(lo, map.lo);
      long to = Math.min(hi, map.lo + map.segment.byteSize());
      if (from < to && map.segment.scope().isAlive()) {
        try {
          map.segment.asSlice(from - map.lo, to - from).force();
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
    }
  }

  @Override
  public Disk.Lock tryLock(boolean shared) throws IOException {
    if (!shared && !writable) {
      throw new NonWritableChannelException();
    }
    if (key == null) {
      throw new IllegalStateException(path + " was opened never to be locked");
    }
    open();
    return OsLocks.tryLock(this, shared);
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      if (key == null) {
        closeChannel();
      } else {
        OsLocks.close(this);
      }
    }
  }

  private FileChannel open() throws ClosedChannelException {
    if (closed.get() || !channel.isOpen()) {
      throw new ClosedChannelException();
    }
    return channel;
  }

  @Override
  public Object key() {
    return key;
  }

  /** Takes the lock of the system; null when another process has it, or other code in this one. */
  FileLock lockChannel(boolean shared) throws IOException {
    try {
      return open().tryLock(LOCK_POSITION, 1, shared);
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  void closeChannel() throws IOException {
    channel.close();
  }
}
