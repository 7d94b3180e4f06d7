package holdfast.cli;

import holdfast.lz4.Lz4;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Plays one act: starts its process, kills it, starts the fresh one, and collects what both say.
 */
final class TourKill {
  /** How long the process goes on working before the kill, in milliseconds. */
  private static final long WORK_ON = 100;

  /** Java heap of a process, in MiB; the data lie outside of it. */
  private static final int HEAP = 256;

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

  /** What a process printed that is not meant for the report: the trace of a failure. */
  private final List<String> others = new ArrayList<>();

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
    List<String> command = new ArrayList<>(java());
    command.addAll(
        List.of(
            TourWorker.NAME,
            step,
            act.name(),
            folder.toAbsolutePath().toString(),
            source.toAbsolutePath().toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader output = process.inputReader(Charset.defaultCharset())) {
      boolean ready = listen(output);
      if (ready) {
        TimeUnit.MILLISECONDS.sleep(WORK_ON);
        process.destroyForcibly();
        lines.add("SIGKILL while it worked; in a fresh process:");
      }
      int exit = process.waitFor();
      boolean asMeant = step.equals(TourWorker.LIVE) ? ready : exit == ExitCode.DONE;
      if (!asMeant) {
        differences.add(
            "the process of '" + step + "' ended with " + exit + ": " + String.join(" ", others));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the tour was interrupted");
    } finally {
      process.destroyForcibly();
    }
  }

  /** Reads until the process is ready to be killed; false when it ended before. */
  private boolean listen(BufferedReader output) throws IOException {
    for (String line; (line = output.readLine()) != null; ) {
      String[] word = line.split("\t", 3);
      switch (word[0]) {
        case TourStage.SAY -> lines.add(line.substring(TourStage.SAY.length() + 1));
        case TourStage.FACT -> facts.put(word[1], word[2]);
        case TourStage.DIFFERS -> differences.add(word[1]);
        case TourStage.READY -> {
          return true;
        }
        default -> others.add(line);
      }
    }
    return false;
  }

  /** The same Java and the same classes as here. */
  private static List<String> java() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + HEAP + "m");
    Module module = TourKill.class.getModule();
    boolean nativeAccess = Lz4.class.getModule().isNativeAccessEnabled();
    var source = TourKill.class.getProtectionDomain().getCodeSource();
    if (source == null || !source.getLocation().getProtocol().equals("file")) {
      // A part of the runtime image.
      if (nativeAccess) {
        command.add("--enable-native-access=" + module.getName());
      }
      command.add("-m");
      command.add(module.getName() + "/" + Main.class.getName());
      return command;
    }
    if (nativeAccess) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add("-cp");
    try {
      command.add(Path.of(source.getLocation().toURI()).toString());
    } catch (URISyntaxException e) {
      throw new IOException("where the classes are is no path: " + source.getLocation(), e);
    }
    command.add(Main.class.getName());
    return command;
  }
}
