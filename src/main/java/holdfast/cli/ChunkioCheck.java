package holdfast.cli;

import holdfast.Progress;
import holdfast.chunkio.Chunk;
import holdfast.chunkio.ChunkError;
import holdfast.chunkio.ChunkFiles;
import holdfast.chunkio.ChunkInfo;
import holdfast.chunkio.ChunkRepair;
import holdfast.chunkio.ChunkState;
import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import holdfast.chunkio.ChunkStream;
import holdfast.chunkio.DamagePolicy;
import holdfast.chunkio.LoadReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** {@code holdfast chunkio verify, repair, trim}: all chunks of a store. */
final class ChunkioCheck {
  private ChunkioCheck() {}

  static int verify(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--checksum"), words);
    Globals globals = arguments.globals();
    String name = ChunkioCommand.operands(arguments, "ROOT").getFirst();
    Path root = ChunkioCommand.root(host, name);
    Json json = new Json().object().name("root").value(name).name("damaged").array();
    int bad = 0;
    int all = 0;
    for (ChunkInfo info : ChunkFiles.list(root, "", Progress.NONE)) {
      all++;
      String problem = problem(root, info, arguments.has("--checksum"));
      if (problem != null) {
        bad++;
        json.object().name("stream").value(info.stream()).name("name").value(info.name());
        json.name("problem").value(problem).end();
        if (!globals.json() && globals.verbosity() >= 1) {
          host.text().println(info.stream() + "/" + info.name() + ": " + problem);
        }
      }
    }
    if (globals.json()) {
      host.text().print(json.end().name("chunks").value(all).end());
    } else if (globals.verbosity() >= 2) {
      host.text().println(Numbers.count(all, "chunk") + ", " + bad + " damaged");
    }
    return bad == 0 ? ExitCode.DONE : ExitCode.PROBLEM;
  }

  /** What is wrong with a chunk; null for nothing. */
  private static String problem(Path root, ChunkInfo info, boolean original) throws IOException {
    if (original && info.error() != ChunkError.PERMISSION) {
      ChunkError error =
          ChunkFiles.originalError(root.resolve(info.stream()).resolve(info.name()), true);
      return error == ChunkError.NONE ? null : error.name() + ": " + error.text();
    }
    return switch (info.state()) {
      case SEALED, UNSEALED, FRESH, UNCHECKED -> null;
      case TORN -> "torn, " + info.contentSize() + " bytes are proven: " + info.reason();
      case CORRUPT -> info.error().text() + ": " + info.reason();
    };
  }

  static int repair(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--dry-run", "--quarantine="), words);
    Globals globals = arguments.globals();
    String name = ChunkioCommand.operands(arguments, "ROOT").getFirst();
    Path root = ChunkioCommand.root(host, name);
    Path quarantine = quarantine(host, root, arguments.value("--quarantine", null));
    boolean dryRun = arguments.has("--dry-run");
    if (!dryRun) {
      // Tells in the words of the command when somebody else has the lock.
      ChunkioCommand.open(root, ChunkStoreOptions.DEFAULT).close();
    }
    List<LoadReport.Problem> problems = ChunkRepair.repair(root, dryRun, quarantine, Progress.NONE);
    Json json = new Json().object().name("root").value(name).name("problems").array();
    boolean lost = false;
    for (LoadReport.Problem problem : problems) {
      ChunkInfo info = problem.info();
      lost |= info == null || info.state() == ChunkState.CORRUPT || info.droppedSize() > 0;
      lost |= problem.action() == LoadReport.Action.LEFT;
      String action = problem.action().name().toLowerCase(Locale.ROOT);
      json.object().name("stream").value(problem.stream()).name("name").value(problem.chunk());
      json.name("problem").value(problem.message()).name("action").value(action);
      json.name("kept").value(info == null ? 0 : Math.max(0, info.contentSize()));
      json.name("dropped").value(info == null ? 0 : info.droppedSize()).end();
      if (!globals.json() && globals.verbosity() >= 1) {
        host.text()
            .println(
                problem.stream()
                    + "/"
                    + problem.chunk()
                    + ": "
                    + (dryRun ? "would be " : "")
                    + action
                    + " ("
                    + problem.message()
                    + ")");
      }
    }
    if (globals.json()) {
      host.text().print(json.end().end());
    }
    return lost ? ExitCode.PROBLEM : ExitCode.DONE;
  }

  /** Where damaged files go; null when they stay. Checked before anything is changed. */
  private static Path quarantine(Host host, Path root, String name) throws IOException {
    if (name == null) {
      return null;
    }
    Path directory = host.path(name);
    if (name.isEmpty() || directory.getFileName() == null) {
      throw CommandException.usage("--quarantine needs the name of a directory", "");
    }
    if (Files.exists(directory) && Files.isSameFile(directory, root)) {
      throw CommandException.usage("--quarantine cannot be ROOT itself", "");
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (Files.notExists(parent)) {
      throw new NoSuchFileException(parent.toString());
    }
    return directory;
  }

  static int trim(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of(), words);
    String name = ChunkioCommand.operands(arguments, "ROOT").getFirst();
    ChunkStoreOptions options =
        ChunkStoreOptions.DEFAULT
            .withUpOnDemand(true)
            .withUpMax(16)
            .withDamaged(DamagePolicy.LEAVE);
    long before = 0;
    long after = 0;
    try (ChunkStore store = ChunkioCommand.open(ChunkioCommand.root(host, name), options)) {
      LoadReport report = store.load();
      for (ChunkStream stream : store.streams()) {
        for (Chunk chunk : stream.chunks()) {
          before += chunk.realSize();
          chunk.trim();
          after += chunk.realSize();
        }
      }
      if (arguments.globals().verbosity() >= 2) {
        host.text()
            .println(
                Numbers.size(before)
                    + " before, "
                    + Numbers.size(after)
                    + " after"
                    + (report.isClean() ? "" : "; " + report.problems().size() + " files left"));
      }
    }
    return ExitCode.DONE;
  }
}
