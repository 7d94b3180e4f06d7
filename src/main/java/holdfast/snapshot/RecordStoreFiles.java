package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.Structure;
import holdfast.internal.Disk;
import holdfast.internal.MapFault;
import holdfast.internal.Mem;
import holdfast.internal.OsDisk;
import holdfast.wksp.Partition;
import holdfast.wksp.Wksp;
import holdfast.wksp.WkspCheckptPreview;
import holdfast.wksp.WkspOptions;
import holdfast.wksp.WkspRestore;
import holdfast.wksp.WkspRestoreOptions;
import holdfast.wksp.WkspSidecar;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at record stores in files of workspaces and in their checkpoints, without becoming their
 * owner. No file is changed.
 */
public final class RecordStoreFiles {
  /** How long a private copy waits for a lock that somebody held when it was taken. */
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);

  /** Base tags are multiples of this. */
  private static final long TAGS = 8;

  private static final long PAGE = 4096;

  private RecordStoreFiles() {}

  /**
   * Finds the stores of a workspace.
   *
   * @param wksp may be read-only
   * @return the addresses of their headers, ascending; none of them was checked
   */
  public static List<Long> find(Wksp wksp) {
    List<Long> found = new ArrayList<>();
    for (Partition p : wksp.partitions()) {
      if (isHeader(p)) {
        MemorySegment mem = wksp.memory();
        long lo = p.gaddrLo();
        if (Mem.getLong(mem, lo + StoreHeader.MAGIC_OFFSET) == StoreHeader.MAGIC
            && Mem.getLong(mem, lo + StoreHeader.SELF_OFFSET) == lo) {
          found.add(lo);
        }
      }
    }
    return found;
  }

  private static boolean isHeader(Partition p) {
    return !p.isFree() && p.tag() % TAGS == 0 && p.size() >= StoreHeader.FOOTPRINT;
  }

  /**
   * How many stores a checkpoint has, by the tags of its allocations.
   *
   * @param file a checkpoint of a workspace, whose structure is checked, too
   * @param limits how much memory the list of allocations may take
   * @return how many have a header and all their pools
   * @throws CorruptDataException when it is damaged
   * @throws IOException when it cannot be read
   */
  public static int count(Path file, Limits limits) throws IOException {
    List<Partition> partitions = WkspRestore.partitions(file, limits);
    Set<Long> tags = new HashSet<>();
    partitions.forEach(p -> tags.add(p.tag()));
    int count = 0;
    for (Partition p : partitions) {
      boolean whole = isHeader(p);
      for (int part = StoreHeader.CHAINS_TAG; part <= StoreHeader.GROOVE_TAG; part++) {
        whole &= tags.contains(p.tag() + part);
      }
      count += whole ? 1 : 0;
    }
    return count;
  }

  /**
   * The memory that {@link #verifyCheckpt} takes.
   *
   * @param file a checkpoint of a workspace
   * @return bytes
   * @throws IOException when it cannot be read
   */
  public static long footprint(Path file) throws IOException {
    WkspCheckptPreview preview = WkspRestore.preview(file);
    return Wksp.footprint(preview.partMax(), preview.dataMax());
  }

  // Showing.

  /**
   * The parts of the stores of a workspace. Works on stores that somebody has open, or left behind:
   * what is shown is then of one moment or another.
   *
   * @param wksp may be read-only
   * @return header, chains, pools and memory of each, with offsets from the start of the workspace
   */
  public static List<Structure> structures(Wksp wksp) {
    return find(wksp).stream().map(header -> StoreStructure.of(wksp, header)).toList();
  }

  // Checking.

  /**
   * Opens and verifies each store of a workspace in a file, in a private copy: pages are copied as
   * far as opening changes them. A store that was left behind by a process that died is put in
   * order there, as {@link RecordStore#open} would do.
   *
   * @param file begins with a workspace
   * @param limits {@code memoryMax} bounds the copy of a file that may only be read, which is whole
   * @return how many stores there are
   * @throws CorruptDataException at the first broken rule
   * @throws IllegalStateException when somebody who lives has one of them open
   * @throws holdfast.wksp.WkspLockedException when somebody changes the workspace at the moment
   * @throws IOException when the file cannot be opened or mapped
   */
  public static int verify(Path file, Limits limits) throws IOException {
    return verify(OsDisk.INSTANCE, file, limits);
  }

  static int verify(Disk disk, Path file, Limits limits) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      return verify(privateCopy(disk, file, limits, arena));
    } catch (InternalError e) {
      throw MapFault.of(file, e);
    }
  }

  private static int verify(MemorySegment region) throws IOException {
    try (Wksp wksp = Wksp.join(region, WkspOptions.DEFAULT.withLockTimeout(LOCK_TIMEOUT))) {
      List<Long> stores = find(wksp);
      for (long header : stores) {
        try (RecordStore store = RecordStore.openAt(wksp, header)) {
          store.verify();
        }
      }
      return stores.size();
    }
  }

  /** The bytes of a file as they are now; stores into them do not reach it. */
  private static MemorySegment privateCopy(Disk disk, Path file, Limits limits, Arena arena)
      throws IOException {
    try (Disk.File opened = disk.open(file, Disk.Mode.WRITE)) {
      return opened.map(MapMode.PRIVATE, 0, opened.size(), arena);
    } catch (AccessDeniedException e) {
      // A private map is given to those only who may write.
    }
    try (Disk.File opened = disk.open(file, Disk.Mode.READ)) {
      MemorySegment copy = arena.allocate(allowed(opened.size(), limits), PAGE);
      if (opened.read(copy, 0) < copy.byteSize()) {
        throw new IOException(file + " became shorter while it was read");
      }
      return copy;
    }
  }

  private static long allowed(long size, Limits limits) {
    if (size > limits.memoryMax()) {
      throw new CorruptDataException(
          StoreHeader.FORMAT,
          0,
          "a workspace that needs at most " + limits.memoryMax() + " bytes",
          size + " bytes");
    }
    return size;
  }

  /**
   * Restores a checkpoint into memory, and opens and verifies each store that it has.
   *
   * @param file a checkpoint of a workspace; a sidecar is not looked at
   * @param threads that restore, at least 1
   * @param limits {@code memoryMax} bounds the memory, see {@link #footprint}
   * @param progress told about bytes that are restored
   * @return how many stores there are
   * @throws CorruptDataException when the checkpoint is damaged; at the first broken rule of a
   *     store
   * @throws IOException when the file cannot be read
   */
  public static int verifyCheckpt(Path file, int threads, Limits limits, Progress progress)
      throws IOException {
    WkspCheckptPreview preview = WkspRestore.preview(file);
    long size = allowed(footprint(file), limits);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment region = arena.allocate(size, PAGE);
      try (Wksp wksp =
          Wksp.create(
              region, preview.name(), preview.seed(), preview.partMax(), preview.dataMax())) {
        WkspRestore.restore(
            wksp,
            file,
            WkspRestoreOptions.DEFAULT
                .withThreads(threads)
                .withLimits(limits)
                .withSidecar(WkspSidecar.IGNORE)
                .withProgress(progress));
      }
      return verify(region);
    }
  }
}
