package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.chunkio.Listing.Candidate;
import holdfast.chunkio.LoadReport.Action;
import holdfast.chunkio.LoadReport.Problem;
import holdfast.internal.Disk;
import holdfast.internal.Workers;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One load: look at every file, register the sound ones, put the others aside.
 *
 * <pre>{@code
 * list          names and sizes, in order
 * register      in the order of the names, so that nobody else opens what is looked at
 * look          in threads if asked for: the first ones come up, the others are read where they are
 * put aside     in the order of the names, whatever the order of the looks was
 * }</pre>
 *
 * <p>A chunk is in use by the load until it was looked at; one that is put aside until that is
 * done.
 *
 * <p>Nothing that a single file does, or that the system says about it, ends a load. An interrupt
 * does, since it closes whatever file is being read.
 */
final class Loader {
  /** What looking at one file gave. */
  private static final class Found {
    final Candidate candidate;
    final boolean comesUp;
    final Chunk chunk;

    /** Whether the load is done with it, and others may use it. */
    boolean isFree;

    /** Whether it was up then. */
    boolean isUp;

    /** Null when the file could not be read. */
    ChunkInfo info;

    /** Why it is not loaded; null when it is. */
    Exception why;

    Found(Candidate candidate, boolean comesUp, Chunk chunk) {
      this.candidate = candidate;
      this.comesUp = comesUp;
      this.chunk = chunk;
    }
  }

  private final ChunkStore store;
  private final ChunkStoreOptions options;
  private final Path root;
  private final String extension;
  private final Progress progress;
  private final List<Problem> problems = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private volatile boolean stopped;
  private int added;

  Loader(ChunkStore store, Path root, String extension, Progress progress) {
    this.store = store;
    this.options = store.settings.options;
    this.root = root;
    this.extension = extension;
    this.progress = progress;
  }

  LoadReport load() throws IOException {
    Listing listing = Listing.of(store.disk, root, extension);
    if (!options.readOnly() && !listing.doubtful.isEmpty()) {
      listing.doubtful.forEach(this::recover);
      listing = Listing.of(store.disk, root, extension);
    }
    for (Listing.Unreadable bad : listing.unreadable) {
      problem(bad.stream(), "", null, bad.why(), Action.LEFT);
    }
    List<Found> all = candidates(listing);
    look(all);
    all.forEach(this::settle);
    removeLeftovers(listing);
    return new LoadReport(listing.streams.size(), added, listing.ignored, problems);
  }

  /** Names may be away, of a stream that nobody uses yet. */
  private void recover(String stream) {
    if (store.findStream(stream) == null) {
      try {
        store.rootFolder().stream(stream).recover();
      } catch (IOException e) {
        problem(stream, "", null, e, Action.LEFT);
      }
    }
  }

  /** Registers the streams, and decides which chunks come up before any is looked at. */
  private List<Found> candidates(Listing listing) {
    for (String stream : listing.streams) {
      if (!store.streamOf(stream).isFile()) {
        problem(stream, "", null, new IOException("a stream in memory has its name"), Action.LEFT);
      }
    }
    List<Found> all = new ArrayList<>();
    int places = store.freePlaces();
    for (Candidate candidate : listing.candidates) {
      ChunkStream stream = store.streamOf(candidate.stream());
      Disk.Mode mode = options.readOnly() ? Disk.Mode.READ : Disk.Mode.WRITE;
      Chunk chunk = new Chunk(store, stream, candidate.name(), mode);
      chunk.enterNew();
      if (stream.isFile() && stream.tryRegister(chunk)) {
        all.add(new Found(candidate, places-- > 0, chunk));
      }
    }
    return all;
  }

  private void look(List<Found> all) throws IOException {
    int threads = Math.clamp(all.size(), 1, options.loadThreads());
    boolean done = false;
    try {
      Workers.run(threads, _ -> lookAtNext(all));
      if (stopped) {
        throw new CancellationException("load of " + root);
      }
      done = true;
    } finally {
      if (!done) {
        all.forEach(this::letGo);
      }
    }
  }

  private void lookAtNext(List<Found> all) throws ClosedByInterruptException {
    ChunkScan scan = store.borrowScan();
    boolean ended = false;
    try {
      for (int i = next.getAndIncrement(); i < all.size() && !stopped; i = next.getAndIncrement()) {
        lookAt(all.get(i), scan);
        tell(all.size());
      }
      ended = true;
    } finally {
      if (!ended) {
        stopped = true;
      }
      store.returnScan(scan);
    }
  }

  private void tell(int total) {
    synchronized (done) {
      if (!progress.update(done.incrementAndGet(), total)) {
        stopped = true;
      }
    }
  }

  private void lookAt(Found found, ChunkScan scan) throws ClosedByInterruptException {
    Chunk chunk = found.chunk;
    try {
      if (found.comesUp) {
        comeUp(found);
      } else {
        lookInside(found, scan);
      }
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing about the file
    } catch (CorruptDataException | IOException | InvalidPathException e) {
      found.why = e;
    } catch (OutOfMemoryError | InternalError e) {
      found.why = new IOException(chunk.path() + ": " + e, e);
    }
    found.isUp = chunk.isUp();
    if (found.why == null) {
      found.isFree = true;
      chunk.leave();
    }
  }

