package holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Another JVM that works until it is killed by the system, without a chance to tidy up.
 *
 * <p>It prints the line {@code ready} when its classes are loaded and its work goes at full speed:
 * a kill before that would only ever hit the start.
 */
public final class KilledChild {
  /** Options of a JVM that starts in a fifth of a second on two busy cores. */
  public static final List<String> CHEAP =
      List.of("-Xshare:auto", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xss512k", "-Xmx64m");

  /** The exit code of a killed process: 128 and the number of the signal. */
  public static final int EXIT = 137;

  private KilledChild() {}

  /**
   * Starts a main class, waits until it is ready, lets it work for a while, and kills it.
   *
   * @param error a file for what it says on its standard error
   * @param micros how long it may work
   */
  public static void run(Path error, long micros, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    run(error, micros, List.of(), main, arguments);
  }

  /**
   * The same with options of the JVM besides {@link #CHEAP}.
   *
   * @param error a file for what it says on its standard error
   * @param micros how long it may work
   * @param more options
   */
  public static void run(
      Path error, long micros, List<String> more, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(CHEAP);
    options.addAll(more);
    Process process =
        new ProcessBuilder(ChildJvm.command(main, options, arguments))
            .redirectError(error.toFile())
            .start();
    try {
      String said = process.inputReader(StandardCharsets.UTF_8).readLine();
      assertEquals("ready", said, () -> text(error));
      TimeUnit.MICROSECONDS.sleep(micros);
    } finally {
      process.destroyForcibly();
    }
    assertEquals(EXIT, process.waitFor(), () -> text(error));
  }

  /**
   * The last number that a child noted: a file of big-endian words, the last one maybe cut.
   *
   * @param otherwise the answer when it noted none
   */
  public static long lastNote(Path notes, long otherwise) throws IOException {
    if (!Files.exists(notes)) {
      return otherwise;
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(notes));
    int count = bytes.remaining() / Long.BYTES;
    return count == 0 ? otherwise : bytes.getLong((count - 1) * Long.BYTES);
  }

  private static String text(Path error) {
    try {
      return Files.readString(error);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
