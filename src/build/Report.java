import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Turns the JSON of a benchmark run into tables of ratios and pictures.
 *
 * <pre>{@code
 * java Report.java bench.json              prints the tables; writes bench.json.md and bench.json.*.svg
 * java Report.java bench.json --update F   and puts the tables between the markers of F, the
 *                                          pictures into F's folder img
 * }</pre>
 *
 * <p>In the JSON a fork is a round. A ratio is taken inside a round, between runs that lie close
 * together in time; a cell is the median of the rounds' ratios.
 */
class Report {
  static final String BEGIN = "<!-- report:begin -->";
  static final String END = "<!-- report:end -->";

  /** The yardstick is the first of these that took part. */
  static final List<String> YARDSTICKS = List.of("liblz4", "lz4-java-jni");

  static final Set<String> JAVA_PEERS =
      Set.of(
          "aircompressor2",
          "aircompressor3-java",
          "aircompressor3-java-native-segments",
          "lz4-java-java");

  /** Colours of the lines in the picture of all levels; grey for others. */
  static final Map<String, String> CURVES =
      Map.of(
          "liblz4", "#555555",
          "lz4-java-jni", "#9a9a9a",
          "holdfast-native", "#1f77b4",
          "holdfast-array", "#6fb1dd",
          "lz4-java-java", "#ff9f4a",
          "aircompressor2", "#d62728",
          "aircompressor3-java", "#8c564b");

  /** One combination: its parameters and, for each round, the score and the other figures. */
  record Row(
      String question,
      Map<String, String> params,
      List<Double> score,
      Map<String, List<Double>> more) {
    String who() {
      return params.getOrDefault("contender", params.getOrDefault("memory", ""));
    }

    /** The parameters that are not the contender: a column of the table. */
    String column() {
      return params.entrySet().stream()
          .filter(e -> !e.getKey().equals("contender") && !e.getKey().equals("memory"))
          .map(e -> columnName(e.getKey(), e.getValue()))
          .collect(Collectors.joining(", "));
    }

    /** Uncompressed bytes per second of each round; empty when the question is not about them. */
    List<Double> speed() {
      return more.getOrDefault("plainBytes", List.of());
    }

    /** Whether the score is nanoseconds for an operation of an allocator. */
    boolean isTime() {
      return question.startsWith("AllocatorBench") || question.startsWith("HandOverBench");
    }

    /** What a bar shows: MB/s, or ns. */
    double bar() {
      return isTime() ? median(score) : median(speed()) / 1e6;
    }

    /** Compressed bytes for each plain byte. */
    double size() {
      return median(more.get("packedBytes")) / median(more.get("plainBytes"));
    }

    private static String columnName(String key, String value) {
      return switch (key) {
        case "block" ->
            value.equals("whole") ? "whole files" : Integer.parseInt(value) / 1024 + " KiB";
        case "atLevel" -> "level " + value;
        default -> key + " " + value;
      };
    }
  }

  public static void main(String[] args) throws IOException {
    Path json = Path.of(args[0]);
    List<Row> rows = rows(json);
    String text = text(rows, json);
    System.out.println(text);
    Files.writeString(Path.of(json + ".md"), text);
    for (Map.Entry<String, String> picture : pictures(rows).entrySet()) {
      Files.writeString(Path.of(json + "." + picture.getKey() + ".svg"), picture.getValue());
    }
    if (args.length == 3 && args[1].equals("--update")) {
      update(Path.of(args[2]), text, rows);
    }
  }

  // --- the tables ------------------------------------------------------------------------------

  static String text(List<Row> rows, Path json) throws IOException {
    StringBuilder out = new StringBuilder();
    describe(json, out);
    for (String question : questions(rows)) {
      List<Row> mine = rows.stream().filter(r -> r.question.equals(question)).toList();
      if (question.startsWith("GarbageBench")) {
        garbage(question, mine, out);
      } else if (question.startsWith("MixedMemoryBench")) {
        mixed(question, mine, out);
      } else if (question.startsWith("WorstCaseBench")) {
        growth(question, mine, out);
      } else if (mine.getFirst().isTime()) {
        times(question, mine, out);
      } else {
        ratios(question, mine, out);
      }
    }
    return out.toString();
  }

