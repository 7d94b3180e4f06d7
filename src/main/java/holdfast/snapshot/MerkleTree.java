package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The root of a tree of SHA-256 hashes over leaves that come one by one.
 *
 * <pre>{@code
 * level 0   leaf leaf .. leaf | leaf leaf .. leaf | leaf        16 in a group, the last may be short
 * level 1         node        |       node        | node        SHA-256 of the group
 * level 2                    node                               and so on, until there is one
 *
 * no leaf: SHA-256 of nothing         one leaf: SHA-256 of the leaf
 * }</pre>
 *
 * <p>Only the unfinished group of each level is kept. For one thread.
 */
final class MerkleTree {
  /** Children of a node. */
  static final int FAN_OUT = 16;

  /** Bytes of leaves and nodes. */
  static final int HASH_SIZE = Sha256.SIZE;

  /** 16^16 leaves are 2^64. */
  private static final int LEVELS = 17;

  private static final int GROUP_SIZE = FAN_OUT * HASH_SIZE;

  private final Sha256 sha = new Sha256();
  private final MemorySegment groups = MemorySegment.ofArray(new byte[LEVELS * GROUP_SIZE]);

  /** Hashes in the unfinished group of each level, and in all its groups. */
  private final int[] open = new int[LEVELS];

  private final long[] total = new long[LEVELS];

  /** Adds the next leaf: 32 bytes. */
  void add(MemorySegment leaf, long at) {
    Mem.copy(leaf, at, groups, next(0), HASH_SIZE);
    added(0);
  }

  private long next(int level) {
    return (long) level * GROUP_SIZE + (long) open[level] * HASH_SIZE;
  }

  private void added(int level) {
    total[level]++;
    if (++open[level] == FAN_OUT) {
      closeGroup(level);
    }
  }

  /** As deep as there are levels above. */
  private void closeGroup(int level) {
    sha.update(groups, (long) level * GROUP_SIZE, (long) open[level] * HASH_SIZE);
    open[level] = 0;
    sha.finish(groups, next(level + 1));
    added(level + 1);
  }

  /** The root over all leaves so far. Ends the use of this object. */
  byte[] root() {
    int level = 0;
    if (total[0] == 0) {
      sha.finish(groups, 0);
    } else {
      do {
        if (open[level] > 0) {
          closeGroup(level);
        }
        level++;
      } while (total[level] > 1);
    }
    byte[] root = new byte[HASH_SIZE];
    Mem.getBytes(groups, (long) level * GROUP_SIZE, root, 0, HASH_SIZE);
    return root;
  }
}
