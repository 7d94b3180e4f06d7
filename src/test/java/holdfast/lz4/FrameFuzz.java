package holdfast.lz4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.testkit.Content;
import holdfast.testkit.FrameTarget;
import holdfast.testkit.Tier;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Frames from an enemy: right in most places, wrong in a few, with checksums made right again half
 * of the time so that the inner layers are reached.
 */
class FrameFuzz {
  private static final int ROUNDS = Tier.of(25_000, 1_000_000);

  private static final int[] SIZES = {
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    15,
    255,
    256,
    65_535,
    65_536,
    65_537,
    262_144,
    4_194_304,
    4_194_305,
    8_421_520,
    8_421_521,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE + 1,
    -1
  };

  private static final byte[][] CONTENTS = new byte[Content.KINDS][];

  static {
    for (int kind = 0; kind < Content.KINDS; kind++) {
      CONTENTS[kind] = Content.of(kind, 6, 50_000);
    }
  }

  @Test
  void hostileFramesGiveContentOrATypedErrorWithinTheLimits() {
    long seed = Tier.seed(20_260_205);
    var random = new SplittableRandom(seed);
    int accepted = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = hostile(random);
      try {
        accepted += FrameTarget.read(bytes) != null ? 1 : 0;
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed=" + seed + " round=" + round, e);
      }
    }
    int hits = accepted;
    assertTrue(hits > ROUNDS / 50 && hits < ROUNDS, () -> hits + " of " + ROUNDS + " accepted");
  }

  /** The claim of a size alone must not cost memory: the largest sizes, and nothing behind them. */
  @Test
  void claimsWithoutDataCostNothing() {
    for (int bd = 4; bd <= 7; bd++) {
      for (int word : SIZES) {
        var frame = new Builder();
        frame.header(0x60, bd << 4, 0, 0);
        frame.word(word);
        FrameTarget.read(frame.bytes());
      }
    }
    for (int word : SIZES) {
      FrameTarget.read(new Builder().word(FrameLayout.LEGACY_MAGIC).word(word).bytes());
      FrameTarget.read(new Builder().word(FrameLayout.SKIPPABLE_MAGIC).word(word).bytes());
      FrameTarget.read(new Builder().header(0x68, 0x70, word * 0x1_0000_0001L, 0).bytes());
    }
  }

  /** The same builder makes legal frames too, so the enemy's ones are close to those. */
  @Test
  void theBuilderCanBeRight() {
    byte[] plain = Content.of(3, 1, 1000);
    byte[] block = Lz4.compress(plain);
    byte[] frame =
        new Builder()
            .header(0x74, 0x40, 0, 0)
            .word(block.length)
            .data(block)
            .word(XxHash32.hash(block, 0, block.length, 0))
            .word(0)
            .word(XxHash32.hash(plain, 0, plain.length, 0))
            .bytes();
    assertArrayEquals(plain, FrameTarget.read(frame));
  }

  private static byte[] hostile(SplittableRandom random) {
    var frames = new Builder();
    for (int count = 1 + random.nextInt(3); count > 0; count--) {
      switch (random.nextInt(8)) {
        case 0 -> {
          int size = oddSize(random, random.nextInt(20));
          frames.word(FrameLayout.SKIPPABLE_MAGIC + random.nextInt(17)).word(size);
          frames.data(new byte[random.nextInt(20)]);
        }
        case 1 -> {
          frames.word(FrameLayout.LEGACY_MAGIC);
          for (int blocks = random.nextInt(3); blocks > 0; blocks--) {
            byte[] block = block(random);
            frames.word(oddSize(random, block.length)).data(block);
          }
        }
        default -> frame(random, frames);
      }
    }
    byte[] bytes = frames.bytes();
    for (int faults = random.nextInt(3) * random.nextInt(3); faults > 0; faults--) {
      if (bytes.length > 0) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  private static void frame(SplittableRandom random, Builder frames) {
    int flg = 0x40 | (random.nextInt(64) & ~(random.nextInt(16) == 0 ? 0 : 2));
    if (random.nextInt(4) > 0) {
      flg &= ~0x0D;
    }
    int bd = (random.nextInt(16) == 0 ? random.nextInt(16) : 4 + random.nextInt(4)) << 4;
    frames.header(flg, bd, random.nextInt(300), random.nextInt(8) == 0 ? 1 : 0);
    for (int blocks = random.nextInt(4); blocks > 0; blocks--) {
      byte[] block = block(random);
      boolean isStored = random.nextInt(3) == 0;
      int size = oddSize(random, block.length);
      frames.word(isStored ? size | FrameLayout.STORED : size).data(block);
      if ((flg & 0x10) != 0) {
        frames.word(XxHash32.hash(block, 0, block.length, 0));
      }
    }
    frames.word(0);
    if ((flg & 4) != 0) {
      frames.word(random.nextInt());
    }
  }

  private static byte[] block(SplittableRandom random) {
    int size = random.nextInt(random.nextInt(20) == 0 ? 20_000 : 300);
    byte[] source = CONTENTS[random.nextInt(CONTENTS.length)];
    int from = random.nextInt(source.length - size);
    byte[] plain = Arrays.copyOfRange(source, from, from + size);
    byte[] block = random.nextInt(4) == 0 ? plain : Lz4.compress(plain);
    for (int faults = random.nextInt(3) * random.nextInt(2); faults > 0; faults--) {
      if (block.length > 0) {
        block[random.nextInt(block.length)] = (byte) random.nextInt();
      }
    }
    return block;
  }

  private static int oddSize(SplittableRandom random, int right) {
    return switch (random.nextInt(12)) {
      case 0 -> SIZES[random.nextInt(SIZES.length)];
      case 1 -> right + random.nextInt(-1, 2);
      default -> right;
    };
  }

  /** Writes the pieces of frames, right or wrong. */
  private static final class Builder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Builder word(int word) {
      return data(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(word).array());
    }

    Builder data(byte[] data) {
      bytes.writeBytes(data);
      return this;
    }

    /** A header with the fields that FLG asks for; {@code fault} is added to its checksum. */
    Builder header(int flg, int bd, long contentSize, int fault) {
      word(FrameLayout.MAGIC);
      var fields = ByteBuffer.allocate(14).order(ByteOrder.LITTLE_ENDIAN);
      fields.put((byte) flg).put((byte) bd);
      if ((flg & 8) != 0) {
        fields.putLong(contentSize);
      }
      if ((flg & 1) != 0) {
        fields.putInt(7);
      }
      byte[] array = Arrays.copyOf(fields.array(), fields.position());
      data(array);
      bytes.write((XxHash32.hash(array, 0, array.length, 0) >>> 8) + fault);
      return this;
    }

    byte[] bytes() {
      return bytes.toByteArray();
    }
  }
}
