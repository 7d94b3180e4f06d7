package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.internal.Check;
import holdfast.internal.Disk;
import holdfast.internal.Disk.Kind;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Streams of chunks under one directory: {@code ROOT/STREAM/CHUNK}, readable and writable by the
 * original and by Holdfast.
 *
 * <pre>{@code
 * try (var store = ChunkStore.open(root, ChunkStoreOptions.DEFAULT.withSync(SyncLevel.FULL))) {
 *   LoadReport report = store.load();          // what was there; says what was damaged
 *   ChunkStream events = store.stream("events");
 *   Chunk chunk = events.open("2026-01-01.flb");
 *   if (!chunk.append(record)) { ... full ... }
 *   chunk.sync();                              // survives a power cut from here on
 * }
 * }</pre>
 *
 * <p>A store that writes holds the lock {@code ROOT/.lock}; there may be one of them, and any
 * number of read-only ones. The original does not know the lock.
 *
 * <p>Loading succeeds whatever lies in the directory. Damaged files are reported and, by the {@link
 * DamagePolicy}, moved aside; healthy chunks are all there.
 *
 * <p>Safe for use by several threads; see {@link Chunk} for the rule of a single one.
 */
public final class ChunkStore implements AutoCloseable {
  static final String LOCK_NAME = ".lock";
  static final String QUARANTINE_NAME = ".quarantine";

  final Disk disk;
  final Settings settings;
  final Quota quota;

  /** Whether chunks may go down or be dropped for others, so that each call has to keep them. */
  final boolean takesChunks;

  /** Guards the lists and counters of the store and its streams; never held during input/output. */
  final Object lock = new Object();

  /** Ticks when a chunk goes up; what was used since then is what was used last. */
  long clock;

  private final Path root;
  private final StreamFolder rootFolder;
  private final Disk.File lockFile;
  private final Map<String, ChunkStream> streams = new LinkedHashMap<>();
  private final Deque<ChunkScan> scans = new ArrayDeque<>();
  private System.Logger logger;
  private int upMax;
  private int up;
  private long serials;
  private long evicted;
  private long quarantined;
  private long deleted;
  private boolean closed;

  private ChunkStore(Disk disk, Path root, ChunkStoreOptions options) throws IOException {
    this.disk = disk;
    this.root = root;
    this.settings = new Settings(options);
    this.takesChunks =
        options.upOnDemand() || options.limits().policy() != ChunkLimits.Policy.REJECT;
    this.quota = new Quota(this, options.limits());
    this.upMax = options.upMax();
    this.logger = options.logger();
    if (root == null) {
      this.rootFolder = null;
      this.lockFile = null;
      return;
    }
    this.rootFolder = StreamFolder.root(disk, root);
    if (options.readOnly()) {
      if (disk.attributes(root).kind() != Kind.DIRECTORY) {
        throw new FileSystemException(root.toString(), null, "is not a directory");
      }
      this.lockFile = null;
    } else {
      createDirectories(root);
      this.lockFile = takeLock();
      try {
        rootFolder.recover();
      } catch (Throwable e) {
        lockFile.close();
        throw e;
      }
    }
  }

  /**
   * Opens a store. Nothing is read yet, see {@link #load}.
   *
   * @param root the directory; created with its parents when the store may write
   * @param options how it works
   * @return to be closed by the caller
   * @throws FileSystemException when another store has the lock
   * @throws IOException when the directory cannot be used
   */
  public static ChunkStore open(Path root, ChunkStoreOptions options) throws IOException {
    return open(OsDisk.INSTANCE, root, options);
  }

  static ChunkStore open(Disk disk, Path root, ChunkStoreOptions options) throws IOException {
    if (root.toString().isEmpty()) {
      throw new IllegalArgumentException("the root has no name");
    }
    return new ChunkStore(disk, root, options);
  }

  /**
   * A store without a directory, for streams in memory only.
   *
   * @param options how it works
   * @return to be closed by the caller
   */
  public static ChunkStore inMemory(ChunkStoreOptions options) {
    try {
      return new ChunkStore(OsDisk.INSTANCE, null, options);
    } catch (IOException e) {
      throw new AssertionError("no file is touched", e);
    }
  }

  private void createDirectories(Path directory) throws IOException {
    try {
      if (disk.attributes(directory).kind() == Kind.DIRECTORY) {
        return;
      }
      throw new FileSystemException(directory.toString(), null, "is not a directory");
    } catch (NoSuchFileException e) {
      if (directory.getParent() != null) {
        createDirectories(directory.getParent());
      }
    }
    createDirectory(directory);
    if (settings.options.sync() == SyncLevel.FULL) {
      try {
        (directory.equals(root) ? rootFolder : StreamFolder.root(disk, directory)).place();
      } catch (IOException e) {
        disk.delete(directory); // so that the next attempt makes the name anew
        throw e;
      }
    }
  }

