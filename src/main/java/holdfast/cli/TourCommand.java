package holdfast.cli;

import holdfast.Progress;
import holdfast.lz4.Lz4;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code holdfast tour [DIR]}: compresses real files, restores them, compares every byte, and shows
 * how small and how fast that was.
 *
 * <p>Works through files in parts of 1 MiB, so its memory does not depend on theirs.
 */
final class TourCommand implements Command {
  /** Blocks of 4 MiB on both sides of a frame, tables of the compressor, parts, and some air. */
  static final long MEMORY = 48L << 20;

  /** Two copies of what an act takes of the input, room around them, and heaps. */
  static final long ACTS_MEMORY = 448L << 20;

  /** What --only takes for the codec. */
  private static final String CODEC = "lz4";

  /** What to go through when no directory is named; not a part of every Java. */
  private final Path modules;

  private final TourTamper tamper;

  TourCommand() {
    this(Path.of(System.getProperty("java.home"), "lib", "modules"), TourTamper.NONE);
  }

  TourCommand(Path modules, TourTamper tamper) {
    this.modules = modules;
    this.tamper = tamper;
  }

  @Override
  public String name() {
    return "tour";
  }

  @Override
  public String summary() {
    return "take real files through every part, kill it, restart, compare every byte";
  }

  @Override
  public String help() {
    return """
    usage: holdfast tour [--out DIR] [--only PARTS] [--all-levels] [--json] [DIR]

    Takes every regular file below DIR, or the JDK's own lib/modules, through all parts:

      lz4      several levels, as blocks of 64 KiB in native memory, and as frames in files
      wksp     a workspace in a mapped file, beside threads that allocate and free; a checkpoint
      groove   objects in a region file, allocated and freed by threads without locks
      chunkio  events appended to a chunk store, counted outside of it
      snapshot forks of a record store load the input; one is published; snapshots, and a
               checkpoint of the workspace, while a publisher goes on

    Behind lz4, a process works on up to 64 MiB of the input until it gets a SIGKILL, and a fresh
    one opens what is left. Everything is restored and every byte compared with the input; sizes,
    ratios and rates are printed. The codec needs about 48 MiB of memory whatever the size of the
    files, the other parts 448 MiB. The exit code is 1 when a byte differs, and 3 when a file
    could not be read.

      --out DIR      folder for the files, new or empty; default: a new one in the temporary
                     folder. They are left there: 'holdfast inspect' knows them
      --only PARTS   some of the parts, separated by commas
      --all-levels   HC 12 too, which is slow; an input of up to 8 MiB always goes through it

    HC 3 and HC 9 take at most 160 MiB of the input and HC 12 16 MiB, in parts spread evenly; the
    table marks that. Rates of small inputs are those of a JVM that has just started.

    examples
      holdfast tour
      holdfast tour --only wksp ~/documents
      holdfast tour --all-levels --out /tmp/tour ~/documents
    """;
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--out=", "--only=", "--all-levels"), words);
    if (arguments.operands().size() > 1) {
      throw CommandException.usage("the tour goes through one directory at a time", "");
    }
    Globals globals = arguments.globals();
    List<String> parts = parts(arguments.value("--only", null));
    long memory = parts.equals(List.of(CODEC)) ? MEMORY : ACTS_MEMORY;
    globals.requireMemory("the tour", memory, ", or take less of it: --only lz4");
    Path source = modules;
    if (!arguments.operands().isEmpty()) {
      source = host.path(arguments.operands().getFirst());
    }
    TourFiles input = input(arguments.operands(), source);
    Messages messages = new Messages(host, "holdfast tour", globals);
    input.skipped().forEach(file -> messages.warning("passed over " + file));
    try (TourFolder folder = TourFolder.create(host, arguments.value("--out", null))) {
      List<TourLevel> levels =
          parts.contains(CODEC)
              ? TourLevel.plan(arguments.has("--all-levels"), input.bytes())
              : List.of();
      List<TourAct> acts = TourActs.ALL.stream().filter(act -> parts.contains(act.name())).toList();
      return tour(host, globals, input, source, folder.path(), levels, acts);
    }
  }

  /** The parts that are wanted, all of them unless some are named. */
  private static List<String> parts(String only) {
    List<String> all = new ArrayList<>(List.of(CODEC));
    TourActs.ALL.forEach(act -> all.add(act.name()));
    if (only == null) {
      return all;
    }
    List<String> wanted = List.of(only.split(",", -1));
    for (String part : wanted) {
      if (!all.contains(part)) {
        throw CommandException.usage(
            "'" + part + "' is no part of the tour", "There are " + String.join(", ", all) + ".");
      }
    }
    return wanted;
  }

  private TourFiles input(List<String> operands, Path source) throws IOException {
    if (!operands.isEmpty()) {
      return TourFiles.below(operands.getFirst(), source);
    }
    if (!Files.isRegularFile(modules)) {
      throw CommandException.usage(
          "this Java has no " + modules + " to go through", "Name a directory: holdfast tour DIR");
    }
    return TourFiles.of(modules);
  }

  private int tour(
      Host host,
      Globals globals,
      TourFiles input,
      Path source,
      Path folder,
      List<TourLevel> levels,
      List<TourAct> acts)
      throws IOException {
    // What decides in the library whether native memory is used as it is.
    boolean nativeAccess = Lz4.class.getModule().isNativeAccessEnabled();
    TourReport report = new TourReport(input, folder, nativeAccess);
    boolean table = !globals.json() && globals.verbosity() >= 2;
    long start = System.nanoTime();
    host.say(table, report.head());
    if (!levels.isEmpty()) {
      host.say(table, report.tableHead());
      for (TourLevel level : levels) {
        TourReport.Row row = visit(host, globals, input, folder, level);
        report.add(row);
        host.say(table, TourReport.lines(row));
      }
      host.say(table, report.tableTail());
    }
    for (TourAct act : acts) {
      TourKill.Outcome outcome = TourKill.play(act, folder, source);
      report.add(outcome);
      host.say(table, TourReport.lines(outcome));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    host.say(table, report.tail(seconds));
    host.say(globals.json(), globals.json() ? report.json(seconds) : "");
    if (report.differences() > 0) {
      throw CommandException.problem(
          report.verdict(), "What was written is in " + folder + "; the table tells the places.");
    }
    return input.skipped().isEmpty() ? ExitCode.DONE : ExitCode.IO;
  }

  private TourReport.Row visit(
      Host host, Globals globals, TourFiles input, Path folder, TourLevel level)
      throws IOException {
    TourSample sample = new TourSample(input, level.bytesMax());
    String file = level.fileName() + (sample.isWhole() ? "" : "-sample") + ".lz4";
    TourResult blocks =
        watched(
            host,
            globals,
            level.title() + ", blocks",
            progress -> TourBlocks.run(input, sample, level, tamper, progress));
    TourResult frames =
        watched(
            host,
            globals,
            level.title() + ", frames",
            progress ->
                TourFrames.run(host, input, sample, level, folder.resolve(file), tamper, progress));
    return new TourReport.Row(level, sample.isWhole(), blocks, frames, file);
  }

  /** A round trip that tells how far it is. */
  private interface Trip {
    TourResult run(Progress progress) throws IOException;
  }

  private static TourResult watched(Host host, Globals globals, String name, Trip trip)
      throws IOException {
    ProgressBar bar = ProgressBar.of(host, globals, globals.verbosity(), name);
    try {
      return trip.run(bar == null ? Progress.NONE : bar);
    } finally {
      if (bar != null) {
        bar.clear();
      }
    }
  }
}
