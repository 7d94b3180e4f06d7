package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.groove.Groove;
import holdfast.groove.GrooveGeometry;
import holdfast.groove.GrooveHandle;
import holdfast.groove.GrooveObject;
import holdfast.groove.GrooveVolume;
import holdfast.internal.Bits;
import holdfast.internal.Check;
import holdfast.internal.Mem;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory of the values of a store: a groove whose volumes are allocations of the workspace, and
 * for what is too large for the groove the workspace itself.
 *
 * <pre>{@code
 * workspace   | .. | state | volume | volume | .. | direct value | .. | volume |
 *               tag   T+4     T+5      T+5              T+6              T+5
 *
 * volume 0 of the groove is the start of the workspace, so its offsets are gaddrs
 *
 * place of a value   gaddr, a multiple of 16 | bit 0: DIRECT
 * object of tag 1    a value        object of tag 2    an accumulator of 2048 bytes
 *
 *          create, open                 quiesce
 * (none) ---------------> OPEN -------------------------> CLOSED    the memory is complete
 *                           ^        resume, or close        |
 *                           +--------------------------------+
 * }</pre>
 *
 * <p><b>No room.</b> In this order: another try under the grow lock, one volume more as often as
 * the workspace has one, and at last, with all handles stopped, what the groove can gather. For a
 * direct value: empty volumes go back to the workspace. What is full after that is full.
 *
 * <p><b>Threads.</b> {@link #alloc}, {@link #free} and the like may be called by any thread at any
 * time; they go through one of a few handles, each for one thread at a time, none bound to one. No
 * call of these makes garbage unless memory has run out. Locks: grow, then handle, then those of
 * groove and workspace; nobody waits for grow while having a handle.
 */
final class Values {
  /** What the methods that allocate return when there is no room; nothing changed. */
  static final long FULL = -1;

  /** In a place: the value is an allocation of the workspace. */
  static final long DIRECT = 1;

  /** Bytes of an accumulator. */
  static final long ACCUMULATOR_SIZE = Lattice16.SIZE;

  /** Most handles that a store can have. */
  static final int HANDLES_MAX = 32;

  private static final String FORMAT = "record store values";

  // Tags of the workspace, from the base tag of the store.
  static final long STATE_TAG = 4;
  static final long VOLUME_TAG = 5;
  static final long DIRECT_TAG = 6;

  // Tags of the groove.
  static final long VALUE_TAG = 1;
  static final long ACCUMULATOR_TAG = 2;

  private static final long STATE_ALIGN = 128;
  private static final long DIRECT_ALIGN = 64;
  private static final int OBJECT_ALIGN = 16;

  /** Bytes of an object of the groove that are its header. */
  static final long OBJECT_HEADER = 16;

  private static final int VOLUME_LOG2_MIN = 20;
  private static final int VOLUME_LOG2_MAX = 26;

  /** Ints between two locks, so that no two lie in one cache line. */
  private static final int STRIDE = 16;

  /** How often a thread looks at all handles before it lets others run. */
  private static final int LOOKS_MAX = 64;

  private static final long PAUSE_NANOS = 20_000;

  private final Wksp wksp;
  private final long baseTag;

  /** Written into every volume, so that none of another store is ever taken for ours. */
  private final byte[] info;

  private final GrooveGeometry geometry;
  private final long sizeMax;
  private final int volumeLog2;
  private final long grooveState;

  /** Up to the end of the data: gaddrs are offsets. */
  private final MemorySegment memory;

  /** Changes only while all handles are locked. */
  private volatile Groove groove;

  /** Handle i is used by who has lock i. */
  private final GrooveHandle[] handles;

  private final AtomicIntegerArray locks;
  private final ReentrantLock grow = new ReentrantLock();

  /** Allocated as volumes, but not made ones when the owner died. Guarded by the grow lock. */
  private final List<Long> strays = new ArrayList<>();

  private Values(
      Wksp wksp, long baseTag, long id, GrooveGeometry geometry, long grooveState, int handles) {
    this.wksp = wksp;
    this.baseTag = baseTag;
    info = new byte[Long.BYTES];
    Mem.putLong(MemorySegment.ofArray(info), 0, id);
    this.geometry = geometry;
    this.grooveState = grooveState;
    Check.range(handles, 1, HANDLES_MAX, "handles");
    if (!Bits.isPowerOfTwo(handles)) {
      throw new IllegalArgumentException("handles must be a power of two: " + handles);
    }
    sizeMax = geometry.sizeMax(OBJECT_ALIGN);
    volumeLog2 = Long.numberOfTrailingZeros(geometry.volumeSize());
    memory = wksp.memory().asSlice(0, wksp.gaddrHi());
    this.handles = new GrooveHandle[handles];
    locks = new AtomicIntegerArray(handles * STRIDE);
  }

  /** The volume size that is taken when nobody says another one, by the data bytes there are. */
  static int defaultVolumeLog2(long dataMax) {
    int log2 = 63 - Long.numberOfLeadingZeros(Math.max(1, dataMax >>> 6));
    return Math.clamp(log2, VOLUME_LOG2_MIN, VOLUME_LOG2_MAX);
  }

  /** How many handles are taken when nobody says another number: enough for the processors. */
  static int defaultHandles() {
    int processors = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, HANDLES_MAX);
    return 1 << (Integer.SIZE - Integer.numberOfLeadingZeros(processors - 1));
  }

  private static GrooveGeometry geometry(int blockLog2, int volumeLog2) {
    Check.range(blockLog2, 6, 9, "log2 of the block");
    Check.range(volumeLog2, VOLUME_LOG2_MIN, 30, "log2 of the volume");
    return GrooveGeometry.compact(1 << blockLog2, 1L << volumeLog2);
  }

  /**
   * Makes the memory of a new store, without a volume yet.
   *
   * @param baseTag whose allocations they are: T
   * @param id random, of the store
   * @param blockLog2 of the groove, 6 to 9
   * @param volumeLog2 of the groove, 20 to 30
   * @param handles how many threads can allocate at a time, a power of two up to 32
   * @return null when the workspace has no room for the state; nothing changed
   */
  static Values create(
      Wksp wksp, long baseTag, long id, int blockLog2, int volumeLog2, int handles) {
    GrooveGeometry geometry = geometry(blockLog2, volumeLog2);
    long state = wksp.alloc(STATE_ALIGN, geometry.stateSize(), baseTag + STATE_TAG);
    if (state == Wksp.GADDR_NULL) {
      return null;
    }
    Values values = new Values(wksp, baseTag, id, geometry, state, handles);
    values.use(Groove.create(geometry, values.state(), values.memory));
    return values;
  }

  /**
   * Opens the memory of a store.
   *
   * @param id as it was given when it was made
   * @param grooveState what {@link #grooveState} was
   * @param recover whether the last owner died; then what it was doing is undone or done
   * @throws CorruptDataException when state or volumes are not what the other arguments say, or are
   *     damaged; nothing changed
   */
  static Values open(
      Wksp wksp,
      long baseTag,
      long id,
      long grooveState,
      int blockLog2,
      int volumeLog2,
      int handles,
      boolean recover) {
    GrooveGeometry geometry = geometry(blockLog2, volumeLog2);
    Partition state = wksp.find(grooveState);
    if (state == null
        || state.gaddrLo() != grooveState
        || state.tag() != baseTag + STATE_TAG
        || state.size() < geometry.stateSize()) {
      throw corrupt(
          grooveState,
          geometry.stateSize() + " bytes with tag " + hex(baseTag + STATE_TAG),
          String.valueOf(state));
    }
    Values values = new Values(wksp, baseTag, id, geometry, grooveState, handles);
    if (recover) {
      long[] list = values.volumesWithoutStrays();
      values.use(Groove.recover(geometry, values.state(), values.memory, list, false));
    } else {
      long[] list = values.soundVolumes();
      values.use(Groove.open(geometry, values.state(), values.memory, list));
    }
    return values;
  }

  /** Nobody else is there yet, or all handles are locked. */
  private void use(Groove groove) {
    this.groove = groove;
    for (int i = 0; i < handles.length; i++) {
      handles[i] = groove.handle(i);
    }
  }

  private MemorySegment state() {
    return memory.asSlice(grooveState, geometry.stateSize());
  }

  /** The volumes that the workspace says we have. */
  private long[] volumes() {
    List<Partition> partitions = wksp.tagQuery(Integer.MAX_VALUE, baseTag + VOLUME_TAG);
    long[] list = new long[partitions.size()];
    for (int i = 0; i < list.length; i++) {
      Partition p = partitions.get(i);
      if (p.size() != geometry.volumeSize()
          || !Bits.isAligned(p.gaddrLo(), geometry.volumeSize())) {
        throw corrupt(
            p.gaddrLo(), "an aligned volume of " + geometry.volumeSize() + " bytes", p.toString());
      }
      list[i] = p.gaddrLo() >>> volumeLog2;
    }
    return list;
  }

  /** The same, all of which are volumes of this store. */
  private long[] soundVolumes() {
    long[] list = volumes();
    for (long index : list) {
      if (!isOurs(index)) {
        throw corrupt(index << volumeLog2, "a volume of this store", "another header");
      }
    }
    return list;
  }

  /**
   * The same without those that the dead owner was about to add, or had removed and was about to
   * free: they hold nothing. They become volumes again when one is needed; until then they are not
   * touched, because after all it might have been damage.
   */
  private long[] volumesWithoutStrays() {
    long[] list = volumes();
    int count = 0;
    for (long index : list) {
      if (isOurs(index)) {
        list[count++] = index;
      } else {
        strays.add(index);
      }
    }
    return Arrays.copyOf(list, count);
  }

  /** Memory that was just allocated may show a volume that another store had there. */
  private boolean isOurs(long index) {
    GrooveVolume volume = Groove.volumeAt(geometry, memory, index);
    return volume != null && volume.info().mismatch(MemorySegment.ofArray(info)) < 0;
  }

  /** Where the shared state of the groove is. */
  long grooveState() {
    return grooveState;
  }

  // Values.

  /**
   * Allocates memory for a value. What it holds is undefined.
   *
   * @param bytes digest and value, 0 to 2^32
   * @return its place, 0 for no bytes; or {@link #FULL}
   */
  long alloc(long bytes) {
    if (bytes == 0) {
      return 0;
    }
    return bytes > sizeMax ? allocDirect(capacity(bytes)) : allocObject(capacity(bytes), VALUE_TAG);
  }

  /** Bytes that an allocation has room for, by the bytes that it was made for. */
  long capacity(long bytes) {
    if (bytes == 0) {
      return 0;
    }
    return bytes > sizeMax
        ? Bits.alignUp(bytes, DIRECT_ALIGN)
        : geometry.footprint(geometry.sizeClass(OBJECT_ALIGN, bytes)) - OBJECT_HEADER;
  }

  /**
   * Frees a value.
   *
   * @param place what {@link #alloc} returned, and nobody else frees
   * @throws CorruptDataException when there is no value
   */
  void free(long place) {
    if (place == 0) {
      return;
    }
    if ((place & DIRECT) == 0) {
      freeObject(place);
    } else if (!wksp.free(place & -DIRECT_ALIGN)) {
      throw corrupt(place & -DIRECT_ALIGN, "a direct value", "nothing allocated");
    }
  }

  /**
   * Allocates an accumulator, all zero.
   *
   * @return its gaddr; or {@link #FULL}
   */
  long allocAccumulator() {
    long gaddr = allocObject(ACCUMULATOR_SIZE, ACCUMULATOR_TAG);
    if (gaddr != FULL) {
      for (long i = 0; i < ACCUMULATOR_SIZE; i += Long.BYTES) {
        Mem.putLong(memory, gaddr + i, 0);
      }
    }
    return gaddr;
  }

  /** Frees an accumulator. */
  void freeAccumulator(long gaddr) {
    freeObject(gaddr);
  }

  private long allocObject(long size, long tag) {
    long gaddr = tryAllocObject(size, tag);
    return gaddr == GrooveHandle.FULL ? allocHard(size, tag) : gaddr;
  }

  private long tryAllocObject(long size, long tag) {
    int handle = lockHandle();
    try {
      return handles[handle].alloc(OBJECT_ALIGN, size, tag);
    } finally {
      unlockHandle(handle);
    }
  }

  private void freeObject(long gaddr) {
    int handle = lockHandle();
    boolean freed;
    try {
      freed = handles[handle].free(gaddr);
    } finally {
      unlockHandle(handle);
    }
    if (!freed) {
      throw corrupt(gaddr, "a value or an accumulator", "nothing allocated");
    }
  }

  // No room.

  private long allocHard(long size, long tag) {
    grow.lock();
    try {
      long gaddr = tryAllocObject(size, tag);
      while (gaddr == GrooveHandle.FULL && addVolume()) {
        gaddr = tryAllocObject(size, tag);
      }
      return gaddr == GrooveHandle.FULL ? allocLast(size, tag) : gaddr;
    } finally {
      grow.unlock();
    }
  }

  /** With nobody else at work, so that nothing is hidden in a hand or a cache. */
  private long allocLast(long size, long tag) {
    lockAll();
    try {
      groove.flush();
      groove.compact();
      long gaddr = handles[0].alloc(OBJECT_ALIGN, size, tag);
      return gaddr == GrooveHandle.FULL ? FULL : gaddr;
    } finally {
      unlockAll();
    }
  }

  /** Adds a volume; false when the workspace has none. Called with the grow lock. */
  private boolean addVolume() {
    if (!strays.isEmpty()) {
      groove.addVolumes(strays.removeLast(), 1, info, true);
      return true;
    }
    long size = geometry.volumeSize();
    long gaddr = wksp.alloc(size, size, baseTag + VOLUME_TAG);
    if (gaddr == Wksp.GADDR_NULL) {
      return false;
    }
    groove.addVolumes(gaddr >>> volumeLog2, 1, info, true);
    return true;
  }

  private long allocDirect(long size) {
    long gaddr = wksp.alloc(DIRECT_ALIGN, size, baseTag + DIRECT_TAG);
    if (gaddr == Wksp.GADDR_NULL) {
      grow.lock();
      try {
        returnVolumes();
        gaddr = wksp.alloc(DIRECT_ALIGN, size, baseTag + DIRECT_TAG);
      } finally {
        grow.unlock();
      }
    }
    return gaddr == Wksp.GADDR_NULL ? FULL : gaddr | DIRECT;
  }

  /** Gives empty volumes to the workspace, and tells their bytes. Called with the grow lock. */
  private long returnVolumes() {
    lockAll();
    try {
      adoptStrays();
      groove.flush();
      groove.compact();
      long bytes = 0;
      long index = groove.removeVolume();
      while (index != Groove.EMPTY) {
        if (!wksp.free(index << volumeLog2)) {
          throw corrupt(index << volumeLog2, "a volume", "nothing allocated");
        }
        bytes += geometry.volumeSize();
        index = groove.removeVolume();
      }
      return bytes;
    } finally {
      unlockAll();
    }
  }

  private void adoptStrays() {
    while (!strays.isEmpty()) {
      groove.addVolumes(strays.removeLast(), 1, info, true);
    }
  }

  // Handles.

  /** Gets a handle that nobody uses, the thread's usual one if possible. */
  private int lockHandle() {
    int mask = handles.length - 1;
    int usual = (int) Thread.currentThread().threadId();
    for (int looks = 0; ; looks++) {
      for (int i = 0; i <= mask; i++) {
        int handle = usual + i & mask;
        if (tryLock(handle)) {
          return handle;
        }
      }
      pause(looks);
    }
  }

  /** A handle is in use for less than a microsecond, unless its user was interrupted. */
  private static void pause(int looks) {
    if (looks < LOOKS_MAX) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private boolean tryLock(int handle) {
    // Acquires what the last user did to the handle; pairs with unlockHandle.
    return locks.getOpaque(handle * STRIDE) == 0 && locks.compareAndSet(handle * STRIDE, 0, 1);
  }

  private void unlockHandle(int handle) {
    // Publishes what this thread did to the handle; pairs with tryLock.
    locks.setRelease(handle * STRIDE, 0);
  }

  /** Stops everybody. Called with the grow lock, so that two never do it at the same time. */
  private void lockAll() {
    for (int handle = 0; handle < handles.length; handle++) {
      for (int looks = 0; !tryLock(handle); looks++) {
        pause(looks);
      }
    }
  }

  private void unlockAll() {
    for (int handle = 0; handle < handles.length; handle++) {
      unlockHandle(handle);
    }
  }

  // As a whole.

  /**
   * Makes the memory of the workspace complete, as after a close. Until {@link #resume} nothing can
   * be allocated or freed: {@link IllegalStateException}.
   */
  void quiesce() {
    grow.lock();
    try {
      lockAll();
      try {
        adoptStrays();
        for (GrooveHandle handle : handles) {
          handle.close();
        }
        groove.close();
      } finally {
        unlockAll();
      }
    } finally {
      grow.unlock();
    }
  }

  /** Undoes {@link #quiesce}. */
  void resume() {
    grow.lock();
    try {
      lockAll();
      try {
        use(Groove.open(geometry, state(), memory, soundVolumes()));
      } finally {
        unlockAll();
      }
    } finally {
      grow.unlock();
    }
  }

  /** Ends the use of this object; the memory stays and can be opened again. */
  void close() {
    quiesce();
  }

  /**
   * Gives memory back to the workspace, as much as comes in whole volumes. Threads that allocate
   * meanwhile wait.
   *
   * @param zeroFree whether zeros are stored where no value is
   * @return bytes given back
   */
  long trim(boolean zeroFree) {
    grow.lock();
    try {
      long bytes = returnVolumes();
      if (zeroFree) {
        lockAll();
        try {
          groove.flush();
          groove.zeroFree();
        } finally {
          unlockAll();
        }
      }
      return bytes;
    } finally {
      grow.unlock();
    }
  }

  // Checks.

  /**
   * Whether there is a value at a place, as large as one made for so many bytes is. Nobody may
   * allocate or free meanwhile; for all values at once there is {@link #census}.
   *
   * @param place any number
   * @param bytes digest and value; or the capacity
   */
  boolean isSound(long place, long bytes) {
    if (bytes <= 0 || place <= 0) {
      return bytes == 0 && place == 0;
    }
    boolean direct = (place & DIRECT) != 0;
    if (direct != bytes > sizeMax) {
      return false;
    }
    if (direct) {
      Partition p = wksp.find(place - DIRECT);
      return p != null
          && p.gaddrLo() == place - DIRECT
          && p.tag() == baseTag + DIRECT_TAG
          && p.size() == capacity(bytes);
    }
    GrooveObject object = groove.find(place);
    return object != null && object.tag() == VALUE_TAG && object.size() == capacity(bytes);
  }

  /**
   * Checks the groove, and that it has exactly the volumes that the workspace has for it. Nobody
   * may allocate or free meanwhile.
   *
   * @throws CorruptDataException at the first broken rule
   */
  void verify() {
    grow.lock();
    try {
      lockAll();
      try {
        groove.flush();
        groove.verify();
      } finally {
        unlockAll();
      }
      Set<Long> known = new HashSet<>(strays);
      for (GrooveVolume volume : groove.volumes()) {
        known.add(volume.index());
      }
      for (long index : volumes()) {
        if (!known.remove(index)) {
          throw corrupt(index << volumeLog2, "a volume of the groove", "a volume of nobody");
        }
      }
      for (long index : known) {
        throw corrupt(
            index << volumeLog2, "a partition with tag " + hex(baseTag + VOLUME_TAG), "none");
      }
    } finally {
      grow.unlock();
    }
  }

  /**
   * Lists everything that is allocated, to be compared with everything that is needed. Nobody may
   * allocate or free until that is done.
   *
   * @throws CorruptDataException when an object of the groove is damaged, or has a tag of nobody
   */
  ValueCensus census() {
    grow.lock();
    try {
      lockAll();
      try {
        groove.flush();
      } finally {
        unlockAll();
      }
      return new ValueCensus(this, groove, wksp.tagQuery(Integer.MAX_VALUE, baseTag + DIRECT_TAG));
    } finally {
      grow.unlock();
    }
  }

  static CorruptDataException corrupt(long gaddr, String expected, String found) {
    return new CorruptDataException(FORMAT, Math.max(0, gaddr), expected, found);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