  private void createDirectory(Path directory) throws IOException {
    try {
      disk.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (disk.attributes(directory).kind() != Kind.DIRECTORY) {
        throw e;
      }
    }
  }

  private Disk.File takeLock() throws IOException {
    Path path = root.resolve(LOCK_NAME);
    Disk.File file = disk.open(path, Disk.Mode.CREATE);
    try {
      if (file.tryLock(false) == null) {
        throw new FileSystemException(path.toString(), null, "another store writes here");
      }
      return file;
    } catch (Throwable e) {
      file.close();
      throw e;
    }
  }

  // ------------------------------------------------------------------------- streams

  /**
   * The directory.
   *
   * @return null for a store in memory
   */
  public Path root() {
    return root;
  }

  /**
   * Creates a stream of files, and its directory when there is none.
   *
   * @param name no slash, no NUL, does not begin with a dot
   * @return the stream
   * @throws IllegalArgumentException when the name cannot be that of a stream
   * @throws IllegalStateException when there is a stream of that name, or the store has no
   *     directory
   * @throws IOException when the directory cannot be created
   */
  public ChunkStream createStream(String name) throws IOException {
    Names.require(name, "stream");
    if (root == null) {
      throw new IllegalStateException("a store in memory has no files");
    }
    ChunkStream stream = new ChunkStream(this, name, rootFolder.stream(name));
    register(stream);
    try {
      if (settings.options.readOnly()) {
        disk.attributes(stream.folder().path);
      } else {
        createDirectory(stream.folder().path);
        rootFolder.changed();
        stream.folder().recover();
      }
    } catch (IOException | RuntimeException e) {
      forget(stream);
      throw e;
    }
    return stream;
  }

  StreamFolder rootFolder() {
    return rootFolder;
  }

  /**
   * Creates a stream in memory.
   *
   * @param name any that a stream of files could have
   * @return the stream
   * @throws IllegalStateException when there is a stream of that name
   */
  public ChunkStream createMemoryStream(String name) {
    Names.require(name, "stream");
    ChunkStream stream = new ChunkStream(this, name, null);
    register(stream);
    return stream;
  }

  private void register(ChunkStream stream) {
    synchronized (lock) {
      requireOpen();
      if (streams.putIfAbsent(stream.name(), stream) != null) {
        throw new IllegalStateException("stream " + stream.name() + " is there already");
      }
    }
  }

  /** For the load: the stream of an existing directory. */
  ChunkStream streamOf(String name) {
    synchronized (lock) {
      requireOpen();
      return streams.computeIfAbsent(
          name, _ -> new ChunkStream(this, name, rootFolder.stream(name)));
    }
  }

  void forget(ChunkStream stream) {
    synchronized (lock) {
      streams.remove(stream.name(), stream);
    }
  }

  /**
   * Finds a stream, or creates it as one of files.
   *
   * @param name its name
   * @return the stream
   * @throws IOException when its directory cannot be created
   */
  public ChunkStream stream(String name) throws IOException {
    ChunkStream known = findStream(name);
    return known == null ? createStream(name) : known;
  }

  /**
   * Finds a stream.
   *
   * @param name its name
   * @return null when there is none
   */
  public ChunkStream findStream(String name) {
    synchronized (lock) {
      return streams.get(name);
    }
  }

  /**
   * All streams, in the order in which they were created or found.
   *
   * @return a copy of the list
   */
  public List<ChunkStream> streams() {
    synchronized (lock) {
      return List.copyOf(streams.values());
    }
  }

  /**
   * Deletes a chunk file by name, one that could not be opened for example. Whether the chunk is
   * open is not looked at.
   *
   * @param stream name of the stream, which has to be known
   * @param chunk name of the file
   * @return false when there is no such file, or the stream is unknown or in memory
   * @throws IOException when it cannot be deleted
   */
  public boolean deleteFile(String stream, String chunk) throws IOException {
    requireWritable();
    ChunkStream known = findStream(stream);
    if (known == null || !known.isFile()) {
      return false;
    }
    Path file = known.folder().path.resolve(Names.require(chunk, "chunk"));
    if (disk.exists(file) && disk.attributes(file).kind() == Kind.DIRECTORY) {
      throw new FileSystemException(file.toString(), null, "is a directory");
    }
    try {
      disk.delete(file);
    } catch (NoSuchFileException e) {
      return false;
    }
    known.folder().changed();
    return true;
  }

  // ------------------------------------------------------------------------- loading

