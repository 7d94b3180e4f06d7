package holdfast.wksp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.CorruptDataException;
import holdfast.Limits;
import holdfast.UnsupportedFormatException;
import holdfast.testkit.Allocated;
import holdfast.testkit.Tier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints with one to four faults: words of eight bytes that take extreme values and neighbours
 * of the true one, flipped bits, cuts, doubled and swapped pieces.
 *
 * <p>Whatever happens, the target is sound afterwards, unlocked, and as it was or reset or
 * restored.
 */
class WkspCheckptFuzz {
  private static final long[] EXTREMES = {
    0, 1, -1, -2, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 31, 1L << 32, 0x7FFF_FFFF, 0xFFFF_FFFFL
  };

  /** Most garbage of one restore: the workers' buffers, and little that depends on the input. */
  private static final long GARBAGE_MAX = 16 << 20;

  @TempDir Path directory;

  @Test
  void noDamageBreaksAWorkspace() throws IOException {
    long seed = Tier.seed(20_261_121);
    System.out.println("WkspCheckptFuzz seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> files = new ArrayList<>();
    for (String name : List.of("c.v1", "c.v2", "c.v3", "multi.v2", "holes.v2", "b.v3", "d.v3")) {
      files.add(Files.readAllBytes(GoldenCkpt.file(name)));
    }
    int accepted = 0;
    int rounds = Tier.of(6_000, 200_000);
    for (int round = 0; round < rounds; round++) {
      byte[] file = files.get(random.nextInt(files.size() - (round % 10 == 0 ? 0 : 1)));
      byte[] bad = damaged(file, random);
      accepted += run(bad, random.nextInt(3), "seed=" + seed + " round=" + round) ? 1 : 0;
    }
    System.out.println("accepted " + accepted + " of " + rounds);
    // About one in a hundred: most bytes of these files are index, not data.
    assertTrue(accepted > rounds / 200 && accepted < rounds / 20, accepted + " accepted");
  }

  private static byte[] damaged(byte[] file, SplittableRandom random) {
    byte[] bad = file.clone();
    for (int faults = 1 + random.nextInt(4); faults > 0 && bad.length > 16; faults--) {
      int at = random.nextInt(bad.length - 8);
      ByteBuffer words = ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN);
      switch (random.nextInt(8)) {
        case 0 -> bad = Arrays.copyOf(bad, random.nextInt(bad.length + 50));
        case 1 -> bad[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> words.putLong(at & -8, EXTREMES[random.nextInt(EXTREMES.length)]);
        case 3 -> words.putLong(at & -8, words.getLong(at & -8) + random.nextInt(-3, 4));
        case 4 -> words.putLong(at, EXTREMES[random.nextInt(EXTREMES.length)]);
        case 5 -> words.putLong(at & -8, words.getLong(random.nextInt(bad.length - 8) & -8));
        case 6 -> words.putInt(at & -4, (int) EXTREMES[random.nextInt(EXTREMES.length)]);
        default -> {
          int from = random.nextInt(bad.length - 8);
          int size = Math.min(random.nextInt(200), bad.length - Math.max(at, from));
          System.arraycopy(bad.clone(), from, bad, at, size);
        }
      }
    }
    return bad;
  }

  /** Whether it was accepted. */
  private boolean run(byte[] bytes, int way, String where) throws IOException {
    Wksp wksp = GoldenCkpt.target(200, 1 << 20);
    WkspRestoreOptions options =
        WkspRestoreOptions.DEFAULT
            .withLimits(Limits.DEFAULT.withMemoryMax(1 << 20))
            .withVerifyFirst(way == 1);
    RuntimeException thrown = null;
    long before = Allocated.byThisThread();
    try {
      if (way == 2) {
        WkspRestore.restore(wksp, Channels.newChannel(new ByteArrayInputStream(bytes)), options);
      } else {
        WkspRestore.restore(wksp, Files.write(directory.resolve("file"), bytes), options);
      }
    } catch (CorruptDataException | UnsupportedFormatException | IllegalArgumentException e) {
      thrown = e;
    }
    long garbage = Allocated.byThisThread() - before;
    assertTrue(garbage < GARBAGE_MAX, where + ": " + garbage + " bytes of garbage");
    wksp.verify();
    assertEquals(-1, wksp.lockOwner(), where);
    if (thrown != null) {
      boolean reset = WkspRestore.wasReset(thrown);
      assertEquals(reset ? 0 : 100, wksp.usage(99).taggedSize(), where);
      assertTrue(way != 1 || !reset, where + ": reset after all was decoded, " + thrown);
    }
    return thrown == null;
  }
}
