package holdfast.chunkio;

import holdfast.internal.Check;
import holdfast.internal.Disk;
import java.io.IOException;
import java.nio.channels.NonWritableChannelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A named group of chunks: a directory under the root of the store, or memory.
 *
 * <p>Keeps three lists, as the original does: all chunks in the order in which they were registered
 * or {@linkplain ChunkStore#sort sorted}, those that are up, and those that are down; a chunk that
 * goes up or down comes last in its new list. Safe for use by several threads.
 */
public final class ChunkStream {
  private final ChunkStore store;
  private final String name;

  /** Null for a stream in memory. */
  private final StreamFolder folder;

  // Guarded by the lock of the store.

  private Map<String, Chunk> all = new LinkedHashMap<>();
  private final Set<Chunk> up = new LinkedHashSet<>();
  private final Set<Chunk> down = new LinkedHashSet<>();
  private boolean closed;

  /** What its files take. */
  long bytes;

  ChunkStream(ChunkStore store, String name, StreamFolder folder) {
    this.store = store;
    this.name = name;
    this.folder = folder;
  }

  StreamFolder folder() {
    return folder;
  }

  /**
   * The name.
   *
   * @return also the name of the directory
   */
  public String name() {
    return name;
  }

  /**
   * Whether its chunks are files.
   *
   * @return false for a stream in memory
   */
  public boolean isFile() {
    return folder != null;
  }

  // ------------------------------------------------------------------------- chunks

  /**
   * Opens a chunk, and creates it when there is none of that name ({@link OpenMode#CREATE}).
   *
   * @param chunk its name
   * @return the chunk; null when the limits of the store do not allow a new one
   * @throws IOException when the file cannot be opened
   */
  public Chunk open(String chunk) throws IOException {
    return open(chunk, store.settings.options.readOnly() ? OpenMode.READ : OpenMode.CREATE);
  }

  /**
   * Opens a chunk of a file.
   *
   * <p>When as many files are up as may be, the chunk is registered and stays down: its file is
   * neither looked at nor created before it goes up. With {@code upOnDemand} another chunk goes
   * down for it instead.
   *
   * @param chunk its name: no slash, no NUL, does not begin with a dot
   * @param mode whether it has to exist and may be written
   * @return the chunk; null when the limits of the store do not allow a new one
   * @throws IllegalArgumentException when the name cannot be that of a chunk
   * @throws IllegalStateException when a chunk of that name is open already, or the stream is
   *     closed
   * @throws holdfast.CorruptDataException when the file is no chunk or its content cannot be proven
   * @throws IOException when the file cannot be opened
   */
  public Chunk open(String chunk, OpenMode mode) throws IOException {
    Names.require(chunk, "chunk");
    if (mode != OpenMode.READ && store.settings.options.readOnly()) {
      throw new NonWritableChannelException();
    }
    requireNew(chunk);
    Chunk made = new Chunk(store, this, chunk, mode.mode());
    if (!store.quota.oneMore(made)) {
      return null;
    }
    made.enterNew(); // nobody may drop it before it is up
    boolean done = false;
    try {
      register(made);
      if (isFile()) {
        made.goUp(false);
      } else {
        made.start(new MemoryBody(made.space(), new byte[0], 0));
      }
      done = true;
      return made;
    } catch (LimitReachedException e) {
      store.disk.delete(made.path());
      return null;
    } finally {
      made.leave();
      if (!done) {
        forget(made);
      }
    }
  }

  /**
   * Opens a chunk in memory that has room for a size before it has to grow.
   *
   * @param chunk its name
   * @param sizeHint bytes, 0 to 2^31-1
   * @return the chunk; null when the limits of the store do not allow a new one
   * @throws IllegalStateException for a stream of files, or a name that is open already
   * @throws IOException when a chunk that has to make room cannot be deleted
   */
  public Chunk openInMemory(String chunk, int sizeHint) throws IOException {
    if (isFile()) {
      throw new IllegalStateException("stream " + name + " has files");
    }
    Names.require(chunk, "chunk");
    Check.range(sizeHint, 0, Integer.MAX_VALUE, "sizeHint");
    requireNew(chunk);
    Chunk made = new Chunk(store, this, chunk, Disk.Mode.CREATE);
    if (!store.quota.oneMore(made)) {
      return null;
    }
    register(made);
    made.start(new MemoryBody(made.space(), new byte[0], sizeHint));
    return made;
  }

  /** To be asked before anything is dropped for a new chunk. */
  private void requireNew(String chunk) {
    synchronized (store.lock) {
      if (closed) {
        throw new IllegalStateException("stream " + name + " is closed");
      }
      if (all.containsKey(chunk)) {
        throw new IllegalStateException("chunk " + chunk + " is open already");
      }
    }
  }

  void register(Chunk chunk) {
    synchronized (store.lock) {
      requireNew(chunk.name());
      all.put(chunk.name(), chunk);
      chunk.serial = store.nextSerial();
      down.add(chunk);
    }
  }

  /** As {@link #register}, unless somebody opened a chunk of that name, or closed the stream. */
  boolean tryRegister(Chunk chunk) {
    synchronized (store.lock) {
      if (closed || all.containsKey(chunk.name())) {
        return false;
      }
      register(chunk);
      return true;
    }
  }

  /** The chunk is in the other one of the two lists now. */
  void moved(Chunk chunk) {
    synchronized (store.lock) {
      if (all.get(chunk.name()) != chunk) {
        return;
      }
      up.remove(chunk);
      down.remove(chunk);
      (chunk.isUp() ? up : down).add(chunk);
    }
  }

  void forget(Chunk chunk) {
    synchronized (store.lock) {
      all.remove(chunk.name(), chunk);
      up.remove(chunk);
      down.remove(chunk);
    }
  }

  /**
   * Finds an open chunk.
   *
   * @param chunk its name
   * @return null when there is none
   */
  public Chunk chunk(String chunk) {
    synchronized (store.lock) {
      return all.get(chunk);
    }
  }

  /**
   * All chunks.
   *
   * @return a copy of the list
   */
  public List<Chunk> chunks() {
    synchronized (store.lock) {
      return List.copyOf(all.values());
    }
  }

  /**
   * The chunks that are up, those in memory left out.
   *
   * @return a copy of the list
   */
  public List<Chunk> chunksUp() {
    synchronized (store.lock) {
      return List.copyOf(up);
    }
  }

  /**
   * The chunks that are down.
   *
   * @return a copy of the list
   */
  public List<Chunk> chunksDown() {
    synchronized (store.lock) {
      return isFile() ? List.copyOf(down) : List.of();
    }
  }

  /** Number of chunks. */
  int size() {
    synchronized (store.lock) {
      return all.size();
    }
  }

  /**
   * Bytes of content of the chunks that are up. May be asked while others use them.
   *
   * @return the sum
   * @throws IOException when a sealed chunk has to be read for that, and cannot be
   */
  public long contentSizeUp() throws IOException {
    long sum = 0;
    for (Chunk chunk : isFile() ? chunksUp() : chunks()) {
      sum += chunk.contentSizeUp();
    }
    return sum;
  }

  void sort(Comparator<? super Chunk> order) {
    synchronized (store.lock) {
      List<Chunk> sorted = new ArrayList<>(all.values());
      sorted.sort(order);
      Map<String, Chunk> again = new LinkedHashMap<>();
      sorted.forEach(chunk -> again.put(chunk.name(), chunk));
      all = again;
    }
  }

  // ------------------------------------------------------------------------- the end

  /**
   * Closes all chunks and forgets the stream; files stay.
   *
   * @throws IOException when something could not be written; all is closed nevertheless
   */
  public void close() throws IOException {
    try {
      closeChunks(false);
    } finally {
      synchronized (store.lock) {
        closed = true;
      }
      store.forget(this);
    }
  }

  /**
   * Deletes all chunks, the directory with everything in it, and forgets the stream.
   *
   * @throws IOException when something cannot be deleted
   */
  public void delete() throws IOException {
    store.requireWritable();
    try {
      closeChunks(true);
      if (isFile()) {
        store.deleteTree(folder.path);
      }
    } finally {
      synchronized (store.lock) {
        closed = true;
      }
      store.forget(this);
    }
  }

  private void closeChunks(boolean delete) throws IOException {
    IOException failure = null;
    for (Chunk chunk : chunks()) {
      try {
        if (delete && !chunk.isForReading()) { // else the directory takes the file along
          chunk.delete();
        } else {
          chunk.close();
        }
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
