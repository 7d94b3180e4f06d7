package holdfast.cli;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.Progress;
import holdfast.snapshot.Reason;
import holdfast.snapshot.Reject;
import holdfast.snapshot.SnapshotDifference;
import holdfast.snapshot.SnapshotException;
import holdfast.snapshot.SnapshotFiles;
import holdfast.snapshot.SnapshotInfo;
import holdfast.snapshot.SnapshotKind;
import holdfast.snapshot.SnapshotListing;
import holdfast.snapshot.SnapshotLoader;
import holdfast.snapshot.VerifyLevel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** {@code holdfast snapshot SUBCOMMAND}: files that a snapshot service wrote. */
final class SnapshotCommand implements Command {
  private static final List<String> NAMES = List.of("ls", "verify", "dump", "diff", "merge");
  private static final List<String> OPTIONS = List.of("--level=", "--threads=");
  private static final int THREADS_MAX = 1024;
  private static final int NUMBER_WIDTH = 14;

  /** Hexadecimal digits made at a time. */
  private static final int PIECE = 1 << 16;

  private Host host;
  private Arguments arguments;
  private Globals globals;
  private Messages messages;

  @Override
  public String name() {
    return "snapshot";
  }

  @Override
  public String summary() {
    return "list, check, print, compare and merge snapshots of record stores";
  }

  @Override
  public String help() {
    return """
    usage: holdfast snapshot ls DIR [--json]
           holdfast snapshot verify FILE|DIR... [--level structure|crc|full] [--json]
           holdfast snapshot dump FILE [--json]
           holdfast snapshot diff FILE FILE [--json]
           holdfast snapshot merge FULL INCREMENTAL OUT

    ls       all snapshots of a directory, oldest first, and what looks like one and is none
    verify   checks files, or all of a directory; exit code 1 when one is damaged
    dump     every record: sequence number, key, value, in hexadecimal digits; a removed key has a
             "-" for its value. With --json each line is a document of its own
    diff     the keys whose values differ: "<" only in the first file, ">" only in the second, "!"
             in both; exit code 1 when there are any. The keys of the first are kept in memory
    merge    writes the full snapshot of the time of the incremental one; OUT must not be there

    options
      --level    how much is checked: "structure" is header, footer and directory, "crc" all stored
                 bytes, "full" (the default) every record and the content hash of a full one
      --threads  that work; as many as there are processors by default

    examples
      holdfast snapshot ls /var/lib/app/snapshots
      holdfast snapshot verify --level crc /var/lib/app/snapshots
      holdfast snapshot merge full-00000000000000000100.snap \\
        incr-00000000000000000100-00000000000000000120.snap full-00000000000000000120.snap
    """;
  }

  @Override
  public int run(Host world, List<String> words) throws IOException {
    host = world;
    List<String> rest = new ArrayList<>(words);
    String subcommand = Arguments.takeSubcommand("snapshot", rest);
    arguments = Arguments.parse(OPTIONS, rest);
    globals = arguments.globals();
    List<String> operands = arguments.operands();
    messages = new Messages(host, "holdfast snapshot " + subcommand, globals);
    try {
      return run(subcommand, operands);
    } catch (FileSystemException e) {
      throw CommandException.about(e.getFile(), Failure.of(e));
    }
  }

  private int run(String subcommand, List<String> operands) throws IOException {
    return switch (subcommand) {
      case "ls" -> ls(only(operands, "DIR").getFirst());
      case "verify" -> verify(operands);
      case "dump" -> dump(only(operands, "FILE").getFirst());
      case "diff" -> diff(only(operands, "FILE", "FILE"));
      case "merge" -> merge(only(operands, "FULL", "INCREMENTAL", "OUT"));
      default ->
          throw CommandException.usage(
              "unknown subcommand '" + subcommand + "'", Suggestion.of(subcommand, NAMES));
    };
  }

  private static List<String> only(List<String> operands, String... names) {
    if (operands.size() != names.length) {
      throw CommandException.usage("expected " + String.join(" ", names), "");
    }
    return operands;
  }

