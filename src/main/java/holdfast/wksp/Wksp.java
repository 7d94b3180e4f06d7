package holdfast.wksp;

import holdfast.CorruptDataException;
import holdfast.Structure;
import holdfast.internal.Bits;
import holdfast.internal.Check;
import holdfast.internal.Disk;
import holdfast.internal.Failures;
import holdfast.internal.MapFault;
import holdfast.internal.Mem;
import holdfast.internal.OsDisk;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * A workspace: one region of memory, dealt out in partitions that bear tags.
 *
 * <pre>{@code
 * long size = Wksp.footprint(1024, 1 << 20);
 * try (Wksp wksp = Wksp.create(arena.allocate(size, 4096), "cache", 1, 1024, 1 << 20)) {
 *   long gaddr = wksp.alloc(64, 1000, 7);             // 1000 bytes, aligned to 64, tag 7
 *   MemorySegment mine = wksp.segment(gaddr);
 *   wksp.free(gaddr);                                 // or wksp.tagFree(7)
 * }
 * }</pre>
 *
 * <p>A place in a region is named by its <b>gaddr</b>, the offset from the start of the region,
 * which stays true in another process, in a file, and after a restore. Partitions are best fit,
 * exactly as large as asked for; each allocation takes one to three of the {@code partMax} records.
 * Layout, algorithms and addresses are those of the original in C: both may share a mapped region.
 *
 * <p><b>Threads.</b> All methods may be called by any thread, virtual ones, too, and by any
 * process: each holds the lock of the region, which is not reentrant. When a process dies in the
 * middle of an operation, the next one to lock notices, and repairs the workspace: an operation
 * that had returned is there, one that had not may be. See {@link #recoveries}.
 *
 * <p><b>Memory.</b> The region belongs to whoever made it: the caller, who gave a segment, or this
 * object, which mapped a file. The bytes of allocations are not cleared, and stores into them are
 * not watched.
 *
 * <p><b>Damage.</b> Every method that finds the table damaged throws {@link CorruptDataException}
 * before it leaves the region or loops; {@link #verify} looks for damage, {@link #rebuild(int)}
 * repairs what can be repaired. A mapped file that somebody cuts ends the object with an {@link
 * UncheckedIOException}; it has to be opened again.
 *
 * <pre>{@code
 *        a page of the map is gone
 * OPEN ----------------------------> FAILED
 *   |                                  |    close()
 *   +----------------------------------+------------> CLOSED    methods of both throw
 * }</pre>
 */
public final class Wksp implements Closeable {
  /** The address of nothing. */
  public static final long GADDR_NULL = 0;

  /** The alignment that 0 stands for, in bytes. */
  public static final long ALIGN_DEFAULT = 4096;

  /** Most partitions that a workspace can have. */
  public static final long PART_MAX = WkspGeometry.PART_MAX;

  /** How often a read-only view looks again while somebody changes the region. */
  private static final int LOOKS_MAX = 50;

  private static final long LOOK_PAUSE_NANOS = 1_000_000;

  /** What became of the object. */
  private enum State {
    OPEN,
    FAILED,
    CLOSED
  }

  private final Region region;
  private final MemorySegment mem;
  private final WkspFile file;
  private final OwnerLock owner;
  private final WkspOptions options;
  private final List<WkspParticipant> participants = new CopyOnWriteArrayList<>();

  /** Guarded by itself. */
  private final List<WkspRecovery> recoveries = new ArrayList<>();

  /** Written under the lock, or by a thread whose map is gone. */
  private volatile State state = State.OPEN;

  /** How often a read-only view looks at most. */
  private int looksMax = LOOKS_MAX;

  /** {@code file} is null for a region in memory; {@code owner} is null for a read-only view. */
  private Wksp(Region region, WkspFile file, OwnerLock owner, WkspOptions options) {
    this.region = region;
    this.mem = region.mem;
    this.file = file;
    this.owner = owner;
    this.options = options;
  }

  // Sizes.

  /**
   * How large a region has to be.
   *
   * @param partMax how many partitions it can have, 1 to {@link #PART_MAX}
   * @param dataMax bytes for all of them together, at least 1
   * @return bytes; 0 when there can be no such region
   */
  public static long footprint(long partMax, long dataMax) {
    return WkspGeometry.footprint(partMax, dataMax);
  }

  /**
   * How many partitions to plan for.
   *
   * @param footprint bytes of the region
   * @param typical bytes of a typical allocation
   * @return so many that the region is full when all have that size; 0 when there is no answer
   */
  public static long partMaxEstimate(long footprint, long typical) {
    return WkspGeometry.partMaxEstimate(footprint, typical);
  }

  /**
   * How many data bytes a region has room for.
   *
   * @param footprint bytes of the region
   * @param partMax how many partitions it can have
   * @return bytes; 0 when there is no room
   */
  public static long dataMaxEstimate(long footprint, long partMax) {
    return WkspGeometry.dataMaxEstimate(footprint, partMax);
  }

  /**
   * Whether a workspace can have this name: 1 to 39 of {@code A-Z a-z 0-9 _ - .}, the first a
   * letter or a digit.
   *
   * @param name any text
   * @return whether it can
   */
  public static boolean isValidName(String name) {
    return WkspName.isValid(name);
  }

  // Making and joining.

  /**
   * Makes a workspace in memory. What was there is lost, but the data bytes are not cleared.
   *
   * @param region where; native memory aligned to 128, or a {@code long[]}. To be aligned in memory
   *     as in gaddr, it has to begin at a multiple of the largest alignment that will be used
   * @param name see {@link #isValidName}
   * @param seed what the shape of the trees is drawn from; any
   * @param partMax how many partitions it can have, 1 to {@link #PART_MAX}
   * @param dataMax bytes for all of them, at least 1; {@link #footprint} tells what both need
   * @return the workspace; the memory stays the caller's, and has to outlive it
   * @throws IllegalArgumentException when an argument is not as described
   */
  public static Wksp create(
      MemorySegment region, String name, int seed, long partMax, long dataMax) {
    requireRegion(region);
    Region made = WkspInit.create(region, name, seed, partMax, dataMax);
    WkspOptions options = WkspOptions.DEFAULT;
    return new Wksp(made, null, OwnerLock.of(region, options.recovery()), options);
  }

  /**
   * Joins a workspace in memory with the default options.
   *
   * @param region begins with it, may be longer
   * @return the workspace; the memory stays the caller's, and has to outlive it
   * @throws CorruptDataException when there is none, or it cannot be repaired
   */
  public static Wksp join(MemorySegment region) {
    return join(region, WkspOptions.DEFAULT);
  }

  /**
   * Joins a workspace in memory. A file that is joined more than once in a JVM must be opened by
   * its name instead, unless the caller maps it only once.
   *
   * @param region begins with it, may be longer
   * @param options how
   * @return the workspace; the memory stays the caller's, and has to outlive it
   * @throws CorruptDataException when there is none, or it cannot be repaired
   */
  public static Wksp join(MemorySegment region, WkspOptions options) {
    requireRegion(region);
    Objects.requireNonNull(options, "options");
    OwnerLock owner = OwnerLock.of(region, options.recovery());
    Wksp wksp = new Wksp(Region.of(region), null, owner, options);
    wksp.recover();
    return wksp;
  }

  private static void requireRegion(MemorySegment region) {
    Check.writable(region);
    boolean aligned =
        region.isNative()
            ? Bits.isAligned(region.address(), WkspGeometry.ALIGN)
            : region.heapBase().orElse(null) instanceof long[]
                && Bits.isAligned(region.address(), Long.BYTES);
    if (!aligned) {
      throw new IllegalArgumentException(
          "a region must be aligned to " + WkspGeometry.ALIGN + " bytes, or be a long[]");
    }
  }

  /**
   * Makes a workspace in a file, whose size is its footprint and never changes. It appears under
   * its name complete and durable, with storage for all its bytes, or not at all.
   *
   * @param file must not exist
   * @param name see {@link #isValidName}
   * @param seed what the shape of the trees is drawn from; any
   * @param partMax how many partitions it can have, 1 to {@link #PART_MAX}
   * @param dataMax bytes for all of them, at least 1
   * @return the workspace, mapped until {@link #close}
   * @throws java.nio.file.FileAlreadyExistsException when the file is there already
   * @throws IOException when the file cannot be made, or there is no room for it
   */
  public static Wksp create(Path file, String name, int seed, long partMax, long dataMax)
      throws IOException {
    return create(OsDisk.INSTANCE, file, name, seed, partMax, dataMax);
  }

  static Wksp create(Disk disk, Path file, String name, int seed, long partMax, long dataMax)
      throws IOException {
    WkspFile.create(disk, file, name, seed, partMax, dataMax);
    return open(disk, file, WkspOptions.DEFAULT);
  }

  /**
   * Joins a workspace in a file with the default options.
   *
   * @param file begins with it, may be longer
   * @return the workspace, mapped until {@link #close}
   * @throws CorruptDataException when there is none, or it cannot be repaired
   * @throws IOException when the file cannot be opened or mapped
   */
  public static Wksp open(Path file) throws IOException {
    return open(file, WkspOptions.DEFAULT);
  }

  /**
   * Joins a workspace in a file, as often as wanted, in any number of processes.
   *
   * @param file begins with it, may be longer
   * @param options how
   * @return the workspace, mapped until {@link #close}
   * @throws CorruptDataException when there is none, or it cannot be repaired
   * @throws IOException when the file cannot be opened or mapped
   */
  public static Wksp open(Path file, WkspOptions options) throws IOException {
    return open(OsDisk.INSTANCE, file, options);
  }

  static Wksp open(Disk disk, Path path, WkspOptions options) throws IOException {
    Objects.requireNonNull(options, "options");
    WkspFile file = WkspFile.open(disk, path, true);
    try {
      OwnerLock owner = OwnerLock.of(file.key(), file.mem(), options.recovery());
      Wksp wksp = new Wksp(file.region(), file, owner, options);
      wksp.recover();
      return wksp;
    } catch (UncheckedIOException e) {
      file.close();
      throw e.getCause();
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Looks at a workspace in a file without the lock and without a single store. Only the methods
   * that look work; while others change the workspace they look again, a limited number of times,
   * and in the end may throw {@link CorruptDataException} for a sound workspace that never rests.
   *
   * @param file begins with a workspace, may be longer
   * @return the workspace, mapped until {@link #close}
   * @throws CorruptDataException when there is none
   * @throws IOException when the file cannot be opened or mapped
   */
  public static Wksp openReadOnly(Path file) throws IOException {
    return openReadOnly(OsDisk.INSTANCE, file);
  }

  static Wksp openReadOnly(Disk disk, Path path) throws IOException {
    WkspFile file = WkspFile.open(disk, path, false);
    try {
      return new Wksp(file.region(), file, null, WkspOptions.DEFAULT);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Whether a file that begins so is a workspace, or a checkpoint of one: both begin with the same
   * eight bytes, and {@link WkspRestore#isCheckpt} tells them apart.
   *
   * @param head its first bytes, 8 or more if there are so many
   * @return whether it is worth an attempt to open it
   */
  public static boolean isWksp(byte[] head) {
    return head.length >= Long.BYTES
        && Mem.getLong(MemorySegment.ofArray(head), WkspHeader.MAGIC_OFFSET) == WkspHeader.MAGIC;
  }

  /**
   * The parts of a workspace in a file, which is only looked at, see {@link #openReadOnly}.
   *
   * @param file begins with it, may be longer
   * @return header, records and partitions; of many partitions the first ones
   * @throws CorruptDataException when there is none, or its list of partitions is damaged
   * @throws IOException when the file cannot be opened or mapped
   */
  public static Structure inspect(Path file) throws IOException {
    try (Wksp wksp = openReadOnly(file)) {
      return wksp.look(() -> WkspStructure.of(wksp.region));
    }
  }

  // What it is.

  /**
   * Its name.
   *
   * @return as given when it was made
   */
  public String name() {
    requireOpen();
    String name = WkspName.read(mem, WkspHeader.NAME_OFFSET);
    if (name == null) {
      throw Region.damage(WkspHeader.NAME_OFFSET, "a name of 1 to 39 allowed characters", "none");
    }
    return name;
  }

  /**
   * What the shape of the trees is drawn from.
   *
   * @return as given when it was made, rebuilt or reset
   */
  public int seed() {
    requireOpen();
    return WkspHeader.seed(mem);
  }

  /**
   * How many partitions it can have.
   *
   * @return as given when it was made
   */
  public long partMax() {
    return region.partMax;
  }

  /**
   * How many data bytes it has.
   *
   * @return as given when it was made
   */
  public long dataMax() {
    return region.gaddrHi - region.gaddrLo;
  }

  /**
   * Where the data begins.
   *
   * @return the lowest address of data
   */
  public long gaddrLo() {
    return region.gaddrLo;
  }

  /**
   * Where the data ends.
   *
   * @return one more than the highest address of data
   */
  public long gaddrHi() {
    return region.gaddrHi;
  }

  /**
   * Whether it was opened for looking only.
   *
   * @return whether all methods that change it throw
   */
  public boolean isReadOnly() {
    return owner == null;
  }

  // Allocations.

  /**
   * Allocates. The smallest free partition that has {@code size + align - 1} bytes is taken,
   * whatever its own alignment.
   *
   * @param align a power of two, or 0 for {@link #ALIGN_DEFAULT}; the gaddr is a multiple of it
   * @param size bytes, at least 0
   * @param tag whose it is, any 64 bits but 0
   * @return the address of the first byte; {@link #GADDR_NULL}, with nothing changed, when there is
   *     no such free partition, when there is no record left for the rest of it, or when the size
   *     is 0
   * @throws IllegalArgumentException when an argument is not as described
   */
  public long alloc(long align, long size, long tag) {
    requireAlloc(align, size, tag);
    if (size == 0) {
      return GADDR_NULL;
    }
    lock();
    try {
      begin();
      int i = Partitions.alloc(region, align == 0 ? ALIGN_DEFAULT : align, size, tag);
      long gaddr = i == Pinfo.NULL ? GADDR_NULL : Pinfo.lo(mem, Pinfo.at(i));
      unlock();
      return gaddr;
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /**
   * Allocates, and tells the exact range, which today is never larger than asked for.
   *
   * @param align as of {@link #alloc}
   * @param size as of {@link #alloc}
   * @param tag as of {@link #alloc}
   * @return the partition; null when {@link #alloc} would return {@link #GADDR_NULL}
   */
  public Partition allocAtLeast(long align, long size, long tag) {
    long gaddr = alloc(align, size, tag);
    return gaddr == GADDR_NULL ? null : new Partition(gaddr, gaddr + size, tag);
  }

  private static void requireAlloc(long align, long size, long tag) {
    if (align != 0 && !Bits.isPowerOfTwo(align)) {
      throw new IllegalArgumentException("align must be a power of two: " + align);
    }
    if (size < 0) {
      throw new IllegalArgumentException("size must be at least 0: " + size);
    }
    if (tag == 0) {
      throw new IllegalArgumentException("tag must not be 0");
    }
  }

  /**
   * Frees an allocation.
   *
   * @param gaddr any address inside it
   * @return whether there was one
   */
  public boolean free(long gaddr) {
    lock();
    try {
      int i = UsedTreap.find(region, gaddr);
      if (i != Pinfo.NULL) {
        begin();
        Partitions.free(region, i);
      }
      unlock();
      return i != Pinfo.NULL;
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /**
   * Frees all allocations with a tag, the highest address first.
   *
   * @param tags which; 0 is ignored
   * @return how many there were
   */
  public long tagFree(long... tags) {
    long[] set = TagSet.of(tags);
    lock();
    try {
      begin();
      long count = PartList.free(region, set);
      unlock();
      return count;
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /**
   * Stores the same byte everywhere in an allocation.
   *
   * @param gaddr any address inside it
   * @param value what to store
   * @return whether there was one
   */
  public boolean memset(long gaddr, byte value) {
    lock();
    try {
      int i = UsedTreap.find(region, gaddr);
      if (i != Pinfo.NULL) {
        long at = Pinfo.at(i);
        Mem.fill(mem, Pinfo.lo(mem, at), Pinfo.size(mem, at), value);
      }
      unlock();
      return i != Pinfo.NULL;
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /**
   * Frees everything and draws new shapes of the trees.
   *
   * @param seed what they are drawn from
   */
  public void reset(int seed) {
    lock();
    try {
      begin();
      clearTags();
      Rebuild.run(region, seed);
      unlock();
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /** Frees everything the hard way: lists and trees have to be rebuilt. The caller has the lock. */
  void clearTags() {
    for (long i = 0; i < region.partMax; i++) {
      Pinfo.tag(mem, Pinfo.at((int) i), 0);
    }
  }

  // Looking.

  /**
   * Whose an address is.
   *
   * @param gaddr any address
   * @return the tag of the allocation that contains it; 0 when none does
   */
  public long tag(long gaddr) {
    if (owner == null) {
      return look(() -> tagNow(gaddr));
    }
    lock();
    try {
      long tag = tagNow(gaddr);
      unlock();
      return tag;
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  private long tagNow(long gaddr) {
    int i = UsedTreap.find(region, gaddr);
    return i == Pinfo.NULL ? 0 : Pinfo.tag(mem, Pinfo.at(i));
  }

  /**
   * The allocation that contains an address.
   *
   * @param gaddr any address
   * @return a copy of its description; null when there is none
   */
  public Partition find(long gaddr) {
    return query(
        () -> {
          int i = UsedTreap.find(region, gaddr);
          return i == Pinfo.NULL ? null : PartList.copy(region, i);
        });
  }

  /**
   * The memory of an allocation, from its first byte to its last.
   *
   * @param gaddr any address inside it
   * @return a view, valid while the region is; null when there is no such allocation
   */
  public MemorySegment segment(long gaddr) {
    Partition found = find(gaddr);
    return found == null ? null : mem.asSlice(found.gaddrLo(), found.size());
  }

  /**
   * A view of a range of data, without a look at whose it is: a cheap way from a gaddr to memory.
   *
   * @param gaddr address of the first byte
   * @param size bytes, at least 0
   * @return a view, valid while the region is
   * @throws IndexOutOfBoundsException when it is not wholly inside the data
   */
  public MemorySegment slice(long gaddr, long size) {
    requireOpen();
    Objects.checkFromIndexSize(gaddr - region.gaddrLo, size, region.gaddrHi - region.gaddrLo);
    return mem.asSlice(gaddr, size);
  }

  /**
   * The memory of the whole region, in which an offset is a gaddr: for structures that are made of
   * several allocations and follow addresses of their own.
   *
   * @return a view, valid while the region is; what lies outside of the caller's allocations must
   *     not be changed through it
   */
  public MemorySegment memory() {
    requireOpen();
    return mem;
  }

  /**
   * Counts the partitions that have one of several tags, without garbage.
   *
   * @param tags which; 0 stands for free partitions
   * @return how many there are
   */
  public long tagCount(long... tags) {
    long[] set = TagSet.of(tags);
    if (owner == null) {
      return look(() -> PartList.query(region, set, 0, null));
    }
    lock();
    try {
      long count = PartList.query(region, set, 0, null);
      unlock();
      return count;
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /**
   * Finds the partitions that have one of several tags, by ascending address.
   *
   * @param max how many to return at most
   * @param tags which; 0 stands for free partitions
   * @return copies of their descriptions
   */
  public List<Partition> tagQuery(int max, long... tags) {
    Check.range(max, 0, Integer.MAX_VALUE, "max");
    long[] set = TagSet.of(tags);
    return query(
        () -> {
          List<Partition> found = new ArrayList<>();
          PartList.query(region, set, max, found);
          return found;
        });
  }

  /**
   * All partitions, free ones included, by ascending address.
   *
   * @return copies of their descriptions
   */
  public List<Partition> partitions() {
    return query(() -> PartList.all(region));
  }

  /**
   * How full it is.
   *
   * @param tags whose partitions to add up apart; 0 stands for free ones
   * @return a copy of the sums
   */
  public WkspUsage usage(long... tags) {
    long[] set = TagSet.of(tags);
    return query(() -> PartList.usage(region, set));
  }

  /**
   * Walks everything and trusts nothing.
   *
   * @throws CorruptDataException at the first broken rule
   */
  public void verify() {
    query(
        () -> {
          Verifier.run(region);
          return null;
        });
  }

  // Repair.

  /**
   * Builds lists and trees anew from the ranges and tags of the allocations.
   *
   * @param seed what the shape of the trees is drawn from
   * @throws CorruptDataException when allocations overlap, leave the data, or leave too few records
   *     for the gaps between them: then only {@link #reset} helps
   */
  public void rebuild(int seed) {
    lock();
    try {
      begin();
      Rebuild.run(region, seed);
      unlock();
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /**
   * What was done through this object because an owner of the lock had died.
   *
   * @return the cases in their order, since it was joined; empty when nothing was
   */
  public List<WkspRecovery> recoveries() {
    synchronized (recoveries) {
      return List.copyOf(recoveries);
    }
  }

  /**
   * Names the process that holds the lock.
   *
   * @return its id; 0 while the workspace is being made; -1 when nobody does
   */
  public long lockOwner() {
    requireOpen();
    return OwnerLock.owner(mem);
  }

  // Checkpoints.

  /**
   * Has a structure stop its changes while a checkpoint is made through this object.
   *
   * @param participant asked after those registered before it
   */
  public void register(WkspParticipant participant) {
    participants.add(Objects.requireNonNull(participant, "participant"));
  }

  /**
   * Undoes {@link #register}, once.
   *
   * @param participant no longer asked
   * @return whether it was registered
   */
  public boolean unregister(WkspParticipant participant) {
    return participants.remove(participant);
  }

  /**
   * Stops all participants, in order.
   *
   * @return those stopped, to be given to {@link #resume}
   * @throws IOException when one refuses; those before it run again
   */
  List<WkspParticipant> quiesce() throws IOException {
    List<WkspParticipant> stopped = new ArrayList<>();
    try {
      for (WkspParticipant participant : participants) {
        participant.quiesce();
        stopped.add(participant);
      }
    } catch (IOException | RuntimeException | Error e) {
      try {
        resume(stopped);
      } catch (RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
    return stopped;
  }

  /** Lets participants run again, in reverse order, all of them whatever one of them throws. */
  static void resume(List<WkspParticipant> stopped) {
    RuntimeException first = null;
    for (WkspParticipant participant : stopped.reversed()) {
      try {
        participant.resume();
      } catch (RuntimeException e) {
        first = Failures.first(first, e);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  // The lock. What is between lock and unlock must be caught by cutShort.

  /** The region, for those who have the lock. */
  Region region() {
    return region;
  }

  /**
   * Takes the lock.
   *
   * @throws WkspLockedException when it takes too long
   * @throws CorruptDataException when it was taken over from the dead, and their work is beyond
   *     repair
   */
  void lock() {
    try {
      if (owner == null) {
        throw new IllegalStateException("the workspace is read-only");
      }
      if (!OwnerLock.tryAcquire(mem)) {
        lockSlowly();
      }
    } catch (InternalError e) {
      throw failed(e);
    }
    if (state != State.OPEN) {
      unlock();
      throw notOpen();
    }
  }

  private void lockSlowly() {
    requireOpen();
    long dead = owner.acquire(mem, options);
    if (dead != WkspHeader.UNLOCKED) {
      repair(dead);
    }
  }

  /** Looks at what a dead owner left. We have the lock. */
  private void repair(long dead) {
    String damage = "";
    try {
      try {
        Verifier.run(region);
      } catch (CorruptDataException e) {
        damage = e.getMessage();
        begin();
        Rebuild.run(region, WkspHeader.seed(mem));
      }
    } catch (Throwable e) {
      owner.putBack(mem, dead);
      throw e;
    }
    synchronized (recoveries) {
      recoveries.add(new WkspRecovery(dead, damage));
    }
  }

  /** Takes the lock over now, if its owner is dead. */
  private void recover() {
    if (!owner.isOrphaned(mem, options.recovery())) {
      return;
    }
    lock();
    try {
      unlock();
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /** Gives the lock up. */
  void unlock() {
    OwnerLock.release(mem);
  }

  /** Tells those who look without the lock that what they see may change from here on. */
  void begin() {
    // The field is scratch of the original, which only ever adds to it, too.
    Mem.putLong(mem, WkspHeader.CYCLE_OFFSET, WkspHeader.cycle(mem) + 1);
  }

  /**
   * Ends an operation that threw while it had the lock. Damage that was found is reported, and the
   * lock given up. After anything else the operation is half done: the lock is left behind, and the
   * next one repairs.
   *
   * @return what to throw
   */
  RuntimeException cutShort(Throwable e) {
    if (e instanceof CorruptDataException damage) {
      unlock();
      return damage;
    }
    owner.leave();
    if (e instanceof InternalError fault) {
      return failed(fault);
    }
    if (e instanceof Error error) {
      throw error;
    }
    return (RuntimeException) e;
  }

  private UncheckedIOException failed(InternalError fault) {
    IOException translated = MapFault.of(path(), fault);
    state = State.FAILED;
    return new UncheckedIOException(translated);
  }

  private Path path() {
    return file == null ? Path.of("region") : file.path();
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw notOpen();
    }
  }

  private IllegalStateException notOpen() {
    return new IllegalStateException(
        state == State.CLOSED
            ? "the workspace is closed"
            : "the workspace lost a page of its file; open it again");
  }

  /** An answer from the table. */
  private interface Query<T> {
    T run();
  }

  /** Asks with the lock, or without it where there is none. */
  private <T> T query(Query<T> query) {
    if (owner == null) {
      return look(query);
    }
    lock();
    try {
      T answer = query.run();
      unlock();
      return answer;
    } catch (Throwable e) {
      throw cutShort(e);
    }
  }

  /** For tests: a read-only view looks as often as it takes. */
  Wksp patient() {
    looksMax = Integer.MAX_VALUE;
    return this;
  }

  /** Asks without the lock, until nothing has changed meanwhile. */
  private <T> T look(Query<T> query) {
    requireOpen();
    try {
      for (int looks = 1; ; looks++) {
        long before = Mem.getLongVolatile(mem, WkspHeader.CYCLE_OFFSET);
        boolean calm = OwnerLock.owner(mem) == WkspHeader.UNLOCKED;
        T answer = null;
        CorruptDataException damage = null;
        try {
          answer = query.run();
        } catch (CorruptDataException e) {
          damage = e;
        }
        // What the query read was read before what follows; pairs with the CAS of the next owner,
        // which comes before its stores.
        Mem.loadFence();
        calm &= OwnerLock.owner(mem) == WkspHeader.UNLOCKED;
        calm &= Mem.getLongVolatile(mem, WkspHeader.CYCLE_OFFSET) == before;
        if (calm || looks == looksMax) {
          if (damage != null) {
            throw damage;
          }
          return answer;
        }
        LockSupport.parkNanos(LOOK_PAUSE_NANOS);
      }
    } catch (InternalError e) {
      throw failed(e);
    }
  }

  /**
   * Leaves the workspace. A mapped file is unmapped; memory that the caller gave stays as it is.
   * Has no effect the second time.
   *
   * @throws WkspLockedException when somebody holds the lock for too long; the workspace stays
   *     open, and can be closed later
   * @throws IOException when a mapped file cannot be closed
   */
  @Override
  public void close() throws IOException {
    if (state == State.CLOSED) {
      return;
    }
    if (owner == null || state == State.FAILED) {
      state = State.CLOSED;
      if (file != null) {
        file.close();
      }
      return;
    }
    try {
      lock();
    } catch (CorruptDataException e) {
      // Left by the dead and beyond repair: it stays theirs.
      state = State.CLOSED;
      closeFile(false);
      return;
    }
    state = State.CLOSED;
    if (file == null) {
      unlock();
    } else {
      closeFile(true);
    }
  }

  /** The lock is given up after the map is gone, when no other thread can be in it any more. */
  private void closeFile(boolean locked) throws IOException {
    if (file == null) {
      return;
    }
    if (locked) {
      file.unmapAndUnlock();
    }
    file.close();
  }
}
