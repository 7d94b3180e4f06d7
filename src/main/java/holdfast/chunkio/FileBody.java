package holdfast.chunkio;

import static holdfast.chunkio.ChunkLayout.HEADER;

import holdfast.CorruptDataException;
import holdfast.internal.Bits;
import holdfast.internal.Disk;
import holdfast.internal.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.CRC32;

/**
 * A chunk file that is up: its header, its replacement, its transactions and what is durable of it.
 * How appended bytes get into the file is the business of an engine:
 *
 * <pre>{@code
 * MappedBody   stores into a map of the file; the bytes are with the system at once, and the header
 *              follows each append
 * StagedBody   collects in a buffer; when that is full, it is written and the header after it; a
 *              killed process loses what is in the buffer
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
 * <p><b>Room</b> is got by writing zeros behind the end of the file: a full disk is an {@link
 * IOException} there, and never a fault in a map.
 *
 * <p><b>Anchor.</b> After a force the size and checksum that are durable now are noted in the
 * header. A chunk whose anchor does not cover all content, because a process was killed, an
 * original wrote it, or a force failed, is copied and forced as a whole before something new is
 * promised: a page cache that lost a write does not know it any more.
 */
abstract class FileBody extends Body {
  /** What {@link #limit} is when every append has to take the slow way. */
  static final long SLOW = -1;

  /** For copies from file to file. */
  private static final int COPY_BUFFER = 1 << 16;

  final StreamFolder folder;
  final String name;
  final Settings settings;
  final Space space;
  final Disk.File file;
  final int growStep;
  final boolean readOnly;

  /** Whether the header of this file has a checksum that is kept up to date. */
  boolean checked;

  /** Covers everything that an engine handed to the file; null until somebody needs it. */
  CRC32 crc;

  /** Bytes of the file. */
  long allocated;

  /** Bytes {@code [0, zeroed)} were written through the file, so that a store cannot fault. */
  long zeroed;

  long anchor;

  /** Whether everything up to {@link #size} was forced. */
  boolean durable;

  /** Whether there is something to sync. */
  boolean dirty;

  /** Content size in the header. */
  long published;

  boolean inTransaction;

  /** The first content byte waits for the header; see the class. */
  boolean firstHeld;

  byte first;

  /** End of the room that the fast way of an append may use, as an offset in the file. */
  long limit = SLOW;

  /** A replacement, not yet in its place: the file has a temporary name. */
  private boolean replacement;

  /** Which of two temporary names it has. */
  private boolean second;

  /** Whether it is forced and gets an anchor, because it stands for promises. */
  private boolean replacementForced;

  /**
   * Whether something of the content may be durable, found in the file or promised: then it must
   * not be replaced by what is not.
   */
  private boolean precious;

  private Throwable failure;