  /**
   * Finds all chunks in the directory and brings up as many as may be, in the order of their names.
   *
   * <p>Succeeds whatever lies there; what is damaged is in the report.
   *
   * @return what was found; of a store in memory, nothing
   * @throws java.nio.channels.ClosedByInterruptException when the thread is interrupted; as if
   *     nothing had been loaded
   * @throws IOException when the directory itself cannot be read
   */
  public LoadReport load() throws IOException {
    return load("", Progress.NONE);
  }

  /**
   * The same for chunks whose name ends in a certain way.
   *
   * @param extension the end of the name, dot included where one is meant; the name has to be
   *     longer
   * @param progress told about files; may cancel
   * @return what was found
   * @throws IOException when the directory itself cannot be read
   */
  public LoadReport load(String extension, Progress progress) throws IOException {
    synchronized (lock) {
      requireOpen();
    }
    return root == null
        ? new LoadReport(0, 0, 0, List.of())
        : new Loader(this, root, extension, progress).load();
  }

  /**
   * Sorts the list of all chunks of each stream.
   *
   * @param order for example {@code Comparator.comparing(Chunk::name)}
   */
  public void sort(Comparator<? super Chunk> order) {
    streams().forEach(stream -> stream.sort(order));
  }

  void count(boolean toQuarantine) {
    synchronized (lock) {
      if (toQuarantine) {
        quarantined++;
      } else {
        deleted++;
      }
    }
  }

  // ------------------------------------------------------------------------- settings

  /**
   * Sets how many files may be up from now on.
   *
   * @param value at least 1
   */
  public void setUpMax(int value) {
    Check.range(value, 1, Integer.MAX_VALUE, "upMax");
    synchronized (lock) {
      upMax = value;
    }
  }

  /**
   * Sets the growth step of chunks that come up from now on.
   *
   * @param bytes 32768 to 8000000; 0 for what suits the size of the file
   */
  public void setGrowStep(int bytes) {
    ChunkStoreOptions.requireGrowStep(bytes);
    settings.growStep = bytes;
  }

  /**
   * Sets when files are cut, from now on.
   *
   * @param value when
   */
  public void setTrim(Trim value) {
    settings.trim = Objects.requireNonNull(value, "trim");
  }

  /**
   * What the store has and did.
   *
   * @return a copy
   */
  public ChunkStatistics statistics() {
    synchronized (lock) {
      int chunks = 0;
      int inMemory = 0;
      int filesUp = 0;
      for (ChunkStream stream : streams.values()) {
        chunks += stream.size();
        inMemory += stream.isFile() ? 0 : stream.size();
        filesUp += stream.isFile() ? stream.chunksUp().size() : 0;
      }
      int files = chunks - inMemory;
      return new ChunkStatistics(
          streams.size(),
          chunks,
          inMemory,
          files,
          filesUp,
          files - filesUp,
          quota.bytes(),
          quarantined,
          deleted,
          quota.dropped(),
          quota.rejected(),
          evicted);
    }
  }

  long usableSpace() throws IOException {
    return root == null ? Long.MAX_VALUE : disk.usableSpace(root);
  }

  /** Never fails: who only wants to say something must not be stopped. */
  void log(System.Logger.Level level, String message) {
    System.Logger its;
    synchronized (lock) {
      if (logger == null) {
        logger = System.getLogger("holdfast.chunkio");
      }
      its = logger;
    }
    its.log(level, message);
  }

  // ------------------------------------------------------------------------- places for files

  /** Counts a chunk that wants to go up; false when there is no place. */
  boolean takePlace(boolean forced) throws IOException {
    while (true) {
      synchronized (lock) {
        requireOpen();
        if (up < upMax || (forced && !settings.options.upOnDemand())) {
          up++;
          clock++;
          return true;
        }
      }
      if (!settings.options.upOnDemand() || !evict()) {
        if (!forced) {
          return false;
        }
        synchronized (lock) { // nobody can go: the limit gives way
          up++;
          clock++;
          return true;
        }
      }
    }
  }

  int freePlaces() {
    synchronized (lock) {
      return Math.max(0, upMax - up);
    }
  }

  /** Whether a temporary file belongs to a chunk that is open. */
  boolean isInUse(String stream, String temporary) {
    ChunkStream known = findStream(stream);
    return known != null
        && known.chunks().stream()
            .filter(Chunk::isUp)
            .anyMatch(
                chunk ->
                    temporary.equals(TemporaryName.of(chunk.name(), false))
                        || temporary.equals(TemporaryName.of(chunk.name(), true)));
  }

  void givePlace() {
    synchronized (lock) {
      up--;
    }
  }

  /** With its time as of one moment: others go on using it while the candidates are sorted. */
  private record Candidate(Chunk chunk, long lastUsed) {}

