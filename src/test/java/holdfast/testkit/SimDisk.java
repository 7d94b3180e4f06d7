package holdfast.testkit;

import holdfast.internal.Disk;
import holdfast.testkit.SimFaults.Effect;
import holdfast.testkit.SimFaults.Op;
import holdfast.testkit.SimLog.Event;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A disk in memory that can fail any operation, and that afterwards shows every state in which a
 * power cut could have left it.
 *
 * <pre>{@code
 * operations of the piece under test
 *      |                 \
 *      v                  v
 * volatile image       the log: what reached the page cache, what was forced, what was promised
 * (reads, maps)           |
 *                         v      at every position of the log
 *                      what is durable, what is pending  --->  states()  --->  fresh SimDisks
 * }</pre>
 *
 * <p>Only what was forced is sure to survive, and nothing is assumed about the order of the rest.
 * {@link PowerModel} and {@link PendingNames} have the rules of loss, {@link CutStates} the order
 * of enumeration, {@link PowerCuts} the usual loop around it.
 *
 * <p>Paths are only names here: {@code /a/b} and {@code a/b} are the same file. Every operation,
 * and {@link #ack} and {@link #observe}, first takes over what was stored through maps; a store
 * into a hole is an {@link AssertionError}. Safe for use by several threads.
 */
public final class SimDisk implements Disk {
  private static final Set<PosixFilePermission> NEW_FILE =
      PosixFilePermissions.fromString("rw-r--r--");

  private final SimLog log;
  private final SimTree tree;
  private final String origin;
  private final SimFaults faults = new SimFaults();
  private final Set<SimFile> open = new LinkedHashSet<>();
  private final Map<Integer, Attributes> changed = new HashMap<>();
  private long capacity = Long.MAX_VALUE;
  private long seed = 1;
  private boolean hostile = true;

  /** An empty disk. */
  public SimDisk() {
    this(SimLog.empty(), "");
  }

  SimDisk(SimLog birth, String origin) {
    this.log = birth;
    this.tree = new SimTree(birth);
    this.origin = origin;
  }

  /** Ids of the states that this disk came from; empty for one that was made empty. */
  public String origin() {
    return origin;
  }

  /** What goes wrong, and what went wrong. */
  public SimFaults faults() {
    return faults;
  }

  /**
   * Limits the storage, in bytes; a sector that was ever written counts while its file has a name.
   */
  public synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  /** Seeds the random choices of {@link #states()}. */
  public synchronized void seed(long value) {
    seed = value;
  }

  /** Whether each pending operation on names may be lost by itself; true at first. */
  public synchronized void hostileNames(boolean value) {
    hostile = value;
  }

  /** Records that something was promised to the user of the piece under test. */
  public synchronized void ack(Object what) {
    observe();
    log.acks.add(new SimLog.Ack(log.length(), what));
  }

  /** Takes over what was stored through maps since the last operation. */
  public synchronized void observe() {
    for (SimContent file : tree.files()) {
      List<SimLog.Placed> sectors = file.observe("file " + file.id);
      if (!sectors.isEmpty()) {
        log.events.add(new Event.Data(file.id, true, sectors, 0));
      }
    }
  }

  /** Number of events so far; the last position of {@link #states()}. */
  public synchronized int length() {
    observe();
    return log.length();
  }

  /**
   * What a SIGKILL does: every file is closed and every lock gone, but the page cache stays, stores
   * through maps included. The disk goes on with the same log.
   */
  public synchronized void kill() {
    observe();
    List.copyOf(open).forEach(SimFile::abandon);
  }

  /** Paths of the files that are open, for finding leaks. */
  public synchronized List<String> openFiles() {
    return open.stream().map(file -> file.path().toString()).toList();
  }

  /** Every state in which a power cut could have left this disk, lazily. */
  public synchronized Stream<CutState> states() {
    return states(Long.MAX_VALUE);
  }

  /**
   * The same, with classes 1 to 3 whole and the others sampled.
   *
   * @param limit how many states to try in all; repeated ones among them are left out
   */
  public synchronized Stream<CutState> states(long limit) {
    observe();
    CutStates states = new CutStates(log, seed, hostile);
    return (limit == Long.MAX_VALUE ? states.all() : states.sampled(limit))
        .map(choice -> new CutState(this, log, choice, states.model(), seed));
  }

  /** One state, from its {@link CutState#id}; of an id with several parts the last one counts. */
  public synchronized CutState state(String id) {
    observe();
    String own = id.substring(id.lastIndexOf('/') + 1).strip();
    PowerModel model = new PowerModel(log);
    model.advanceTo(CutChoice.position(own));
    return new CutState(this, log, CutChoice.parse(own, model), model, seed);
  }

  /** Every file with its bytes, every directory with null, as programs see them now. */
  public synchronized Map<String, byte[]> content() {
    observe();
    Map<String, byte[]> content = new TreeMap<>();
    content("", 0, content);
    return content;
  }

  /** {@link #content} as text, one line with name, size and CRC32C for each file. */
  public String fingerprint() {
    StringBuilder text = new StringBuilder();
    content()
        .forEach(
            (name, bytes) -> {
              text.append(name);
              if (bytes != null) {
                CRC32C crc = new CRC32C();
                crc.update(bytes);
                text.append(" %d %08x".formatted(bytes.length, crc.getValue()));
              }
              text.append('\n');
            });
    return text.toString();
  }

  private void content(String prefix, int directory, Map<String, byte[]> content) {
    tree.names(directory)
        .forEach(
            (name, node) -> {
              if (tree.isDirectory(node)) {
                content.put(prefix + name + "/", null);
                content(prefix + name + "/", node, content);
              } else {
                SimContent file = tree.file(node);
                byte[] bytes = new byte[Math.toIntExact(file.size())];
                file.read(MemorySegment.ofArray(bytes), 0);
                content.put(prefix + name, bytes);
              }
            });
  }

  // ------------------------------------------------------------------------- for SimFile

  /** Counts an operation; throws when it is to fail at once, else returns what is to go wrong. */
  Effect begin(Op op, Path path) throws IOException {
    observe();
    Effect effect = faults.next(op, path);
    if (effect == Effect.IO_ERROR && !SimFaults.FORCES.contains(op)) {
      throw injected(op, path);
    }
    return effect;
  }

  static IOException injected(Op op, Path path) {
    // As the system has it: what could not be forced has another type than what was not tried.
    return SimFaults.FORCES.contains(op)
        ? new IOException(path + ": injected failure of " + op)
        : new FileSystemException(path.toString(), null, "injected failure of " + op);
  }

  void record(Event event) {
    log.events.add(event);
  }

  /** How many bytes of a write find room. */
  long room(SimContent file, long lo, long hi) {
    long free = capacity / Sector.SIZE - tree.allocated();
    if (capacity == Long.MAX_VALUE || file.missing(lo, hi) <= free) {
      return hi - lo;
    }
    long end = lo;
    while (end < hi && file.missing(lo, end + 1) <= free) {
      end = Math.min(hi, (end / Sector.SIZE + 1) * Sector.SIZE);
    }
    return end - lo;
  }

  Set<SimFile> open() {
    return open;
  }

  // ------------------------------------------------------------------------- operations

  @Override
  public synchronized Disk.File open(Path path, Mode mode) throws IOException {
    begin(Op.OPEN, path);
    SimTree.Place place = tree.place(path);
    Integer node = tree.node(place);
    if (node != null && mode == Mode.CREATE_NEW) {
      throw new FileAlreadyExistsException(path.toString());
    }
    if (node != null && tree.isDirectory(node)) {
      throw new FileSystemException(path.toString(), null, "is a directory");
    }
    if (node == null) {
      if (mode == Mode.READ || mode == Mode.WRITE) {
        throw new NoSuchFileException(path.toString());
      }
      node = tree.create(place, false);
      record(new Event.Create(place.directory(), place.name(), node, false));
    }
    SimFile file = new SimFile(this, path, tree.file(node), mode != Mode.READ);
    open.add(file);
    return file;
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    begin(Op.RENAME, to);
    int node = tree.existing(from);
    SimTree.Place source = tree.place(from);
    SimTree.Place target = tree.place(to);
    Integer replaced = tree.node(target);
    if (replaced != null && replaced == node) {
      return;
    }
    if (replaced != null && (tree.isDirectory(replaced) || tree.isDirectory(node))) {
      throw new FileSystemException(from.toString(), to.toString(), "only files are replaced");
    }
    tree.rename(source, target);
    record(
        new Event.Rename(
            source.directory(), source.name(), target.directory(), target.name(), node));
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    begin(Op.DELETE, path);
    int node = tree.existing(path);
    if (tree.isDirectory(node) && !tree.names(node).isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    SimTree.Place place = tree.place(path);
    tree.delete(place);
    record(new Event.Delete(place.directory(), place.name(), node));
  }

  @Override
  public synchronized List<Entry> list(Path directory) throws IOException {
    begin(Op.LIST, directory);
    List<Entry> entries = new ArrayList<>();
    tree.names(tree.directory(directory))
        .forEach((name, node) -> entries.add(new Entry(name, kind(node), size(node))));
    return entries;
  }

  private Kind kind(int node) {
    return tree.isDirectory(node) ? Kind.DIRECTORY : Kind.FILE;
  }

  private long size(int node) {
    return tree.isDirectory(node) ? 0 : tree.file(node).size();
  }

  @Override
  public synchronized void createDirectory(Path directory) throws IOException {
    begin(Op.CREATE_DIRECTORY, directory);
    SimTree.Place place = tree.place(directory);
    if (tree.node(place) != null) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    int node = tree.create(place, true);
    record(new Event.Create(place.directory(), place.name(), node, true));
  }

  @Override
  public synchronized boolean forceDirectory(Path directory) throws IOException {
    Effect effect = begin(Op.FORCE_DIRECTORY, directory);
    int node = tree.directory(directory);
    record(
        effect == Effect.IGNORE
            ? new Event.Nothing()
            : new Event.ForceDirectory(node, effect == Effect.IO_ERROR));
    if (effect == Effect.IO_ERROR) {
      throw injected(Op.FORCE_DIRECTORY, directory);
    }
    return true;
  }

  @Override
  public synchronized Attributes attributes(Path path) throws IOException {
    begin(Op.ATTRIBUTES, path);
    int node = tree.existing(path);
    Attributes set = changed.getOrDefault(node, new Attributes(null, 0, "sim", "sim", NEW_FILE));
    return new Attributes(kind(node), size(node), set.owner(), set.group(), set.permissions());
  }

  /** Attributes are not part of the states after a power cut. */
  @Override
  public synchronized void setAttributes(
      Path path, String owner, String group, Set<PosixFilePermission> permissions)
      throws IOException {
    begin(Op.SET_ATTRIBUTES, path);
    int node = tree.existing(path);
    Attributes old = changed.getOrDefault(node, new Attributes(null, 0, "sim", "sim", NEW_FILE));
    changed.put(
        node,
        new Attributes(
            null,
            0,
            owner == null ? old.owner() : owner,
            group == null ? old.group() : group,
            permissions == null ? old.permissions() : Set.copyOf(permissions)));
  }

  @Override
  public synchronized long usableSpace(Path directory) throws IOException {
    begin(Op.USABLE_SPACE, directory);
    tree.directory(directory);
    return capacity == Long.MAX_VALUE ? capacity : capacity - tree.allocated() * Sector.SIZE;
  }
}
