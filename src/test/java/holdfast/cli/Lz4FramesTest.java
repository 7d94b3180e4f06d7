package holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the original's suites "contentSize", "dict", "frame-concatenation", "skippable" and
 * "opt-parser" ask.
 */
class Lz4FramesTest {
  private static final byte[] SKIPPABLE =
      Shell.cat(
          new byte[] {0x50, 0x2a, 0x4d, 0x18, 16, 0, 0, 0}, "0123456789abcdef".getBytes(UTF_8));

  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  @Test
  void theContentSizeIsNotedForFilesAndCannotBeForPipes() throws IOException {
    byte[] plain = Shell.words(4_500_000, 1);
    shell.write("a", plain);
    byte[] without = shell.ok(new byte[0], "lz4 a -c");
    byte[] with = shell.ok(new byte[0], "lz4 --content-size a -c");
    assertFalse(Arrays.equals(without, with));
    assertEquals(without.length + 8, with.length);
    assertArrayEquals(plain, shell.ok(with, "lz4 -d"));
    assertArrayEquals(without, shell.ok(plain, "lz4"));
    assertArrayEquals(without, shell.ok(plain, "lz4 --content-size"));
    assertArrayEquals(with, redirected("a", "lz4", "--content-size"));
    assertArrayEquals(without, redirected("a", "lz4"));
  }

  /** Runs a command whose standard input was redirected from a file. */
  private byte[] redirected(String name, String... args) throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    try (FileInputStream in = new FileInputStream(shell.path(name).toFile())) {
      Host host =
          new Host(
              in,
              out,
              new PrintWriter(Writer.nullWriter()),
              new PrintWriter(new StringWriter()),
              Map.of(),
              directory,
              Terminal.NONE);
      assertEquals(0, Commands.run(host, args));
    }
    return out.toByteArray();
  }

  @Test
  void aDictionaryIsNeededToReadWhatWasWrittenWithIt() {
    byte[] dictionary = Shell.words(16 << 10, 1);
    byte[] plain = Shell.words(32 << 10, 1);
    shell.write("dict", dictionary);
    byte[] packed = shell.ok(plain, "lz4 -D dict");
    assertTrue(packed.length < shell.ok(plain, "lz4").length);
    assertArrayEquals(plain, shell.ok(packed, "lz4 -dD dict"));
    assertArrayEquals(plain, shell.ok(packed, "lz4 -dDdict"));
    shell.feed(packed, "lz4", "-d").expect(ExitCode.PROBLEM);
    shell.feed(packed, "lz4", "-dD", "nosuch").expect(ExitCode.IO);
    assertArrayEquals(new byte[0], shell.ok(shell.ok(new byte[0], "lz4 -D dict"), "lz4 -dD dict"));
  }

  @Test
  void eachBlockBeginsAnewWithTheDictionary() {
    byte[] dictionary = Shell.words(16 << 10, 1);
    shell.write("dict", dictionary);
    byte[] plain = Shell.words(400_000, 1);
    for (String options : new String[] {"-B4", "-B4 -T2", "-B4D", "-B5X", "-B1000"}) {
      byte[] packed = shell.ok(plain, "lz4 -D dict " + options);
      assertArrayEquals(plain, shell.ok(packed, "lz4 -dD dict"), options);
    }
  }

  @Test
  void anEmptyDictionaryIsNone() {
    byte[] plain = Shell.words(32 << 10, 1);
    shell.write("empty", new byte[0]);
    assertArrayEquals(shell.ok(plain, "lz4"), shell.ok(plain, "lz4 -D empty"));
    assertArrayEquals(plain, shell.ok(shell.ok(plain, "lz4 -D empty"), "lz4 -dD empty"));
  }

  @Test
  void onlyTheLast64KibOfADictionaryCount() {
    byte[] plain = Shell.words(128 << 10, 1);
    shell.write("plain", plain);
    for (int size : new int[] {0, 1, 4, 128, 32_767, 65_535, 65_536, 65_537, 98_305, 131_073}) {
      byte[] whole = Shell.words(size, 1);
      byte[] tail = Arrays.copyOfRange(whole, Math.max(0, size - 65_536), size);
      shell.write("whole", whole);
      shell.write("tail", tail);
      byte[] packed = shell.ok(whole, "lz4 -D stdin plain -c");
      assertArrayEquals(packed, shell.ok(tail, "lz4 -D - plain -c"), "" + size);
      assertArrayEquals(packed, shell.ok(new byte[0], "lz4 -D whole plain -c"), "" + size);
      assertArrayEquals(plain, shell.ok(packed, "lz4 -dD tail"), "" + size);
      assertArrayEquals(plain, shell.ok(packed, "lz4 -dD whole"), "" + size);
    }
    shell.feed(plain, "lz4", "-D", "stdin").expect(ExitCode.USAGE);
  }

  @Test
  void framesOneAfterTheOtherAreOneStream() {
    byte[] hi = shell.ok("hi\n".getBytes(UTF_8), "lz4 -zq");
    byte[] nothing = shell.ok(new byte[0], "lz4 -zq");
    byte[] legacy = shell.ok("old\n".getBytes(UTF_8), "lz4 -lzq");
    byte[] all = Shell.cat(hi, nothing, SKIPPABLE, legacy, hi, SKIPPABLE);
    assertEquals("hi\nold\nhi\n", new String(shell.ok(all, "lz4 -d"), UTF_8));
  }

  @Test
  void skippableFramesAreSkippedWhereverTheyStand() {
    shell.write("skip", SKIPPABLE);
    assertEquals(0, shell.line("lz4 -dc skip").expect(0).bytes().length);
    assertEquals(0, shell.ok(SKIPPABLE, "lz4 -dc").length);
    byte[] valid = shell.ok("Hello from a frame\n".getBytes(UTF_8), "lz4 -c");
    byte[] plain = shell.ok(Shell.cat(SKIPPABLE, valid, SKIPPABLE), "lz4 -dc");
    assertEquals("Hello from a frame\n", new String(plain, UTF_8));
    // Not even through lz4cat, which copies what it does not know.
    assertEquals(0, shell.ok(SKIPPABLE, "lz4cat").length);
  }

  @Test
  void everyLevelJoinsWithBlockOptions() {
    byte[] plain = Shell.cat(Shell.words(300_000, 1), Shell.noise(70_000, 2));
    int fast = shell.ok(plain, "lz4 -1").length;
    for (String options :
        List.of("-2", "-3B4", "-9BD", "-9v", "-10", "-11vq", "-12", "-12B4D", "-12BD", "--best")) {
      byte[] packed = shell.ok(plain, "lz4 " + options);
      assertTrue(packed.length < fast, options);
      assertArrayEquals(plain, shell.ok(packed, "lz4 -d"), options);
      shell.ok(packed, "lz4 -qt");
    }
    assertArrayEquals(shell.ok(plain, "lz4 -12"), shell.ok(plain, "lz4 -16"));
    assertArrayEquals(shell.ok(plain, "lz4 -9B4"), shell.ok(plain, "lz4 -9B4T3"));
  }
}
