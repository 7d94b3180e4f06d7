package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCommandTest {
  private static final String FULL = "full-00000000000000000008.snap";
  private static final String INCR = "incr-00000000000000000008-00000000000000000013.snap";

  @TempDir Path dir;
  private Shell shell;

  /** A full and an incremental snapshot of one store. */
  @BeforeEach
  void copy() throws IOException {
    shell = new Shell(dir);
    Files.createDirectory(dir.resolve("s"));
    Files.copy(Golden.path("snapshot", "full-lz4-sum256.snap"), dir.resolve("s/" + FULL));
    Files.copy(Golden.path("snapshot", "incr-lz4-sum256.snap"), dir.resolve("s/" + INCR));
  }

  private Shell.Result run(int expected, String line) {
    return shell.line(line).expect(expected);
  }

  private void damage(String file) throws IOException {
    byte[] bytes = shell.read(file);
    bytes[140] ^= 1;
    Files.write(dir.resolve(file), bytes);
  }

  @Test
  void filesAreListed() throws IOException {
    String text = run(0, "snapshot ls s").out();
    assertTrue(text.contains(FULL) && text.contains(INCR), text);
    String json = run(0, "snapshot ls --json s").out();
    assertTrue(json.contains("\"kind\":\"INCREMENTAL\",\"seq\":13,\"baseSeq\":8"), json);
    assertTrue(json.contains("\"storeId\":\"484f4c44-4641-5354-2053-544f52452031\""), json);
    Files.write(dir.resolve("s/full-x.snap"), new byte[5]);
    assertTrue(run(0, "snapshot ls s").out().contains("not usable: full-x.snap: BAD_NAME"));
    assertTrue(run(0, "--json snapshot ls s").out().contains("\"reason\":\"BAD_NAME\""));
    assertTrue(run(3, "snapshot ls nowhere").err().contains("nowhere"));
    assertTrue(run(3, "snapshot ls s/" + FULL).err().contains(FULL + ": not a directory"));
    assertTrue(run(3, "snapshot dump s").err().contains("s: is a directory"));
  }

  @Test
  void damageIsFoundAtTheLevelThatLooksAtIt() throws IOException {
    assertTrue(run(0, "snapshot verify s").out().contains(FULL + ": sound, full at 8, 15 records"));
    assertTrue(run(0, "snapshot verify --level crc s/" + INCR).out().contains("every stored byte"));
    assertTrue(run(5, "snapshot verify --limit-mem 64KiB s/" + FULL).out().contains("at most"));
    damage("s/" + FULL);
    run(0, "snapshot verify --level structure s");
    String text = run(1, "snapshot verify --level crc s").out();
    assertTrue(text.contains(FULL + ": BAD_FRAME: snapshot stored bytes"), text);
    assertTrue(text.contains(INCR + ": every stored byte sound"), text);
    String json = run(1, "snapshot verify --json s").out();
    assertTrue(json.contains("\"sound\":false,\"reason\":\"BAD_FRAME\""), json);
    assertTrue(json.contains("\"sound\":true"), json);
    run(2, "snapshot verify --level all s");
    run(2, "snapshot verify");
    run(3, "snapshot verify nowhere");
  }

  @Test
  void recordsAreShown() throws IOException {
    String[] lines = run(0, "snapshot dump s/" + INCR).out().split("\n", -1);
    assertEquals(9 + 1, lines.length);
    assertTrue(lines[0].matches("9 (00){32} [0-9a-f]{6}"), lines[0]);
    assertTrue(lines[8].matches("12 [0-9a-f]{64} -"), lines[8]);
    String[] json = run(0, "snapshot dump --json s/" + INCR).out().split("\n", -1);
    assertEquals(9 + 1, json.length);
    assertTrue(json[0].startsWith("{\"modSeq\":9,\"key\":\"0000"), json[0]);
    assertTrue(json[8].endsWith("\"value\":null}"), json[8]);
    damage("s/" + INCR);
    assertTrue(run(1, "snapshot dump s/" + INCR).err().contains("stored bytes of batch 0"));
  }

  @Test
  void aMergeHasNoDifferenceFromWhatItReplaces() throws IOException {
    String out = "s/full-00000000000000000013.snap";
    run(0, "snapshot merge s/" + FULL + " s/" + INCR + " " + out);
    assertTrue(shell.exists(out));
    run(0, "snapshot verify s");
    assertTrue(run(5, "snapshot merge s/" + FULL + " s/" + INCR + " " + out).err().contains(out));
    run(0, "snapshot diff " + out + " " + out);
    String diff = run(1, "snapshot diff s/" + FULL + " " + out).out();
    assertTrue(diff.contains("< 01") && diff.contains("! 00") && diff.contains("> 0c"), diff);
    String back = run(1, "snapshot diff --json " + out + " s/" + FULL).out();
    assertTrue(back.contains("\"kind\":\"ONLY_SECOND\""), back);
    run(2, "snapshot merge s/" + FULL + " s/" + FULL + " other");
    run(1, "snapshot merge " + out + " s/" + INCR + " other");
    assertFalse(shell.exists("other"));
  }

  @Test
  void theGeneralCommandsKnowSnapshots() throws IOException {
    String text = run(0, "inspect s/" + INCR).out();
    assertTrue(text.contains("format snapshots") && text.contains("base seq"), text);
    assertTrue(text.contains("removed keys") && text.contains("content hash"), text);
    assertTrue(run(0, "verify s").out().contains("sound, snapshots"));
    damage("s/" + FULL);
    assertTrue(run(1, "verify s").out().contains(FULL + ": damaged"));
    byte[] cut = Arrays.copyOf(shell.read("s/" + INCR), 500);
    Files.write(dir.resolve("s/" + INCR), cut);
    assertTrue(run(1, "inspect s/" + INCR).err().contains("cut or was never finished"));
    assertArrayEquals(cut, shell.read("s/" + INCR));
  }

  @Test
  void mistakesAreExplained() {
    run(2, "snapshot");
    assertTrue(run(2, "snapshot verfy x").err().contains("verify"));
    run(2, "snapshot dump");
    run(2, "snapshot diff a");
    run(2, "snapshot ls --threads 2000 s --nonsense");
    for (String wrong : new String[] {"0", "1025", "x"}) {
      String error = run(2, "snapshot dump --threads " + wrong + " x").err();
      assertTrue(error.contains("a number from 1 to 1024, not '" + wrong + "'"), error);
    }
    assertTrue(run(0, "snapshot --help").out().contains("merge FULL INCREMENTAL OUT"));
  }
}
