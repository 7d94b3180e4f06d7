package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.wksp.Wksp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WkspCommandTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void make() {
    shell = new Shell(directory);
    shell.line("wksp new w --size 1MiB --parts 16 --seed 5").expect(ExitCode.DONE);
  }

  private String out(String line) {
    Shell.Result result = shell.line(line).expect(ExitCode.DONE);
    return result.out();
  }

  @Test
  void newMakesAFileOfTheSizeAskedFor() throws IOException {
    assertEquals(1 << 20, Files.size(directory.resolve("w")));
    shell.line("wksp new w --size 1MiB").expect(ExitCode.REFUSED);
    shell.line("wksp new x").expect(ExitCode.USAGE);
    shell.line("wksp new x --size 100").expect(ExitCode.USAGE);
    shell.line("wksp new x --size 1MiB --name -").expect(ExitCode.USAGE);
    shell.line("wksp new x --size 1MiB --seed 0x100000000").expect(ExitCode.USAGE);
    assertEquals(List.of("w"), shell.files());
    String full = shell.line("wksp new x --size 4EiB").expect(ExitCode.IO).err();
    assertTrue(full.contains("x would have 4,611,686,018,427,387,904 bytes"), full);
    assertEquals(List.of("w"), shell.files());
    shell.line("wksp new _a+b.ws --size 64KiB").expect(ExitCode.DONE);
    try (Wksp wksp = Wksp.open(directory.resolve("_a+b.ws"))) {
      assertEquals("w_a_b.ws", wksp.name());
      assertEquals(1, wksp.partMax());
    }
  }

  @Test
  void allocationsComeAndGo() {
    assertEquals("w:4096\n", out("wksp alloc w 1000"));
    assertEquals("w:8192\n", out("wksp alloc w 0x10 --tag 18446744073709551615"));
    assertEquals("w:2048\n", out("wksp alloc w 1KiB --align=1024 --tag 7"));
    assertEquals("w:2048 1024\n", out("wksp info w 7"));
    assertEquals("- 0\n", out("wksp info w 8"));
    assertEquals("18446744073709551615\n", out("wksp tag-query w:8200"));
    assertEquals("0\n", out("wksp tag-query w:0"));
    assertEquals("", shell.line("wksp free w:2500").expect(0).err());
    assertTrue(shell.line("wksp free w:2500").expect(0).err().contains("no allocation"));
    assertEquals("", shell.line("wksp tag-free w 0xffffffffffffffff 99").expect(0).err());
    assertTrue(shell.line("wksp tag-free w 99").expect(0).err().contains("no allocation"));
    shell.line("wksp alloc w 1GiB").expect(ExitCode.PROBLEM);
    for (String wrong :
        new String[] {
          "alloc w 0",
          "alloc w 1 --tag 0",
          "alloc w 1 --align 3",
          "alloc w",
          "free w",
          "free w:x",
          "tag-free w",
          "info w x",
          "nothing w",
          "alloc w 1 --tag 18446744073709551616"
        }) {
      shell.line("wksp " + wrong).expect(ExitCode.USAGE);
    }
    shell.line("wksp").expect(ExitCode.USAGE);
    shell.line("wksp ls none").expect(ExitCode.IO);
    shell.line("wksp verify w").expect(ExitCode.DONE);
  }

  @Test
  void contentGoesInAndOut() {
    out("wksp alloc w 10");
    shell.ok("hello".getBytes(UTF_8), "wksp write w:4096 --offset 5");
    shell.line("wksp memset w:4096 65").expect(0);
    shell.ok("hello".getBytes(UTF_8), "wksp write w:4100 --offset 2");
    assertEquals("AAhelloAAA", out("wksp cat w:4096"));
    assertEquals("ell", out("wksp cat w:4096 --offset 3 --length 3"));
    assertEquals("", out("wksp cat w:4096 --offset 10"));
    shell.line("wksp cat w:4096 --offset 11").expect(ExitCode.USAGE);
    shell.line("wksp cat w:4096 --length 11").expect(ExitCode.USAGE);
    shell.line("wksp cat w:4095").expect(ExitCode.USAGE);
    shell.feed(new byte[11], "wksp", "write", "w:4096").expect(ExitCode.USAGE);
    shell.line("wksp memset w:4096 256").expect(ExitCode.USAGE);
    assertTrue(shell.line("wksp memset w:1 0").expect(0).err().contains("no allocation"));
    Shell seen = new Shell(directory).terminal(false, true, false);
    seen.line("wksp cat w:4096").expect(ExitCode.REFUSED);
    seen.line("wksp cat w:4096 --force").expect(ExitCode.DONE);
  }

  @Test
  void listsAreForPeopleAndForPrograms() {
    out("wksp alloc w 3 --tag 18446744073709551615");
    shell.ok("abc".getBytes(UTF_8), "wksp write w:4096");
    byte[] before = shell.read("w");
    String text = out("wksp ls w --digest");
    assertTrue(text.startsWith("w: seed 5, 16 partitions at most"), text);
    String sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertTrue(text.contains("18446744073709551615  " + sha), text);
    assertTrue(text.contains("1 used, 3 bytes; 2 free"), text);
    String json = out("wksp ls w --json --digest");
    assertTrue(
        json.contains(
            "{\"gaddrLo\":4096,\"gaddrHi\":4099,\"tag\":\"18446744073709551615\",\"sha256\":\""
                + sha
                + "\"}"),
        json);
    assertTrue(json.contains("\"tag\":\"0\"}"), json);
    String usage = out("wksp usage w --json 0xffffffffffffffff");
    assertTrue(usage.contains("\"taggedCount\":1,\"taggedSize\":3"), usage);
    assertTrue(out("wksp usage w 5").contains("with the tags"));
    assertArrayEquals(before, shell.read("w"), "looking changed the file");
  }

  @Test
  void mapsAreDrawnAsTextAndAsAPicture() throws Exception {
    out("wksp alloc w 300KiB --tag 1");
    out("wksp alloc w 100KiB --tag 2");
    out("wksp free w:4096");
    String text = out("wksp map w");
    assertTrue(text.contains("in 2 pieces"), text);
    assertTrue(text.contains("AAAA") && text.contains("...."), text);
    assertTrue(text.contains("A  tag 2"), text);
    out("wksp map w --svg w.svg");
    String svg = new String(shell.read("w.svg"), UTF_8);
    assertTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"), svg);
    assertTrue(svg.contains("tag 2</title></rect>"), svg);
    assertTrue(!svg.contains("tag 1"), svg);
    out("wksp map w --svg w.svg");
    byte[] bytes = shell.read("w");
    shell.line("wksp map w --svg w").expect(ExitCode.REFUSED);
    assertArrayEquals(bytes, shell.read("w"));
  }

  @Test
  void damageIsFoundAndRepaired() {
    out("wksp alloc w 1000 --tag 3");
    byte[] bytes = shell.read("w");
    bytes[96] ^= 1; // the root of the used tree
    shell.write("w", bytes);
    shell.line("wksp verify w").expect(ExitCode.PROBLEM);
    shell.line("wksp rebuild w").expect(ExitCode.DONE);
    assertTrue(out("wksp verify w").contains("w: sound"));
    assertEquals("w:4096 1000\n", out("wksp info w 3"));
    shell.line("wksp reset w --seed 9").expect(ExitCode.DONE);
    assertTrue(out("wksp ls w").contains("seed 9"));
    assertEquals("- 0\n", out("wksp info w 3"));
  }

  @Test
  void aDeadOwnerIsToldOf() {
    byte[] bytes = shell.read("w");
    byte[] owner = {0, 0, (byte) 0x80, 0, 0, 0, 0, 0};
    System.arraycopy(owner, 0, bytes, 112, 8);
    shell.write("w", bytes);
    assertEquals("0\n", out("wksp tag-query w:1")); // looking does not wait for the lock for ever
    String err = shell.line("wksp verify w").expect(ExitCode.DONE).err();
    assertTrue(err.contains("process 8388608 had died holding the lock"), err);
    assertEquals("", shell.line("wksp verify w").expect(ExitCode.DONE).err());
  }
}