  FileBody(
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
    FileBody body = of(folder, name, settings, space, file, readOnly);
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

  private static FileBody of(
      StreamFolder folder,
      String name,
      Settings settings,
      Space space,
      Disk.File file,
      boolean readOnly) {
    return settings.options.engine() == Engine.STAGED && !readOnly
        ? new StagedBody(folder, name, settings, space, file)
        : new MappedBody(folder, name, settings, space, file, readOnly);
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
    precious = size + metadataSize > 0;
    unknown = !readOnly && !durable && precious;
    // A size that follows from the size of the file would grow with the file.
    unsure =
        unknown
            && (settings.options.sync().forces()
                || scan.inferred
                || (scan.anchor != 0 && !scan.anchorValid));
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

  final void writeHeader(int crc, long size, long anchor, int metadataSize) throws IOException {
    MemorySegment header = MemorySegment.ofArray(new byte[HEADER]);
    ChunkLayout.putHeader(header, crc, size, anchor, metadataSize);
    file.write(header, 0);
  }

  /** Writes the first page of a chunk without content. */
  private void initialise(byte[] metadata) throws IOException {
    long size = Bits.alignUp(HEADER + metadata.length, Mem.PAGE);
    if (replacement) {
      size = ChunkLayout.start(metadata.length); // copied content follows
    } else if (!takeRoom(0, size)) {
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

  /** Where the content ends in the file. */
  final long end() {
    return ChunkLayout.start(metadataSize) + size;
  }

  /** What an append does when the fast way of its engine is closed, or its room too small. */
  final boolean appendSlowly(MemorySegment source, long offset, long count) throws IOException {
    requireSound();
    if (count > space.contentMax() - size) {
      return false;
    }
    if (count == 0) {
      return true;
    }
    assert !unsure : "a copy has to be made first: " + name;
    ensureCrc();
    return appendToEngine(source, offset, count);
  }

  /** Appends at least a byte, whatever that takes; false when a limit does not allow it. */
  abstract boolean appendToEngine(MemorySegment source, long offset, long count) throws IOException;

  /** Lets the next append take the fast way, if it may: sets {@link #limit}. */
  abstract void openFastWay();

  /** Hands everything that waits in memory to the system. */
  void flush() throws IOException {}

  /** Computes the checksum if it has to be kept and nobody did so when the chunk came up. */
  final void ensureCrc() throws IOException {
    if (!checked || crc != null) {
      return;
    }
    ChunkScan scan = new ChunkScan();
    scan.scan(file, true);
    if (scan.running != null && scan.contentSize == size) {
      crc = scan.running;
    } else {
      checked = false; // already wrong: a new checksum would hide the damage
    }
  }

  /** Keeps the first content byte until the header speaks of it. */
  final void hold(byte value) {
    first = value;
    firstHeld = true;
  }

  /** Header, metadata and the first byte that waits, in one write. */
  final void writeFirst() throws IOException {
    int count = HEADER + metadataSize;
    MemorySegment bytes = MemorySegment.ofArray(new byte[count + 1]);
    file.read(bytes.asSlice(0, count), 0);
    ChunkLayout.putHeader(bytes, checked ? (int) crc.getValue() : 0, size, anchor, metadataSize);
    Mem.putByte(bytes, count, first);
    file.write(bytes, 0);
    firstHeld = false;
    published = size;
    dirty = true;
    durable = false;
  }

  /**
   * Asks the limits for room. While there is a replacement, the larger one of the two files counts.
   */
  final boolean takeRoom(long from, long to) throws IOException {
    return replacement ? space.growTo(to) : space.grow(to - from);
  }

  @Override
  void noteSize() {
    if (!replacement) {
      space.set(allocated);
    }
  }

  // ------------------------------------------------------------------------- reading

  @Override
  MemorySegment content() throws IOException {
    if (size == 0) {
      return MemorySegment.NULL;
    }
    MemorySegment copy = Arena.ofAuto().allocate(size);
    if (read(copy, 0) < size) {
      throw new IOException(file.path() + ": the file was cut by somebody else");
    }
    return copy.asReadOnly();
  }

  @Override
  final long read(MemorySegment target, long position) throws IOException {
    long count = Math.max(0, Math.min(target.byteSize(), size - position));
    if (count == 0) {
      return 0;
    }
    long done = readAt(target, ChunkLayout.start(metadataSize) + position, count);
    if (firstHeld && position == 0 && done > 0) {
      Mem.putByte(target, 0, first);
    }
    return done;
  }

  /** Reads bytes at an offset in the file, wherever they are now. */
  long readAt(MemorySegment target, long at, long count) throws IOException {
    return file.read(target.asSlice(0, count), at);
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
    if (!inTransaction) {
      flush();
    }
    byte[] its = metadata == null ? metadata() : metadata;
    boolean theSecond = replacement && !second;
    Path temporary = folder.path.resolve(TemporaryName.of(name, theSecond));
    try {
      folder.disk.delete(temporary); // never written over: it may be another name of the chunk
    } catch (NoSuchFileException e) {
      // The usual case: nobody died here before.
    }
    Disk.File copy = folder.disk.open(temporary, Disk.Mode.CREATE_NEW);
    FileBody other = of(folder, name, settings, space, copy, false);
    other.replacement = true;
    other.second = theSecond;
    other.replacementForced =
        settings.options.sync().forces() || anchor != 0 || durable || unsure || replacementForced;
    other.precious = precious;
    try {
      inherit(temporary);
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

  /** A replacement belongs to whom the file belonged, as far as this process may say so. */
  private void inherit(Path to) throws IOException {
    Disk.Attributes its;
    try {
      its = folder.disk.attributes(folder.path.resolve(name));
    } catch (NoSuchFileException e) {
      return; // somebody deleted it
    }
    Disk.Attributes made = folder.disk.attributes(to);
    String owner = Objects.equals(its.owner(), made.owner()) ? null : its.owner();
    String group = Objects.equals(its.group(), made.group()) ? null : its.group();
    if (owner != null || group != null) {
      try {
        folder.disk.setAttributes(to, owner, group, null);
      } catch (FileSystemException e) {
        // Only some users may give files away: then the copy is ours.
      }
    }
    if (!Objects.equals(its.permissions(), made.permissions())) {
      folder.disk.setAttributes(to, null, null, its.permissions());
    }
  }

  /** Only for a replacement: nobody sees the header before the checksum and the mark agree. */
  @Override
  void markLz4() throws IOException {
    flush();
    lz4 = true;
    replacementForced = true;
    anchor = ChunkLayout.LZ4_MARK;
    writeAnchor();
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
   * chunk that was made here and of which nothing was ever promised is spared the forces.
   */
  @Override
  void install() throws IOException {
    flush();
    boolean forced = replacementForced || precious;
    if (forced) {
      forceFile();
    }
    folder.disk.rename(temporary(), folder.path.resolve(name));
    replacement = false;
    folder.changed();
    if (forced) {
      // From now on promises go to the new file, so its name has to be durable.
      forceNames();
    }
    if (replacementForced) {
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
    flush(); // so that the header speaks of what is there now
    inTransaction = true;
    limit = SLOW;
  }

  @Override
  void rollback() throws IOException {
    inTransaction = false;
    if (size != published) {
      size = published;
      firstHeld = false;
      cutBack();
      if (checked) {
        crc = recomputed();
      }
    }
    noteSize();
    openFastWay();
  }

  /** The content became shorter: what waits in memory behind it is forgotten. */
  void cutBack() {}

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
    flush();
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
      folder.force(name);
    } catch (DoubtfulNamesException e) {
      throw e; // nothing was tried
    } catch (IOException | RuntimeException e) {
      fail(e);
      throw e;
    }
  }

  /** Everything up to the size is durable: says so in the header, for the time after a cut. */
  private void noteAnchor() throws IOException {
    durable = true;
    precious = true;
    unknown = false;
    unsure = false;
    if (!checked || crc == null || lz4) {
      return;
    }
    anchor = ChunkLayout.anchor(size, (int) crc.getValue());
    storeAnchor();
  }

  /** Puts the anchor into the header, after everything that it speaks of. */
  void storeAnchor() throws IOException {
    writeAnchor();
  }

  private void writeAnchor() throws IOException {
    MemorySegment bytes = MemorySegment.ofArray(new byte[Long.BYTES]);
    Mem.putLongBe(bytes, 0, anchor);
    file.write(bytes, ChunkLayout.ANCHOR_SIZE_OFFSET);
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
    trimmed();
    openFastWay();
  }

  /** The file became as short as {@link #allocated} says. */
  void trimmed() {}

  @Override
  long realSize() {
    return allocated;
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
    flush();
    noteSize(); // what was reserved and is not needed
    boolean changed = dirty;
    release();
    if (settings.trim != Trim.NEVER && changed) {
      trim();
    }
    if (changed) {
      sync(settings.options.sync());
    }
  }

  /** Gives up the memory of the engine, and closes its fast way. */
  abstract void release();

  @Override
  void abandon() throws IOException {
    try {
      release();
    } finally {
      file.close();
    }
  }
}
