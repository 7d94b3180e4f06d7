package holdfast.testkit;

import java.util.Arrays;

/**
 * What a decoder owes for a block, be it whole or broken: the bytes, or a refusal.
 *
 * <p>{@link NaiveLz4} takes whatever makes sense. This one also knows the rules about the ends of a
 * block that liblz4 enforces, so that both the answer and the refusal can be compared:
 *
 * <ul>
 *   <li>a byte that extends a literal length has at least 15 more bytes behind it, one that extends
 *       a match length at least 4;
 *   <li>a literal run that is not the end of the block leaves at least 8 bytes of input and 12
 *       bytes of room;
 *   <li>a match leaves at least 5 bytes of room;
 *   <li>with no room at all only the block {@code 00} is right.
 * </ul>
 *
 * <p>A partial decode keeps the rules about offsets and lengths and drops those about room: it ends
 * when the room is full, and where the input ends inside of a literal run or within two bytes after
 * one.
 */
public final class BlockOracle {
  private final byte[] block;
  private final int blockSize;
  private final int historySize;
  private final int capacity;
  private final boolean partial;
  private final byte[] all;
  private int in;
  private int size;

  private BlockOracle(
      byte[] block, int blockSize, byte[] history, int historySize, int capacity, boolean partial) {
    this.block = block;
    this.blockSize = blockSize;
    this.historySize = historySize;
    this.capacity = capacity;
    this.partial = partial;
    this.all = Arrays.copyOfRange(history, 0, historySize + capacity);
  }

  /** The plain bytes of a whole block, or null when it must be refused. */
  public static byte[] full(
      byte[] block, int blockSize, byte[] history, int historySize, int capacity) {
    return new BlockOracle(block, blockSize, history, historySize, capacity, false).run();
  }

  /** The first {@code target} plain bytes or all there are, or null for a refusal. */
  public static byte[] partial(
      byte[] block, int blockSize, byte[] history, int historySize, int target) {
    return new BlockOracle(block, blockSize, history, historySize, target, true).run();
  }

  private byte[] run() {
    if (capacity == 0) {
      return partial || (blockSize == 1 && block[0] == 0) ? new byte[0] : null;
    }
    while (in < blockSize) {
      int token = block[in++] & 0xff;
      long literals = length(token >>> 4, 15);
      if (literals < 0) {
        return null;
      }
      boolean nearEnd = literals + 8 > blockSize - in || literals + 12 > room();
      if (nearEnd && !partial) {
        return literals == blockSize - in && literals <= room() ? put(literals).result() : null;
      }
      put(Math.min(literals, Math.min(blockSize - in, room())));
      if (nearEnd && (room() == 0 || in + 2 >= blockSize)) {
        return result();
      }
      int offset = (block[in] & 0xff) | (block[in + 1] & 0xff) << 8;
      in += 2;
      long match = length(token & 15, 4);
      if (match < 0 || offset == 0 || offset > historySize + size) {
        return null;
      }
      match += 4;
      if (match + 5 > room() && !partial) {
        return null;
      }
      for (long left = Math.min(match, room()); left > 0; left--) {
        all[historySize + size] = all[historySize + size - offset];
        size++;
      }
      if (room() == 0 && partial) {
        return result();
      }
    }
    return null;
  }

  private BlockOracle put(long literals) {
    System.arraycopy(block, in, all, historySize + size, (int) literals);
    in += (int) literals;
    size += (int) literals;
    return this;
  }

  private byte[] result() {
    return Arrays.copyOfRange(all, historySize, historySize + size);
  }

  private int room() {
    return capacity - size;
  }

  /** The length, or -1 when an extension byte has fewer than {@code behind} bytes behind it. */
  private long length(int nibble, int behind) {
    long length = nibble;
    for (int more = nibble == 15 ? 255 : 0; more == 255; length += more) {
      if (blockSize - in <= behind) {
        return -1;
      }
      more = block[in++] & 0xff;
    }
    return length;
  }
}
