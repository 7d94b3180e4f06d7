package holdfast.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the original's suite "sparse" asks: holes, and the same content with or without them. */
class Lz4SparseTest {
  @TempDir Path directory;
  private Shell shell;

  @BeforeEach
  void open() {
    shell = new Shell(directory);
  }

  /** Blocks that a file occupies, in units of 512 bytes, as the system tells. */
  private long blocks(String name) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/stat")), "needs stat(1)");
    Process stat =
        new ProcessBuilder("/usr/bin/stat", "-c", "%b", shell.path(name).toString()).start();
    long blocks =
        Long.parseLong(new String(stat.getInputStream().readAllBytes(), US_ASCII).strip());
    assertEquals(0, stat.waitFor());
    return blocks;
  }

  @Test
  void zerosBecomeHolesInFilesUnlessForbidden() throws Exception {
    byte[] zeros = new byte[5 << 20];
    for (String block : new String[] {"-B4D", "-B5D", "-B6D", "-B7D", "-B7"}) {
      shell.write("z.lz4", shell.ok(zeros, "lz4 " + block));
      shell.line("lz4 -df z.lz4 holes").expect(0);
      assertArrayEquals(zeros, shell.read("holes"));
      shell.line("lz4 -df --no-sparse z.lz4 dense").expect(0);
      assertArrayEquals(zeros, shell.read("dense"));
      assertTrue(blocks("holes") * 512 < 1 << 20, block + ": " + blocks("holes"));
      assertTrue(blocks("dense") * 512 >= zeros.length, block);
    }
  }

  @Test
  void anOddEndIsRestoredExactly() {
    for (int size : new int[] {1, 4095, 4096, 4097, 1_200_007}) {
      shell.write("odd.lz4", shell.ok(new byte[size], "lz4"));
      shell.line("lz4 -df odd.lz4 odd").expect(0);
      assertArrayEquals(new byte[size], shell.read("odd"));
    }
  }

  @Test
  void dataBetweenHolesStaysWhereItIs() {
    SplittableRandom random = new SplittableRandom(7);
    byte[] plain = new byte[3_000_000];
    for (int i = 0; i < 40; i++) {
      int at = random.nextInt(plain.length - 9000);
      Arrays.fill(plain, at, at + random.nextInt(9000), (byte) (1 + random.nextInt(255)));
    }
    shell.write("a", plain);
    for (String options : new String[] {"-B4", "-B1000", "-B7", "-BD"}) {
      shell.line("lz4 -f " + options + " a a.lz4").expect(0);
      shell.line("lz4 -df a.lz4 b").expect(0);
      assertArrayEquals(plain, shell.read("b"), options);
    }
  }

  @Test
  void anyCutOfTheWritesGivesTheSameFile() throws Exception {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Path file = shell.path("f");
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      byte[] before = Shell.noise(random.nextInt(5000), seed);
      Files.write(file, before);
      expected.writeBytes(before);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.position(before.length);
        SparseOutput out = new SparseOutput(channel);
        for (int i = random.nextInt(6); i >= 0; i--) {
          byte[] piece = new byte[random.nextInt(20_000)];
          if (random.nextBoolean()) {
            Arrays.fill(piece, random.nextInt(piece.length + 1), piece.length, (byte) 9);
          }
          int offset = random.nextInt(piece.length + 1);
          out.write(piece, offset, piece.length - offset);
          expected.write(piece, offset, piece.length - offset);
        }
        out.write(0);
        expected.write(0);
        out.finish();
        assertEquals(expected.size(), channel.position(), "seed " + seed);
      }
      assertArrayEquals(expected.toByteArray(), Files.readAllBytes(file), "seed " + seed);
      Files.delete(file);
    }
  }
}
