import holdfast.testkit.Guard;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Switches the guards of the library off, one after the other, and looks whether its test fails.
 *
 * <pre>{@code
 * java -cp CLASSES:TESTS:JUNIT Sabotage.java WORK [PART]
 *
 *   WORK   a folder that it may fill
 *   PART   only guards whose class, test or name contains this
 * }</pre>
 *
 * <p>First each test runs with nothing switched off, and has to pass. Then for each guard a copy of
 * its class is compiled without it, into a folder that stands in front of the class path, and the
 * test runs in a JVM of its own. The sources are not touched. The exit code is 1 when a guard
 * survives, that is, when no test notices that it is gone.
 */
class Sabotage {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final int PASSED = 0;
  private static final int FAILED = 1;
  private static final int NO_TEST = 2;

  /** How long a test may take with nothing switched off, and what it may take longer without. */
  private static final long SECONDS_MAX = 120;

  private static final long SECONDS_MORE = 20;

  /** How the JVM of a test ended: its exit code or -1 for no end, its time, its last line. */
  private record End(int code, double seconds, String line) {}

  private final Path work;
  private final String classPath = System.getProperty("java.class.path");

  private Sabotage(Path work) {
    this.work = work;
  }

  public static void main(String[] args) throws Exception {
    String part = args.length > 1 ? args[1] : "";
    List<Guard> guards =
        Guard.readAll(Guard.TABLES).stream()
            .filter(g -> (g.type() + " " + g.test() + " " + g.name()).contains(part))
            .toList();
    System.exit(new Sabotage(Path.of(args[0]).toAbsolutePath()).run(guards) ? 0 : 1);
  }

  private boolean run(List<Guard> guards) throws Exception {
    delete(work);
    // The JVMs of the tests run this program's other half: a compiled copy of it.
    compile(Path.of("src", "build", "Sabotage.java"), work.resolve("tool"));
    Map<String, Callable<End>> whole = new LinkedHashMap<>();
    for (Guard guard : guards) {
      whole.putIfAbsent(
          guard.test() + guard.options(),
          () -> test(guard, work.resolve("whole-" + guard.test()), SECONDS_MAX));
    }
    Map<String, End> passed = inTurn(whole);
    boolean good = true;
    for (Map.Entry<String, End> e : passed.entrySet()) {
      if (e.getValue().code != PASSED) {
        System.out.printf("FAILS BY ITSELF  %s: %s%n", e.getKey(), e.getValue().line);
        good = false;
      }
    }
    if (!good) {
      return false;
    }
    System.out.printf("%d tests pass with nothing switched off%n", passed.size());
    Map<Guard, Callable<Boolean>> without = new LinkedHashMap<>();
    for (Guard guard : guards) {
      double seconds = passed.get(guard.test() + guard.options()).seconds;
      int number = without.size();
      without.put(guard, () -> isKilled(guard, number, (long) (3 * seconds) + SECONDS_MORE));
    }
    long killed = inTurn(without).values().stream().filter(b -> b).count();
    System.out.printf("%d guards, %d killed%n", guards.size(), killed);
    return killed == guards.size();
  }

