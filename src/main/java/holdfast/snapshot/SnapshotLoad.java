package holdfast.snapshot;

import holdfast.internal.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * One load: the newest state for which all files are sound.
 *
 * <pre>{@code
 * states = each full alone, and each full with one incremental of its own, newest first
 *
 * for each state:   full not in the store?  clear, load it     damaged: none of its states
 *                   incremental?            apply it on top    damaged: cancel it, next state
 *                   done
 * }</pre>
 *
 * <p>Going by states, not by fulls, matters when the newest full snapshot is older than an
 * incremental one of another base: that happens when the last step of its publication failed.
 *
 * <p>Damage leads to the next state. Anything else, a refusal of the system or a full store, ends
 * the load with the store empty: an older state would lose newer data without a word.
 */
final class SnapshotLoad {
  /**
   * A state that files promise.
   *
   * @param incremental null for the full one alone
   */
  private record State(SnapshotInfo full, SnapshotInfo incremental) {
    long seq() {
      return incremental == null ? full.seq() : incremental.seq();
    }
  }

  private final Disk disk;
  private final Path directory;
  private final LoadTarget target;
  private final LoadOptions options;
  private final long start = System.nanoTime();

  private final List<Reject> rejects = new ArrayList<>();
  private final Set<UUID> damaged = new HashSet<>();

  /** What is in the store; null when it is empty. */
  private SnapshotInfo loaded;

  SnapshotLoad(Disk disk, Path directory, LoadTarget target, LoadOptions options) {
    this.disk = disk;
    this.directory = directory;
    this.target = target;
    this.options = options;
  }

  LoadReport run() throws IOException {
    SnapshotListing listing = SnapshotListing.of(disk, directory, false);
    listing.rejects().forEach(this::reject);
    if (listing.snapshots().isEmpty() && listing.rejects().isEmpty()) {
      return new LoadReport(0, null, null, List.of(), Duration.ofNanos(System.nanoTime() - start));
    }
    List<State> states = states(ofOneStore(listing.snapshots()));
    try {
      for (State state : states) {
        if (load(state)) {
          Duration duration = Duration.ofNanos(System.nanoTime() - start);
          return new LoadReport(state.seq(), state.full(), state.incremental(), rejects, duration);
        }
      }
    } catch (Throwable e) {
      clear(e);
      throw e;
    }
    throw unusable();
  }

