package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import holdfast.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that look at checkpoints, most of them written by the original. */
class WkspCkptListTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void make() {
    shell = new Shell(directory);
  }

  private String golden(String name) throws Exception {
    Files.copy(Golden.path("wksp", name + ".ckpt"), directory.resolve("c"));
    return "c";
  }

  private String out(String line) {
    return shell.line(line).expect(ExitCode.DONE).out();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.v1",
        "a.v2",
        "a.v3",
        "b.v1",
        "b.v2",
        "b.v3",
        "c.v1",
        "c.v2",
        "c.v3",
        "d.v3",
        "multi.v2",
        "holes.v2",
        "novol.v2"
      })
  void everyAllocationIsListedWithItsDigest(String name) throws Exception {
    String json = out("wksp ls " + golden(name) + " --json --digest");
    int count = 0;
    for (String[] row :
        Golden.rows(Golden.path("wksp", name.substring(0, name.indexOf('.')) + ".manifest.tsv"))) {
      int size = Math.toIntExact(Long.parseLong(row[1]) - Long.parseLong(row[0]));
      byte[] content = Content.of(Integer.parseInt(row[4]), Long.parseUnsignedLong(row[3]), size);
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(content);
      String entry =
          "{\"gaddrLo\":%s,\"gaddrHi\":%s,\"tag\":\"%s\",\"sha256\":\"%s\"}"
              .formatted(row[0], row[1], row[2], HexFormat.of().formatHex(sha));
      assertTrue(json.contains(entry), entry);
      count++;
    }
    assertEquals(count, json.split("sha256", -1).length - 1);
    assertTrue(out("wksp ls c").contains(Numbers.grouped(count) + " used, "));
    assertTrue(out("wksp usage c --json").contains("\"usedCount\":" + count + ","));
    assertEquals("c: sound\n", out("wksp verify c"));
  }

  @Test
  void gapsAndSumsAreThoseOfTheWorkspaceItself() {
    out("wksp new w --size 1MiB --parts 16");
    out("wksp alloc w 100 --tag 5");
    out("wksp alloc w 200 --tag 6");
    out("wksp alloc w 300 --tag 5");
    out("wksp free w:8192");
    out("wksp checkpt w c");
    for (String command : new String[] {"ls", "usage", "map"}) {
      assertEquals(out("wksp " + command + " w"), out("wksp " + command + " c"), command);
    }
    assertEquals(out("wksp usage w 5 0"), out("wksp usage c 5 0"));
    out("wksp map c --svg c.svg");
    assertTrue(new String(shell.read("c.svg"), UTF_8).contains("tag 5"));
  }

  @Test
  void damageIsFoundByEveryCommand() throws Exception {
    golden("a.v3");
    byte[] whole = shell.read("c");
    shell.write("c", Arrays.copyOf(whole, whole.length - 1));
    for (String command : new String[] {"ls", "usage", "map", "verify", "checkpt-query"}) {
      shell.line("wksp " + command + " c").expect(ExitCode.PROBLEM);
    }
    shell.write("c", "neither the one nor the other");
    shell.line("wksp ls c").expect(ExitCode.PROBLEM);
    shell.line("wksp verify c").expect(ExitCode.PROBLEM);
    shell.line("wksp checkpt-query c").expect(ExitCode.PROBLEM);
    shell.line("wksp ls none").expect(ExitCode.IO);
    shell.line("wksp verify none").expect(ExitCode.IO);
  }

  @Test
  void aListTooLongForTheMemoryIsRefused() throws Exception {
    golden("d.v3");
    shell.line("wksp ls c --limit-mem 10KiB").expect(ExitCode.REFUSED);
  }

  @Test
  void checkptQueryTellsAsMuchAsIsAskedFor() throws Exception {
    golden("a.v2");
    String last = "";
    for (int level = 0; level <= 4; level++) {
      String text = out("wksp checkpt-query c --level " + level);
      assertTrue(text.startsWith(last) && text.length() > last.length(), text);
      last = text;
    }
    assertEquals(out("wksp checkpt-query c --level 3"), out("wksp checkpt-query c"));
    assertTrue(last.contains("\tname                   golden-a\n"), last);
    assertTrue(last.contains("golden-app"), last);
    assertTrue(out("wksp checkpt-query c --level 0 --json").contains("\"style\":2"));
    String json = out("wksp checkpt-query c --level 4 --json");
    assertTrue(json.contains("\"app\":{\"id\":"), json);
    assertTrue(json.contains("\"allocations\":[{\"gaddrLo\":"), json);
    assertTrue(json.contains("\"mode\":\"0644\",\"path\":\"a.v2.ckpt\","), json);
    shell.line("wksp checkpt-query c --level 5").expect(ExitCode.USAGE);
    shell.line("wksp checkpt-query").expect(ExitCode.USAGE);
    shell.line("wksp checkpt-query none").expect(ExitCode.IO);
    shell.delete("c");
    golden("b.v1");
    json = out("wksp checkpt-query c --level 4 --json");
    assertTrue(json.contains("\"allocations\":[]"), json);
    assertTrue(!json.contains("\"mode\"") && !json.contains("\"path\""), json);
  }

  @Test
  void diffTellsWhatDiffers() {
    out("wksp new w --size 1MiB --parts 16");
    out("wksp alloc w 100 --tag 5");
    out("wksp alloc w 200 --tag 6");
    out("wksp checkpt w c");
    assertEquals("", out("wksp diff w c"));
    assertEquals("", out("wksp diff c c"));
    assertTrue(out("wksp diff c w --json").endsWith("\"differences\":[],\"same\":true}\n"));
    out("wksp memset w:4096 1");
    out("wksp free w:8192");
    out("wksp alloc w 200 --tag 7");
    out("wksp alloc w 50 --tag 8");
    String text =
        """
        [4096,4196) tag 5: other content
        [8192,8392) tag 6: has tag 7 in w
        [12288,12338) tag 8: only in w
        """;
    assertEquals(text, shell.line("wksp diff c w").expect(ExitCode.PROBLEM).out());
    String json = shell.line("wksp diff w c --json").expect(ExitCode.PROBLEM).out();
    assertTrue(
        json.contains("{\"kind\":\"only-a\",\"gaddrLo\":12288,\"gaddrHi\":12338,\"tag\":\"8\"}"),
        json);
    out("wksp free w:8192");
    out("wksp alloc w 201 --tag 6");
    assertTrue(
        shell
            .line("wksp diff w c")
            .expect(ExitCode.PROBLEM)
            .out()
            .contains("[8192,8393) tag 6: only in w\n"));
    shell.line("wksp diff w").expect(ExitCode.USAGE);
    shell.line("wksp diff w none").expect(ExitCode.IO);
    shell.write("d", Arrays.copyOf(shell.read("c"), 300));
    String err = shell.line("wksp diff w d").expect(ExitCode.PROBLEM).err();
    assertTrue(err.startsWith("holdfast wksp: d: wksp checkpt v2 at byte "), err);
  }
}
