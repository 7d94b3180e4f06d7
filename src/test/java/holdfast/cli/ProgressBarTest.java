package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressBarTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MIB = 1 << 20;

  @TempDir Path directory;
  private final StringWriter err = new StringWriter();

  private ProgressBar bar(boolean terminal, boolean unicode) {
    return new ProgressBar(new PrintWriter(err), "access.log", terminal, unicode, 0);
  }

  @Test
  void aBarShowsShareSizeRateAndTimeLeft() {
    bar(true, false).update(25 * MIB, 100 * MIB, 5 * SECOND);
    assertEquals(
        "\raccess.log  [#######---------------------]   25 %  25.00 MiB  5.00 MiB/s  ETA 0:15",
        err.toString().replace("]   25", "]   25"));
  }

  @Test
  void aBarIsDrawnTenTimesASecondAtMost() {
    ProgressBar bar = bar(true, true);
    for (int i = 0; i < 1000; i++) {
      bar.update(i, 1000, i * SECOND / 1000);
    }
    assertEquals(9, err.toString().chars().filter(c -> c == '\r').count());
    assertTrue(err.toString().contains("\u2588"));
  }

  @Test
  void aLogGetsALineEveryTenSecondsAtMost() {
    ProgressBar bar = bar(false, true);
    for (int i = 0; i <= 60; i++) {
      bar.update(i * MIB, -1, i * SECOND);
    }
    assertEquals(6, err.toString().lines().count());
    assertEquals("access.log  10.00 MiB  1.00 MiB/s", err.toString().lines().toList().getFirst());
    bar.clear();
    assertEquals(6, err.toString().lines().count());
  }

  @Test
  void clearingLeavesAnEmptyLine() {
    ProgressBar bar = bar(true, false);
    bar.update(1, 2, SECOND);
    int drawn = err.toString().length() - 1;
    bar.clear();
    assertTrue(err.toString().endsWith("\r" + " ".repeat(drawn) + "\r"));
  }

  @Test
  void progressIsForTerminalsUnlessAskedFor() {
    Globals globals = new Globals();
    assertNull(ProgressBar.of(host(false), globals, 2, "x"));
    assertTrue(ProgressBar.of(host(true), globals, 2, "x") != null);
    assertNull(ProgressBar.of(host(true), globals, 1, "x"));
    globals.take("--progress", "always");
    assertTrue(ProgressBar.of(host(false), globals, 1, "x") != null);
    globals.take("--progress", "never");
    assertNull(ProgressBar.of(host(true), globals, 2, "x"));
  }

  private Host host(boolean terminal) {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    return new Host(
        null,
        null,
        nowhere,
        nowhere,
        java.util.Map.of(),
        directory,
        new Terminal(false, false, terminal));
  }
}