  static void describe(Path json, StringBuilder out) throws IOException {
    Path file = Path.of(json + ".properties");
    if (!Files.exists(file)) {
      return;
    }
    Properties run = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      run.load(reader);
    }
    out.append("| | |\n|---|---|\n");
    for (String key :
        List.of("date", "system", "cpu", "java", "liblz4", "corpus", "rounds", "seconds")) {
      out.append("| %s | %s |\n".formatted(key, run.getProperty(key, "")));
    }
    if (Integer.parseInt(run.getProperty("rounds", "0")) < 3) {
      out.append("| note | fewer than three rounds: good for a look, not for a claim |\n");
    }
    String quick = run.getProperty("quick").equals("true") ? " -Dbench.quick" : "";
    String bench = run.getProperty("arguments", "").strip();
    String selection = bench.equals(".*") || bench.isEmpty() ? "" : " -Dbench=\"" + bench + "\"";
    out.append(
        "| command | `mvn verify -Pbench%s%s` |\n".formatted(quick, selection.replace("|", "\\|")));
  }

  /**
   * Speed of the yardstick, then everybody's ratio to it; below, Holdfast against the best peer.
   */
  static void ratios(String question, List<Row> rows, StringBuilder out) {
    Set<String> columns = columns(rows);
    Set<String> names = names(rows);
    String yardstick = YARDSTICKS.stream().filter(names::contains).findFirst().orElse(null);
    heading(question, columns, out);
    if (yardstick == null) {
      for (String who : names) {
        line(who + ", MB/s", columns, c -> speed(find(rows, who, c)), out);
      }
      return;
    }
    line(yardstick + ", MB/s", columns, c -> speed(find(rows, yardstick, c)), out);
    for (String who : names) {
      if (!who.equals(yardstick)) {
        line(who, columns, c -> ratio(find(rows, who, c), find(rows, yardstick, c)), out);
      }
    }
    if (names.stream().anyMatch(JAVA_PEERS::contains)) {
      for (String who : names) {
        if (who.startsWith("holdfast")) {
          line(
              who + " : best Java peer",
              columns,
              c -> ratio(find(rows, who, c), best(rows, c)),
              out);
        }
      }
    }
    if (!question.endsWith("decompress") && !question.endsWith("read")) {
      for (String who : names) {
        if (!who.endsWith("-denied")) {
          line("size by " + who, columns, c -> size(find(rows, who, c)), out);
        }
      }
    }
  }

  /** "both" against the harmonic mean of the two pure processes. */
  static void mixed(String question, List<Row> rows, StringBuilder out) {
    heading(question, Set.of("MB/s"), out);
    for (String who : names(rows)) {
      line(who, Set.of("MB/s"), c -> speed(find(rows, who, "")), out);
    }
    Row array = find(rows, "array", "");
    Row nativ = find(rows, "native", "");
    Row both = find(rows, "both", "");
    if (array != null && nativ != null && both != null) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < both.speed().size(); i++) {
        double mean = 2 / (1 / array.speed().get(i) + 1 / nativ.speed().get(i));
        ratios.add(both.speed().get(i) / mean);
      }
      line("both : harmonic mean of the others", Set.of("MB/s"), c -> number(median(ratios)), out);
    }
  }

  /** Time at four times the size, divided by the time at one. At most 5 is the goal. */
  static void growth(String question, List<Row> rows, StringBuilder out) {
    out.append("\n### ").append(question).append("\n\n");
    out.append("| input | ms at n | ms at 4 n | ratio |\n|---|---:|---:|---:|\n");
    for (Row one : rows) {
      if (!one.params.get("times").equals("1")) {
        continue;
      }
      Map<String, String> wanted = new TreeMap<>(one.params);
      wanted.put("times", "4");
      for (Row four : rows) {
        if (four.params.equals(wanted)) {
          double ratio = median(quotients(four.score, one.score));
          out.append(
              "| %s | %s | %s | %s%s |\n"
                  .formatted(
                      one.params.get("input"),
                      number(median(one.score)),
                      number(median(four.score)),
                      number(ratio),
                      ratio > 5 ? " **too much**" : ""));
        }
      }
    }
  }

  /** Nanoseconds; below, how many times as long the better Netty takes as Holdfast. */
  static void times(String question, List<Row> rows, StringBuilder out) {
    Set<String> columns = columns(rows);
    heading(question, columns, out);
    for (String who : names(rows)) {
      line(
          who + ", ns",
          columns,
          c -> find(rows, who, c) == null ? "" : number(median(find(rows, who, c).score)),
          out);
    }
    for (String who : names(rows)) {
      if (who.startsWith("holdfast")) {
        line("better Netty : " + who, columns, c -> advantage(rows, who, c), out);
      }
    }
  }

  static String advantage(List<Row> rows, String who, String column) {
    Row mine = find(rows, who, column);
    double least = Double.MAX_VALUE;
    for (Row row : rows) {
      if (row.who().startsWith("netty") && row.column().equals(column) && mine != null) {
        least = Math.min(least, median(quotients(row.score, mine.score)));
      }
    }
    return least == Double.MAX_VALUE ? "" : number(least);
  }

  static void garbage(String question, List<Row> rows, StringBuilder out) {
    Set<String> columns = Set.of("bytes of garbage per call");
    heading(question, columns, out);
    for (Row row : rows) {
      List<Double> bytes =
          row.more.entrySet().stream()
              .filter(e -> e.getKey().endsWith("gc.alloc.rate.norm"))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(List.of());
      // The profiler itself costs a fraction of a byte per call.
      String cell = bytes.isEmpty() ? "" : median(bytes) < 0.5 ? "0" : number(median(bytes));
      line(row.who(), columns, c -> cell, out);
    }
  }

  static void heading(String question, Set<String> columns, StringBuilder out) {
    out.append("\n### ").append(question).append("\n\n| |");
    columns.forEach(c -> out.append(' ').append(c.isEmpty() ? "all" : c).append(" |"));
    out.append("\n|---|").append("---:|".repeat(columns.size())).append('\n');
  }

  interface Cell {
    String of(String column);
  }

  static void line(String name, Set<String> columns, Cell cell, StringBuilder out) {
    out.append("| ").append(name).append(" |");
    columns.forEach(c -> out.append(' ').append(cell.of(c)).append(" |"));
    out.append('\n');
  }

  static String speed(Row row) {
    if (row == null || row.speed().isEmpty()) {
      return "";
    }
    double mb = median(row.speed()) / 1e6;
    return String.format(Locale.ROOT, mb < 100 ? "%.1f" : "%.0f", mb);
  }

  static String size(Row row) {
    return row == null ? "" : String.format(Locale.ROOT, "%.2f %%", 100 * row.size());
  }

  static String ratio(Row row, Row base) {
    return row == null || base == null ? "" : number(median(quotients(row.speed(), base.speed())));
  }

  /** The fastest Java peer of a column. */
  static Row best(List<Row> rows, String column) {
    return rows.stream()
        .filter(r -> JAVA_PEERS.contains(r.who()) && r.column().equals(column))
        .max((a, b) -> Double.compare(median(a.speed()), median(b.speed())))
        .orElse(null);
  }

  static Row find(List<Row> rows, String who, String column) {
    return rows.stream()
        .filter(r -> r.who().equals(who) && r.column().equals(column))
        .findFirst()
        .orElse(null);
  }

  static Set<String> questions(List<Row> rows) {
    return rows.stream().map(Row::question).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  static Set<String> columns(List<Row> rows) {
    return rows.stream().map(Row::column).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  static Set<String> names(List<Row> rows) {
    return rows.stream().map(Row::who).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Round by round, as far as both sides have rounds. */
  static List<Double> quotients(List<Double> a, List<Double> b) {
    List<Double> out = new ArrayList<>();
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      out.add(a.get(i) / b.get(i));
    }
    return out;
  }

  static double median(List<Double> values) {
    if (values == null || values.isEmpty()) {
      return Double.NaN;
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int mid = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[mid] : (sorted[mid - 1] + sorted[mid]) / 2;
  }

  static String number(double d) {
    return String.format(Locale.ROOT, "%.2f", d);
  }

  // --- the document ----------------------------------------------------------------------------

  static void update(Path document, String text, List<Row> rows) throws IOException {
    String old = Files.readString(document);
    int begin = old.indexOf(BEGIN);
    int end = old.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(document + " has no " + BEGIN + " ... " + END);
    }
    StringBuilder body = new StringBuilder(BEGIN).append("\n\n").append(text);
    Path folder = document.toAbsolutePath().getParent().resolve("img");
    Files.createDirectories(folder);
    for (Map.Entry<String, String> picture : pictures(rows).entrySet()) {
      String name = "bench-" + picture.getKey() + ".svg";
      Files.writeString(folder.resolve(name), picture.getValue());
      body.append("\n![").append(picture.getKey()).append("](img/").append(name).append(")\n");
    }
    Files.writeString(document, old.substring(0, begin) + body + "\n" + old.substring(end));
  }

  // --- the pictures ----------------------------------------------------------------------------

  /** A picture for each question about speed or time: bars, a group for each column. */
  static Map<String, String> pictures(List<Row> rows) {
    Map<String, String> pictures = new TreeMap<>();
    for (String question : questions(rows)) {
      List<Row> mine =
          rows.stream()
              .filter(r -> r.question.equals(question) && (r.isTime() || !r.speed().isEmpty()))
              .toList();
      if (!mine.isEmpty()) {
        boolean curve = question.startsWith("LevelsBench");
        pictures.put(question, curve ? curve(question, mine) : picture(question, mine));
      }
    }
    return pictures;
  }

  static String picture(String question, List<Row> rows) {
    int rowHeight = 16;
    int left = 250;
    int width = 760;
    StringBuilder body = new StringBuilder();
    int y = 30;
    for (String column : columns(rows)) {
      List<Row> group = rows.stream().filter(r -> r.column().equals(column)).toList();
      double max = group.stream().mapToDouble(Row::bar).max().orElse(1);
      label(body, 8, y + 11, "start", column);
      y += rowHeight;
      for (Row row : group) {
        double value = row.bar();
        label(body, left - 8, y + 11, "end", row.who());
        body.append(
            String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                left,
                y,
                (width - left - 90) * value / max,
                rowHeight - 4,
                colour(row)));
        label(
            body,
            left + (width - left - 90) * value / max + 6,
            y + 11,
            "start",
            row.isTime()
                ? String.format(Locale.ROOT, value < 100 ? "%.1f ns" : "%.0f ns", value)
                : String.format(Locale.ROOT, "%.0f MB/s", value));
        y += rowHeight;
      }
      y += 10;
    }
    StringBuilder out = new StringBuilder();
    out.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">%n"
            .formatted(width, y + 10));
    out.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
    String better = rows.getFirst().isTime() ? ", less is better" : "";
    label(
        out,
        8,
        16,
        "start",
        question + ", medians" + better + "; blue: Holdfast, orange: Java, grey: C");
    return out.append(body).append("</svg>\n").toString();
  }

  static String colour(Row row) {
    if (row.who().startsWith("holdfast") || row.question.startsWith("Mixed")) {
      return "#1f77b4";
    }
    boolean java =
        JAVA_PEERS.contains(row.who())
            || row.who().startsWith("netty")
            || row.who().startsWith("arena");
    return java ? "#ff9f4a" : "#9a9a9a";
  }

  /** Speed to the right, on a logarithmic scale; size upwards; a line of levels for each name. */
  static String curve(String question, List<Row> rows) {
    int left = 60;
    int top = 40;
    int width = 640;
    int height = 360;
    double slow = rows.stream().mapToDouble(r -> median(r.speed())).min().orElse(1) / 1.15;
    double fast = rows.stream().mapToDouble(r -> median(r.speed())).max().orElse(1) * 1.15;
    double small = 100 * rows.stream().mapToDouble(Row::size).min().orElse(0) - 0.5;
    double large = 100 * rows.stream().mapToDouble(Row::size).max().orElse(1) + 0.5;
    StringBuilder out = new StringBuilder();
    out.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"11\">%n"
            .formatted(left + width + 20, top + height + 50));
    out.append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
    label(out, 8, 16, "start", question + ": compressed size in % against speed, each level a dot");
    for (int mb : new int[] {5, 10, 20, 50, 100, 200, 500, 1000, 2000}) {
      if (mb * 1e6 > slow && mb * 1e6 < fast) {
        double x = left + width * Math.log(mb * 1e6 / slow) / Math.log(fast / slow);
        line(out, x, top, x, top + height, "#e4e4e4");
        label(out, x, top + height + 16, "middle", String.valueOf(mb));
      }
    }
    label(out, left + width / 2.0, top + height + 34, "middle", "MB/s");
    for (int percent = (int) Math.ceil(small); percent <= large; percent++) {
      double y = top + height * (large - percent) / (large - small);
      line(out, left, y, left + width, y, "#e4e4e4");
      label(out, left - 6, y + 4, "end", percent + " %");
    }
    int legend = 0;
    for (String who : names(rows)) {
      String colour = CURVES.getOrDefault(who, "#9a9a9a");
      double lastX = Double.NaN;
      double lastY = Double.NaN;
      for (Row row : rows) {
        if (!row.who().equals(who)) {
          continue;
        }
        double x = left + width * Math.log(median(row.speed()) / slow) / Math.log(fast / slow);
        double y = top + height * (large - 100 * row.size()) / (large - small);
        if (!Double.isNaN(lastX)) {
          line(out, lastX, lastY, x, y, colour);
        }
        out.append(
            String.format(
                Locale.ROOT,
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                x,
                y,
                colour));
        // The yardstick's dots carry the numbers; everybody's levels follow one another alike.
        if (YARDSTICKS.getFirst().equals(who) || names(rows).size() == 1) {
          label(out, x + 5, y - 5, "start", row.params().get("atLevel"));
        }
        lastX = x;
        lastY = y;
      }
      line(out, left + 12, top + 14 + 16 * legend, left + 32, top + 14 + 16 * legend, colour);
      label(out, left + 38, top + 18 + 16 * legend, "start", who);
      legend++;
    }
    return out.append("</svg>\n").toString();
  }

  static void line(StringBuilder out, double x1, double y1, double x2, double y2, String colour) {
    out.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            colour));
  }

  static void label(StringBuilder out, double x, double y, String anchor, String text) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  // --- the JSON --------------------------------------------------------------------------------

  static List<Row> rows(Path json) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Object o : (List<?>) new Json(Files.readString(json)).value()) {
      Map<?, ?> m = (Map<?, ?>) o;
      String[] name = ((String) m.get("benchmark")).split("\\.");
      Map<String, String> params = new TreeMap<>();
      if (m.get("params") instanceof Map<?, ?> given) {
        given.forEach((k, v) -> params.put((String) k, (String) v));
      }
      Map<String, List<Double>> more = new LinkedHashMap<>();
      if (m.get("secondaryMetrics") instanceof Map<?, ?> given) {
        given.forEach((k, v) -> more.put((String) k, rounds((Map<?, ?>) v)));
      }
      rows.add(
          new Row(
              name[name.length - 2] + "." + name[name.length - 1],
              params,
              rounds((Map<?, ?>) m.get("primaryMetric")),
              more));
    }
    return rows;
  }

  /** The median of the iterations of each round. */
  static List<Double> rounds(Map<?, ?> metric) {
    List<Double> out = new ArrayList<>();
    for (Object fork : (List<?>) metric.get("rawData")) {
      out.add(median(((List<?>) fork).stream().map(v -> (Double) v).toList()));
    }
    return out;
  }

  /** Just enough JSON for JMH's report. */
  static final class Json {
    private final String s;
    private int i;

    Json(String s) {
      this.s = s;
    }

    private char next() {
      while (Character.isWhitespace(s.charAt(i))) {
        i++;
      }
      return s.charAt(i);
    }

    private boolean skip(char c) {
      if (next() == c) {
        i++;
        return true;
      }
      return false;
    }

    Object value() {
      return switch (next()) {
        case '{' -> object();
        case '[' -> array();
        case '"' -> string();
        default -> scalar();
      };
    }

    private Map<String, Object> object() {
      Map<String, Object> map = new LinkedHashMap<>();
      for (i++; !skip('}'); skip(',')) {
        String key = (String) value();
        skip(':');
        map.put(key, value());
      }
      return map;
    }

    private List<Object> array() {
      List<Object> list = new ArrayList<>();
      for (i++; !skip(']'); skip(',')) {
        list.add(value());
      }
      return list;
    }

    private String string() {
      StringBuilder out = new StringBuilder();
      for (i++; s.charAt(i) != '"'; i++) {
        if (s.charAt(i) != '\\') {
          out.append(s.charAt(i));
        } else if (s.charAt(++i) == 'u') {
          out.append((char) Integer.parseInt(s.substring(i + 1, i + 5), 16));
          i += 4;
        } else {
          int escape = "nrtbf".indexOf(s.charAt(i));
          out.append(escape < 0 ? s.charAt(i) : "\n\r\t\b\f".charAt(escape));
        }
      }
      i++;
      return out.toString();
    }

    private Object scalar() {
      int from = i;
      while (",]} \n\r\t".indexOf(s.charAt(i)) < 0) {
        i++;
      }
      String text = s.substring(from, i);
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        case "null" -> "null";
        default -> Double.valueOf(text);
      };
    }
  }
}
