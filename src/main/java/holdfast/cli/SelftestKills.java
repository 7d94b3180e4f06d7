package holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Kills processes of one victim, again and again on the same files, which nobody cleans up. */
final class SelftestKills {
  /** All of them, in the order of the report. */
  static final List<SelftestVictim> VICTIMS =
      List.of(
          new SelftestChunkVictim(),
          new SelftestWkspVictim(),
          new SelftestGrooveVictim(),
          new SelftestSnapshotVictim());

  /** How long a process works before it is killed, in milliseconds, at most. */
  private static final int WORK_MAX = 60;

  /**
   * What came of a victim.
   *
   * @param name of the victim
   * @param kills how many processes were killed
   * @param acknowledged what was surely done, at the end
   * @param found what was there
   * @param differences what was not as it should be
   * @param nanos time it took
   */
  record Outcome(
      String name,
      int kills,
      long acknowledged,
      long found,
      List<String> differences,
      long nanos) {}

  private SelftestKills() {}

  /** The victim of a name; {@code null} when there is none. */
  static SelftestVictim victim(String name) {
    for (SelftestVictim victim : VICTIMS) {
      if (victim.name().equals(name)) {
        return victim;
      }
    }
    return null;
  }

  /** Kills so many processes, and looks once more. Ends early when something is wrong. */
  static Outcome run(SelftestVictim victim, int kills, Path folder, long seed) throws IOException {
    long start = System.nanoTime();
    Path own = Files.createDirectories(folder.resolve("kills-" + victim.name().replace(' ', '-')));
    SplittableRandom random = new SplittableRandom(seed);
    List<String> differences = new ArrayList<>();
    long acknowledged = 0;
    long found = 0;
    int done = 0;
    for (int i = 0; i <= kills && differences.isEmpty(); i++) {
      boolean looks = i == kills;
      List<String> words =
          List.of(
              SelftestWorker.NAME,
              looks ? SelftestWorker.LOOK : SelftestWorker.WORK,
              victim.name(),
              own.toAbsolutePath().toString());
      try (Child child = Child.start(words)) {
        boolean ready = child.listen();
        if (ready) {
          child.killAfter(random.nextInt(WORK_MAX));
          done++;
        }
        int exit = child.exitCode();
        for (String difference : child.differences()) {
          differences.add(victim.name() + ", after kill " + i + ": " + difference);
        }
        if (looks ? exit != ExitCode.DONE : !ready) {
          differences.add(
              victim.name()
                  + ", after kill "
                  + i
                  + ": the process ended with "
                  + exit
                  + ": "
                  + child.others());
        }
        acknowledged = number(child, SelftestScene.ACKNOWLEDGED, acknowledged);
        found = number(child, SelftestScene.FOUND, found);
      }
    }
    return new Outcome(
        victim.name(), done, acknowledged, found, differences, System.nanoTime() - start);
  }

  private static long number(Child child, String fact, long otherwise) {
    String value = child.facts().get(fact);
    return value == null ? otherwise : Long.parseLong(value);
  }
}
