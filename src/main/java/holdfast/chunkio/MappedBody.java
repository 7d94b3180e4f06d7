package holdfast.chunkio;

import static holdfast.chunkio.ChunkLayout.HEADER;

import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;

/**
 * The engine that stores into a map of the whole file. The bytes are with the system at once; the
 * header follows each append.
 *
 * <p>When the room is at its end the file gets more of it and is mapped again as a whole; old maps
 * stay until the chunk goes down, because views of them may be in use.
 */
final class MappedBody extends FileBody {
  /**
   * Records up to this go through an array on their way: the checksum of an array costs two atomic
   * operations less than that of a map, 15 ns of 80 for 100 bytes.
   */
  private static final int SMALL = 1024;

  /** Largest view that one {@link ByteBuffer} gives. */
  private static final long VIEW_MAX = 1L << 30;

  /** Null while there is no map. */
  private Arena arena;

  /** The newest map, of the whole file. */
  private MemorySegment window = MemorySegment.NULL;

  /** The last part of the map for checksums, and where it begins. */
  private ByteBuffer view;

  private long viewLo;

  /** See {@link #SMALL}; made with the first map. */
  private byte[] small;

  private MemorySegment smallSegment;

  MappedBody(
      StreamFolder folder,
      String name,
      Settings settings,
      Space space,
      Disk.File file,
      boolean readOnly) {
    super(folder, name, settings, space, file, readOnly);
  }

  // ------------------------------------------------------------------------- appending

  @Override
  boolean append(MemorySegment source, long offset, long count) throws IOException {
    long at = end();
    if (count > limit - at) {
      return appendSlowly(source, offset, count);
    }
    if (checked && count <= SMALL) {
      Mem.copy(source, offset, smallSegment, 0, count);
      Mem.copy(smallSegment, 0, window, at, count);
      crc.update(small, 0, (int) count);
    } else {
      Mem.copy(source, offset, window, at, count);
      if (checked) {
        cover(at, count);
      }
    }
    size += count;
    publish();
    return true;
  }

  /** Adds bytes of the map to the checksum; from there, because the caller's may change. */
  private void cover(long at, long count) {
    int lo = (int) (at - viewLo);
    view.limit((int) (lo + count)).position(lo);
    crc.update(view);
  }

  /**
   * Makes the header speak of all content. Two release stores: a reader, here or in another
   * process, that sees the size or the checksum also sees the bytes.
   */
  private void publish() {
    int value = checked ? (int) crc.getValue() : 0;
    Mem.putLongRelease(window, 0, Long.reverseBytes(ChunkLayout.word0(value)));
    Mem.putLongRelease(window, 8, Long.reverseBytes(ChunkLayout.word1(size, anchor)));
    published = size;
    dirty = true;
    durable = false;
  }

  @Override
  boolean appendToEngine(MemorySegment source, long offset, long count) throws IOException {
    zeroSlack();
    if (!map(end() + count)) {
      return false;
    }
    long at = end();
    int skipped = size == 0 ? 1 : 0;
    Mem.copy(source, offset + skipped, window, at + skipped, count - skipped);
    if (size == 0) {
      hold(Mem.getByte(source, offset));
      if (checked) {
        crc.update(first);
      }
    }
    if (checked) {
      ChunkLayout.update(crc, window, at + skipped, at + count);
    }
    size += count;
    if (!inTransaction) {
      publishSlowly();
    }
    openFastWay();
    return true;
  }

  /** What lies behind the content of a file that was found here is ours from now on. */
  private void zeroSlack() throws IOException {
    if (zeroed < allocated) {
      file.preallocate(zeroed, allocated);
      zeroed = allocated;
    }
  }

  /** Maps the file so that it has room up to an offset; false when a limit forbids it. */
  private boolean map(long needed) throws IOException {
    if (needed > allocated) {
      long larger = Settings.grown(allocated, needed, growStep);
      if (!takeRoom(allocated, larger)) {
        return false;
      }
      try {
        file.preallocate(allocated, larger);
      } catch (IOException e) {
        shrinkTo(allocated, e);
        noteSize();
        throw e;
      }
      allocated = larger;
      zeroed = larger;
      noteSize();
    }
    if (needed > window.byteSize()) {
      if (arena == null) {
        arena = Arena.ofShared();
        small = new byte[SMALL];
        smallSegment = MemorySegment.ofArray(small);
      }
      window = file.map(MapMode.READ_WRITE, 0, allocated, arena);
      viewOfWindow();
    }
    return true;
  }

  private void viewOfWindow() {
    viewLo = Math.max(0, window.byteSize() - VIEW_MAX);
    view = window.asSlice(viewLo).asByteBuffer();
  }

  /** Half a growth is taken back, so that the file does not keep what nobody knows of. */
  private void shrinkTo(long bytes, IOException cause) {
    try {
      if (file.size() > bytes) {
        file.truncate(bytes);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  void openFastWay() {
    boolean fast = !inTransaction && !firstHeld && size > 0 && end() >= viewLo;
    if (fast && window.byteSize() > 0) {
      long room = Math.min(window.byteSize(), allocated);
      limit = Math.min(room, HEADER + metadataSize + space.contentMax());
    } else {
      limit = SLOW;
    }
  }

  /** As {@link #publish}, with a first byte that waits. */
  private void publishSlowly() throws IOException {
    if (!firstHeld) {
      publish();
      return;
    }
    try {
      writeFirst();
    } catch (IOException e) {
      fail(e); // the checksum is already that of the new content
      throw e;
    }
  }

  // ------------------------------------------------------------------------- everything else

  @Override
  MemorySegment content() throws IOException {
    if (size == 0 || readOnly || firstHeld) {
      return super.content(); // somebody else may cut the file under a map; what waits is not in it
    }
    long start = ChunkLayout.start(metadataSize);
    if (start + size > window.byteSize()) {
      ensureCrc();
      zeroSlack();
      map(start + size);
      openFastWay();
    }
    return window.asSlice(start, size).asReadOnly();
  }

  @Override
  void commit() throws IOException {
    if (size != published) {
      publishSlowly();
    }
    inTransaction = false;
    openFastWay();
  }

  @Override
  void storeAnchor() throws IOException {
    if (window.byteSize() == 0) {
      super.storeAnchor();
      return;
    }
    Mem.putLongRelease(window, 8, Long.reverseBytes(ChunkLayout.word1(size, anchor)));
    Mem.putLongRelease(window, 16, Long.reverseBytes(ChunkLayout.word2(anchor, metadataSize)));
  }

  @Override
  void trimmed() {
    if (window.byteSize() > allocated) {
      window = window.asSlice(0, allocated); // behind it a store would be a fault now
      viewOfWindow();
    }
  }

  /** Ends the maps; views of them become unusable. */
  @Override
  void release() {
    limit = SLOW;
    if (arena != null) {
      arena.close();
      arena = null;
    }
    window = MemorySegment.NULL;
    view = null;
  }
}
