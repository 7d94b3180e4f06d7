package holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code holdfast selftest [DIR]}: damages files of every format, kills processes in the middle of
 * their work, and shows that nothing is lost, on the file system of the user.
 */
final class SelftestCommand implements Command {
  private static final int COPIES = 300;
  private static final int KILLS = 8;
  private static final int COUNT_MAX = 1_000_000;

  /** Two stores and their workspaces, a region, and some air. */
  private static final long MEMORY = 64L << 20;

  /** Makes the files of a format below a folder. */
  private interface Maker {
    SelftestSubject in(Path folder) throws IOException;
  }

  private static final List<Maker> SUBJECTS =
      List.of(
          folder -> new SelftestBlock(),
          folder -> new SelftestFrame(),
          SelftestCheckpt::new,
          SelftestWorkspace::new,
          SelftestRegion::new,
          SelftestChunk::new,
          SelftestSnapshot::new);

  @Override
  public String name() {
    return "selftest";
  }

  @Override
  public String summary() {
    return "damage files and kill processes on this machine, and show that nothing is lost";
  }

  @Override
  public String help() {
    return """
    usage: holdfast selftest [--copies N] [--kills N] [--seed N] [--json] [DIR]

    Shows on this machine and on the file system of DIR, or of the temporary folder, what every
    part does with damage and with sudden death. It works in a new folder there, and removes it
    unless something was wrong.

    Damaged copies: a small file of each format is damaged, and read.
      flips    a bit is another one
      cuts     the tail is missing
      sectors  512 bytes are zero, all ones, or changed places with the next
      fields   one to four fields are other numbers: extremes, neighbours, anything
    Formats with checksums may not give one other byte without saying so. Those without must stay
    in their memory, and what they open must be sound and usable. A chunk store has to start and
    a directory of snapshots to load, whatever lies in it, with all that is not damaged.

    Killed processes: a process works until a SIGKILL, the next one finds its files, compares
    everything that was acknowledged before, and goes on; nobody cleans up in between.

    The power is not cut: whether the disk keeps what it promised, no program can try out. What the
    library does about that is tested with a simulated disk when it is built. The exit code is 1
    when an answer was wrong; the report tells which, and the files are left there.

      --copies N   most damaged copies of each kind and format, 300
      --kills N    processes of each part, 8
      --seed N     what decides about fields and about the time of kills, 1

    examples
      holdfast selftest
      holdfast selftest --copies 100000 --kills 300 /var/lib/app
    """;
  }

  @Override
  public int run(Host host, List<String> words) throws IOException {
    Arguments arguments = Arguments.parse(List.of("--copies=", "--kills=", "--seed="), words);
    if (arguments.operands().size() > 1) {
      throw CommandException.usage("the self test works in one directory", "");
    }
    Globals globals = arguments.globals();
    globals.requireMemory("the self test", MEMORY, "");
    int copies = count(arguments, "--copies", COPIES);
    int kills = count(arguments, "--kills", KILLS);
    long seed = Numbers.parseSize("--seed", arguments.value("--seed", "1"));
    Path folder = folder(host, arguments.operands());
    SelftestReport report = new SelftestReport(folder, seed);
    boolean table = !globals.json() && globals.verbosity() >= 2;
    long start = System.nanoTime();
    host.say(table, report.head());
    boolean done = false;
    try {
      copies(host, table, report, folder, copies, seed);
      kills(host, table, report, folder, kills, seed);
      done = true;
    } finally {
      if (done && report.wrong() == 0) {
        Folders.delete(folder);
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    host.say(table, report.tail(seconds));
    host.say(globals.json(), globals.json() ? report.json(seconds) : "");
    if (report.wrong() > 0) {
      throw CommandException.problem(
          report.verdict(), "The files are in " + folder + "; please report what you see.");
    }
    return ExitCode.DONE;
  }

  private static int count(Arguments arguments, String option, int otherwise) {
    long value = Numbers.parseSize(option, arguments.value(option, Integer.toString(otherwise)));
    if (value > COUNT_MAX) {
      throw CommandException.usage(option + " is 0 to " + COUNT_MAX, "");
    }
    return (int) value;
  }

  /** A new folder of our own, so that nothing of the user's is in reach. */
  private static Path folder(Host host, List<String> operands) throws IOException {
    if (operands.isEmpty()) {
      return Files.createTempDirectory("holdfast-selftest-").toAbsolutePath();
    }
    Path directory = host.path(operands.getFirst());
    if (!Files.isDirectory(directory)) {
      throw CommandException.usage(operands.getFirst() + " is no directory", "");
    }
    return Files.createTempDirectory(directory, "holdfast-selftest-").toAbsolutePath();
  }

  private static void copies(
      Host host, boolean table, SelftestReport report, Path folder, int copies, long seed)
      throws IOException {
    if (copies > 0) {
      host.say(table, SelftestReport.copiesHead());
      for (Maker maker : SUBJECTS) {
        try (SelftestSubject subject = maker.in(folder)) {
          SelftestCopies.Outcome outcome = SelftestCopies.run(subject, copies, folder, seed);
          report.add(outcome);
          host.say(table, SelftestReport.line(outcome));
        }
      }
    }
  }

  private static void kills(
      Host host, boolean table, SelftestReport report, Path folder, int kills, long seed)
      throws IOException {
    if (kills > 0) {
      host.say(table, SelftestReport.killsHead());
      for (SelftestVictim victim : SelftestKills.VICTIMS) {
        SelftestKills.Outcome outcome = SelftestKills.run(victim, kills, folder, seed);
        report.add(outcome);
        host.say(table, SelftestReport.line(outcome));
      }
    }
  }
}