  private void lookInside(Found found, ChunkScan scan) throws IOException {
    try (Disk.File file = store.disk.openNeverLocked(found.chunk.path())) {
      boolean checked = options.validate() && options.checksum() != ChecksumMode.OFF;
      if (!scanned(scan, file, checked, found.candidate.size())) {
        scan.scan(file, checked);
      }
      judge(found, scan);
    }
  }

  /** With the size from the listing, which spares a call; a writer may have changed it since. */
  private static boolean scanned(ChunkScan scan, Disk.File file, boolean checked, long size)
      throws IOException {
    try {
      scan.scan(file, checked, size);
      return size > 0 && scan.state != ChunkState.CORRUPT;
    } catch (CorruptDataException e) {
      return false; // cut meanwhile
    }
  }

  private void comeUp(Found found) throws IOException {
    Chunk chunk = found.chunk;
    try {
      chunk.goUp(false);
      found.info = chunk.recovery();
    } catch (CorruptDataException e) {
      found.info = chunk.damage();
      throw e;
    }
  }

  private void judge(Found found, ChunkScan scan) {
    boolean sound =
        scan.state != ChunkState.TORN
            && scan.state != ChunkState.UNSEALED
            && scan.state != ChunkState.CORRUPT;
    try {
      if (!options.validate() && scan.state != ChunkState.CORRUPT) {
        sound = true;
      } else {
        FileBody.judge(scan, options.checksum(), options.readOnly(), found.candidate.name());
      }
      found.chunk.found(scan.fileSize, scan);
    } catch (CorruptDataException e) {
      sound = false;
      found.why = e;
      found.chunk.noteError(scan.error);
    }
    if (!sound) {
      found.info = ChunkInfo.of(found.candidate.stream(), found.candidate.name(), scan);
    }
  }

  /** In the order of the names. */
  private void settle(Found found) {
    Candidate candidate = found.candidate;
    if (found.why == null) {
      if (found.isUp) {
        found.chunk.stream().moved(found.chunk); // in the order of the names
      }
      added++;
      if (found.info != null) {
        problem(
            candidate.stream(),
            candidate.name(),
            found.info,
            null,
            found.isUp && !options.readOnly() ? Action.REPAIRED : Action.LOADED);
      }
      return;
    }
    try {
      settleDamaged(found);
    } finally {
      letGo(found);
    }
  }

  private void settleDamaged(Found found) {
    Candidate candidate = found.candidate;
    if (found.why instanceof NoSuchFileException && !isThere(found.chunk)) {
      return; // went while we looked
    }
    boolean damaged = found.why instanceof CorruptDataException;
    Action action = Action.LEFT;
    // What could not be read, or may only not be written, is nobody's to move.
    if (damaged && !options.readOnly() && found.chunk.error() != ChunkError.PERMISSION) {
      action = putAside(found);
    }
    problem(candidate.stream(), candidate.name(), found.info, found.why, action);
  }

  private boolean isThere(Chunk chunk) {
    try {
      for (Disk.Entry entry : store.disk.list(chunk.stream().folder().path)) {
        if (entry.name().equals(chunk.name())) {
          return true;
        }
      }
      return false;
    } catch (IOException | InvalidPathException e) {
      return true;
    }
  }

  private Action putAside(Found found) {
    try {
      return switch (options.damaged()) {
        case LEAVE -> Action.LEFT;
        case DELETE -> {
          store.disk.delete(found.chunk.path());
          found.chunk.stream().folder().changed();
          store.count(false);
          yield Action.DELETED;
        }
        case QUARANTINE -> {
          Quarantine.move(
              store.rootFolder(),
              ChunkStore.QUARANTINE_NAME,
              found.chunk.stream().folder(),
              found.candidate.name(),
              found.chunk.error());
          store.count(true);
          yield Action.QUARANTINED;
        }
      };
    } catch (IOException | InvalidPathException e) {
      found.why.addSuppressed(e);
      return Action.LEFT;
    }
  }

  private void problem(String stream, String chunk, ChunkInfo info, Exception why, Action action) {
    String message =
        why != null
            ? Listing.words(why)
            : info.state().text() + (info.reason() == null ? "" : ": " + info.reason());
    problems.add(new Problem(stream, chunk, info, message, action));
    store.log(
        System.Logger.Level.WARNING, "%s/%s: %s (%s)".formatted(stream, chunk, message, action));
  }

  /** As if it had not been found, unless somebody uses it by now. */
  private void letGo(Found found) {
    if (!found.isFree) {
      found.chunk.leave();
    }
    try {
      found.chunk.close();
    } catch (IOException | IllegalStateException e) {
      store.log(System.Logger.Level.WARNING, found.chunk + ": " + e.getMessage());
    }
  }

  /** Replacements that never took their place: the chunks are as they were before. */
  private void removeLeftovers(Listing listing) {
    if (options.readOnly()) {
      return;
    }
    for (Candidate leftover : listing.leftovers) {
      StreamFolder folder = store.streamOf(leftover.stream()).folder();
      if (folder != null && !store.isInUse(leftover.stream(), leftover.name())) {
        try {
          store.disk.delete(folder.path.resolve(leftover.name()));
          folder.changed();
        } catch (IOException | InvalidPathException e) {
          store.log(System.Logger.Level.WARNING, leftover.name() + ": " + e.getMessage());
        }
      }
    }
  }
}