  private void clear(Throwable cause) {
    try {
      target.clear();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private SnapshotException unusable() {
    Reason reason = rejects.isEmpty() ? Reason.NO_BASE : rejects.getLast().reason();
    StringBuilder text = new StringBuilder("no snapshot in " + directory + " can be loaded");
    if (options.asOf() != Long.MAX_VALUE) {
      text.append(", as of ").append(options.asOf());
    }
    rejects.forEach(reject -> text.append("; ").append(reject));
    return new SnapshotException(reason, text.toString(), rejects, null);
  }

  private void reject(Reject reject) {
    rejects.add(reject);
    if (options.strict()) {
      throw new SnapshotException(reject.reason(), reject.toString(), rejects, null);
    }
  }

  /** The snapshots of the store that is wanted. */
  private List<SnapshotInfo> ofOneStore(List<SnapshotInfo> all) {
    UUID wanted = options.storeId();
    Set<UUID> stores = new HashSet<>();
    all.stream()
        .filter(info -> info.kind() == SnapshotKind.FULL)
        .forEach(info -> stores.add(info.storeId()));
    if (wanted == null && stores.size() > 1) {
      throw new SnapshotException(
          Reason.WRONG_STORE,
          directory + " has snapshots of several stores, name the one that is wanted: " + stores,
          rejects,
          null);
    }
    UUID store = wanted == null && stores.size() == 1 ? stores.iterator().next() : wanted;
    List<SnapshotInfo> mine = new ArrayList<>();
    for (SnapshotInfo info : all) {
      if (store == null || info.storeId().equals(store)) {
        mine.add(info);
      } else {
        reject(new Reject(info.path(), Reason.WRONG_STORE, "it is of store " + info.storeId()));
      }
    }
    return mine;
  }

  private List<State> states(List<SnapshotInfo> all) {
    List<State> states = new ArrayList<>();
    List<SnapshotInfo> homeless = new ArrayList<>();
    for (SnapshotInfo info : all) {
      if (info.kind() == SnapshotKind.FULL) {
        states.add(new State(info, null));
      } else {
        homeless.add(info);
      }
    }
    for (State base : List.copyOf(states)) {
      for (SnapshotInfo info : List.copyOf(homeless)) {
        if (info.baseId().equals(base.full().id()) && info.baseSeq() == base.full().seq()) {
          states.add(new State(base.full(), info));
          homeless.remove(info);
        }
      }
    }
    for (SnapshotInfo info : homeless.reversed()) {
      reject(
          new Reject(
              info.path(), Reason.NO_BASE, "there is no sound full snapshot " + info.baseId()));
    }
    states.removeIf(state -> state.seq() > options.asOf());
    // Newest first; of two ways to one state the shorter, and of two files the one written last.
    states.sort(
        Comparator.comparingLong(State::seq)
            .thenComparing(state -> state.incremental() == null)
            .thenComparingLong(state -> state.full().seq())
            .thenComparingLong(state -> state.full().wallClock())
            .reversed());
    return states;
  }

  /** Whether the state is in the store now. */
  private boolean load(State state) throws IOException {
    SnapshotInfo full = state.full();
    SnapshotInfo incremental = state.incremental();
    boolean sound = !damaged.contains(full.id());
    if (sound && options.verifyFirst() && incremental != null && !stored(incremental)) {
      return false;
    }
    if (!sound || !full(full)) {
      if (incremental != null) {
        reject(
            new Reject(
                incremental.path(),
                Reason.NO_BASE,
                "its full snapshot is damaged: " + full.path()));
      }
      return false;
    }
    return incremental == null || incremental(incremental);
  }

  /** Whether all stored bytes of a file are sound. */
  private boolean stored(SnapshotInfo info) throws IOException {
    try (var reader = SnapshotFileReader.open(disk, info.path(), options.memoryMax())) {
      reader.verifyStored(options.threads(), options.progress());
      return true;
    } catch (SnapshotException e) {
      passOver(info, e);
      return false;
    }
  }

  /** Damage is a reject; anything else is thrown on. */
  private void passOver(SnapshotInfo info, SnapshotException e) {
    if (!e.reason().isDamage()) {
      throw e;
    }
    damaged.add(info.id());
    reject(new Reject(info.path(), e.reason(), e.getMessage()));
  }

  private boolean full(SnapshotInfo info) throws IOException {
    if (loaded != null && loaded.id().equals(info.id())) {
      return true;
    }
    if (options.verifyFirst() && !stored(info)) {
      return false;
    }
    if (loaded != null) {
      target.clear();
      loaded = null;
    }
    try {
      fill(info, true);
      loaded = info;
      return true;
    } catch (SnapshotException e) {
      target.clear();
      passOver(info, e);
      return false;
    }
  }

  private boolean incremental(SnapshotInfo info) throws IOException {
    try {
      fill(info, false);
      return true;
    } catch (SnapshotException e) {
      target.cancel();
      passOver(info, e);
      return false;
    }
  }

  private void fill(SnapshotInfo info, boolean full) throws IOException {
    try (var reader = SnapshotFileReader.open(disk, info.path(), options.memoryMax())) {
      SnapHeader header = reader.header();
      requireSame(info, reader.info());
      if (header.keySize() != target.keySize()) {
        throw new SnapshotException(
            Reason.KEY_SIZE,
            info.path()
                + " has keys of "
                + header.keySize()
                + " bytes, the store of "
                + target.keySize());
      }
      RecordSink sink = full ? target.full(header) : target.incremental(header);
      reader.read(sink, options.threads(), options.progress());
      check(reader.footer());
      target.publish(header);
    }
  }

  /** Between the listing and now somebody may have replaced the file. */
  private static void requireSame(SnapshotInfo listed, SnapshotInfo now) throws IOException {
    if (!listed.equals(now)) {
      throw new IOException(listed.path() + " was replaced while it was loaded: load again");
    }
  }

  /** What only the store can tell: that no key came twice, and that this is the content. */
  private void check(SnapFooter footer) {
    if (target.records() != footer.storeRecords()) {
      throw SnapshotException.damaged(
          Reason.COUNT_MISMATCH,
          "footer",
          footer.fileSize() - SnapFooter.SIZE + SnapFooter.STORE_RECORDS_OFFSET,
          footer.storeRecords() + " keys in the store",
          String.valueOf(target.records()));
    }
    HashKind kind = footer.header().hashKind();
    if (kind != HashKind.NONE) {
      SnapshotFileReader.requireHash(target.contentHash(kind), footer);
    }
  }
}
