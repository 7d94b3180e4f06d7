package holdfast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the tour found, as text that grows while it works, or as one JSON document. */
final class TourReport {
  private static final int TITLE_WIDTH = 16;
  private static final int FORM_WIDTH = 8;
  private static final int SIZE_WIDTH = 12;
  private static final int RATIO_WIDTH = 8;
  private static final int RATE_WIDTH = 14;
  private static final int ACT_WIDTH = 9;

  private final TourFiles input;
  private final Path folder;
  private final boolean nativeAccess;
  private final List<Row> rows = new ArrayList<>();
  private final List<TourKill.Outcome> acts = new ArrayList<>();

  /** A level in both forms; {@code frames} is {@code file} in the folder. */
  record Row(TourLevel level, boolean whole, TourResult blocks, TourResult frames, String file) {}

  TourReport(TourFiles input, Path folder, boolean nativeAccess) {
    this.input = input;
    this.folder = folder;
    this.nativeAccess = nativeAccess;
  }

  void add(Row row) {
    rows.add(row);
  }

  void add(TourKill.Outcome act) {
    acts.add(act);
  }

  /** What the tour will do. */
  String head() {
    return "input   "
        + input.title()
        + ": "
        + Numbers.count(input.files().size(), "file")
        + ", "
        + Numbers.grouped(input.bytes())
        + " bytes\n"
        + "java    "
        + Runtime.version()
        + ", native access "
        + (nativeAccess
            ? "enabled"
            : "not enabled: native memory is worked on in copies on the heap")
        + "\n"
        + "folder  "
        + folder
        + "\n\n";
  }

  /** The head of the table of levels. */
  String tableHead() {
    return Numbers.left("level", TITLE_WIDTH)
        + Numbers.left("as", FORM_WIDTH)
        + Numbers.right("plain", SIZE_WIDTH)
        + Numbers.right("packed", SIZE_WIDTH)
        + Numbers.right("ratio", RATIO_WIDTH)
        + Numbers.right("compress", RATE_WIDTH)
        + Numbers.right("restore", RATE_WIDTH)
        + "\n";
  }

  /** The two lines of a level, and a third one for each difference. */
  static String lines(Row row) {
    return line(row.level().title() + (row.whole() ? "" : " *"), "blocks", row.blocks())
        + line("", "frames", row.frames());
  }

  private static String line(String title, String form, TourResult result) {
    return Numbers.left(title, TITLE_WIDTH)
        + Numbers.left(form, FORM_WIDTH)
        + Numbers.right(Numbers.size(result.plain()), SIZE_WIDTH)
        + Numbers.right(Numbers.size(result.packed()), SIZE_WIDTH)
        + Numbers.right(Numbers.fixed(result.ratio(), 3), RATIO_WIDTH)
        + Numbers.right(Numbers.size(Math.round(result.packRate())) + "/s", RATE_WIDTH)
        + Numbers.right(Numbers.size(Math.round(result.restoreRate())) + "/s", RATE_WIDTH)
        + "\n"
        + (result.difference() == null ? "" : "  DIFFERS: " + result.difference() + "\n");
  }

  /** What an act said, its name before the first line, and what is not as it should be. */
  static String lines(TourKill.Outcome outcome) {
    StringBuilder text = new StringBuilder();
    String head = outcome.act();
    for (String line : outcome.lines()) {
      text.append(Numbers.left(head, ACT_WIDTH)).append(line).append('\n');
      head = "";
    }
    for (String difference : outcome.differences()) {
      text.append(Numbers.left(head, ACT_WIDTH)).append("DIFFERS: ").append(difference);
      text.append('\n');
      head = "";
    }
    return text.append('\n').toString();
  }

  /** Footnotes of the table of levels. */
  String tableTail() {
    StringBuilder text = new StringBuilder("\n");
    if (rows.stream().anyMatch(row -> !row.whole())) {
      text.append("* slow level: a sample, parts of 1 MiB spread evenly over the input;");
      text.append(" the other levels take all of it\n");
    }
    text.append("blocks: 64 KiB each, in native memory. frames: 4 MiB blocks and a content");
    text.append(" checksum, in a file.\n");
    text.append(
        "Rates are plain bytes in one thread, without reading the input; the first level warms");
    return text.append(" the JVM up.\n\n").toString();
  }

  /** The verdict. */
  String tail(double seconds) {
    List<String> seen = new ArrayList<>();
    if (!rows.isEmpty()) {
      seen.add(Numbers.count(rows.size(), "level"));
    }
    if (!acts.isEmpty()) {
      seen.add(Numbers.count(acts.size(), "kill"));
    }
    return verdict() + " (" + String.join(", ", seen) + ", " + Numbers.fixed(seconds, 1) + " s)\n";
  }

  /** One sentence. */
  String verdict() {
    int bad = differences();
    String skipped =
        input.skipped().isEmpty()
            ? ""
            : "; " + Numbers.count(input.skipped().size(), "file") + " could not be read";
    return bad == 0
        ? "every byte compared equal" + skipped
        : "NOT EQUAL: "
            + bad
            + " of "
            + (2 * rows.size() + acts.size())
            + " round trips differ"
            + skipped;
  }

  /** How many round trips did not give back what went in. */
  int differences() {
    int bad = 0;
    for (Row row : rows) {
      bad += row.blocks().difference() == null ? 0 : 1;
      bad += row.frames().difference() == null ? 0 : 1;
    }
    for (TourKill.Outcome act : acts) {
      bad += act.differences().isEmpty() ? 0 : 1;
    }
    return bad;
  }

  String json(double seconds) {
    Json json = new Json().object();
    json.name("input").value(input.title());
    json.name("files").value(input.files().size());
    json.name("bytes").value(input.bytes());
    json.name("skipped").array();
    input.skipped().forEach(json::value);
    json.end();
    json.name("java").value(Runtime.version().toString());
    json.name("nativeAccess").value(nativeAccess);
    json.name("folder").value(folder.toString());
    json.name("levels").array();
    for (Row row : rows) {
      json.object();
      json.name("name").value(row.level().title());
      json.name("level").value(row.level().level().level());
      json.name("acceleration").value(row.level().level().acceleration());
      json.name("sampled").value(!row.whole());
      json.name("blocks");
      result(json, row.blocks());
      json.name("frames");
      result(json, row.frames());
      json.name("file").value(row.file()).end();
    }
    json.end();
    json.name("acts").array();
    for (TourKill.Outcome act : acts) {
      json.object().name("name").value(act.act());
      act.facts().forEach((name, value) -> fact(json.name(name), value));
      json.name("differences").array();
      act.differences().forEach(json::value);
      json.end().end();
    }
    json.end();
    json.name("seconds").value(seconds);
    json.name("equal").value(differences() == 0);
    return json.name("verdict").value(verdict()).end().toString();
  }

  /** Whole numbers are numbers in JSON, everything else is text. */
  private static void fact(Json json, String value) {
    if (value.matches("\\d{1,18}")) {
      json.value(Long.parseLong(value));
    } else {
      json.value(value);
    }
  }

  private static void result(Json json, TourResult result) {
    json.object();
    json.name("originalSize").value(result.plain());
    json.name("compressedSize").value(result.packed());
    json.name("ratio").value(result.ratio());
    json.name("compressBytesPerSecond").value(Math.round(result.packRate()));
    json.name("decompressBytesPerSecond").value(Math.round(result.restoreRate()));
    json.name("difference").value(result.difference()).end();
  }
}