  /** Takes the chunk down that nobody used for the longest time; false when none may go. */
  private boolean evict() throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    synchronized (lock) {
      for (ChunkStream stream : streams.values()) {
        stream.chunksUp().forEach(chunk -> candidates.add(new Candidate(chunk, chunk.lastUsed)));
      }
    }
    candidates.sort(Comparator.comparingLong(Candidate::lastUsed));
    for (Candidate candidate : candidates) {
      Chunk chunk = candidate.chunk;
      if (chunk.tryTake()) {
        try {
          if (chunk.mayGoDown()) {
            chunk.goDown();
            synchronized (lock) {
              evicted++;
            }
            return true;
          }
        } finally {
          chunk.leave();
        }
      }
    }
    return false;
  }

  /** Deletes the oldest chunk that may go, of one stream or of all. */
  boolean dropOldest(ChunkStream within, Chunk except) throws IOException {
    List<Chunk> candidates = new ArrayList<>();
    for (ChunkStream stream : within == null ? streams() : List.of(within)) {
      candidates.addAll(stream.chunks());
    }
    candidates.sort(Comparator.comparingLong(chunk -> chunk.serial));
    for (Chunk chunk : candidates) {
      if (chunk != except && chunk.tryTake()) {
        try {
          if (chunk.mayBeDropped()) {
            chunk.endEntered(true);
            log(System.Logger.Level.WARNING, "dropped chunk " + chunk + " for a limit");
            return true;
          }
        } finally {
          chunk.leave();
        }
      }
    }
    return false;
  }

  long nextSerial() {
    return ++serials; // under the lock
  }

  ChunkScan borrowScan() {
    synchronized (lock) {
      ChunkScan scan = scans.poll();
      if (scan != null) {
        return scan;
      }
    }
    return new ChunkScan();
  }

  void returnScan(ChunkScan scan) {
    synchronized (lock) {
      if (scans.size() < settings.options.loadThreads()) {
        scans.push(scan);
      }
    }
  }

  // ------------------------------------------------------------------------- safety and the end

  /**
   * Syncs every chunk that is up, with the level of the store.
   *
   * @throws IOException when one fails; the others were synced
   */
  public void sync() throws IOException {
    IOException failure = null;
    for (ChunkStream stream : streams()) {
      for (Chunk chunk : stream.chunksUp()) {
        try {
          if (!chunk.isClosed()) {
            chunk.sync();
          }
        } catch (IOException e) {
          failure = add(failure, e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static IOException add(IOException first, IOException next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }

  /**
   * Reads every chunk file of the store from its first byte to its last, trusting nothing.
   *
   * @param progress told about files; may cancel
   * @return one entry for each file that a load would look at, in the order of the names
   * @throws IOException when the directory cannot be read
   */
  public List<ChunkInfo> inspect(Progress progress) throws IOException {
    return root == null ? List.of() : ChunkFiles.list(disk, root, "", progress);
  }

  /**
   * Reads every chunk file of the store from its first byte to its last, trusting nothing. A chunk
   * in a transaction, or one that an original left unsealed, is sound.
   *
   * @throws CorruptDataException for the first file that is no chunk, or not what its header says
   * @throws IOException when something cannot be read
   */
  public void verify() throws IOException {
    for (ChunkInfo info : inspect(Progress.NONE)) {
      if (info.error() == ChunkError.PERMISSION) {
        throw new IOException(info.stream() + "/" + info.name() + ": " + info.reason());
      }
      if (info.state() == ChunkState.CORRUPT || info.state() == ChunkState.TORN) {
        ChunkFiles.verify(disk, root, info); // says where
        throw new CorruptDataException(
            ChunkLayout.FORMAT + " " + info.stream() + "/" + info.name(),
            0,
            "a chunk as its header says",
            info.state().text() + ", " + info.reason());
      }
    }
  }

  void requireWritable() {
    if (settings.options.readOnly()) {
      throw new NonWritableChannelException();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
  }

  /** Deletes a directory of a stream with everything in it. */
  void deleteTree(Path directory) throws IOException {
    for (Disk.Entry entry : disk.list(directory)) {
      Path path = directory.resolve(entry.name());
      if (entry.kind() == Kind.DIRECTORY) {
        deleteTree(path);
      } else {
        disk.delete(path);
      }
    }
    disk.delete(directory);
    rootFolder.changed();
  }

  /**
   * Closes all streams and gives up the lock. Has no effect the second time.
   *
   * @throws IOException when something could not be written; all is closed nevertheless
   */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (ChunkStream stream : streams()) {
      try {
        stream.close();
      } catch (IOException e) {
        failure = add(failure, e);
      }
    }
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    if (lockFile != null) {
      try {
        lockFile.close();
      } catch (IOException e) {
        failure = add(failure, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public String toString() {
    return root == null ? "chunk store in memory" : "chunk store " + root;
  }
}
