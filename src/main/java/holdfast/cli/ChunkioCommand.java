package holdfast.cli;

import holdfast.chunkio.ChunkStore;
import holdfast.chunkio.ChunkStoreOptions;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code holdfast chunkio SUBCOMMAND}: chunk stores, those of the original included. */
final class ChunkioCommand implements Command {
  private static final List<String> NAMES =
      List.of("ls", "cat", "put", "meta", "verify", "repair", "trim", "perf");

  @Override
  public String name() {
    return "chunkio";
  }

  @Override
  public String summary() {
    return "list, read, append to, check and repair chunk stores";
  }

  @Override
  public String help() {
    return """
    usage: holdfast chunkio ls ROOT [--extension X] [--digest] [--checksum] [--json]
           holdfast chunkio cat ROOT STREAM CHUNK [--force]
           holdfast chunkio put ROOT STREAM CHUNK [--meta TEXT] [--no-checksum] [--sync LEVEL]
           holdfast chunkio meta ROOT STREAM CHUNK [--set TEXT | --set-file FILE] [--force]
           holdfast chunkio verify ROOT [--checksum]
           holdfast chunkio repair ROOT [--dry-run] [--quarantine DIR]
           holdfast chunkio trim ROOT
           holdfast chunkio perf ROOT [--files N] [--writes N] [--file FILE]

    ls      lists streams and chunks with their sizes and states
    cat     writes the content of a chunk to standard output
    put     appends standard input to a chunk, and creates it when there is none
    meta    prints the metadata of a chunk, or sets it
    verify  reads all chunks and compares checksums; exit code 1 when one is damaged
    repair  cuts torn chunks to what is proven, seals those that were not; exit code 1 when bytes
            were lost
    trim    cuts every file to what it uses
    perf    measures appends, in a new or empty ROOT

    ls, cat and verify change no byte. The others need the lock of the store.

    options
      --checksum     the verdict of the original with checksums on
      --digest       SHA-256 of metadata and content, with --json
      --extension X  only names that end so
      --force        binary data to a terminal
      --sync LEVEL   none, async, data or full (survives a power cut)

    examples
      holdfast chunkio ls --json /var/spool/events
      echo hello | holdfast chunkio put --sync full spool tail.0 first
      holdfast chunkio repair --quarantine bad spool
    """;
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    List<String> rest = new ArrayList<>(words);
    String name = Arguments.takeSubcommand(name(), rest);
    try {
      return switch (name) {
        case "ls" -> ChunkioList.run(host, rest);
        case "cat" -> ChunkioContent.cat(host, rest);
        case "put" -> ChunkioContent.put(host, rest);
        case "meta" -> ChunkioContent.meta(host, rest);
        case "verify" -> ChunkioCheck.verify(host, rest);
        case "repair" -> ChunkioCheck.repair(host, rest);
        case "trim" -> ChunkioCheck.trim(host, rest);
        case "perf" -> ChunkioPerf.run(host, rest);
        default ->
            throw CommandException.usage(
                "unknown subcommand '" + name + "'", Suggestion.of(name, NAMES));
      };
    } catch (FileSystemException e) {
      if (e.getFile() == null) {
        throw e;
      }
      throw CommandException.about(e.getFile(), Failure.of(e));
    }
  }

  /** The operands, when there are as many as there should be. */
  static List<String> operands(Arguments arguments, String... names) {
    if (arguments.operands().size() != names.length) {
      throw CommandException.usage("expected " + String.join(" ", names), "");
    }
    return arguments.operands();
  }

  /** The directory of a store that has to exist. */
  static Path root(Host host, String name) throws IOException {
    Path root = host.path(name);
    if (!Files.exists(root)) {
      throw new NoSuchFileException(name);
    }
    if (!Files.isDirectory(root)) {
      throw new FileSystemException(name, null, "is not a directory");
    }
    return root;
  }

  /** Opens a store; one that somebody else writes to is refused. */
  static ChunkStore open(Path root, ChunkStoreOptions options) throws IOException {
    try {
      // The command reports by itself what the store would log.
      return ChunkStore.open(root, options.withoutLogger());
    } catch (FileSystemException e) {
      if (e.getReason() != null && e.getReason().startsWith("another store")) {
        throw CommandException.refused(
            "another process writes to this store", "Try again when it is done.");
      }
      throw e;
    }
  }
}