  /** Two at a time; each result in the order of the map. */
  private static <K, V> Map<K, V> inTurn(Map<K, Callable<V>> jobs) throws Exception {
    Map<K, Future<V>> running = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      jobs.forEach((key, job) -> running.put(key, threads.submit(job)));
    }
    Map<K, V> results = new LinkedHashMap<>();
    for (Map.Entry<K, Future<V>> e : running.entrySet()) {
      results.put(e.getKey(), e.getValue().get());
    }
    return results;
  }

  private boolean isKilled(Guard guard, int number, long secondsMax) throws Exception {
    Path folder = work.resolve("guard-" + number);
    Path copy = guard.source(folder.resolve("source"));
    Files.createDirectories(copy.getParent());
    String without;
    try {
      without = guard.switchedOff(Files.readString(guard.source(SOURCES)));
    } catch (IllegalArgumentException e) {
      System.out.println("NOT FOUND      " + e.getMessage());
      return false;
    }
    Files.writeString(copy, without);
    String verdict;
    String detail = "";
    if (compile(copy, folder.resolve("classes"))) {
      End end = test(guard, folder, secondsMax);
      verdict =
          switch (end.code) {
            case PASSED -> "SURVIVED";
            case NO_TEST -> "NO TEST";
            case FAILED -> "killed";
            case -1 -> "killed, no end";
            default -> "killed, JVM died " + end.code;
          };
      detail = String.format(Locale.ROOT, "(%.1f s) %s", end.seconds, end.line);
    } else {
      verdict = "NOT COMPILED";
    }
    System.out.printf(
        "%-14s %s: %s%n    %s %s%n",
        verdict, simple(guard.type()), guard.name(), simple(guard.test()), detail);
    if (verdict.startsWith("killed")) {
      delete(folder);
    }
    return verdict.startsWith("killed");
  }

  private static String simple(String type) {
    return type.substring(type.lastIndexOf('.') + 1);
  }

  private boolean compile(Path source, Path classes) throws IOException {
    Files.createDirectories(classes);
    List<String> args =
        List.of(
            "-proc:none",
            "-nowarn",
            "-implicit:none",
            "-XDstringConcat=inline",
            "-cp",
            classPath,
            "-d",
            classes.toString(),
            source.toString());
    return ToolProvider.getSystemJavaCompiler().run(null, null, null, args.toArray(String[]::new))
        == 0;
  }

  /** Runs the guard's test; classes in the folder stand in front of those of the library. */
  private End test(Guard guard, Path folder, long secondsMax) throws Exception {
    Path scratch = Files.createDirectories(folder.resolve("tmp"));
    Path output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-ea",
            "-Xmx512m",
            "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
            "-Dholdfast.tier=quick",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + scratch.resolve("crash.log"),
            "-Djava.io.tmpdir=" + scratch,
            "-Djqwik.database=" + folder.resolve("jqwik")));
    command.addAll(guard.options());
    command.add("-cp");
    command.add(
        String.join(
            java.io.File.pathSeparator,
            folder.resolve("classes").toString(),
            classPath,
            work.resolve("tool").toString()));
    command.addAll(List.of("Sabotage$Half", guard.testClass(), guard.testMethod()));
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int code = process.waitFor(secondsMax, TimeUnit.SECONDS) ? process.exitValue() : -1;
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    double seconds = (System.nanoTime() - start) / 1e9;
    String line = "";
    try (Stream<String> lines = Files.lines(output)) {
      line = lines.filter(l -> l.startsWith(Half.MARK)).reduce("", (a, b) -> b);
    }
    delete(scratch);
    return new End(code, seconds, line);
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(tree)) {
      walk.sorted(Comparator.reverseOrder()).forEach(Sabotage::deleteOne);
    }
  }

  private static void deleteOne(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What runs in the JVM of a test: all of it, or up to the first failure. */
  static final class Half implements TestExecutionListener {
    static final String MARK = "sabotage: ";

    private int tests;

    public static void main(String[] args) throws ClassNotFoundException {
      Half listener = new Half();
      LauncherFactory.create()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(selectors(Class.forName(args[0]), args.length < 2 ? "" : args[1]))
                  .filters(TagFilter.excludeTags("thorough"))
                  .configurationParameter("jqwik.reporting.onlyfailures", "true")
                  .configurationParameter("jqwik.tries.default", "200")
                  .configurationParameter("junit.jupiter.execution.timeout.default", "120 s")
                  .build(),
              listener);
      System.out.flush();
      Runtime.getRuntime().halt(listener.tests == 0 ? NO_TEST : PASSED);
    }

    /** A class, or those of its methods that have a name, whatever their parameters. */
    private static List<DiscoverySelector> selectors(Class<?> type, String method) {
      if (method.isEmpty()) {
        return List.of(DiscoverySelectors.selectClass(type));
      }
      List<DiscoverySelector> all = new ArrayList<>();
      for (Method one : type.getDeclaredMethods()) {
        if (one.getName().equals(method)) {
          all.add(DiscoverySelectors.selectMethod(type, one));
        }
      }
      return all;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest()) {
        tests++;
      }
      if (result.getStatus() == TestExecutionResult.Status.FAILED) {
        PrintStream out = System.out;
        result.getThrowable().ifPresent(t -> t.printStackTrace(out));
        String why = result.getThrowable().map(Throwable::toString).orElse("");
        String oneLine = why.lines().findFirst().orElse("");
        out.println();
        out.println(MARK + test.getLegacyReportingName() + ": " + oneLine);
        out.flush();
        Runtime.getRuntime().halt(FAILED);
      }
    }
  }
}
