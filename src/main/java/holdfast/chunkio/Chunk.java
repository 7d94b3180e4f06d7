package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.internal.Check;
import holdfast.internal.Disk;
import holdfast.internal.MapFault;
import holdfast.internal.Mem;
import holdfast.lz4.Lz4FrameOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A named container of bytes that grows at its end: optional metadata, and content.
 *
 * <pre>{@code
 *        open, up, use (with upOnDemand)
 * DOWN ----------------------------------> UP      file open, appends and views work
 *   ^                                      |
 *   +--------------------------------------+
 *        down, another chunk needs the place
 *
 * close and delete lead from both to CLOSED
 * }</pre>
 *
 * <p>A chunk in memory is always up.
 *
 * <p>What was appended is there after the death of the process (engine {@link Engine#MAPPED}), and
 * after a power cut once a {@link #sync} of level {@link SyncLevel#DATA} or {@link SyncLevel#FULL}
 * has returned. A cut may keep more than that, always a prefix of what was appended.
 *
 * <p>For one thread at a time; a second one gets an {@link IllegalStateException}. Different chunks
 * may be used by different threads. Readers beside the writer take a {@link ChunkReader}.
 */
public final class Chunk {
  private final ChunkStore store;
  private final ChunkStream stream;
  private final String name;
  private final Space space;

  /** How the file is opened. Once it was up, it exists. */
  private Disk.Mode mode;

  private static final int FREE = 0;
  private static final int USED = 1;
  private static final int TAKEN = 2;

  /** Between two looks whether the store is done with the chunk: it may be forcing a file. */
  private static final long LOOK_AGAIN_NS = 20_000;

  /**
   * Who is inside: {@code FREE} nobody, {@code USED} its thread, for the length of a call, or
   * {@code TAKEN} the store, on behalf of another chunk. Two threads never meet inside.
   */
  private final AtomicInteger inside = new AtomicInteger(FREE);

  /** Null while the chunk is down. */
  private Body body;

  private boolean closed;
  private boolean locked;
  private boolean pinned;
  private boolean inTransaction;

  /** The content of a sealed chunk, once somebody wanted it. */
  private MemorySegment plain;

  /** What a transaction that replaced the file goes back to; null while it did not. */
  private Body before;

  private ChunkError error = ChunkError.NONE;
  private ChunkInfo recovery;
  private ChunkInfo damage;

  /** Sizes while down; -1 when nobody looked. */
  private long knownSize = -1;

  private int knownMetadataSize = -1;

  /** Order of registration, and of last use as far as it matters for the place of another. */
  long serial;

  long lastUsed;

  Chunk(ChunkStore store, ChunkStream stream, String name, Disk.Mode mode) {
    this.store = store;
    this.stream = stream;
    this.name = name;
    this.mode = mode;
    this.space = new Space(store.quota, this, store.settings.options.limits().chunkBytesMax());
  }

  // ------------------------------------------------------------------------- what it is

  /**
   * The name.
   *
   * @return also the name of the file
   */
  public String name() {
    return name;
  }

  /**
   * Where it belongs.
   *
   * @return the stream
   */
  public ChunkStream stream() {
    return stream;
  }

  /**
   * Whether it is in a file, not in memory.
   *
   * @return the kind of its stream
   */
  public boolean isFile() {
    return stream.isFile();
  }

  /**
   * Whether it can be appended to and viewed without coming up first.
   *
   * @return always true for a chunk in memory
   */
  public boolean isUp() {
    return body != null;
  }

  /**
   * Whether {@link #close} or {@link #delete} was called, or it was dropped for a limit.
   *
   * @return whether it can still be used
   */
  public boolean isClosed() {
    return closed;
  }

  /**
   * What was wrong in the last call that brought it up.
   *
   * @return {@code NONE} when it came up
   */
  public ChunkError error() {
    return error;
  }

  /**
   * What had to be recovered when it came up.
   *
   * @return what was found and how much is kept; null when all was well
   */
  public ChunkInfo recovery() {
    return recovery;
  }

  /**
   * The file.
   *
   * @return its path; null for a chunk in memory
   */
  public Path path() {
    return isFile() ? stream.folder().path.resolve(name) : null;
  }

  /**
   * Bytes of content, those of a transaction included.
   *
   * @return also known while it is down (of a sealed one then the compressed size); 0 for a file
   *     that does not exist yet
   * @throws IOException when the header has to be read and cannot be
   */
  public long contentSize() throws IOException {
    enter();
    try {
      if (body != null) {
        return body.lz4 ? plain().byteSize() : body.size;
      }
      return knownSize < 0 && !look() ? 0 : knownSize;
    } finally {
      leave();
    }
  }

  /**
   * Bytes of metadata.
   *
   * @return 0 to 65535; also known while it is down
   * @throws IOException when the header has to be read and cannot be
   */
  public int metadataSize() throws IOException {
    enter();
    try {
      if (body != null) {
        return body.metadataSize;
      }
      return knownMetadataSize < 0 && !look() ? 0 : knownMetadataSize;
    } finally {
      leave();
    }
  }

  /**
   * Bytes that it takes on disk, room ahead and slack included; of a chunk in memory, its content.
   *
   * @return 0 for a file that does not exist yet
   * @throws IOException when the file cannot be asked
   */
  public long realSize() throws IOException {
    enter();
    try {
      if (body != null) {
        return body.realSize();
      }
      if (space.counted() > 0) {
        return space.counted();
      }
      try {
        return store.disk.attributes(path()).size();
      } catch (NoSuchFileException e) {
        return 0;
      }
    } finally {
      leave();
    }
  }

  /**
   * The same for a chunk that others may be using: as of some moment during the call, and 0 when it
   * went down meanwhile.
   */
  long contentSizeUp() throws IOException {
    Body its = body;
    if (its == null || !its.lz4) {
      return its == null ? 0 : its.size;
    }
    MemorySegment known = plain;
    return known == null ? contentSize() : known.byteSize();
  }

  /** Reads the header of a file that is down; false when there is none. */
  private boolean look() throws IOException {
    requireOpen();
    ChunkScan scan = store.borrowScan();
    try (Disk.File file = store.disk.open(path(), Disk.Mode.READ)) {
      scan.scan(file, false);
      if (scan.state == ChunkState.CORRUPT) {
        throw scan.damage(name);
      }
      remember(scan.contentSize, scan.metadataSize);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } finally {
      store.returnScan(scan);
    }
  }

  private void remember(long size, int metadataSize) {
    knownSize = size;
    knownMetadataSize = metadataSize;
  }

  // ------------------------------------------------------------------------- one at a time

  /**
   * Exclusive where the store may take a chunk out of the hands of its thread. Else the contract
   * keeps threads apart, and this only notices, nearly always, when it was broken; it saves an
   * atomic operation for each append.
   */
  private void enter() {
    if (store.takesChunks) {
      // Acquires what the last one inside did; its partner is the release of leave.
      while (!inside.compareAndSet(FREE, USED)) {
        refuseIfUsed();
        LockSupport.parkNanos(LOOK_AGAIN_NS);
      }
    } else {
      refuseIfUsed();
      inside.setOpaque(USED); // only noticed, not kept out: see above
    }
  }

  private void refuseIfUsed() {
    if (inside.getOpaque() == USED) {
      throw new IllegalStateException("another thread is using chunk " + name);
    }
  }

  void leave() {
    inside.setRelease(FREE); // for the next one inside, see enter and tryTake
  }

  /** Enters a chunk that nobody else knows yet. */
  void enterNew() {
    inside.setOpaque(USED);
  }

  /** Takes the chunk for the store, unless somebody is inside; {@link #leave} ends it. */
  boolean tryTake() {
    return inside.compareAndSet(FREE, TAKEN);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("chunk " + name + " is closed");
    }
  }

  /** The body, brought up if that may be. */
  private Body use() throws IOException {
    Body up = body;
    if (up == null) {
      requireOpen();
      if (!store.settings.options.upOnDemand()) {
        throw new IllegalStateException("chunk " + name + " is down");
      }
      goUp(true);
      up = body;
    }
    lastUsed = store.clock;
    return up;
  }

  private IOException fault(InternalError cause) {
    IOException translated = MapFault.of(isFile() ? path() : Path.of(name), cause);
    if (body != null) {
      body.fail(translated);
    }
    return translated;
  }

  // ------------------------------------------------------------------------- up and down

  /**
   * Brings the chunk up.
   *
   * @return false when it is up already or the limit of the store is reached; nothing changed
   * @throws CorruptDataException when the file is no chunk or its content cannot be proven, see
   *     {@link #error}; it stays down
   * @throws IOException when the file cannot be opened; it stays down
   */
  public boolean up() throws IOException {
    return up(false);
  }

  /**
   * Brings the chunk up, whatever the limit of the store.
   *
   * @return false when it is up already
   * @throws IOException when the file cannot be opened; it stays down
   */
  public boolean upForced() throws IOException {
    return up(true);
  }

  private boolean up(boolean forced) throws IOException {
    enter();
    try {
      requireOpen();
      if (!isFile()) {
        return true;
      }
      return body == null && goUp(forced);
    } finally {
      leave();
    }
  }

  /** Entered. Takes a place, opens the file and repairs it. */
  boolean goUp(boolean forced) throws IOException {
    if (!store.takePlace(forced)) {
      return false;
    }
    ChunkScan scan = store.borrowScan();
    try {
      error = ChunkError.NONE;
      body = FileBody.open(stream.folder(), name, store.settings, space, mode, scan);
      mode = mode == Disk.Mode.CREATE_NEW ? Disk.Mode.WRITE : mode;
      noteRecovery(scan);
    } catch (CorruptDataException e) {
      error = scan.error;
      damage = ChunkInfo.of(stream.name(), name, scan);
      throw e;
    } finally {
      if (body == null) {
        store.givePlace();
      }
      store.returnScan(scan);
    }
    stream.moved(this);
    lastUsed = store.clock - 1; // older than whatever is used from now on
    return true;
  }

  private void noteRecovery(ChunkScan scan) {
    boolean well =
        scan.state == ChunkState.SEALED
            || scan.state == ChunkState.UNCHECKED
            || scan.state == ChunkState.FRESH;
    recovery = well ? null : ChunkInfo.of(stream.name(), name, scan);
    if (recovery != null) {
      store.log(
          System.Logger.Level.WARNING,
          "chunk %s/%s was %s: %d content bytes kept, %d dropped"
              .formatted(
                  stream.name(),
                  name,
                  scan.state.text(),
                  recovery.contentSize(),
                  recovery.droppedSize()));
    }
  }

  /**
   * Syncs, closes the file and ends all views.
   *
   * @return false when it is down already; true for a chunk in memory, which stays up
   * @throws IllegalStateException inside a transaction
   * @throws IOException when something could not be written; it is down all the same, and what was
   *     not synced may be lost in a power cut
   */
  public boolean down() throws IOException {
    enter();
    try {
      requireOpen();
      if (!isFile()) {
        return true;
      }
      if (body == null) {
        return false;
      }
      if (inTransaction) {
        throw new IllegalStateException("chunk " + name + " is inside a transaction");
      }
      goDown();
      return true;
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /** Entered, up. */
  void goDown() throws IOException {
    Body old = body;
    body = null;
    plain = null;
    remember(old.size, old.metadataSize);
    try {
      old.close();
    } finally {
      store.givePlace();
      stream.moved(this);
    }
  }

  /** Entered. Whether the store may take it down for another one. */
  boolean mayGoDown() {
    return isFile() && body != null && !closed && !inTransaction && !locked && !pinned;
  }

  /** Whether nothing may be written, and the file not be deleted, through this object. */
  boolean isForReading() {
    return mode == Disk.Mode.READ;
  }

  /** Entered. Whether the store may drop it for a limit. */
  boolean mayBeDropped() {
    return isFile() && !isForReading() && !closed && !inTransaction && !locked && !pinned;
  }

  /**
   * Keeps the chunk from going down or being dropped by itself.
   *
   * @param value whether it is kept
   */
  public void pin(boolean value) {
    pinned = value;
  }

  /**
   * Sets the lock, which keeps transactions from beginning and the chunk from going down or being
   * dropped by itself, and syncs. It does not keep anybody from appending.
   *
   * @return false when it is locked already
   * @throws IOException when the sync fails; it is locked
   */
  public boolean lock() throws IOException {
    enter();
    try {
      requireOpen();
      if (locked) {
        return false;
      }
      locked = true;
      if (body != null) {
        syncBody(store.settings.options.sync());
      }
      return true;
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * Takes the lock away.
   *
   * @return false when it is not locked
   */
  public boolean unlock() {
    boolean was = locked;
    locked = false;
    return was;
  }

  /**
   * Whether it is locked.
   *
   * @return see {@link #lock}
   */
  public boolean isLocked() {
    return locked;
  }

  // ------------------------------------------------------------------------- appending

  /**
   * Appends bytes.
   *
   * @param source the bytes, copied before the method returns
   * @return false when a limit of the store, or of the format (2^32-1 bytes), does not allow it;
   *     nothing changed
   * @throws IllegalStateException when the chunk is down
   * @throws java.nio.channels.NonWritableChannelException when it was opened for reading
   * @throws IOException when the disk is full or fails; nothing was appended
   */
  public boolean append(MemorySegment source) throws IOException {
    return append(source, 0, source.byteSize());
  }

  /**
   * Appends a part of a segment.
   *
   * @param source where the bytes are, copied before the method returns
   * @param offset the first byte
   * @param size how many bytes
   * @return false when a limit does not allow it; nothing changed
   * @throws IOException when the disk is full or fails; nothing was appended
   */
  public boolean append(MemorySegment source, long offset, long size) throws IOException {
    Objects.checkFromIndexSize(offset, size, source.byteSize());
    enter();
    try {
      Body to = use();
      if (to.unsure) {
        to = replaceWhole();
      }
      if (to.lz4) {
        throw sealed();
      }
      return to.append(source, offset, size);
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * Appends an array.
   *
   * @param bytes copied before the method returns
   * @return false when a limit does not allow it; nothing changed
   * @throws IOException when the disk is full or fails; nothing was appended
   */
  public boolean append(byte[] bytes) throws IOException {
    return append(MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  /**
   * Appends what remains in a buffer, and moves its position when that worked.
   *
   * @param bytes the buffer
   * @return false when a limit does not allow it; nothing changed
   * @throws IOException when the disk is full or fails; nothing was appended
   */
  public boolean append(ByteBuffer bytes) throws IOException {
    boolean done = append(MemorySegment.ofBuffer(bytes));
    if (done) {
      bytes.position(bytes.limit());
    }
    return done;
  }

  /**
   * Cuts the content at an offset and appends. A kill or a power cut leaves the old content or the
   * new one, whole.
   *
   * @param offset where the new bytes begin, 0 to the size of the content
   * @param source the bytes; none just cuts
   * @return false when a limit does not allow it; nothing changed
   * @throws IOException when the disk is full or fails; nothing changed
   */
  public boolean writeAt(long offset, MemorySegment source) throws IOException {
    enter();
    try {
      Body old = use();
      if (old.lz4) {
        throw sealed();
      }
      Objects.checkIndex(offset, old.size + 1);
      if (offset == old.size) {
        if (old.unsure) {
          old = replaceWhole();
        }
        return old.append(source, 0, source.byteSize());
      }
      Body other = old.rewrite(null, offset);
      boolean done = false;
      try {
        done = other.append(source, 0, source.byteSize());
      } finally {
        if (!done) {
          other.discard();
          old.noteSize();
        }
      }
      if (done) {
        replace(other);
      }
      return done;
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /** Puts a copy in the place of the file, all of it durable. */
  private Body replaceWhole() throws IOException {
    replace(body.rewrite(null, body.size));
    return body;
  }

  /** Puts another body in the place of this one; inside a transaction it stays a secret. */
  private void replace(Body other) throws IOException {
    if (inTransaction) {
      if (before == null) {
        before = body;
      } else {
        body.discard();
      }
      body = other;
      return;
    }
    install(other, body);
  }

  private void install(Body other, Body old) throws IOException {
    try {
      other.install();
    } finally {
      if (other.isInstalled()) {
        body = other;
        old.abandon();
      } else {
        other.discard();
        old.noteSize();
      }
    }
  }

  // ------------------------------------------------------------------------- reading

  /**
   * The content, without a copy where that can be.
   *
   * @return read-only, valid until the next call that changes the chunk or takes it down; the bytes
   *     of a file that is open for reading are a copy
   * @throws IllegalStateException when the chunk is down
   * @throws CorruptDataException when it is sealed and holds more than a limit of the store allows
   * @throws IOException when the file cannot be read
   */
  public MemorySegment content() throws IOException {
    enter();
    try {
      Body its = use();
      return its.lz4 ? plain() : its.content();
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * A copy of the content. A chunk that is down comes up for it and goes down again.
   *
   * @return the bytes
   * @throws OutOfMemoryError when the content is larger than an array
   * @throws IOException when the file cannot be read
   */
  public byte[] contentCopy() throws IOException {
    enter();
    try {
      requireOpen();
      boolean wasDown = body == null;
      if (wasDown) {
        goUp(true);
      }
      try {
        if (body.lz4) {
          return plain().toArray(ValueLayout.JAVA_BYTE);
        }
        if (body.size > Integer.MAX_VALUE - 8) {
          throw new OutOfMemoryError("content of " + body.size + " bytes in an array");
        }
        byte[] bytes = new byte[(int) body.size];
        if (body.read(MemorySegment.ofArray(bytes), 0) < bytes.length) {
          throw new IOException(path() + ": the file was cut by somebody else");
        }
        return bytes;
      } finally {
        if (wasDown) {
          goDown();
        }
      }
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * Reads content into memory of the caller.
   *
   * @param position the first byte, at least 0
   * @param target where the bytes go
   * @return how many were read; fewer than the target holds only at the end, 0 behind it
   * @throws IllegalStateException when the chunk is down
   * @throws IOException when the file cannot be read
   */
  public long read(long position, MemorySegment target) throws IOException {
    Check.range(position, 0, Long.MAX_VALUE, "position");
    Check.writable(target);
    enter();
    try {
      Body its = use();
      if (!its.lz4) {
        return its.read(target, position);
      }
      long count = Math.max(0, Math.min(target.byteSize(), plain().byteSize() - position));
      Mem.copy(plain(), position, target, 0, count);
      return count;
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * The content as a stream, from the first byte; it also shows what is appended meanwhile.
   *
   * @return to be used by the same thread as the chunk
   */
  public InputStream inputStream() {
    return new ChunkViews.Input(this);
  }

  /**
   * A stream that appends.
   *
   * @return its {@code flush} does not sync; a limit is an {@link IOException}
   */
  public OutputStream outputStream() {
    return new ChunkViews.Output(this);
  }

  /**
   * The content as a channel, from the first byte.
   *
   * @return to be used by the same thread as the chunk
   */
  public ReadableByteChannel readableChannel() {
    return new ChunkViews.ReadChannel(this);
  }

  /**
   * A channel that appends.
   *
   * @return a limit is an {@link IOException}
   */
  public WritableByteChannel writableChannel() {
    return new ChunkViews.WriteChannel(this);
  }

  /**
   * A reader that may be used beside the writer, by another thread.
   *
   * @return to be closed by the caller
   * @throws IllegalStateException for a chunk in memory
   * @throws IOException when the file cannot be read
   */
  public ChunkReader reader() throws IOException {
    if (!isFile()) {
      throw new IllegalStateException("chunk " + name + " is in memory");
    }
    return ChunkReader.open(store.disk, path());
  }

  // ------------------------------------------------------------------------- sealing

  /**
   * Replaces the content by one LZ4 frame of it, for good: it can still be read as before, and not
   * be appended to any more. Durable when this returns.
   *
   * <p>The original reads the frame, not what is in it. Not for directories that are shared with
   * programs which expect their own records.
   *
   * @param options how to compress; a checksum and the size of the content are added
   * @return false when a limit of the store does not allow it, or the content is larger than an
   *     array; nothing changed
   * @throws IllegalStateException when the chunk is down, sealed or in a transaction
   * @throws IOException when the disk is full or fails; nothing changed
   */
  public boolean seal(Lz4FrameOptions options) throws IOException {
    enter();
    try {
      Body old = use();
      if (old.lz4) {
        throw sealed();
      }
      if (inTransaction) {
        throw new IllegalStateException("chunk " + name + " is inside a transaction");
      }
      if (old.size > Sealing.SIZE_MAX) {
        return false;
      }
      Body other = old.rewrite(null, 0);
      boolean done = false;
      try {
        if (Sealing.compress(old, other, options)) {
          other.markLz4();
          done = true;
        }
      } finally {
        if (!done) {
          other.discard();
          old.noteSize();
        }
      }
      if (done) {
        plain = null;
        install(other, old);
      }
      return done;
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * Whether the content is kept as an LZ4 frame.
   *
   * @return false while it is down
   */
  public boolean isSealed() {
    Body its = body;
    return its != null && its.lz4;
  }

  private IllegalStateException sealed() {
    return new IllegalStateException("chunk " + name + " is sealed");
  }

  /** Entered, up, sealed. */
  private MemorySegment plain() throws IOException {
    if (plain == null) {
      plain = Sealing.decompress(body, store.settings.options.limits().chunkBytesMax());
    }
    return plain;
  }

  // ------------------------------------------------------------------------- metadata

  /**
   * The metadata.
   *
   * @return a copy; empty when there is none
   * @throws IllegalStateException when the chunk is down
   * @throws IOException when the file cannot be read
   */
  public byte[] metadata() throws IOException {
    enter();
    try {
      return use().metadata();
    } finally {
      leave();
    }
  }

  /**
   * Sets the metadata. A kill or a power cut leaves the old metadata or the new one.
   *
   * <p>Copies the content; cheapest before anything is appended.
   *
   * @param metadata 0 to 65535 bytes; none takes the metadata away
   * @throws IllegalStateException when the chunk is down
   * @throws IOException when the disk is full or fails; nothing changed
   */
  public void setMetadata(byte[] metadata) throws IOException {
    Check.range(metadata.length, 0, ChunkLayout.METADATA_MAX, "metadata size");
    byte[] its = metadata.clone();
    enter();
    try {
      Body old = use();
      old.requireSound();
      if (old.metadataSize != its.length || !Arrays.equals(old.metadata(), its)) {
        replace(old.rewrite(its, old.size));
      }
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * Compares the metadata.
   *
   * @param metadata what is expected
   * @return whether it is that
   * @throws IllegalStateException when the chunk is down
   * @throws IOException when the file cannot be read
   */
  public boolean metadataEquals(byte[] metadata) throws IOException {
    return Arrays.equals(metadata(), metadata);
  }

  // ------------------------------------------------------------------------- transactions

  /**
   * Begins a transaction: what is appended, cut and changed from now on counts as a whole or not at
   * all, also when the process is killed. Has no effect inside a transaction.
   *
   * @return false when the chunk is locked; try again later
   * @throws IllegalStateException when the chunk is down
   * @throws IOException when a staged chunk cannot write what it holds
   */
  public boolean begin() throws IOException {
    enter();
    try {
      if (locked) {
        return false;
      }
      if (!inTransaction) {
        if (use().unsure) {
          replaceWhole();
        }
        body.begin();
        inTransaction = true;
      }
      return true;
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * Ends the transaction and syncs; without one, just syncs.
   *
   * @throws IOException when that fails. Before the changes counted, the transaction goes on; after
   *     that the chunk refuses further work until it was down
   */
  public void commit() throws IOException {
    enter();
    try {
      Body its = use();
      if (before != null) {
        Body old = before;
        try {
          its.install();
        } finally {
          if (its.isInstalled()) { // also when a later step failed
            before = null;
            inTransaction = false;
            old.abandon();
          }
        }
      } else if (inTransaction) {
        its.commit();
      }
      inTransaction = false;
      syncBody(store.settings.options.sync());
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /**
   * Ends the transaction and goes back to what was before it.
   *
   * @return false when there is none
   * @throws IOException when the file cannot be read; the chunk refuses further work until it was
   *     down, and is then as before the transaction
   */
  public boolean rollback() throws IOException {
    enter();
    try {
      if (!inTransaction) {
        return false;
      }
      goBack();
      return true;
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  private void goBack() throws IOException {
    inTransaction = false;
    if (before != null) {
      Body other = body;
      body = before;
      before = null;
      other.discard();
    }
    body.rollback();
  }

  /**
   * Whether a transaction was begun and not ended.
   *
   * @return see {@link #begin}
   */
  public boolean inTransaction() {
    return inTransaction;
  }

  // ------------------------------------------------------------------------- safety

  /**
   * Syncs with the level of the store.
   *
   * @throws IOException when it fails: nothing is promised, and the chunk refuses further work
   *     until it was down
   */
  public void sync() throws IOException {
    sync(store.settings.options.sync());
  }

  /**
   * Makes what was appended as safe as a level says; nothing to do for a chunk that is down.
   *
   * @param level what to make sure of
   * @throws IOException when it fails: nothing is promised, and the chunk refuses further work
   *     until it was down
   */
  public void sync(SyncLevel level) throws IOException {
    enter();
    try {
      requireOpen();
      if (body != null) {
        syncBody(level);
      }
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  private void syncBody(SyncLevel level) throws IOException {
    if (level.forces() && body.unknown && !inTransaction) {
      replaceWhole();
    }
    body.sync(level);
  }

  /**
   * Sets the size of the file to what is used, rounded up to a page of 4096.
   *
   * @throws IllegalStateException when the chunk is down
   * @throws IOException when it fails
   */
  public void trim() throws IOException {
    enter();
    try {
      Body its = use();
      its.requireSound();
      its.trim();
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  // ------------------------------------------------------------------------- the end

  /**
   * Syncs, closes and forgets the chunk; the file stays. A transaction is rolled back. Has no
   * effect the second time.
   *
   * @throws IOException when something could not be written; it is closed all the same
   */
  public void close() throws IOException {
    end(false);
  }

  /**
   * Closes and forgets the chunk and deletes the file, durably with {@link SyncLevel#FULL}.
   *
   * @throws IOException when the file cannot be deleted; when only the directory cannot be forced,
   *     the file is gone and may be back after a power cut
   */
  public void delete() throws IOException {
    end(true);
  }

  private void end(boolean delete) throws IOException {
    enter();
    try {
      if (!closed) {
        endEntered(delete);
      }
    } catch (InternalError e) {
      throw fault(e);
    } finally {
      leave();
    }
  }

  /** Entered. */
  void endEntered(boolean delete) throws IOException {
    if (delete && isForReading()) {
      throw new NonWritableChannelException();
    }
    closed = true;
    try {
      if (before != null) {
        Body other = body;
        body = before;
        before = null;
        other.discard();
      }
      if (body != null) {
        Body old = body;
        body = null;
        if (isFile()) {
          store.givePlace();
        }
        if (delete) {
          old.abandon();
        } else {
          old.close();
        }
      }
    } finally {
      inTransaction = false;
      stream.forget(this);
      if (delete && isFile()) {
        deleteFile();
      }
      space.set(0);
    }
  }

  private void deleteFile() throws IOException {
    try {
      stream.folder().delete(name, store.settings.options.sync() == SyncLevel.FULL);
    } catch (NoSuchFileException e) {
      // born down, never up
    }
  }

  /** Refuses an opening that cannot succeed because of what is there or not. */
  void requireOpenable() throws IOException {
    if (isFile() && mode != Disk.Mode.CREATE) {
      boolean isThere = store.disk.exists(path());
      if (isThere && mode == Disk.Mode.CREATE_NEW) {
        throw new FileAlreadyExistsException(path().toString());
      }
      if (!isThere && mode != Disk.Mode.CREATE_NEW) {
        throw new NoSuchFileException(path().toString());
      }
    }
  }

  /** For the load: the size of a file that stays down. */
  void found(long fileSize, ChunkScan scan) {
    space.set(fileSize);
    if (scan != null && scan.fileSize > 0) {
      remember(scan.contentSize, scan.metadataSize);
    }
  }

  /** For the load and memory streams. */
  void start(Body its) {
    body = its;
  }

  Space space() {
    return space;
  }

  /** For the load: what is wrong with a file that did not come up. */
  void noteError(ChunkError found) {
    error = found;
  }

  ChunkInfo damage() {
    return damage;
  }

  @Override
  public String toString() {
    return stream.name() + "/" + name + (closed ? " (closed)" : isUp() ? " (up)" : " (down)");
  }
}
