package holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import holdfast.groove.Groove;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrooveCommandTest {
  @TempDir Path dir;
  private Shell shell;

  @BeforeEach
  void makeShell() {
    shell = new Shell(dir);
  }

  private Shell.Result run(int expected, String line) {
    return shell.line(line).expect(expected);
  }

  @Test
  void objectsComeAndGo() {
    run(0, "groove new a --block 64 --volume 1M --volumes 1 --max 2");
    String first = run(0, "groove alloc a 200 --tag 7").out().strip();
    String second = run(0, "groove alloc a 1K --align 64 --tag 0x10 --group 3").out().strip();
    assertEquals(0, Long.parseLong(second) % 64);
    String list = run(0, "groove ls a").out();
    assertTrue(list.contains(first) && list.contains(second) && list.contains("1024"), list);
    String json = run(0, "groove ls --json a").out();
    assertTrue(
        json.contains("\"offset\":" + first + ",\"size\":200,\"align\":16,\"tag\":\"7\""), json);
    assertTrue(run(0, "groove verify a").err().contains("2 objects in 1 volume"));
    String csv = run(0, "groove ls --csv a").out();
    assertTrue(csv.startsWith("obj_off,sz,align,tag,szc,idx,hdr_off,superblock_off\n"), csv);
    assertTrue(csv.contains("\n" + first + ",200,16,7,3,0,"), csv);
    assertTrue(run(0, "groove info --csv a").out().contains("\n3,256,1,1,0,0,15,200\n"));
    String tags = run(0, "groove info --tags --csv a").out();
    assertTrue(tags.contains("\n7,3,1,200,256," + first + "\n"), tags);
    assertTrue(run(0, "groove info --tags a").out().contains(" " + first + "  7\n"));
    assertTrue(run(0, "groove info --tags --json a").out().contains("\"tag\":\"16\","));
    run(0, "groove free a " + first);
    run(1, "groove free a " + first);
    run(1, "groove free a 12345");
    String info = run(0, "groove info a").out();
    assertTrue(info.contains("1 of 2, 0 of them empty"), info);
    assertTrue(run(0, "groove info --json a").out().contains("\"held\":1,\"requested\":1024"));
    run(0, "groove free a " + second);
    run(0, "groove compact a");
    assertEquals(65536, dir.resolve("a").toFile().length());
  }

  @Test
  void tagsHave64BitsAndNoSign() {
    run(0, "groove new a --block 64 --volume 1M --volumes 1");
    String first = run(0, "groove alloc a 100 --tag 18446744073709551615").out().strip();
    String second = run(0, "groove alloc a 100 --tag 0xfffffffffffffffe").out().strip();
    run(0, "groove alloc a 100 --tag 010"); // not octal
    String list = run(0, "groove ls a").out();
    assertTrue(list.contains(first) && list.contains("  18446744073709551615\n"), list);
    assertTrue(list.endsWith("  10\n"), list);
    assertTrue(run(0, "groove ls a --json").out().contains("\"tag\":\"18446744073709551615\""));
    assertTrue(run(0, "groove info a --tags").out().contains(second + "  18446744073709551614\n"));
    String json = run(0, "groove info a --tags --json").out();
    assertTrue(json.contains("{\"tag\":\"18446744073709551614\","), json);
    run(2, "groove free a 18446744073709551615");
  }

  @Test
  void fullIsAProblemUnlessItMayGrow() throws IOException {
    run(0, "groove new a --block 64 --volume 1M --volumes 1 --max 2");
    List<String> offsets = new ArrayList<>();
    for (int i = 0; i < 124; i++) {
      offsets.add(run(0, "groove alloc a 8000").out().strip());
    }
    assertEquals(124, offsets.stream().distinct().count());
    assertTrue(run(1, "groove alloc a 8000").err().contains("no room"));
    run(0, "groove alloc a 8000 --grow");
    assertEquals(65536 + (2 << 20), Files.size(dir.resolve("a")));
    assertTrue(run(1, "groove add a").err().contains("2 volumes at most"));
    run(0, "groove verify a");
  }

  @Test
  void theMapShowsWhatIsInUse() throws IOException {
    run(0, "groove new a --block 64 --volume 1M --volumes 2");
    for (int i = 0; i < 20; i++) {
      run(0, "groove alloc a 8000 --tag " + i);
    }
    String map = run(0, "groove map a").out();
    assertTrue(map.startsWith("0x0000000000  ") && map.contains("one cell: 2.00 KiB"), map);
    assertTrue(map.contains("A  tag 0 ") && map.contains("T  tag 19 "), map);
    assertTrue(map.contains("AAAAB") && map.contains("....") && map.contains(".  free 1.8"), map);
    run(0, "groove map a --svg a.svg");
    String svg = Files.readString(dir.resolve("a.svg"));
    assertTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>\n"), svg);
    for (int i = 0; i < 20; i++) {
      assertTrue(svg.contains(", tag " + i + "</title>"), svg);
    }
    run(0, "groove map a --svg a.svg");
    run(5, "groove map a --svg a");
    run(0, "groove verify a");
    run(0, "groove new none");
    assertTrue(run(0, "groove map none").out().contains("free 0 B in 0 pieces"));
    run(0, "groove map none --svg none.svg");
  }

  @Test
  void whatTheDiskHasNoRoomForIsNotBegun() throws IOException {
    assumeTrue(Files.getFileStore(dir).getUsableSpace() < 5120L << 30);
    String err = run(3, "groove new a --max 5120 --volumes 5120 --preallocate").err();
    assertTrue(err.contains("a would have 5,497,558,138,880 bytes"), err);
    assertFalse(shell.exists("a"));
    run(0, "groove new a --max 5120");
    run(3, "groove add a --volumes 5120 --preallocate");
    assertEquals(65536, Files.size(dir.resolve("a")));
  }

  @Test
  void theStandardIsMadeWithoutOptionsAndAddKeepsItsInfo() {
    run(0, "groove new a --max 2");
    run(0, "groove add a --info north");
    String info = run(0, "groove info a").out();
    assertTrue(info.contains("standard, blocks of 512 bytes, volumes of 1.00 GiB"), info);
    assertTrue(info.contains("empty   north"), info);
  }

  @Test
  void aDamagedFileIsAProblem() throws IOException {
    run(0, "groove new a --block 64 --volume 1M --volumes 1");
    String offset = run(0, "groove alloc a 200").out().strip();
    byte[] bytes = Files.readAllBytes(dir.resolve("a"));
    bytes[65536 + Integer.parseInt(offset) - 16] ^= 4;
    Files.write(dir.resolve("a"), bytes);
    assertTrue(run(1, "groove verify a").err().contains("groove volume at byte"));
    run(1, "groove free a " + offset);
  }

  @Test
  void aFileWhoseOwnerDiedIsRebuilt() throws IOException {
    run(0, "groove new a --block 64 --volume 1M --volumes 1");
    String offset = run(0, "groove alloc a 200").out().strip();
    byte[] bytes = Files.readAllBytes(dir.resolve("a"));
    bytes[4096 + 8] = 1; // the mark of an owner
    for (String name : List.of("b", "c", "d")) {
      Files.write(dir.resolve(name), bytes);
    }
    for (String reading : List.of("info", "ls", "verify", "map")) {
      String said = run(1, "groove " + reading + " b").err();
      assertTrue(said.contains("last owner died") && said.contains("groove recover"), said);
    }
    assertTrue(run(0, "groove recover b").err().contains("1 objects kept"));
    assertTrue(run(0, "groove verify b").err().contains("1 object in 1 volume"));
    assertTrue(run(0, "groove free c " + offset).err().contains("its last owner died; rebuilt: 1"));
    run(0, "groove verify c");
    run(0, "groove recover c");
    bytes[65536 + Integer.parseInt(offset) - 16] ^= 4;
    Files.write(dir.resolve("d"), bytes);
    assertTrue(run(1, "groove alloc d 10").err().contains("groove volume at byte"));
    assertTrue(run(1, "groove recover d").err().contains("groove volume at byte"));
    assertTrue(run(0, "groove recover d --force").err().contains("1 damaged objects dropped"));
    run(0, "groove verify d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "groove",
        "groove nw a",
        "groove new",
        "groove new a b",
        "groove new a --block 65",
        "groove new a --block 96",
        "groove new a --volume 3M",
        "groove new a --max 0",
        "groove new a --max 9999",
        "groove new a --volumes 65",
        "groove alloc a",
        "groove free a x",
        "groove free a 0x10000000000000000",
        "groove alloc a 10 --tag -1",
        "groove alloc a 10 --tag 18446744073709551616",
        "groove info a --frobnicate"
      })
  void wrongUsageIsSaid(String line) {
    assertFalse(run(2, line).err().isEmpty());
    assertFalse(shell.exists("a"));
  }

  @Test
  void aFileThatIsNotThereOrIsThereAlready() {
    run(3, "groove info a");
    run(3, "groove alloc a 10");
    run(3, "groove compact a");
    run(0, "groove new a");
    assertTrue(run(5, "groove new a").err().contains("a: already exists"));
  }

  @Test
  void inspectShowsTheParts() throws IOException {
    run(0, "groove new a --block 64 --volume 1M --volumes 2 --max 9");
    run(0, "groove alloc a 100");
    run(0, "groove add a --info north");
    List<String> lines = run(0, "inspect a").out().lines().map(String::strip).toList();
    assertEquals("format groove regions", lines.get(0));
    assertPart(lines, "0 +3,211,264  groove region +.*");
    assertPart(lines, "48 +8 +volume max +9");
    assertPart(lines, "4,104 +8 +mark +0, closed");
    assertPart(lines, "4,224 +16,384 +active slots +3 with a superblock");
    assertPart(lines, "24,576 +40,960 +backed map +headers of 3 volumes, 1 root objects .*");
    assertPart(lines, "65,536 +1,048,576 +volume 0 +in use");
    assertPart(lines, "66,048 +64 +root superblock +class 23, 1 of 62 objects in use");
    assertPart(lines, "2,162,688 +1,048,576 +volume 2 +empty");
    assertPart(lines, "2,162,720 +5 +info +north");
    assertTrue(run(0, "verify a").out().contains("a: sound, groove regions, 100 bytes"));
  }

  private static void assertPart(List<String> lines, String pattern) {
    assertTrue(lines.stream().anyMatch(l -> l.matches(pattern)), () -> pattern + lines);
  }

  @Test
  void aFileThatSomebodyHasOpenIsNotLookedInto() throws IOException {
    run(0, "groove new a --block 64 --volume 1M --volumes 1");
    try (Groove groove = Groove.openFile(dir.resolve("a"))) {
      groove.verify();
      assertTrue(run(5, "groove ls a").err().contains("a: in use"));
      assertTrue(run(5, "verify a").out().contains("a: not checked: in use"));
      run(0, "inspect a");
    }
    run(0, "verify a");
  }

  @Test
  void damageIsShownByInspectAndFoundByVerify() throws IOException {
    run(0, "groove new a --block 64 --volume 1M --volumes 3");
    run(0, "groove alloc a 100");
    byte[] good = Files.readAllBytes(dir.resolve("a"));
    byte[] bad = good.clone();
    bad[65536 + (1 << 20)] ^= 1; // magic of volume 1
    bad[4096 + 8] = 1; // mark
    Files.write(dir.resolve("a"), Arrays.copyOf(bad, bad.length - 5));
    String out = run(0, "inspect a").out();
    assertTrue(out.contains("owned, or its owner died"), out);
    assertTrue(out.contains("not a volume: 0x"), out);
    assertTrue(out.contains("empty, cut"), out);
    assertTrue(run(1, "verify a").out().contains("a: damaged: groove region"));
    Files.write(dir.resolve("a"), Arrays.copyOf(good, 65536 + (1 << 20) + 9));
    assertTrue(run(0, "inspect a").out().contains("incomplete"));
    Files.write(dir.resolve("a"), Arrays.copyOf(good, 65535));
    run(1, "inspect a");
    bad = good.clone();
    bad[200] = 1; // one of the zeros: the checksum is wrong
    Files.write(dir.resolve("a"), bad);
    run(1, "inspect a");
    run(1, "verify a");
  }
}
