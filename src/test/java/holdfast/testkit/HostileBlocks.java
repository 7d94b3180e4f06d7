package holdfast.testkit;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Makes LZ4 blocks that are wrong in the places where decoders go wrong.
 *
 * <p>A block is a few sequences by the grammar, some with one part at fault: a length chain that
 * does not end, an offset of zero, before the start, or beyond 64 KiB, too few last literals. Then
 * the tail may be cut or grow, and up to four bytes change. About a third of the blocks stay valid,
 * so that the deep paths are reached as well.
 */
public final class HostileBlocks {
  private static final int SIZE_MAX = 1 << 12;

  private SplittableRandom random = new SplittableRandom();
  private final byte[] bytes = new byte[SIZE_MAX + 1024];
  private int size;
  private int produced;

  /** The block, followed by rubbish; valid until the next one is made. */
  public byte[] bytes() {
    return bytes;
  }

  /** Its size. */
  public int size() {
    return size;
  }

  /** Makes the block of a seed, for a decoder with that much history. */
  public void make(long seed, int historySize) {
    random = new SplittableRandom(seed);
    size = 0;
    produced = 0;
    boolean faulty = random.nextInt(3) != 0;
    int sequences = random.nextInt(random.nextInt(4) == 0 ? 60 : 9);
    for (int i = 0; i < sequences && size < SIZE_MAX / 2; i++) {
      sequence(historySize, faulty && random.nextInt(16) == 0);
    }
    int last = faulty && random.nextInt(8) == 0 ? random.nextInt(5) : 5 + random.nextInt(14);
    literals(last, random.nextInt(8) == 0 ? random.nextInt(16) : 0);
    if (faulty) {
      spoil();
    }
  }

  /** Room for the plain bytes: exact, a little off, ample, or anything. */
  public int capacity() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> produced;
      case 3 -> Math.max(0, produced - 1 - random.nextInt(16));
      case 4 -> produced + 1 + random.nextInt(16);
      case 5 -> produced + 64 + random.nextInt(200);
      case 6 -> random.nextInt(produced + 2);
      default -> random.nextInt(80);
    };
  }

  private void sequence(int historySize, boolean fault) {
    int kind = fault ? random.nextInt(5) : -1;
    int literals = shortOrLong(random.nextInt(3) == 0 ? 0 : 14);
    if (produced + historySize == 0 && literals == 0) {
      literals = 1;
    }
    int match = shortOrLong(14);
    int token = size;
    literals(literals, Math.min(match, 15));
    int reach = Math.min(65535, produced + historySize);
    int offset =
        switch (kind) {
          case 0 -> 0;
          case 1 -> Math.min(65535, produced + historySize + 1 + random.nextInt(3));
          case 2 -> 65535 - random.nextInt(3);
          case 3 -> random.nextInt(65536);
          default -> random.nextInt(2) == 0 ? 1 + random.nextInt(Math.min(reach, 20)) : any(reach);
        };
    put(offset);
    put(offset >>> 8);
    if (kind == 4) {
      bytes[token] |= 15;
      chain(random.nextInt(60));
    } else if (match >= 15) {
      chain((match - 15) / 255);
      put((match - 15) % 255);
    }
    produced += match + 4;
  }

  /** Favours both ends of what can be reached. */
  private int any(int reach) {
    return random.nextInt(3) == 0 ? reach : 1 + random.nextInt(reach);
  }

  private int shortOrLong(int usual) {
    return switch (random.nextInt(24)) {
      case 0 -> 15 + random.nextInt(3);
      case 1 -> 13 + random.nextInt(60);
      case 2 -> 15 + 255 - 2 + random.nextInt(5);
      default -> random.nextInt(usual + 1);
    };
  }

  private void literals(int count, int matchNibble) {
    put(Math.min(count, 15) << 4 | matchNibble);
    if (count >= 15) {
      chain((count - 15) / 255);
      put((count - 15) % 255);
    }
    int alphabet = 1 + random.nextInt(255);
    for (int i = 0; i < count; i++) {
      put(random.nextInt(alphabet));
    }
    produced += count;
  }

  private void chain(int count) {
    for (int i = 0; i < count; i++) {
      put(255);
    }
  }

  private void put(int b) {
    if (size < SIZE_MAX) {
      bytes[size++] = (byte) b;
    }
  }

  private void spoil() {
    switch (random.nextInt(8)) {
      case 0 -> size = random.nextInt(size + 1);
      case 1 -> {
        int more = 1 + random.nextInt(20);
        Arrays.fill(bytes, size, size + more, (byte) random.nextInt(256));
        size += more;
      }
      case 2 -> {
        // One more byte of the chain, then nothing.
        bytes[random.nextInt(size)] = (byte) (random.nextBoolean() ? 0xf0 : 0x0f);
      }
      default -> {}
    }
    int faults = random.nextInt(2) == 0 || size == 0 ? 0 : 1 + random.nextInt(4);
    for (int i = 0; i < faults; i++) {
      int at = random.nextInt(size);
      bytes[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) random.nextInt(256);
            case 1 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
            case 2 -> 0;
            default -> (byte) 255;
          };
    }
  }
}
