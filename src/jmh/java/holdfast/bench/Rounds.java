package holdfast.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks in rounds: {@code Rounds JSON [JMH options] [patterns]}.
 *
 * <p>Speed of a machine that others use too drifts within minutes, so a ratio means something only
 * between runs that lie close together. One round therefore runs every combination once, in a JVM
 * of its own, the contenders of one question directly one after the other; the next round does it
 * all again. In the JSON a round is a JMH fork: the k-th list of raw data is the k-th round.
 *
 * <p>System properties: {@code bench.rounds}, {@code bench.quick} (fewer contenders and block
 * sizes, shorter iterations) and {@code holdfast.corpus}, see {@link Corpus}. Beside the JSON a
 * file of the same name ending in {@code .properties} tells what the run was.
 */
public final class Rounds {
  /** What the quick run keeps. Parameters given on the command line win. */
  private static final Map<String, List<String>> QUICK =
      Map.of(
          "BlockBench.block",
          List.of("whole", "65536"),
          "BlockBench.contender",
          List.of(
              "liblz4",
              "lz4-java-jni",
              "holdfast-native",
              "holdfast-array",
              "aircompressor3-java-native-segments",
              "aircompressor2"),
          "HighCompressionBench.atLevel",
          List.of("9"),
          "LevelsBench.atLevel",
          List.of("1", "3", "9", "12"),
          "AllocatorBench.contender",
          List.of("holdfast", "malloc-critical", "netty-pooled", "netty-adaptive"),
          "HandOverBench.contender",
          List.of("holdfast", "malloc-critical", "netty-pooled", "netty-adaptive"),
          "GarbageBench.contender",
          List.of("holdfast-array", "holdfast-native"));

  /** Questions that one round answers, because the speed of the machine does not matter much. */
  private static final Set<String> ONCE = Set.of("GarbageBench", "LevelsBench", "WorstCaseBench");

  private record Combination(BenchmarkListEntry entry, Map<String, String> params) {
    String benchmark() {
      return entry.getUsername();
    }

    String owner() {
      return entry.getUserClassQName().replaceFirst("^.*\\.", "");
    }

    String shortName() {
      return benchmark().replaceFirst("^.*\\.(?=[^.]+\\.[^.]+$)", "");
    }

    List<String> flags() {
      return Contenders.flags(params.getOrDefault("contender", ""));
    }

    @Override
    public String toString() {
      return shortName() + " " + params;
    }
  }

  private Rounds() {}

  /** Runs. The first argument names the JSON file, all others are JMH's. */
  public static void main(String[] args) throws Exception {
    Path json = Path.of(args[0]);
    var options = new CommandLineOptions(Arrays.copyOfRange(args, 1, args.length));
    boolean quick = Boolean.getBoolean("bench.quick");
    int given = Integer.getInteger("bench.rounds", 0);
    int rounds = given > 0 ? given : quick ? 2 : 3;
    List<Combination> combinations = combinations(options, quick);
    if (combinations.isEmpty()) {
      throw new IllegalArgumentException("no benchmark matches " + options.getIncludes());
    }
    Map<String, List<RunResult>> results = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    long start = System.nanoTime();
    for (int round = 1; round <= rounds; round++) {
      for (Combination c : combinations) {
        if (round > 1 && ONCE.contains(c.owner())) {
          continue;
        }
        try {
          for (RunResult r : run(c, options, quick)) {
            results.computeIfAbsent(c.toString(), k -> new ArrayList<>()).add(r);
            print(c, round, rounds, r);
          }
        } catch (RunnerException e) {
          failures.add("round " + round + " " + c + ": " + e.getMessage());
          System.out.println("FAILED " + failures.getLast());
        }
      }
      long seconds = (System.nanoTime() - start) / 1_000_000_000L;
      System.out.printf("round %d of %d done after %d s%n", round, rounds, seconds);
    }
    write(json, results);
    describe(json, args, rounds, start);
    if (!failures.isEmpty()) {
      failures.forEach(System.err::println);
      System.exit(1);
    }
  }

  private static List<Combination> combinations(CommandLineOptions options, boolean quick) {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    List<String> includes = options.getIncludes();
    List<Combination> all = new ArrayList<>();
    for (BenchmarkListEntry entry :
        BenchmarkList.defaultList()
            .find(silent, includes.isEmpty() ? List.of(".*") : includes, options.getExcludes())) {
      List<Map<String, String>> rows = List.of(Map.of());
      Map<String, String[]> declared =
          entry.getParams().hasValue() ? new TreeMap<>(entry.getParams().get()) : Map.of();
      for (String name : ordered(declared)) {
        List<Map<String, String>> longer = new ArrayList<>();
        for (Map<String, String> row : rows) {
          for (String value : values(entry, name, declared.get(name), options, quick)) {
            Map<String, String> next = new LinkedHashMap<>(row);
            next.put(name, value);
            longer.add(next);
          }
        }
        rows = longer;
      }
      rows.stream().filter(Rounds::takesPart).forEach(r -> all.add(new Combination(entry, r)));
    }
    return all;
  }

