package holdfast.chunkio;

import holdfast.CorruptDataException;
import holdfast.Progress;
import holdfast.chunkio.LoadReport.Action;
import holdfast.chunkio.LoadReport.Problem;
import holdfast.internal.Disk;
import holdfast.internal.OsDisk;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Repairs the files of a store that nobody else is writing to. */
public final class ChunkRepair {
  /** Files that are open at a time. */
  private static final int UP_MAX = 16;

  private ChunkRepair() {}

  /**
   * Looks at all chunk files and repairs what can be: files torn by a crash are cut to what is
   * proven, files that an original left unsealed get their checksum.
   *
   * @param root the directory of the store
   * @param dryRun whether to change nothing and just say what would be done
   * @param quarantine where damaged files go, by stream, in a directory that exists; null to leave
   *     them
   * @param progress told about files; may cancel
   * @return one entry for each file that is not sound, with what was or would be done
   * @throws java.nio.file.FileSystemException when another store writes there
   * @throws IOException when the directory cannot be used
   */
  public static List<Problem> repair(Path root, boolean dryRun, Path quarantine, Progress progress)
      throws IOException {
    return repair(OsDisk.INSTANCE, root, dryRun, quarantine, progress);
  }

  static List<Problem> repair(
      Disk disk, Path root, boolean dryRun, Path quarantine, Progress progress) throws IOException {
    if (dryRun) {
      List<Problem> found = new ArrayList<>();
      for (ChunkInfo info : ChunkFiles.list(disk, root, "", progress)) {
        if (!isSound(info)) {
          found.add(problem(info, plan(info, quarantine)));
        }
      }
      return found;
    }
    ChunkStoreOptions options =
        ChunkStoreOptions.DEFAULT
            .withSync(SyncLevel.FULL)
            .withTrim(Trim.NEVER)
            .withUpMax(UP_MAX)
            .withUpOnDemand(true)
            .withDamaged(DamagePolicy.LEAVE)
            .withoutLogger();
    try (ChunkStore store = ChunkStore.open(disk, root, options)) {
      List<Problem> done = new ArrayList<>();
      for (Problem problem : store.load("", progress).problems()) {
        done.add(repair(store, problem, quarantine));
      }
      return done;
    }
  }

  /** What cannot be done for one file keeps nobody from the others. */
  private static Problem repair(ChunkStore store, Problem problem, Path quarantine)
      throws IOException {
    try {
      return attempt(store, problem, quarantine);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException | CorruptDataException e) {
      String message = problem.message() + "; " + Listing.words(e);
      return new Problem(problem.stream(), problem.chunk(), problem.info(), message, Action.LEFT);
    }
  }

  private static Problem attempt(ChunkStore store, Problem problem, Path quarantine)
      throws IOException {
    ChunkStream stream = store.findStream(problem.stream());
    if (problem.action() == Action.LOADED) {
      stream.chunk(problem.chunk()).up();
      return with(problem, Action.REPAIRED);
    }
    ChunkInfo info = problem.info();
    if (problem.action() == Action.LEFT && quarantine != null && info != null) {
      StreamFolder above =
          StreamFolder.anybodys(stream.folder().disk, StreamFolder.parent(quarantine));
      Quarantine.move(
          above,
          String.valueOf(quarantine.getFileName()),
          stream.folder(),
          problem.chunk(),
          info.error());
      return with(problem, Action.QUARANTINED);
    }
    return problem;
  }

  private static Problem with(Problem problem, Action action) {
    return new Problem(
        problem.stream(), problem.chunk(), problem.info(), problem.message(), action);
  }

  private static boolean isSound(ChunkInfo info) {
    return switch (info.state()) {
      case SEALED, FRESH, UNCHECKED -> true;
      case UNSEALED, TORN, CORRUPT -> false;
    };
  }

  private static Action plan(ChunkInfo info, Path quarantine) {
    if (info.state() != ChunkState.CORRUPT) {
      return Action.REPAIRED;
    }
    return quarantine == null || info.error() == ChunkError.PERMISSION
        ? Action.LEFT
        : Action.QUARANTINED;
  }

  private static Problem problem(ChunkInfo info, Action action) {
    String message = info.state().text() + (info.reason() == null ? "" : ": " + info.reason());
    return new Problem(info.stream(), info.name(), info, message, action);
  }
}
