package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.internal.Check;
import holdfast.internal.Disk;
import holdfast.internal.MapFault;
import holdfast.internal.Mem;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A lock-free allocator of objects in volumes of off-heap memory, laid out as Firedancer's groove.
 *
 * <pre>{@code
 * state                       volumes
 * +-------------------+       +----------+----------+----------+
 * | active slots      |------>| volume 0 | volume 1 | volume 2 | ...
 * | inactive stacks   |       +----------+----------+----------+
 * | pool              |        offsets count from here
 * +-------------------+
 *
 *          create, open                   close
 * CLOSED ---------------> OWNED by one ----------> CLOSED
 *                          |      ^
 *             process dies |      | openFile, recover
 *                          v      |
 *                         UNCLEAN-+   open refuses; damage found on the way leaves it UNCLEAN
 * }</pre>
 *
 * <p>A process may die at any time, in the middle of any call of any thread: whatever it had
 * allocated and was not freeing is there after the recovery, and nothing else but, for each thread,
 * what it was allocating. That is about processes; a machine that loses power may lose any part of
 * what was written since the last checkpoint.
 *
 * <p>All that is stored are offsets: state and volumes may be copied, saved and mapped elsewhere.
 * The memory is the caller's; nothing is allocated here but a few small objects.
 *
 * <pre>{@code
 * try (Arena arena = Arena.ofShared();
 *     Groove groove = Groove.inMemory(GrooveGeometry.compact(64, 1 << 20), 4, arena);
 *     GrooveHandle handle = groove.handle()) {
 *   long object = handle.alloc(200);
 *   handle.segment(object).fill((byte) 1);
 *   handle.free(object);
 * }
 * }</pre>
 *
 * <p>Threads allocate through handles, see {@link GrooveHandle}. {@link #handle}, {@link
 * #addVolumes}, {@link #removeVolume} and {@link #volumes} may be called by any thread at any time.
 * Whatever looks at everything ({@link #verify}, {@link #objects}, {@link #usage}, {@link #leaks})
 * or flushes all, and {@link #close}, needs that nobody allocates or frees meanwhile; {@link
 * #liveObjects} does not. Nobody else may cut a file that is open: most calls then throw {@link
 * UncheckedIOException} with its name, those of {@link GrooveHandle} that a cache answers an {@link
 * InternalError}, and a compare-and-set on a page that is gone may end the process.
 */
public final class Groove implements AutoCloseable {
  /** What {@link #removeVolume} returns when no volume is empty; nothing changed. */
  public static final long EMPTY = -4;

  final GrooveGeometry geometry;
  final MemorySegment state;

  /** The memory and the list of volumes. Replaced under the lock, before anybody can meet more. */
  volatile View view;

  /** False once it is closed, and for one that is only looked at. */
  volatile boolean open;

  /** Held while volumes come, go, or are compacted. Never needed to allocate or free. */
  final ReentrantLock lock = new ReentrantLock();

  /** Gives up where the original gives up: for tests that compare with it. */
  boolean original;

  /** What {@link #openFile} says of a file that somebody else has open. */
  static final String IN_USE = "in use: another process has it, or another opening in this one";

  private final boolean readOnly;

  /** What was rebuilt when it was opened; null when there was no need to. */
  private final GrooveRecovery recovered;

  /** The file that the memory belongs to; null when it belongs to the caller. */
  private final RegionFile file;

  /** Guarded by the lock. */
  private boolean closed;

  private final AtomicInteger nextGroup = new AtomicInteger();

  private static final int CACHE_NUMBER_MASK = (1 << ObjectHeader.CACHED_SHIFT) - 1;
  private final AtomicInteger nextCache = new AtomicInteger();

  /** What the handles keep. */
  final ObjectCaches caches = new ObjectCaches();

  /** Offsets of superblocks and volumes that turned out to be damaged. Guarded by itself. */
  private final List<Long> damaged = new ArrayList<>();

  private Groove(
      GrooveGeometry geometry,
      MemorySegment state,
      View view,
      boolean readOnly,
      RegionFile file,
      GrooveRecovery recovered) {
    this.geometry = geometry;
    this.file = file;
    this.recovered = recovered;
    this.state = state;
    this.view = view;
    this.readOnly = readOnly;
    this.open = !readOnly;
  }

  /**
   * Makes an allocator without volumes.
   *
   * @param geometry the sizes
   * @param state where the shared state is to be: {@link GrooveGeometry#stateSize} bytes, aligned
   *     to 128, overwritten; the caller keeps it for as long as the allocator is used
   * @param volumes the memory of the volumes, aligned to 4096, from volume 0 on; untouched until
   *     volumes are added. What does not make a whole volume is not used. The state may lie in it,
   *     where no volume will be
   * @return the allocator, owned by the caller
   * @throws IllegalArgumentException when the memory is too small, misaligned or read-only
   */
  public static Groove create(GrooveGeometry geometry, MemorySegment state, MemorySegment volumes) {
    checkMemory(geometry, state, volumes);
    Check.writable(state);
    Check.writable(volumes);
    StateLayout.format(state, geometry);
    StateLayout.mark(state, StateLayout.MARK_OWNED);
    return new Groove(
        geometry, state, View.none().in(volumes, whole(geometry, volumes)), false, null, null);
  }

  /**
   * Opens an allocator whose volumes are those that say so in their first bytes.
   *
   * @param geometry the sizes
   * @param state as it was when the last owner closed it, or as the original wrote it
   * @param volumes the memory of the volumes from volume 0 on
   * @return the allocator, owned by the caller
   * @throws CorruptDataException when the state or a volume header is damaged, of another geometry,
   *     or was not closed by its last owner
   */
  public static Groove open(GrooveGeometry geometry, MemorySegment state, MemorySegment volumes) {
    return open(geometry, state, volumes, null);
  }

  /**
   * Opens an allocator.
   *
   * @param geometry the sizes
   * @param state as it was when the last owner closed it, or as the original wrote it
   * @param volumes the memory of the volumes from volume 0 on
   * @param list the numbers of the volumes that belong to the allocator; null to look for them
   * @return the allocator, owned by the caller
   * @throws CorruptDataException when the state or a volume header is damaged, of another geometry,
   *     or was not closed by its last owner
   */
  public static Groove open(
      GrooveGeometry geometry, MemorySegment state, MemorySegment volumes, long[] list) {
    Check.writable(state);
    Check.writable(volumes);
    checkMemory(geometry, state, volumes);
    View view = Opening.view(geometry, state, volumes, list);
    own(geometry, state, view);
    return new Groove(geometry, state, view, false, null, null);
  }

  private static void own(GrooveGeometry geometry, MemorySegment state, View view) {
    Opening.checkClosed(geometry, state, view);
    if (!Mem.casLong(
        state, StateLayout.MARK_OFFSET, StateLayout.MARK_CLOSED, StateLayout.MARK_OWNED)) {
      throw Opening.unclean(state);
    }
  }

  /**
   * Opens an allocator whose last owner did not close it, because it died, and rebuilds it.
   *
   * <p>The caller knows that nobody uses the memory any more. {@link #recovered} tells what was
   * found. A recovery that is interrupted is done by doing it again.
   *
   * @param geometry the sizes
   * @param state as its last owner left it; also one that was closed may be rebuilt
   * @param volumes the memory of the volumes from volume 0 on
   * @param list the numbers of the volumes that belong to the allocator; null to look for them
   * @param force whether an object with a damaged header becomes free memory, together with all
   *     that is in it. The C original leaves such headers when it dies; this library does not
   * @return the allocator, owned by the caller
   * @throws CorruptDataException at damage that the death of an owner does not explain; nothing
   *     changed
   */
  public static Groove recover(
      GrooveGeometry geometry,
      MemorySegment state,
      MemorySegment volumes,
      long[] list,
      boolean force) {
    Check.writable(state);
    Check.writable(volumes);
    checkMemory(geometry, state, volumes);
    View view = Opening.view(geometry, state, volumes, list);
    GrooveRecovery recovered = Recovery.run(geometry, state, view, force);
    return new Groove(geometry, state, view, false, null, recovered);
  }

  /**
   * Opens an allocator for looking at it. Nothing is written, and no handles are to be had.
   *
   * @param geometry the sizes
   * @param state may be read-only; need not have been closed
   * @param volumes may be read-only
   * @param list the numbers of the volumes that belong to the allocator; null to look for them
   * @return the allocator
   * @throws CorruptDataException when the state or a volume header is damaged
   */
  public static Groove openReadOnly(
      GrooveGeometry geometry, MemorySegment state, MemorySegment volumes, long[] list) {
    return look(geometry, state, volumes, list, null);
  }

  private static Groove look(
      GrooveGeometry geometry,
      MemorySegment state,
      MemorySegment volumes,
      long[] list,
      RegionFile file) {
    checkMemory(geometry, state, volumes);
    View view = Opening.view(geometry, state, volumes, list);
    if (file != null) {
      Opening.checkPlaces(geometry, view);
    }
    if (StateLayout.mark(state) == StateLayout.MARK_CLOSED) {
      Opening.checkClosed(geometry, state, view);
    }
    return new Groove(geometry, state, view, true, file, null);
  }

  /**
   * Makes an allocator with volumes in fresh native memory.
   *
   * <p>The JDK writes zeros over all of it at once: for volumes of 1 GiB take a file.
   *
   * @param geometry the sizes
   * @param count volumes, at least 0
   * @param arena what allocates the memory, and ends it
   * @return the allocator, owned by the caller
   */
  public static Groove inMemory(GrooveGeometry geometry, int count, Arena arena) {
    Check.range(count, 0, Integer.MAX_VALUE, "count");
    MemorySegment state = arena.allocate(geometry.stateSize(), StateLayout.ALIGN);
    MemorySegment volumes =
        arena.allocate((long) count << geometry.volumeShift, Opening.VOLUMES_ALIGN);
    Groove groove = create(geometry, state, volumes);
    groove.addVolumes(0, count, new byte[0]);
    return groove;
  }

  /**
   * Makes a file that holds an allocator, without volumes yet: {@link #grow} adds them.
   *
   * @param path the file; it must not exist
   * @param geometry the sizes
   * @param volumeMax most volumes that it may ever have, 1 to 5120
   * @return the allocator, owned by the caller; close it
   * @throws java.nio.file.FileAlreadyExistsException when the name is taken
   * @throws IOException when the file cannot be made
   */
  public static Groove createFile(Path path, GrooveGeometry geometry, int volumeMax)
      throws IOException {
    return createFile(OsDisk.INSTANCE, path, geometry, volumeMax);
  }

  static Groove createFile(Disk disk, Path path, GrooveGeometry geometry, int volumeMax)
      throws IOException {
    Check.range(volumeMax, 1, RegionHeader.VOLUMES_LIMIT, "volumeMax");
    RegionFile.create(disk, path, new RegionHeader(geometry, volumeMax));
    return openFile(disk, path);
  }

  /**
   * Opens a file and locks it for as long as it is open. When its last owner died, it is rebuilt,
   * see {@link #recover}; {@link #recovered} tells.
   *
   * @param path made by {@link #createFile}
   * @return the allocator, owned by the caller; close it
   * @throws java.nio.file.FileSystemException when it is open already, here or elsewhere
   * @throws IOException when the system fails
   * @throws CorruptDataException when a header is damaged, or the last owner died and there is
   *     damage that its death does not explain; nothing changed
   */
  public static Groove openFile(Path path) throws IOException {
    return openFile(OsDisk.INSTANCE, path);
  }

  static Groove openFile(Disk disk, Path path) throws IOException {
    return ownFile(RegionFile.open(disk, path, true), false, false);
  }

  /**
   * Opens a file and rebuilds it, whether its last owner closed it or not.
   *
   * @param path made by {@link #createFile}
   * @param force as for {@link #recover}
   * @return the allocator, owned by the caller; close it
   * @throws java.nio.file.FileSystemException when it is open already, here or elsewhere
   * @throws IOException when the system fails
   * @throws CorruptDataException at damage that the death of an owner does not explain; nothing
   *     changed
   */
  public static Groove recoverFile(Path path, boolean force) throws IOException {
    return recoverFile(OsDisk.INSTANCE, path, force);
  }

  static Groove recoverFile(Disk disk, Path path, boolean force) throws IOException {
    return ownFile(RegionFile.open(disk, path, true), true, force);
  }

  /**
   * Opens a file for looking at it, together with others who do the same. Nothing is written.
   *
   * @param path made by {@link #createFile}; need not have been closed by its last owner
   * @return the allocator; close it
   * @throws java.nio.file.FileSystemException when somebody owns it
   * @throws IOException when the system fails
   * @throws CorruptDataException when a header is damaged
   */
  public static Groove openFileReadOnly(Path path) throws IOException {
    RegionFile file = RegionFile.open(OsDisk.INSTANCE, path, false);
    boolean opened = false;
    try {
      Groove groove = look(file.header().geometry(), file.state(), file.volumes(), null, file);
      opened = true;
      return groove;
    } catch (InternalError e) {
      throw MapFault.of(path, e);
    } finally {
      if (!opened) {
        file.abandon();
      }
    }
  }

  private static Groove ownFile(RegionFile file, boolean always, boolean force) throws IOException {
    GrooveGeometry geometry = file.header().geometry();
    MemorySegment state = file.state();
    boolean opened = false;
    try {
      View view = Opening.view(geometry, state, file.volumes(), null);
      Opening.checkPlaces(geometry, view);
      // Before the first store into a volume.
      file.backForeign(view);
      GrooveRecovery recovered = null;
      // Whoever has the lock is alone, so an owner that is marked is dead.
      if (always || StateLayout.mark(state) != StateLayout.MARK_CLOSED) {
        recovered = Recovery.run(geometry, state, view, force);
      } else {
        own(geometry, state, view);
      }
      opened = true;
      return new Groove(geometry, state, view, false, file, recovered);
    } catch (InternalError e) {
      throw MapFault.of(file.path(), e);
    } finally {
      if (!opened) {
        file.abandon();
      }
    }
  }

  private static void checkMemory(
      GrooveGeometry geometry, MemorySegment state, MemorySegment volumes) {
    if (state.byteSize() < geometry.stateSize()) {
      throw new IllegalArgumentException(
          "state needs " + geometry.stateSize() + " bytes: " + state.byteSize());
    }
    Opening.checkAligned(state, StateLayout.ALIGN, "state");
    Opening.checkAligned(volumes, Opening.VOLUMES_ALIGN, "volumes");
  }

  static long whole(GrooveGeometry geometry, MemorySegment volumes) {
    return volumes.byteSize() & -geometry.volumeSize();
  }

  /**
   * The sizes that this allocator works with.
   *
   * @return as given
   */
  public GrooveGeometry geometry() {
    return geometry;
  }

  /**
   * What was rebuilt when it was opened.
   *
   * @return null when its last owner had closed it
   */
  public GrooveRecovery recovered() {
    return recovered;
  }

  /**
   * Whether its last owner did not close it, in one that was opened for looking at it. Then {@link
   * #verify} refuses it, and operations that are half done show as damage.
   *
   * @return false for one that is owned here
   */
  public boolean isUnclean() {
    return readOnly && StateLayout.mark(state) != StateLayout.MARK_CLOSED;
  }

  /**
   * The most volumes that there can be.
   *
   * @return what a file was made for, or what the memory has room for
   */
  public int volumeMax() {
    return file == null ? (int) view.volumeMax(geometry) : file.header().volumeMax();
  }

  /**
   * Makes a handle in the next group.
   *
   * @return for the calling thread; the caller closes it
   */
  public GrooveHandle handle() {
    return handle(nextGroup.getAndIncrement());
  }

  /**
   * Makes a handle in a given group, which keeps up to 32 objects of a size for itself, and at most
   * 256 KiB or 1/64 of a volume. What a handle has too much of waits for others that have too
   * little, in all twice as much of a size as one handle may keep.
   *
   * @param group any number; a class with n groups takes it modulo n
   * @return for the calling thread; the caller closes it
   */
  public GrooveHandle handle(int group) {
    return handle(group, original ? 0 : ObjectCache.bytesMax(geometry));
  }

  /**
   * Makes a handle that keeps more or less for itself.
   *
   * @param group any number; a class with n groups takes it modulo n
   * @param cacheMax bytes of objects of one size that it may keep, at least 0; at most 32 objects
   *     in any case. With 0 it keeps none: what is freed is at once there for everybody, and calls
   *     take several times as long
   * @return for the calling thread; the caller closes it
   */
  public GrooveHandle handle(int group, long cacheMax) {
    Check.range(cacheMax, 0, Long.MAX_VALUE, "cacheMax");
    return handle(group, cacheMax, 0, false);
  }

  /**
   * Makes a handle that finds writes to objects after they were freed, for tests and for the search
   * of such an error. What is freed through it is filled with 0xdf and waits until some more
   * objects were freed, before it can be allocated again. A byte that changed meanwhile is an
   * {@link IllegalStateException} from the call that lets the object go: a later {@link
   * GrooveHandle#free} or flush. It keeps no other objects for itself.
   *
   * @param group any number; a class with n groups takes it modulo n
   * @param delay how many objects wait at most, at least 1; each holds its memory
   * @return for the calling thread; the caller closes it
   */
  public GrooveHandle guardedHandle(int group, int delay) {
    Check.range(delay, 1, Integer.MAX_VALUE, "delay");
    return handle(group, 0, delay, false);
  }

  /**
   * Makes a handle for code that is known to free what it holds, once, and nothing else: the
   * fastest one.
   *
   * <p>All but {@link GrooveHandle#free} is as with {@link #handle(int)}: what is allocated where,
   * images, recovery after a kill, statistics. A free looks at the header of the object alone, and
   * not at the superblock around it. It still refuses what lies outside of all volumes, what has no
   * header of an object in front, and what a cache or a superblock has back, so that a second free
   * is told until somebody else has the object. What such a handle may do, and others do not:
   *
   * <ul>
   *   <li>An offset inside the first block of an object frees that object.
   *   <li>An offset further inside, or of memory that serves another purpose by now, is taken for
   *       an object when the bytes in front happen to look like its header; 0x67, 0xfd at the start
   *       of a block are enough. Its second eight bytes are overwritten at once; when it is
   *       allocated, the first eight, too, and two own what follows; when it is given back, free
   *       bits of another superblock, or bytes of an object, may change.
   *   <li>An object that two threads free at the very same time may be handed out twice.
   * </ul>
   *
   * <p>Where native access is enabled for this library, headers are read and written by their
   * address, and nobody looks whether the arena of the volumes is still alive or belongs to the
   * calling thread. So close the handle or the groove before the memory; after that, calls throw as
   * those of any handle do. Where it is not enabled, headers are read and written as ever, in
   * somewhat more time, and nothing is printed.
   *
   * @param group any number; a class with n groups takes it modulo n
   * @return for the calling thread; the caller closes it
   */
  public GrooveHandle trustedHandle(int group) {
    return trustedHandle(group, ObjectCache.bytesMax(geometry));
  }

  /** The same with another limit. */
  GrooveHandle trustedHandle(int group, long cacheMax) {
    return handle(group, cacheMax, 0, true);
  }

  private GrooveHandle handle(int group, long cacheMax, int delay, boolean trusted) {
    requireOpen();
    GroupSlots slots = new GroupSlots(this, group);
    long mark = ObjectHeader.CACHED | (nextCache.getAndIncrement() & CACHE_NUMBER_MASK);
    Quarantine quarantine = delay == 0 ? null : new Quarantine(slots, mark, delay);
    ObjectCache cache = new ObjectCache(slots, mark, cacheMax, quarantine);
    GrooveHandle handle =
        trusted
            ? new TrustedHandle(this, group, cache, slots)
            : new GrooveHandle(this, group, cache, slots);
    caches.add(handle, cache);
    return handle;
  }

  /** Ends the cache of a handle that is being closed. */
  void release(ObjectCache cache) {
    if (caches.remove(cache)) {
      cache.close();
    }
  }

  /** Takes back what is in the caches of handles that were dropped and not closed. */
  void adopt() {
    caches.adopt();
  }

  /**
   * Flushes all handles, see {@link GrooveHandle#flush}. Nobody may use one meanwhile.
   *
   * @throws IllegalStateException when it is closed
   */
  public void flush() {
    requireOpen();
    try {
      caches.flush();
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /**
   * Adds volumes to a file. Places of removed volumes are used first, then the file grows.
   *
   * <p>Threads that allocate meanwhile are not disturbed. The file is sparse: parts of a volume get
   * storage when they are used; when the disk is full then, {@link GrooveHandle#alloc} says so.
   *
   * @param count how many, at least 0
   * @param info bytes for the header of each, at most 480
   * @param preallocate whether to get all the storage now
   * @return false when that would be more than the file may have; nothing changed
   * @throws IllegalStateException when the memory does not come from a file
   * @throws IOException when the system has no room; nothing changed
   */
  public boolean grow(int count, byte[] info, boolean preallocate) throws IOException {
    lock.lock();
    try {
      requireOpen();
      if (file == null) {
        throw new IllegalStateException("the memory is the caller's: add volumes to it");
      }
      Check.range(count, 0, RegionHeader.VOLUMES_LIMIT, "count");
      Check.range(info.length, 0, VolumeHeader.INFO_MAX, "info size");
      if (volumes().size() + count > file.header().volumeMax()) {
        return false;
      }
      int[] places =
          IntStream.range(0, Integer.MAX_VALUE).filter(i -> !view.lists(i)).limit(count).toArray();
      growFor(places, preallocate);
      // From the highest down, so that the lowest comes out first.
      for (int i = count - 1; i >= 0; i--) {
        addVolumes(places[i], 1, info, true);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Makes storage for the headers of volumes that are to come, or for all of them. */
  private void growFor(int[] places, boolean preallocate) throws IOException {
    int last = places.length == 0 ? -1 : places[places.length - 1];
    int more = Math.max(0, last + 1 - file.volumeCount());
    if (more > 0) {
      file.grow(more);
    }
    boolean done = false;
    try {
      for (int place : places) {
        file.backVolume(place, preallocate);
      }
      if (more > 0) {
        MemorySegment volumes = file.volumes();
        view = view.in(volumes, volumes.byteSize());
      }
      done = true;
    } finally {
      if (!done && more > 0) {
        file.shrink(more);
      }
    }
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException(readOnly ? "groove is read-only" : "groove is closed");
    }
  }

  /**
   * Adds memory.
   *
   * @param first number of the first volume
   * @param count how many, at least 0; they lie inside the memory of the volumes
   * @param info bytes for the header of each, at most 480
   * @throws IllegalArgumentException when they do not lie there or the info is too long
   * @throws IllegalStateException when one of them belongs to the allocator already, or looks like
   *     a volume of somebody else: see {@link #addVolumes(long, long, byte[], boolean)}
   */
  public void addVolumes(long first, long count, byte[] info) {
    addVolumes(first, count, info, false);
  }

  /**
   * Adds memory, even if it was a volume before.
   *
   * @param first number of the first volume
   * @param count how many, at least 0; they lie inside the memory of the volumes
   * @param info bytes for the header of each, at most 480
   * @param force whether to add a volume whose first bytes say that it is one; what it held is lost
   * @throws IllegalArgumentException when they do not lie there or the info is too long
   * @throws IllegalStateException when one of them belongs to this allocator, or looks like a
   *     volume and that is not forced; nothing changed
   */
  public void addVolumes(long first, long count, byte[] info, boolean force) {
    lock.lock();
    try {
      requireOpen();
      long max = view.volumeMax(geometry);
      Check.range(first, 0, max, "first");
      Check.range(count, 0, max - first, "count");
      Check.range(info.length, 0, VolumeHeader.INFO_MAX, "info size");
      for (long index = first; index < first + count; index++) {
        refuseVolume(index, force);
      }
      view = view.with(first, count, true);
      MemorySegment volumes = view.volumes;
      // From the highest down, so that the lowest comes out first.
      for (long index = first + count - 1; index >= first; index--) {
        long volume = index << geometry.volumeShift;
        // No volume until the header is complete, whatever was there: the process may die.
        VolumeHeader.magic(volumes, volume, 0);
        Mem.storeFence();
        VolumeHeader.format(volumes, volume, index, info);
        VolumeHeader.magic(volumes, volume, ~geometry.volumeMagic);
        VolumePool.release(this, index);
      }
    } catch (InternalError e) {
      throw cut(e);
    } finally {
      lock.unlock();
    }
  }

  private void refuseVolume(long index, boolean force) {
    Opening.checkApart(geometry, state, view.volumes, index);
    if (view.lists(index)) {
      throw new IllegalStateException("volume " + index + " was added already");
    }
    long magic = VolumeHeader.magic(view.volumes, index << geometry.volumeShift);
    if (!force && (magic == geometry.volumeMagic || magic == ~geometry.volumeMagic)) {
      throw new IllegalStateException("there is a volume at number " + index + ": " + hex(magic));
    }
  }

  /**
   * Takes an empty volume out. Its memory belongs to the caller again, but stays part of the
   * segment: a thread that is late may still read it.
   *
   * @return its number, or {@link #EMPTY}
   * @throws CorruptDataException when the volume is not what the pool says; it stays outside the
   *     pool
   */
  public long removeVolume() {
    lock.lock();
    try {
      requireOpen();
      long index = VolumePool.acquire(this);
      if (index == VolumePool.NONE) {
        return EMPTY;
      }
      long volume = index << geometry.volumeShift;
      Opening.checkVolume(geometry, view.volumes, index, ~geometry.volumeMagic);
      VolumeHeader.magic(view.volumes, volume, 0);
      view = view.with(index, 1, false);
      return index;
    } catch (InternalError e) {
      throw cut(e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes apart whatever is empty, so that it can serve other sizes or leave with its volume.
   *
   * <p>May be called while others allocate and free; they may find less memory meanwhile.
   */
  public void compact() {
    requireOpen();
    try {
      caches.adopt();
      GroupSlots slots = new GroupSlots(this, 0);
      caches.depot(geometry).flush(slots);
      Compaction.run(slots);
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /**
   * Stores zeros in all memory of the volumes that is neither part of an object nor of a header, so
   * that what was freed cannot be read any more and copies of the volumes compress well. Nobody may
   * allocate or free meanwhile. Costs as much as writing all that memory.
   *
   * @return bytes that are zero now
   * @throws IllegalStateException when the memory comes from a file, whose free parts may have no
   *     storage
   * @throws CorruptDataException at the first thing in the volumes that is damaged
   */
  public long zeroFree() {
    lock.lock();
    try {
      requireOpen();
      if (file != null) {
        throw new IllegalStateException("free memory of a file may have no storage");
      }
      return Blanking.run(this);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks whether there is a volume at some place, before it is put on the list for {@link
   * #open(GrooveGeometry, MemorySegment, MemorySegment, long[])} or {@link #recover}: one that was
   * being added when its owner died may not be there.
   *
   * @param geometry the sizes
   * @param volumes the memory of the volumes from volume 0 on
   * @param index number of the place, inside the memory
   * @return the volume; null when its header does not say that it is one
   */
  public static GrooveVolume volumeAt(GrooveGeometry geometry, MemorySegment volumes, long index) {
    long volume = index << geometry.volumeShift;
    long magic = VolumeHeader.magic(volumes, volume);
    long infoSize = VolumeHeader.infoSize(volumes, volume);
    boolean empty = magic == ~geometry.volumeMagic;
    if ((!empty && magic != geometry.volumeMagic)
        || VolumeHeader.index(volumes, volume) != index
        || infoSize < 0
        || infoSize > VolumeHeader.INFO_MAX) {
      return null;
    }
    return new GrooveVolume(index, empty, VolumeHeader.info(volumes, volume));
  }

  /**
   * The bytes of a range of the volumes.
   *
   * @param offset from volume 0
   * @param size bytes
   * @return a slice
   */
  public MemorySegment segment(long offset, long size) {
    return view.volumes.asSlice(offset, size);
  }

  /**
   * The offset of the first byte of a slice of the volumes.
   *
   * @param slice for example from {@link GrooveHandle#allocSegment}
   * @return bytes from volume 0
   */
  public long offset(MemorySegment slice) {
    MemorySegment volumes = view.volumes;
    long offset = slice.address() - volumes.address();
    if (slice.isNative() != volumes.isNative() || offset < 0 || offset > view.limit) {
      throw new IllegalArgumentException("no slice of the volumes: " + slice);
    }
    return offset;
  }

  /**
   * Lists the volumes. May be called by any thread at any time.
   *
   * @return in ascending order of their numbers
   * @throws CorruptDataException when a header is damaged
   */
  public List<GrooveVolume> volumes() {
    lock.lock();
    try {
      return listVolumes();
    } catch (InternalError e) {
      throw cut(e);
    } finally {
      lock.unlock();
    }
  }

  private List<GrooveVolume> listVolumes() {
    View view = this.view;
    List<GrooveVolume> list = new ArrayList<>();
    for (long index = 0; index < view.volumeMax(geometry); index++) {
      if (view.lists(index)) {
        long volume = index << geometry.volumeShift;
        boolean empty = Opening.checkVolume(geometry, view.volumes, index);
        list.add(new GrooveVolume(index, empty, VolumeHeader.info(view.volumes, volume)));
      }
    }
    return list;
  }

  /**
   * Shows every object that somebody holds, in ascending order of offsets.
   *
   * @param visitor sees them
   * @throws CorruptDataException at the first thing in the volumes that is damaged
   */
  public void objects(Consumer<? super GrooveObject> visitor) {
    try {
      Walk.all(
          this,
          new Walk.Visitor() {
            @Override
            public void superblock(long offset, int sizeClass, long free) {
              // Only what is inside is shown.
            }

            @Override
            public void object(long header, long word, long superblock) {
              visitor.accept(Walk.object(view.volumes, header, word, superblock));
            }
          });
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /**
   * Shows objects that are held while others allocate and free. Weakly consistent: one that is held
   * all the time is shown exactly once; one that came or went meanwhile, or changed its owner, may
   * be shown or not. Its bytes may be somebody else's by the time the visitor looks at them.
   *
   * @param visitor sees them, in ascending order of offsets; may allocate and free
   */
  public void liveObjects(Consumer<? super GrooveObject> visitor) {
    try {
      LiveWalk.all(this, visitor);
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /**
   * Adds up what is held, by tag and class: what is left when all should have been freed.
   *
   * @return one line for each tag and class, most bytes first; when there are more than 65,536, one
   *     more for the rest
   * @throws CorruptDataException at the first thing in the volumes that is damaged
   */
  public List<GrooveLeak> leaks() {
    try {
      return LeakReport.of(this, LeakReport.KINDS_MAX);
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /**
   * Looks for the object at an offset, from the top of its volume down.
   *
   * <p>Slower than what {@link GrooveHandle} does, and not to be misled by anything that users
   * wrote into their objects.
   *
   * @param offset any number
   * @return the object whose first byte is there; null when there is none
   */
  public GrooveObject find(long offset) {
    try {
      return Walk.find(this, offset);
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /**
   * Counts objects, superblocks and bytes.
   *
   * @return a copy
   * @throws CorruptDataException at the first thing in the volumes that is damaged
   */
  public GrooveUsage usage() {
    try {
      return GrooveUsage.of(this);
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /**
   * Checks everything: every header, that objects do not overlap, that every superblock with room
   * is in circulation in exactly one place and every empty volume in the pool. Nobody may allocate
   * or free meanwhile.
   *
   * @throws CorruptDataException at the first broken rule
   */
  public void verify() {
    try {
      if (open) {
        caches.flush();
      }
      Verification.run(this);
    } catch (InternalError e) {
      throw cut(e);
    }
  }

  /** A page of the map has no storage any more: what the calls that walk say instead. */
  UncheckedIOException cut(InternalError fault) {
    Path path = file == null ? Path.of("memory of the volumes") : file.path();
    return new UncheckedIOException(MapFault.of(path, fault));
  }

  /**
   * The superblocks and volumes that were found damaged, and left outside circulation, since the
   * allocator was opened.
   *
   * @return offsets from volume 0
   */
  public List<Long> damaged() {
    synchronized (damaged) {
      return List.copyOf(damaged);
    }
  }

  /**
   * Ends the ownership: the state is then as the original would have written it, and can be opened
   * again, here or there. Handles cannot be used any more. Memory stays with the caller; that of a
   * file is unmapped, so no thread may be in a call. Has no effect the second time.
   *
   * @throws CorruptDataException when damage was found where handles gave back what they kept: then
   *     it is UNCLEAN, as if its owner had died
   * @throws UncheckedIOException when the file cannot be closed
   */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      boolean released = false;
      try {
        release();
        released = true;
      } finally {
        closeFile(released);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  /** Damage was found when it is not released: then the file stays that of a dead owner. */
  private void closeFile(boolean released) throws IOException {
    if (file != null) {
      View last = view;
      view = View.none().closed();
      if (released) {
        file.close(last);
      } else {
        file.abandon();
      }
    }
  }

  private void release() {
    if (open) {
      try {
        caches.close();
      } finally {
        open = false;
        view = view.closed();
      }
      for (int c = 0; c < geometry.classCount(); c++) {
        long stack = StateLayout.inactiveStack(c);
        Mem.putLong(
            state, stack, InactiveStack.normalise(geometry, Mem.getLongAcquire(state, stack)));
      }
      StateLayout.mark(state, StateLayout.MARK_CLOSED);
    }
  }

  /** The memory that a superblock lies in. Called after its offset was read. */
  View viewOf(long superblock) {
    View view = this.view;
    if (!view.has(geometry, superblock)) {
      throw damage(superblock, "a superblock in one of the volumes", hex(superblock));
    }
    return view;
  }

  /** Makes storage for an object of the last class; false when there is none. */
  boolean back(long object) {
    return file == null || file.backObject(object);
  }

  CorruptDataException damage(long offset, String expected, String found) {
    synchronized (damaged) {
      damaged.add(offset);
    }
    return new CorruptDataException("groove volume", Math.max(0, offset), expected, found);
  }

  CorruptDataException damageOfVolume(long offset, long expected, long found) {
    return damage(offset, hex(expected), hex(found));
  }

  CorruptDataException damageOfSuperblock(MemorySegment volumes, long superblock, int sizeClass) {
    return damage(
        superblock,
        "a superblock of class " + sizeClass + " with free objects",
        hex(ObjectHeader.word(volumes, superblock))
            + " with free bits "
            + hex(ObjectHeader.free(volumes, superblock)));
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