  /** The contender varies fastest, so that those to be compared run one after the other. */
  private static List<String> ordered(Map<String, String[]> declared) {
    List<String> names = new ArrayList<>(declared.keySet());
    if (names.remove("contender")) {
      names.add("contender");
    }
    return names;
  }

  private static Collection<String> values(
      BenchmarkListEntry entry,
      String name,
      String[] declared,
      CommandLineOptions options,
      boolean quick) {
    if (options.getParameter(name).hasValue()) {
      return options.getParameter(name).get();
    }
    String owner = entry.getUserClassQName().replaceFirst("^.*\\.", "");
    List<String> all = List.of(declared);
    return quick ? QUICK.getOrDefault(owner + "." + name, all) : all;
  }

  private static boolean takesPart(Map<String, String> params) {
    String contender = params.getOrDefault("contender", "");
    String absent = Contenders.absent(contender);
    if (absent != null) {
      System.out.println("left out: " + contender + ", " + absent);
    }
    return absent == null
        && Contenders.has(contender, Integer.parseInt(params.getOrDefault("atLevel", "1")));
  }

  private static Collection<RunResult> run(Combination c, CommandLineOptions options, boolean quick)
      throws RunnerException {
    List<String> flags = new ArrayList<>(c.flags());
    flags.addAll(List.of("-Xms1g", "-Xmx1g"));
    flags.add("-Dholdfast.corpus=" + System.getProperty("holdfast.corpus", ""));
    flags.add("-Dbench.dir=" + System.getProperty("bench.dir", "target"));
    // The patterns of the command line stay in force, so all others are excluded.
    var builder =
        new OptionsBuilder()
            .parent(options)
            .exclude("^(?!" + c.benchmark().replace(".", "\\.") + "$)")
            .forks(1)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .jvmArgs(flags.toArray(String[]::new));
    c.params().forEach(builder::param);
    if (c.owner().equals("GarbageBench")) {
      builder.addProfiler(GCProfiler.class);
    }
    if (quick && !options.getWarmupTime().hasValue()) {
      builder.warmupTime(TimeValue.milliseconds(250)).measurementTime(TimeValue.milliseconds(150));
    }
    return new Runner(builder.build()).run();
  }

  private static void print(Combination c, int round, int rounds, RunResult r) {
    Result<?> bytes = r.getSecondaryResults().get("plainBytes");
    String score =
        bytes == null
            ? String.format(
                Locale.ROOT,
                "%.3f %s",
                r.getPrimaryResult().getScore(),
                r.getPrimaryResult().getScoreUnit())
            : String.format(Locale.ROOT, "%.0f MB/s", bytes.getScore() / 1e6);
    System.out.printf("%d/%d %-100s %s%n", round, rounds, c, score);
  }

  /** Merges the rounds of each combination into one result, a fork a round. */
  private static void write(Path json, Map<String, List<RunResult>> results) throws IOException {
    List<RunResult> merged = new ArrayList<>();
    for (List<RunResult> rounds : results.values()) {
      List<BenchmarkResult> forks = new ArrayList<>();
      rounds.forEach(r -> forks.addAll(r.getBenchmarkResults()));
      merged.add(new RunResult(rounds.getFirst().getParams(), forks));
    }
    Files.createDirectories(json.toAbsolutePath().getParent());
    ResultFormatFactory.getInstance(ResultFormatType.JSON, json.toString()).writeOut(merged);
  }

  private static void describe(Path json, String[] args, int rounds, long start)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("date=" + LocalDate.now());
    lines.add("corpus=" + Corpus.describe());
    lines.add("liblz4=" + (LibLz4.present() ? LibLz4.version() : "absent"));
    lines.add("rounds=" + rounds);
    lines.add("quick=" + Boolean.getBoolean("bench.quick"));
    lines.add("arguments=" + String.join(" ", Arrays.copyOfRange(args, 1, args.length)));
    lines.add("seconds=" + (System.nanoTime() - start) / 1_000_000_000L);
    lines.add("java=" + System.getProperty("java.vendor") + " " + Runtime.version());
    lines.add(
        "system=%s %s, %s, %d processors"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors()));
    lines.add("cpu=" + cpu());
    Files.write(Path.of(json + ".properties"), lines);
  }

  private static String cpu() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    return Files.isReadable(info)
        ? Files.readAllLines(info).stream()
            .filter(l -> l.startsWith("model name"))
            .map(l -> l.substring(l.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown")
        : "unknown";
  }
}
