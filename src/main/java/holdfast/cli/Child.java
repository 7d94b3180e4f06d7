package holdfast.cli;

import holdfast.lz4.Lz4;
import java.io.BufferedReader;
import java.io.Closeable;
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
 * A process of this tool that is started to be killed, and what it said, see {@link ChildVoice}.
 * Closing kills it.
 */
final class Child implements Closeable {
  /** Java heap of a process, in MiB; the data lie outside of it. */
  private static final int HEAP = 256;

  private final Process process;
  private final BufferedReader output;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();

  /** What is not meant for the report: the trace of a failure. */
  private final List<String> others = new ArrayList<>();

  private Child(Process process) {
    this.process = process;
    this.output = process.inputReader(Charset.defaultCharset());
  }

  /** Starts a command of this tool in a process of its own. */
  static Child start(List<String> words) throws IOException {
    List<String> command = new ArrayList<>(java());
    command.addAll(words);
    return new Child(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Reads until the process is ready to be killed; false when it ended before. */
  boolean listen() throws IOException {
    for (String line; (line = output.readLine()) != null; ) {
      String[] word = line.split("\t", 3);
      switch (word[0]) {
        case ChildVoice.SAY -> lines.add(line.substring(ChildVoice.SAY.length() + 1));
        case ChildVoice.FACT -> facts.put(word[1], word[2]);
        case ChildVoice.DIFFERS -> differences.add(word[1]);
        case ChildVoice.READY -> {
          return true;
        }
        default -> others.add(line);
      }
    }
    return false;
  }

  /** Lets it work on, and kills it. */
  void killAfter(long millis) throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Lets it see the end of its input, as it does when this process dies. */
  void closeInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits for its end. */
  int exitCode() throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  /** Lines for the report. */
  List<String> lines() {
    return lines;
  }

  /** Facts for JSON. */
  Map<String, String> facts() {
    return facts;
  }

  /** What is not as it should be. */
  List<String> differences() {
    return differences;
  }

  /** What else it printed, in one line. */
  String others() {
    return String.join(" ", others);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    output.close();
  }

  /** The same Java and the same classes as here. */
  private static List<String> java() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + HEAP + "m");
    Module module = Child.class.getModule();
    boolean nativeAccess = Lz4.class.getModule().isNativeAccessEnabled();
    var source = Child.class.getProtectionDomain().getCodeSource();
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
