package holdfast.chunkio;

import static holdfast.chunkio.ChunkLayout.HEADER;

import holdfast.CorruptDataException;
import holdfast.internal.Bits;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * A chunk file that is up.
 *
 * <p>Two engines share the way of an append. In both, {@link #window} is memory that stands for the
 * file from byte {@link #base} on:
 *
 * <pre>{@code
 * MAPPED   window = map of the whole file, base = 0. The bytes are with the system at once; the
 *          header follows each append.
 * STAGED   window = a buffer, base = end of what was written. When the buffer is full, it is written
 *          and the header after it; a killed process loses what is in the buffer.
 * }</pre>
 *
 * <p>Order of the stores of an append, so that a kill between any two leaves a file that a scan
 * understands: the bytes, then word 0 (magic and checksum), then word 1 (content size).
 *
 * <pre>{@code
 * killed before word 0      the old content is sealed, the new bytes are slack
 * killed before word 1      TORN: the checksum proves the new content
 * }</pre>
 *
 * <p><b>The first byte.</b> A reader without checksums takes a content size of zero together with a
 * first content byte that is not zero for a file of an old version, and all slack for content. So
 * the first byte of a content is never stored before the header says that there is one: the first
 * append writes everything behind that byte, and then header, metadata and first byte in one write.
 *
 * <p><b>Room</b> is got by writing zeros behind the end of the file (a full disk is an {@link
 * IOException} there, and never a fault in the map), and the whole file is mapped again; old maps
 * stay until the chunk goes down, because views of them may be in use.
 *
 * <p><b>Anchor.</b> After a force the size and checksum that are durable now are noted in the
 * header. A chunk whose anchor does not cover all content, because a process was killed, an
 * original wrote it, or a force failed, is copied and forced as a whole before something new is
 * promised: a page cache that lost a write does not know it any more.
 */
final class FileBody extends Body {
  /** What {@link #limit} is when every append has to take the slow way. */
  private static final long SLOW = -1;

  /** For copies from file to file. */
  private static final int COPY_BUFFER = 1 << 16;

  /**
   * Records up to this go through an array on their way: the checksum of an array costs two atomic
   * operations less than that of a map, 15 ns of 80 for 100 bytes.
   */
  private static final int SMALL = 1024;

  /** Largest view that one {@link ByteBuffer} gives. */
  private static final long VIEW_MAX = 1L << 30;

  private final StreamFolder folder;
  private final String name;
  private final Settings settings;
  private final Space space;
  private final Disk.File file;
  private final int growStep;
  private final boolean readOnly;
  private final boolean staged;

  /** Whether the header of this file has a checksum that is kept up to date. */
  private boolean checked;

  /**
   * Covers everything up to {@link #size}, with the staged engine up to {@link #base}; null until
   * somebody needs it.
   */
  private CRC32 crc;

  /** Bytes of the file. */
  private long allocated;

  /** Bytes that count towards the limits: with the staged engine ahead of those of the file. */
  private long reserved;

  /** Bytes {@code [0, zeroed)} were written through the file, so that a store cannot fault. */
  private long zeroed;

  private long anchor;

  /** Whether everything up to {@link #size} was forced. */
  private boolean durable;

  /** Whether there is something to sync. */
  private boolean dirty;

  /** Content size in the header. */
  private long published;

  private boolean inTransaction;

  /** See {@link #SMALL}; made with the first map. */
  private byte[] small;

  private MemorySegment smallSegment;

  /** The first content byte waits for the header; see the class. */
  private boolean firstHeld;

  private byte first;

  private Arena arena;
  private MemorySegment window = MemorySegment.NULL;
  private long base;

  /** End of the room that the fast way may use, as an offset in the file. */
  private long limit = SLOW;

  /** The last part of the window for checksums, and where it begins in the window. */
  private ByteBuffer view;

  private long viewLo;

  /** A replacement, not yet in its place: the file has a temporary name. */
  private boolean replacement;

  /** Which of two temporary names it has. */
  private boolean second;

  private boolean replacementForced;
  private Throwable failure;

  private FileBody(
      StreamFolder folder,
      String name,
      Settings settings,
      Space space,
      Disk.File file,
      boolean readOnly) {
    this.folder = folder;
    this.name = name;
    this.settings = settings;
    this.space = space;
    this.file = file;
    this.growStep = settings.growStep;
    this.readOnly = readOnly;
    this.staged = settings.options.engine() == Engine.STAGED && !readOnly;
    this.checked = settings.options.checksum() != ChecksumMode.OFF;
  }

  // ------------------------------------------------------------------------- coming up

  /**
   * Opens a chunk file.
   *
   * @param mode whether it has to exist, and whether it may be written
   * @param scan looks at the file, and knows afterwards what it was before anything was repaired
   * @throws CorruptDataException when it is no chunk, or one whose content cannot be proven; the
   *     scan tells more. The file is as it was
   */
  static FileBody open(
      StreamFolder folder,
      String name,
      Settings settings,
      Space space,
      Disk.Mode mode,
      ChunkScan scan)
      throws IOException {
    Path path = folder.path.resolve(name);
    Disk.File file = folder.disk.open(path, mode);
    boolean readOnly = mode == Disk.Mode.READ;
    FileBody body = new FileBody(folder, name, settings, space, file, readOnly);
    try {
      if (!readOnly) {
        settings.options.applyAttributes(folder.disk, path);
      }
      body.load(scan);
      return body;
    } catch (Throwable e) {
      try {
        file.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void load(ChunkScan scan) throws IOException {
    ChecksumMode mode = settings.options.checksum();
    scan.scan(file, mode != ChecksumMode.OFF);
    judge(scan, mode, readOnly, name);
    if (scan.fileSize == 0) {
      initialise(new byte[0]);
      return;
    }
    if (!readOnly && scan.state == ChunkState.TORN) {
      repair(scan);
    } else if (!readOnly && (scan.state == ChunkState.UNSEALED || scan.state == ChunkState.FRESH)) {
      writeHeader((int) scan.running.getValue(), scan.contentSize, scan.anchor, scan.metadataSize);
    }
    metadataSize = scan.metadataSize;
    size = scan.contentSize;
    published = size;
    crc = scan.running;
    allocated = scan.fileSize;
    zeroed = end();
    anchor = scan.anchorValid ? scan.anchor : 0;
    if (mode == ChecksumMode.OFF) {
      checked = scan.storedCrc != 0;
    }
    lz4 =
        scan.anchor == ChunkLayout.LZ4_MARK
            && (scan.state == ChunkState.SEALED || scan.state == ChunkState.UNCHECKED);
    if (lz4) {
      anchor = scan.anchor; // such a file was forced before it got its name
    }
    durable = lz4 || (scan.anchorValid && ChunkLayout.anchorSize(anchor) == size);
    // An invalid anchor may be a torn one that stood for a promise: nobody may build upon it.
    unknown = !durable && size + metadataSize > 0;
    unsure =
        unknown && (settings.options.sync().forces() || (scan.anchor != 0 && !scan.anchorValid));
    noteSize();
  }

  /** Refuses what cannot be used under a mode. */
  static void judge(ChunkScan scan, ChecksumMode mode, boolean readOnly, String name) {
    if (scan.fileSize == 0 && readOnly) {
      scan.refuse(ChunkError.PERMISSION, 0, "an empty file in a store that may not be written");
    } else if (mode == ChecksumMode.STRICT && scan.state == ChunkState.UNCHECKED) {
      scan.refuse(ChunkError.BAD_CHECKSUM, ChunkLayout.CRC_OFFSET, "a chunk without a checksum");
    }
    if (scan.state == ChunkState.CORRUPT) {
      throw scan.damage(name);
    }
  }

  /**
   * Gives a torn file a header that is right. One write of one sector, so it happens or not; when
   * nothing is left of the content, the file is cut first, for the sake of the first byte.
   */
  private void repair(ChunkScan scan) throws IOException {
    long anchorKept = scan.anchorValid ? scan.anchor : 0;
    if (scan.contentSize == 0) {
      file.truncate(ChunkLayout.start(scan.metadataSize));
      scan.fileSize = ChunkLayout.start(scan.metadataSize);
    }
    writeHeader((int) scan.running.getValue(), scan.contentSize, anchorKept, scan.metadataSize);
  }

  private void writeHeader(int crc, long size, long anchor, int metadataSize) throws IOException {
    MemorySegment header = MemorySegment.ofArray(new byte[HEADER]);
    ChunkLayout.putHeader(header, crc, size, anchor, metadataSize);
    file.write(header, 0);
  }

  /** Writes the first page of a chunk without content. */
  private void initialise(byte[] metadata) throws IOException {
    long size = Bits.alignUp(HEADER + metadata.length, Mem.PAGE);
    if (replacement) {
      size = ChunkLayout.start(metadata.length); // copied content follows
    } else if (!takeRoom(size)) {
      throw new LimitReachedException(name);
    }
    MemorySegment page = MemorySegment.ofArray(new byte[(int) size]);
    metadataSize = metadata.length;
    Mem.putLongBe(page, 16, ChunkLayout.word2(0, metadataSize));
    Mem.copy(MemorySegment.ofArray(metadata), 0, page, HEADER, metadataSize);
    crc = new CRC32();
    ChunkLayout.update(crc, page, ChunkLayout.COVERED_OFFSET, HEADER + metadataSize);
    ChunkLayout.putHeader(page, checked ? (int) crc.getValue() : 0, 0, 0, metadataSize);
    file.write(page, 0);
    allocated = size;
    zeroed = size;
    dirty = true;
    folder.changed();
    noteSize();
  }

  // ------------------------------------------------------------------------- appending

  private long end() {
    return ChunkLayout.start(metadataSize) + size;
  }

  @Override
  boolean append(MemorySegment source, long offset, long count) throws IOException {
    long at = end();
    if (count > limit - at) {
      return appendSlowly(source, offset, count);
    }
    if (staged) {
      Mem.copy(source, offset, window, at - base, count); // covered when it is written
      size += count;
      return true;
    }
    if (checked && count <= SMALL) {
      Mem.copy(source, offset, smallSegment, 0, count);
      Mem.copy(smallSegment, 0, window, at - base, count);
      crc.update(small, 0, (int) count);
    } else {
      Mem.copy(source, offset, window, at - base, count);
      if (checked) {
        cover(at, count);
      }
    }
    size += count;
    publish();
    return true;
  }

  /** Adds bytes in the window to the checksum; from there, because the caller's may change. */
  private void cover(long at, long count) {
    int lo = (int) (at - base - viewLo);
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

  private boolean appendSlowly(MemorySegment source, long offset, long count) throws IOException {
    requireSound();
    if (count > space.contentMax() - size) {
      return false;
    }
    if (count == 0) {
      return true;
    }
    assert !unsure : "a copy has to be made first: " + name;
    prepare();
    if (staged) {
      return appendStaged(source, offset, count);
    }
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
    coverSlowly(at + skipped, at + count);
    size += count;
    if (!inTransaction) {
      publishSlowly();
    }
    openFastWay();
    return true;
  }

  private void hold(byte value) {
    first = value;
    firstHeld = true;
  }

  /** As {@link #cover}, for ranges of any size. */
  private void coverSlowly(long lo, long hi) {
    if (checked) {
      ChunkLayout.update(crc, window, lo - base, hi - base);
    }
  }

  /** The checksum is there, and what lies behind the content was written by us. */
  private void prepare() throws IOException {
    if (checked && crc == null) {
      computeCrc();
    }
    if (!staged && zeroed < allocated) {
      file.preallocate(zeroed, allocated);
    }
    zeroed = allocated;
  }

  /** Reads everything for a checksum that nobody had computed when the chunk came up. */
  private void computeCrc() throws IOException {
    ChunkScan scan = new ChunkScan();
    scan.scan(file, true);
    if (scan.running != null && scan.contentSize == size) {
      crc = scan.running;
    } else {
      checked = false; // already wrong: a new checksum would hide the damage
    }
  }

  /** Maps the file so that it has room up to an offset; false when a limit forbids it. */
  private boolean map(long needed) throws IOException {
    if (needed > allocated) {
      long larger = Settings.grown(allocated, needed, growStep);
      if (!takeRoom(larger - allocated)) {
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
    if (needed > base + window.byteSize()) {
      if (arena == null) {
        arena = Arena.ofShared();
        small = new byte[SMALL];
        smallSegment = MemorySegment.ofArray(small);
      }
      window = file.map(MapMode.READ_WRITE, 0, allocated, arena);
      viewOf(window);
    }
    return true;
  }

  /** A replacement counts once it is in its place. */
  private boolean takeRoom(long more) throws IOException {
    return replacement || space.grow(more);
  }

  private void noteSize() {
    reserved = allocated;
    if (!replacement) {
      space.set(allocated);
    }
  }

  private void viewOf(MemorySegment memory) {
    viewLo = Math.max(0, memory.byteSize() - VIEW_MAX);
    view = memory.asSlice(viewLo).asByteBuffer();
  }

  /** Half a growth is taken back, so that the file does not keep what nobody knows of. */
  private void shrinkTo(long size, IOException cause) {
    try {
      if (file.size() > size) {
        file.truncate(size);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Lets the next append take the fast way, if it may. */
  private void openFastWay() {
    boolean fast = !inTransaction && !firstHeld && size > 0 && end() - base >= viewLo;
    if (fast && window.byteSize() > 0) {
      long room =
          staged ? Math.min(bufferEnd(), reserved) : Math.min(base + window.byteSize(), allocated);
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
      writeFirst(first);
      firstHeld = false;
    } catch (IOException e) {
      fail(e); // the checksum is already that of the new content
      throw e;
    }
  }

  /** Header, metadata and first byte in one write. */
  private void writeFirst(byte value) throws IOException {
    int count = HEADER + metadataSize;
    MemorySegment bytes = MemorySegment.ofArray(new byte[count + 1]);
    file.read(bytes.asSlice(0, count), 0);
    ChunkLayout.putHeader(bytes, checked ? (int) crc.getValue() : 0, size, anchor, metadataSize);
    Mem.putByte(bytes, count, value);
    file.write(bytes, 0);
    published = size;
    dirty = true;
    durable = false;
  }

  // ------------------------------------------------------------------------- the staged engine

  private boolean appendStaged(MemorySegment source, long offset, long count) throws IOException {
    long needed = end() + count;
    if (needed > reserved) {
      long larger = Settings.grown(reserved, needed, growStep);
      if (!takeRoom(larger - reserved)) {
        return false;
      }
      reserved = larger;
    }
    if (window.byteSize() == 0) {
      window = settings.borrowBuffer();
      base = end();
    }
    if (needed > bufferEnd()) {
      spill(source, offset, count);
    } else {
      Mem.copy(source, offset, window, end() - base, count);
      size += count;
    }
    dirty = true;
    durable = false;
    openFastWay();
    return true;
  }

  /**
   * Where the buffer ends in the file: at a multiple of its size, because the system takes aligned
   * writes of that length a fifth faster (docs/design/0008).
   */
  private long bufferEnd() {
    return Bits.alignDown(base + window.byteSize(), alignment());
  }

  private long alignment() {
    return Long.highestOneBit(window.byteSize());
  }

  /**
   * A record that crosses the end of the buffer. Fills the buffer with its head and writes that,
   * and whole multiples of the alignment out of the caller's memory; the tail is the first in the
   * empty buffer. The header then speaks of the records before this one, which are in the file as a
   * whole.
   *
   * <p>Everything that can fail comes first, so a failure leaves the record out.
   */
  private void spill(MemorySegment source, long offset, long count) throws IOException {
    long at = end();
    long lo = base;
    long hi = bufferEnd();
    long head = hi - at;
    long direct = Bits.alignDown(count - head, alignment());
    Mem.copy(source, offset, window, at - lo, head);
    writeBuffer(hi);
    if (direct > 0) {
      file.write(source.asSlice(offset + head, direct), hi);
    }
    buffered(at);
    if (size != published) {
      wrote();
    }
    if (checked) {
      ChunkLayout.update(crc, window, at - lo, hi - lo);
      ChunkLayout.update(crc, source, offset + head, offset + head + direct);
    }
    base = hi + direct;
    allocated = Math.max(allocated, base);
    long tail = count - head - direct;
    Mem.copy(source, offset + count - tail, window, 0, tail);
    size += count;
  }

  /** Writes the buffer up to an offset in the file, but for a first content byte. */
  private void writeBuffer(long hi) throws IOException {
    int skipped = base == HEADER + metadataSize ? 1 : 0;
    file.write(window.asSlice(skipped, hi - base - skipped), base + skipped);
  }

  /** What the buffer had up to an offset is in the file now, and belongs to the checksum. */
  private void buffered(long hi) {
    dirty = true;
    durable = false;
    coverSlowly(base, hi);
    if (base == HEADER + metadataSize) {
      hold(Mem.getByte(window, 0));
    }
    base = hi;
    allocated = Math.max(allocated, hi); // inside what is reserved
  }

  /** Writes what is in the buffer, and the header after it. */
  private void flush() throws IOException {
    if (window.byteSize() == 0) {
      return; // nothing was appended yet
    }
    if (end() > base) {
      writeBuffer(end());
      buffered(end());
    }
    if (size != published) {
      wrote();
    }
    openFastWay();
  }

  /** Makes the header speak of all content, which is in the file; inside a transaction nothing. */
  private void wrote() throws IOException {
    if (inTransaction) {
      return;
    }
    if (firstHeld) {
      writeFirst(first);
      firstHeld = false;
    } else {
      writeHeader(checked ? (int) crc.getValue() : 0, size, anchor, metadataSize);
      published = size;
    }
  }

  // ------------------------------------------------------------------------- reading

  @Override
  MemorySegment content() throws IOException {
    long start = ChunkLayout.start(metadataSize);
    if (size == 0) {
      return MemorySegment.NULL;
    }
    if (readOnly || firstHeld || staged) {
      // Somebody else may cut the file under a map; and what waits is not in the map.
      MemorySegment copy = Arena.ofAuto().allocate(size);
      long count = read(copy, 0);
      if (count < size) {
        throw new IOException(file.path() + ": the file was cut by somebody else");
      }
      return copy.asReadOnly();
    }
    if (start + size > window.byteSize()) {
      prepare();
      map(start + size);
      openFastWay();
    }
    return window.asSlice(start, size).asReadOnly();
  }

  @Override
  long read(MemorySegment target, long position) throws IOException {
    long count = Math.max(0, Math.min(target.byteSize(), size - position));
    if (count == 0) {
      return 0;
    }
    long at = ChunkLayout.start(metadataSize) + position;
    long inFile = staged && window.byteSize() > 0 ? Math.max(0, Math.min(count, base - at)) : count;
    long done = file.read(target.asSlice(0, inFile), at);
    if (done == inFile && done < count) {
      Mem.copy(window, at + done - base, target, done, count - done);
      done = count;
    }
    if (firstHeld && position == 0 && done > 0) {
      Mem.putByte(target, 0, first);
    }
    return done;
  }

  @Override
  byte[] metadata() throws IOException {
    byte[] bytes = new byte[metadataSize];
    if (file.read(MemorySegment.ofArray(bytes), HEADER) < metadataSize) {
      throw new IOException(file.path() + ": the file was cut by somebody else");
    }
    return bytes;
  }

  // ------------------------------------------------------------------------- replacing

  @Override
  Body rewrite(byte[] metadata, long keep) throws IOException {
    requireSound();
    if (staged && !inTransaction) {
      flush();
    }
    byte[] its = metadata == null ? metadata() : metadata;
    boolean theSecond = replacement && !second;
    Disk.File copy =
        folder.disk.open(folder.path.resolve(TemporaryName.of(name, theSecond)), Disk.Mode.CREATE);
    FileBody other = new FileBody(folder, name, settings, space, copy, false);
    other.replacement = true;
    other.second = theSecond;
    other.replacementForced =
        settings.options.sync().forces() || anchor != 0 || durable || unsure || replacementForced;
    try {
      copy.truncate(0);
      other.checked = checked || settings.options.checksum() != ChecksumMode.OFF;
      other.initialise(its);
      other.copyFrom(this, keep);
      if (lz4 && keep == size) {
        other.markLz4();
      }
      return other;
    } catch (Throwable e) {
      other.discard();
      throw e;
    }
  }

  /** Only for a replacement: nobody sees the header before the checksum and the mark agree. */
  @Override
  void markLz4() throws IOException {
    if (staged) {
      flush();
    }
    lz4 = true;
    replacementForced = true;
    anchor = ChunkLayout.LZ4_MARK;
    MemorySegment bytes = MemorySegment.ofArray(new byte[Long.BYTES]);
    Mem.putLongBe(bytes, 0, anchor);
    file.write(bytes, ChunkLayout.ANCHOR_SIZE_OFFSET);
  }

  private Path temporary() {
    return folder.path.resolve(TemporaryName.of(name, second));
  }

  /** The replacement is not yet visible, so nothing here has to be in any order. */
  private void copyFrom(FileBody other, long keep) throws IOException {
    MemorySegment buffer = MemorySegment.ofArray(new byte[(int) Math.min(COPY_BUFFER, keep)]);
    long start = ChunkLayout.start(metadataSize);
    for (long done = 0; done < keep; ) {
      MemorySegment piece = buffer.asSlice(0, Math.min(buffer.byteSize(), keep - done));
      if (other.read(piece, done) < piece.byteSize()) {
        throw new IOException(other.file.path() + ": the file was cut by somebody else");
      }
      file.write(piece, start + done);
      if (checked) {
        ChunkLayout.update(crc, piece, 0, piece.byteSize());
      }
      done += piece.byteSize();
    }
    size = keep;
    long full = Bits.alignUp(start + keep, Mem.PAGE);
    file.preallocate(start + keep, full);
    allocated = full;
    zeroed = full;
    noteSize();
    writeHeader(checked ? (int) crc.getValue() : 0, size, 0, metadataSize);
    published = size;
  }

  /**
   * Force, rename, force the directory: a power cut shows the old file or the new one, whole. A
   * chunk of which nothing was ever promised is spared the forces.
   */
  @Override
  void install() throws IOException {
    if (staged) {
      flush();
    }
    if (replacementForced) {
      forceFile();
    }
    folder.disk.rename(temporary(), folder.path.resolve(name));
    replacement = false;
    folder.changed();
    if (replacementForced) {
      // From now on promises go to the new file, so its name has to be durable.
      forceNames();
      noteAnchor();
    }
    noteSize();
  }

  @Override
  boolean isInstalled() {
    return !replacement;
  }

  @Override
  void discard() {
    try {
      release();
      file.close();
    } catch (IOException e) {
      // Nobody needs it any more.
    }
    try {
      folder.disk.delete(temporary());
    } catch (IOException e) {
      // The next load removes it.
    }
  }

  // ------------------------------------------------------------------------- transactions

  @Override
  void begin() throws IOException {
    requireSound();
    if (staged) {
      flush(); // so that the header speaks of what is there now
    }
    inTransaction = true;
    limit = SLOW;
  }

  @Override
  void commit() throws IOException {
    if (staged) {
      inTransaction = false;
      flush();
    } else if (size != published) {
      publishSlowly();
    }
    inTransaction = false;
    openFastWay();
  }

  @Override
  void rollback() throws IOException {
    inTransaction = false;
    if (size != published) {
      size = published;
      firstHeld = false;
      if (staged) {
        base = Math.min(base, end());
      }
      if (checked) {
        crc = recomputed();
      }
    }
    openFastWay();
  }

  private CRC32 recomputed() throws IOException {
    CRC32 again = new CRC32();
    MemorySegment header = MemorySegment.ofArray(new byte[HEADER + metadataSize]);
    file.read(header, 0);
    ChunkLayout.update(again, header, ChunkLayout.COVERED_OFFSET, header.byteSize());
    MemorySegment buffer = MemorySegment.ofArray(new byte[(int) Math.min(COPY_BUFFER, size)]);
    for (long done = 0; done < size; ) {
      long count = read(buffer, done);
      if (count == 0) {
        throw new IOException(file.path() + ": the file was cut by somebody else");
      }
      ChunkLayout.update(again, buffer, 0, count);
      done += count;
    }
    return again;
  }

  // ------------------------------------------------------------------------- safety

  @Override
  void requireSound() throws IOException {
    if (readOnly) {
      throw new NonWritableChannelException();
    }
    if (failure != null) {
      throw new IOException(
          file.path() + ": refused after a failure, take the chunk down and up again", failure);
    }
  }

  @Override
  void fail(Throwable cause) {
    failure = cause;
    limit = SLOW;
  }

  @Override
  void sync(SyncLevel level) throws IOException {
    if (readOnly) {
      return;
    }
    requireSound();
    if (staged) {
      flush();
    }
    if (settings.trim == Trim.ON_SYNC) {
      trim();
    }
    dirty = false;
    if (!level.forces()) {
      return;
    }
    if (!durable) {
      forceFile();
      if (size == published) {
        noteAnchor();
      }
    }
    if (level == SyncLevel.FULL) {
      forceNames();
    }
  }

  private void forceFile() throws IOException {
    try {
      file.force(false);
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw e;
    }
  }

  private void forceNames() throws IOException {
    try {
      folder.force();
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw e;
    }
  }

  /** Everything up to the size is durable: says so in the header, for the time after a cut. */
  private void noteAnchor() throws IOException {
    durable = true;
    unknown = false;
    unsure = false;
    if (!checked || crc == null || lz4) {
      return;
    }
    anchor = ChunkLayout.anchor(size, (int) crc.getValue());
    if (window.byteSize() > 0 && !staged) {
      Mem.putLongRelease(window, 8, Long.reverseBytes(ChunkLayout.word1(size, anchor)));
      Mem.putLongRelease(window, 16, Long.reverseBytes(ChunkLayout.word2(anchor, metadataSize)));
    } else {
      MemorySegment bytes = MemorySegment.ofArray(new byte[Long.BYTES]);
      Mem.putLongBe(bytes, 0, anchor);
      file.write(bytes, ChunkLayout.ANCHOR_SIZE_OFFSET);
    }
  }

  @Override
  void trim() throws IOException {
    long used = Bits.alignUp(end(), Mem.PAGE);
    if (used >= allocated) {
      return;
    }
    file.truncate(used);
    allocated = used;
    zeroed = Math.min(zeroed, used);
    durable = false;
    noteSize();
    if (!staged && window.byteSize() > used) {
      window = window.asSlice(0, used); // behind it a store would be a fault now
      viewOf(window);
    }
    openFastWay();
  }

  @Override
  long realSize() {
    return reserved;
  }

  @Override
  boolean isDirty() {
    return dirty;
  }

  @Override
  void close() throws IOException {
    try {
      if (failure == null && !readOnly) {
        if (inTransaction) {
          rollback();
        }
        finish();
      }
    } finally {
      abandon();
    }
  }

  private void finish() throws IOException {
    if (staged) {
      flush();
      noteSize(); // what was reserved and is not needed
    }
    boolean changed = dirty;
    release();
    if (settings.trim != Trim.NEVER && changed) {
      trim();
    }
    if (changed) {
      sync(settings.options.sync());
    }
  }

  /** Ends the maps; views of them become unusable. */
  private void release() {
    limit = SLOW;
    if (staged && window.byteSize() > 0) {
      settings.returnBuffer(window);
    }
    if (arena != null) {
      arena.close();
      arena = null;
    }
    window = MemorySegment.NULL;
    view = null;
  }

  @Override
  void abandon() throws IOException {
    try {
      release();
    } finally {
      file.close();
    }
  }
}
