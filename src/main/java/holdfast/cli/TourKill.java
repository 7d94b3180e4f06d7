package holdfast.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plays one act: starts its process, kills it, starts the fresh one, and collects what both say.
 */
final class TourKill {
  /** How long the process goes on working before the kill, in milliseconds. */
  private static final long WORK_ON = 100;

  /**
   * What came of an act.
   *
   * @param act which
   * @param lines for the report
   * @param facts for JSON
   * @param differences what is not as it should be
   */
  record Outcome(
      String act, List<String> lines, Map<String, String> facts, List<String> differences) {}

  private final TourAct act;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();

  private TourKill(TourAct act) {
    this.act = act;
  }

  /** Plays an act with files below {@code source}, in {@code folder}. */
  static Outcome play(TourAct act, Path folder, Path source) throws IOException {
    TourKill kill = new TourKill(act);
    kill.start(TourWorker.LIVE, folder, source);
    if (kill.differences.isEmpty()) {
      kill.start(TourWorker.REVIVE, folder, source);
    }
    return new Outcome(act.name(), kill.lines, kill.facts, kill.differences);
  }

  private void start(String step, Path folder, Path source) throws IOException {
    List<String> words =
        List.of(
            TourWorker.NAME,
            step,
            act.name(),
            folder.toAbsolutePath().toString(),
            source.toAbsolutePath().toString());
    try (Child child = Child.start(words)) {
      boolean ready = child.listen();
      lines.addAll(child.lines());
      facts.putAll(child.facts());
      differences.addAll(child.differences());
      if (ready) {
        child.killAfter(WORK_ON);
        lines.add("SIGKILL while it worked; in a fresh process:");
      }
      int exit = child.exitCode();
      boolean asMeant = step.equals(TourWorker.LIVE) ? ready : exit == ExitCode.DONE;
      if (!asMeant) {
        differences.add("the process of '" + step + "' ended with " + exit + ": " + child.others());
      }
    }
  }
}