  private Limits limits() {
    return Limits.DEFAULT.withMemoryMax(globals.memoryMax());
  }

  private int threads() {
    String word = arguments.value("--threads", null);
    if (word == null) {
      return processors();
    }
    try {
      int threads = Integer.parseInt(word);
      if (threads >= 1 && threads <= THREADS_MAX) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw CommandException.usage(
        "--threads needs a number from 1 to " + THREADS_MAX + ", not '" + word + "'", "");
  }

  /** As many threads as there are processors, if so many may work. */
  static int processors() {
    return Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors());
  }

  /** Calls something, with a bar for a file. */
  private <T> T watched(String name, Watched<T> call) throws IOException {
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), name);
    try {
      return call.run(bar == null ? Progress.NONE : bar);
    } catch (SnapshotException | CorruptDataException e) {
      throw CommandException.about(name, Failure.of(e));
    } finally {
      if (bar != null) {
        bar.clear();
      }
    }
  }

  private interface Watched<T> {
    T run(Progress progress) throws IOException;
  }

  // ---------------------------------------------------------------------------- ls

  private int ls(String name) throws IOException {
    SnapshotListing listing = SnapshotLoader.list(host.path(name));
    if (globals.json()) {
      Json json = new Json().object().name("snapshots").array();
      listing.snapshots().forEach(info -> json(json, info));
      json.end().name("rejects").array();
      listing.rejects().forEach(reject -> json(json, reject));
      host.text().print(json.end().end());
      return ExitCode.DONE;
    }
    StringBuilder text = new StringBuilder();
    text.append(Numbers.left("kind", 6)).append(Numbers.right("seq", NUMBER_WIDTH));
    text.append(Numbers.right("base", NUMBER_WIDTH));
    text.append(Numbers.right("records", NUMBER_WIDTH));
    text.append(Numbers.right("removed", NUMBER_WIDTH));
    text.append(Numbers.right("bytes", NUMBER_WIDTH)).append("  file\n");
    for (SnapshotInfo info : listing.snapshots()) {
      boolean full = info.kind() == SnapshotKind.FULL;
      text.append(Numbers.left(full ? "full" : "incr", 6));
      number(text, info.seq());
      text.append(full ? Numbers.right("-", NUMBER_WIDTH) : "");
      if (!full) {
        number(text, info.baseSeq());
      }
      number(text, info.records());
      number(text, info.tombstones());
      number(text, info.fileSize());
      text.append("  ").append(info.path().getFileName()).append('\n');
    }
    for (Reject reject : listing.rejects()) {
      text.append("not usable: ").append(reject.path().getFileName()).append(": ");
      text.append(reject.reason()).append(": ").append(reject.detail()).append('\n');
    }
    host.text().print(text);
    return ExitCode.DONE;
  }

  private static void number(StringBuilder text, long value) {
    text.append(Numbers.right(Numbers.grouped(value), NUMBER_WIDTH));
  }

  private static void json(Json json, Reject reject) {
    json.object().name("file").value(String.valueOf(reject.path().getFileName()));
    json.name("reason").value(reject.reason().name()).name("detail").value(reject.detail()).end();
  }

  private static void json(Json json, SnapshotInfo info) {
    json.object().name("file").value(String.valueOf(info.path().getFileName()));
    json.name("kind").value(info.kind().name()).name("seq").value(info.seq());
    if (info.kind() == SnapshotKind.INCREMENTAL) {
      json.name("baseSeq").value(info.baseSeq()).name("baseId").value(info.baseId().toString());
    }
    json.name("id").value(info.id().toString()).name("storeId").value(info.storeId().toString());
    json.name("keySize").value(info.keySize()).name("style").value(info.style().name());
    json.name("batchBytes").value(info.batchBytes()).name("wallClock").value(info.wallClock());
    json.name("fileSize").value(info.fileSize()).name("batches").value(info.batches());
    json.name("records").value(info.records()).name("tombstones").value(info.tombstones());
    json.name("valueBytes").value(info.valueBytes());
    json.name("storeRecords").value(info.storeRecords());
    json.name("storeValueBytes").value(info.storeValueBytes());
    json.name("hashKind").value(info.hash().kind().name());
    json.name("hash").value(HexFormat.of().formatHex(info.hash().bytes())).end();
  }

  // ---------------------------------------------------------------------------- verify

  /**
   * What became of one file.
   *
   * @param info null for a damaged one
   * @param failure null for a sound one
   * @param reason null for a sound one, and for one that cannot be read
   */
  private record Verdict(String name, SnapshotInfo info, Failure failure, Reason reason) {}

  private int verify(List<String> operands) throws IOException {
    if (operands.isEmpty()) {
      throw CommandException.usage("expected FILE or DIR", "");
    }
    VerifyLevel level = level();
    List<Verdict> verdicts = new ArrayList<>();
    for (String operand : operands) {
      for (String name : files(operand)) {
        Verdict verdict = verify(name, level);
        verdicts.add(verdict);
        if (!globals.json() && globals.verbosity() >= (verdict.failure() == null ? 2 : 1)) {
          host.text().println(name + ": " + text(verdict, level));
          host.text().flush();
        }
      }
    }
    if (globals.json()) {
      host.text().print(json(verdicts));
    }
    return verdicts.stream()
        .filter(verdict -> verdict.failure() != null)
        .mapToInt(verdict -> verdict.failure().code())
        .min() // damage outweighs everything else
        .orElse(ExitCode.DONE);
  }

  private VerifyLevel level() {
    String word = arguments.value("--level", "full");
    return switch (word) {
      case "structure" -> VerifyLevel.STRUCTURE;
      case "crc" -> VerifyLevel.CRC;
      case "full" -> VerifyLevel.FULL;
      default ->
          throw CommandException.usage(
              "--level knows structure, crc and full, not '" + word + "'", "");
    };
  }

  /** The file, or those of a directory that are snapshots by their names. */
  private List<String> files(String operand) throws IOException {
    Path path = host.path(operand);
    if (!Files.isDirectory(path)) {
      return List.of(operand);
    }
    List<Path> found = new ArrayList<>();
    SnapshotListing listing = SnapshotLoader.list(path);
    listing.snapshots().forEach(info -> found.add(info.path()));
    listing.rejects().forEach(reject -> found.add(reject.path()));
    return found.stream()
        .map(file -> Path.of(operand).resolve(file.getFileName()).toString())
        .sorted()
        .toList();
  }

  private Verdict verify(String name, VerifyLevel level) {
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), name);
    try {
      SnapshotInfo info =
          SnapshotLoader.verify(
              host.path(name), level, limits(), threads(), bar == null ? Progress.NONE : bar);
      return new Verdict(name, info, null, null);
    } catch (SnapshotException e) {
      return new Verdict(name, null, Failure.of(e), e.reason());
    } catch (IOException | CorruptDataException e) {
      return new Verdict(name, null, Failure.of(e), null);
    } finally {
      if (bar != null) {
        bar.clear();
      }
    }
  }

  private static String text(Verdict verdict, VerifyLevel level) {
    if (verdict.failure() != null) {
      String what = verdict.reason() == null ? "unreadable" : verdict.reason().name();
      return what + ": " + verdict.failure().reason();
    }
    SnapshotInfo info = verdict.info();
    String checked =
        switch (level) {
          case STRUCTURE -> "structure sound";
          case CRC -> "every stored byte sound";
          case FULL -> "sound";
        };
    return checked
        + ", "
        + (info.kind() == SnapshotKind.FULL ? "full at " : "incremental at ")
        + info.seq()
        + ", "
        + Numbers.grouped(info.records() + info.tombstones())
        + " records";
  }

  private static String json(List<Verdict> verdicts) {
    Json json = new Json().object().name("files").array();
    for (Verdict verdict : verdicts) {
      json.object().name("name").value(verdict.name());
      json.name("sound").value(verdict.failure() == null);
      if (verdict.failure() != null) {
        json.name("reason").value(verdict.reason() == null ? "IO" : verdict.reason().name());
        json.name("detail").value(verdict.failure().reason());
      } else {
        json.name("seq").value(verdict.info().seq());
        json.name("records").value(verdict.info().records());
      }
      json.end();
    }
    return json.end().end().toString();
  }

  // ---------------------------------------------------------------------------- dump

  private int dump(String name) throws IOException {
    PrintWriter out = host.text();
    watched(
        name,
        progress ->
            SnapshotFiles.dump(
                host.path(name),
                (key, value, modSeq) -> line(out, key, value, modSeq),
                limits(),
                threads(),
                progress));
    return ExitCode.DONE;
  }

  private void line(PrintWriter out, MemorySegment key, MemorySegment value, long modSeq) {
    if (host.textFailure() != null) {
      throw new UncheckedIOException(host.textFailure()); // nobody reads the rest
    }
    boolean json = globals.json();
    if (json) {
      out.print("{\"modSeq\":" + modSeq + ",\"key\":\"");
      hex(out, key);
      out.print(value == null ? "\",\"value\":null}" : "\",\"value\":\"");
    } else {
      out.print(modSeq + " ");
      hex(out, key);
      out.print(value == null ? " -" : " ");
    }
    if (value != null) {
      hex(out, value);
      out.print(json ? "\"}" : "");
    }
    out.print('\n');
  }

  private static void hex(PrintWriter out, MemorySegment bytes) {
    for (long lo = 0; lo < bytes.byteSize(); lo += PIECE) {
      MemorySegment piece = bytes.asSlice(lo, Math.min(PIECE, bytes.byteSize() - lo));
      out.print(HexFormat.of().formatHex(piece.toArray(ValueLayout.JAVA_BYTE)));
    }
  }

  // ---------------------------------------------------------------------------- diff, merge

  private int diff(List<String> names) throws IOException {
    List<String> lines = new ArrayList<>();
    Json json = new Json().object().name("differences").array();
    SnapshotDifference each =
        (kind, key) -> {
          String hex = HexFormat.of().formatHex(key.toArray(ValueLayout.JAVA_BYTE));
          if (globals.json()) {
            json.object().name("kind").value(kind.name()).name("key").value(hex).end();
          } else {
            lines.add(sign(kind) + " " + hex);
          }
        };
    long count =
        watched(
            names.get(0),
            progress ->
                SnapshotFiles.diff(
                    host.path(names.get(0)),
                    host.path(names.get(1)),
                    each,
                    limits(),
                    threads(),
                    progress));
    if (globals.json()) {
      host.text().print(json.end().end());
    } else if (globals.verbosity() >= 2) {
      lines.sort(null);
      lines.forEach(host.text()::println);
    }
    return count == 0 ? ExitCode.DONE : ExitCode.PROBLEM;
  }

  private static char sign(SnapshotDifference.Kind kind) {
    return switch (kind) {
      case ONLY_FIRST -> '<';
      case ONLY_SECOND -> '>';
      case CHANGED -> '!';
    };
  }

  private int merge(List<String> names) throws IOException {
    SnapshotInfo info;
    try {
      info =
          watched(
              names.get(1),
              progress ->
                  SnapshotFiles.merge(
                      host.path(names.get(0)),
                      host.path(names.get(1)),
                      host.path(names.get(2)),
                      limits(),
                      threads(),
                      progress));
    } catch (FileAlreadyExistsException e) {
      throw CommandException.refused(names.get(2) + ": already exists", "");
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(e.getMessage(), "");
    }
    messages.result(
        names.get(2)
            + ": full at "
            + info.seq()
            + ", "
            + Numbers.grouped(info.records())
            + " records, "
            + Numbers.grouped(info.fileSize())
            + " bytes");
    return ExitCode.DONE;
  }
}
