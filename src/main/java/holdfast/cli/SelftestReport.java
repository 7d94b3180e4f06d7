package holdfast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the self test found, as text that grows while it works, or as one JSON document. */
final class SelftestReport {
  private static final int NAME_WIDTH = 15;
  private static final int NUMBER_WIDTH = 9;
  private static final int TIME_WIDTH = 9;

  private final Path folder;
  private final long seed;
  private final List<SelftestCopies.Outcome> copies = new ArrayList<>();
  private final List<SelftestKills.Outcome> kills = new ArrayList<>();

  SelftestReport(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
  }

  void add(SelftestCopies.Outcome outcome) {
    copies.add(outcome);
  }

  void add(SelftestKills.Outcome outcome) {
    kills.add(outcome);
  }

  /** Where and with what. */
  String head() {
    return "folder  " + folder + "\nseed    " + seed + "\n\n";
  }

  /** The head of the table of damaged copies. */
  static String copiesHead() {
    StringBuilder line = new StringBuilder(Numbers.left("damaged copies", NAME_WIDTH));
    for (SelftestDamage damage : SelftestDamage.values()) {
      line.append(Numbers.right(damage.title(), NUMBER_WIDTH));
    }
    return line + column("noticed") + column("wrong") + time("time") + "  it\n";
  }

  /** A line of that table, and one for each wrong answer that is described. */
  static String line(SelftestCopies.Outcome outcome) {
    StringBuilder line = new StringBuilder(Numbers.left(outcome.title(), NAME_WIDTH));
    for (SelftestDamage damage : SelftestDamage.values()) {
      line.append(column(Numbers.grouped(outcome.copies().getOrDefault(damage, 0L))));
    }
    line.append(column(Numbers.grouped(outcome.noticed())));
    line.append(column(Numbers.grouped(outcome.wrong())));
    line.append(time(seconds(outcome.nanos()))).append("  ");
    line.append(outcome.promise()).append('\n');
    outcome.described().forEach(text -> line.append("  WRONG: ").append(text).append('\n'));
    return line.toString();
  }

  /** The head of the table of killed processes. */
  static String killsHead() {
    return "\n"
        + Numbers.left("killed", NAME_WIDTH)
        + column("kills")
        + Numbers.right("acknowledged", NUMBER_WIDTH + 6)
        + column("found")
        + column("wrong")
        + time("time")
        + "\n";
  }

  /** A line of that table, and one for each difference. */
  static String line(SelftestKills.Outcome outcome) {
    StringBuilder line = new StringBuilder(Numbers.left(outcome.name(), NAME_WIDTH));
    line.append(column(Numbers.grouped(outcome.kills())));
    line.append(Numbers.right(Numbers.grouped(outcome.acknowledged()), NUMBER_WIDTH + 6));
    line.append(column(Numbers.grouped(outcome.found())));
    line.append(column(Numbers.grouped(outcome.differences().size())));
    line.append(time(seconds(outcome.nanos()))).append('\n');
    outcome.differences().forEach(text -> line.append("  WRONG: ").append(text).append('\n'));
    return line.toString();
  }

  private static String column(String text) {
    return Numbers.right(text, NUMBER_WIDTH);
  }

  private static String time(String text) {
    return Numbers.right(text, TIME_WIDTH);
  }

  private static String seconds(long nanos) {
    return Numbers.fixed(nanos / 1e9, 1) + " s";
  }

  /** The verdict. */
  String tail(double seconds) {
    return "\n" + verdict() + " (" + Numbers.fixed(seconds, 1) + " s)\n";
  }

  /** One sentence. */
  String verdict() {
    List<String> seen = new ArrayList<>();
    if (!copies.isEmpty()) {
      long total = copies.stream().mapToLong(SelftestCopies.Outcome::total).sum();
      seen.add(Numbers.grouped(total) + " damaged copies");
    }
    if (!kills.isEmpty()) {
      seen.add(Numbers.count(kills.stream().mapToLong(SelftestKills.Outcome::kills).sum(), "kill"));
    }
    String all = seen.isEmpty() ? "nothing was asked for" : String.join(", ", seen);
    return wrong() == 0
        ? all + ": nothing lost, no wrong byte"
        : "WRONG: " + Numbers.count(wrong(), "answer") + " of " + all;
  }

  /** How many answers were wrong. */
  long wrong() {
    long wrong = 0;
    for (SelftestCopies.Outcome outcome : copies) {
      wrong += outcome.wrong();
    }
    for (SelftestKills.Outcome outcome : kills) {
      wrong += outcome.differences().size();
    }
    return wrong;
  }

  String json(double seconds) {
    Json json = new Json().object();
    json.name("folder").value(folder.toString());
    json.name("seed").value(seed);
    json.name("copies").array();
    for (SelftestCopies.Outcome outcome : copies) {
      json.object().name("format").value(outcome.title());
      for (SelftestDamage damage : SelftestDamage.values()) {
        json.name(damage.title()).value(outcome.copies().getOrDefault(damage, 0L));
      }
      json.name("noticed").value(outcome.noticed());
      json.name("wrong").value(outcome.wrong());
      json.name("described").array();
      outcome.described().forEach(json::value);
      json.end().name("seconds").value(outcome.nanos() / 1e9).end();
    }
    json.end().name("kills").array();
    for (SelftestKills.Outcome outcome : kills) {
      json.object().name("part").value(outcome.name());
      json.name("kills").value(outcome.kills());
      json.name("acknowledged").value(outcome.acknowledged());
      json.name("found").value(outcome.found());
      json.name("differences").array();
      outcome.differences().forEach(json::value);
      json.end().name("seconds").value(outcome.nanos() / 1e9).end();
    }
    json.end().name("seconds").value(seconds);
    json.name("sound").value(wrong() == 0);
    return json.name("verdict").value(verdict()).end().toString();
  }
}
