package holdfast.snapshot;

import holdfast.Progress;
import holdfast.internal.Check;
import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CancellationException;

/**
 * The root of a tree of SHA-256 hashes over all records in ascending order of their keys: other
 * than a {@link ContentHash} it allows proofs that a record is part of the whole.
 *
 * <pre>{@code
 * leaf = what a LeafHasher says      node = SHA-256 of up to 16 children
 * no leaf: SHA-256 of nothing        one leaf: SHA-256 of the leaf
 *
 * 1  too many for the budget? count keys by their first 16 bits; as many neighbours as fit are one
 *    range; what does not fit alone is counted by its next 16 bits, and so on
 * 2  range by range: gather (8 bytes of the key, number of the record), sort, hash
 * }</pre>
 *
 * <p>Keys are ordered as unsigned bytes. Memory: 16 bytes for each record, at most the budget; then
 * the records are walked as often as there are ranges, and once more. Step 1 has 512 KiB of its
 * own.
 */
public final class SortedMerkle {
  /** Least memory for sorting, in bytes. */
  public static final long BUDGET_MIN = 1 << 16;

  /** Records between two looks at whether they are still there. */
  private static final int STRETCH = 1024;

  private static final int PIECE_BITS = 16;
  private static final int PIECES = 1 << PIECE_BITS;
  private static final int PIECES_PER_WORD = Long.SIZE / PIECE_BITS;

  /** Computes what stands for a record in the tree. */
  @FunctionalInterface
  public interface LeafHasher {
    /**
     * Computes a leaf. Must not keep the memory, which is valid during the call only.
     *
     * @param memory where key and value are; to be read only
     * @param keyAt offset of the first byte of the key
     * @param keySize its size in bytes
     * @param valueAt offset of the first byte of the value
     * @param valueSize its size in bytes
     * @param leaf what to fill: 32 bytes
     */
    void hash(
        MemorySegment memory,
        long keyAt,
        int keySize,
        long valueAt,
        int valueSize,
        MemorySegment leaf);
  }

  private final RecordTable table;
  private final LeafHasher hasher;
  private final Progress progress;
  private final int keySize;
  private final long total;

  /** Entries that fit into the memory at a time. */
  private final long room;

  private final EntrySort entries;
  private final RecordCursor at;
  private final MerkleTree tree = new MerkleTree();
  private final MemorySegment leaf = MemorySegment.ofArray(new byte[MerkleTree.HASH_SIZE]);
  private long done;

  private SortedMerkle(
      RecordTable table, LeafHasher hasher, Progress progress, long room, MemorySegment memory) {
    this.table = table;
    this.hasher = hasher;
    this.progress = progress;
    this.room = room;
    keySize = table.keySize();
    total = table.count();
    path = new int[keySize / Short.BYTES];
    entries = new EntrySort(memory);
    at = table.walk();
  }

  /**
   * Computes the root over the usual leaves, SHA-256 of (u64 value size, key, value), of what is
   * frozen.
   *
   * @param frozen what to look at
   * @param budget bytes for sorting, at least {@link #BUDGET_MIN}
   * @param progress told of the leaves that are hashed
   * @return 32 bytes
   * @throws FreezeRevokedException when the store takes the frozen root back meanwhile
   * @throws CancellationException when {@code progress} says so
   */
  public static byte[] root(FrozenRoot frozen, long budget, Progress progress) {
    return root(frozen, usual(frozen.hashKind()), budget, progress);
  }

  /**
   * Computes the root over leaves of one's own, of what is frozen.
   *
   * @param frozen what to look at
   * @param hasher of the leaves; called by this thread
   * @param budget bytes for sorting, at least {@link #BUDGET_MIN}
   * @param progress told of the leaves that are hashed
   * @return 32 bytes
   * @throws FreezeRevokedException when the store takes the frozen root back meanwhile
   * @throws CancellationException when {@code progress} says so
   */
  public static byte[] root(FrozenRoot frozen, LeafHasher hasher, long budget, Progress progress) {
    return root(frozen.table(), hasher, budget, progress);
  }

  /**
   * Computes the root over the usual leaves, of what a transaction sees. The store stands still
   * meanwhile: for much, a frozen root is the better way.
   *
   * @param store where it is in preparation
   * @param txn whose state to look at; null: what is published
   * @param budget bytes for sorting, at least {@link #BUDGET_MIN}
   * @param progress told of the leaves that are hashed
   * @return 32 bytes
   * @throws StaleTxnException when the transaction has ended
   * @throws CancellationException when {@code progress} says so
   */
  public static byte[] root(RecordStore store, Txn txn, long budget, Progress progress) {
    LeafHasher hasher = usual(store.hashKind());
    return store.table(txn, table -> root(table, hasher, budget, progress));
  }

  private static LeafHasher usual(HashKind kind) {
    return kind == HashKind.SUM256 ? stored() : records();
  }

  /** A hasher that computes the usual leaf: SHA-256 of (u64 value size, key, value). */
  static LeafHasher records() {
    SetHash hash = SetHash.of(HashKind.SUM256);
    return (memory, keyAt, keySize, valueAt, valueSize, leaf) ->
        hash.digest(memory, keyAt, keySize, memory, valueAt, valueSize, leaf, 0);
  }

  /** A hasher that takes the same from in front of the value, where stores with SUM256 have it. */
  static LeafHasher stored() {
    return (memory, keyAt, keySize, valueAt, valueSize, leaf) ->
        Mem.copy(memory, valueAt - MerkleTree.HASH_SIZE, leaf, 0, MerkleTree.HASH_SIZE);
  }

  /**
   * Computes the root.
   *
   * @param table what to look at, in stretches of a few milliseconds
   * @param budget bytes for sorting, at least {@link #BUDGET_MIN}
   * @param progress told of the leaves that are hashed
   * @return 32 bytes
   * @throws IllegalStateException when the records are taken away meanwhile
   * @throws CancellationException when {@code progress} says so
   */
  static byte[] root(RecordTable table, LeafHasher hasher, long budget, Progress progress) {
    Check.range(budget, BUDGET_MIN, Long.MAX_VALUE, "budget");
    long room = Math.clamp(table.count(), 1, budget / EntrySort.SIZE);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(room * EntrySort.SIZE, Long.BYTES);
      SortedMerkle merkle = new SortedMerkle(table, hasher, progress, room, memory);
      if (merkle.total <= room) {
        merkle.range(0, 0, PIECES - 1);
      } else {
        merkle.split(0);
      }
      merkle.tell();
      return merkle.tree.root();
    }
  }

  private void tell() {
    if (!progress.update(done, total)) {
      throw new CancellationException("the root of " + total + " records was cancelled");
    }
  }

  // The key from its front, in pieces of 16 bits. A range has its first pieces in common: those of
  // path, and of the next one a stretch of values.

  private final int[] path;

  private boolean onPath(RecordCursor record, int depth) {
    MemorySegment memory = record.memory();
    long keyAt = record.keyAt();
    for (int i = 0; i < depth; i++) {
      if (piece(memory, keyAt, i) != path[i]) {
        return false;
      }
    }
    return true;
  }

  private static int piece(MemorySegment memory, long keyAt, int number) {
    return Mem.getShortBe(memory, keyAt + (long) number * Short.BYTES) & PIECES - 1;
  }

  /** All keys on the path; there are too many of them. As deep as keys have pieces. */
  private void split(int depth) {
    long[] counts = count(depth);
    int lo = 0;
    long sum = 0;
    for (int value = 0; value < PIECES; value++) {
      if (sum + counts[value] > room) {
        if (sum > 0) {
          range(depth, lo, value - 1);
        }
        lo = value;
        sum = 0;
      }
      if (counts[value] > room) {
        if ((depth + 1) * Short.BYTES == keySize) {
          throw new IllegalStateException(counts[value] + " records have the same key");
        }
        path[depth] = value;
        split(depth + 1);
        lo = value + 1;
      } else {
        sum += counts[value];
      }
    }
    if (sum > 0) {
      range(depth, lo, PIECES - 1);
    }
  }

  private long[] count(int depth) {
    long[] counts = new long[PIECES];
    RecordCursor walk = table.walk();
    boolean more = true;
    while (more) {
      tell();
      walk.enter();
      try {
        for (int i = 0; i < STRETCH && (more = walk.next()); i++) {
          if (onPath(walk, depth)) {
            counts[piece(walk.memory(), walk.keyAt(), depth)]++;
          }
        }
      } finally {
        walk.exit();
      }
    }
    return counts;
  }

  /** Hashes the keys on the path whose next piece is in [lo, hi]. */
  private void range(int depth, int lo, int hi) {
    int word = depth / PIECES_PER_WORD;
    long count = gather(depth, lo, hi, word);
    sort(0, count, word);
    hash(count);
  }

  private long gather(int depth, int lo, int hi, int word) {
    RecordCursor walk = table.walk();
    long count = 0;
    boolean more = true;
    while (more) {
      tell();
      walk.enter();
      try {
        for (int i = 0; i < STRETCH && (more = walk.next()); i++) {
          int piece = piece(walk.memory(), walk.keyAt(), depth);
          if (piece >= lo && piece <= hi && onPath(walk, depth)) {
            if (count == room) {
              throw new IllegalStateException("more records than " + total);
            }
            entries.put(count++, word(walk, word), walk.index());
          }
        }
      } finally {
        walk.exit();
      }
    }
    return count;
  }

  private static long word(RecordCursor record, int word) {
    return Mem.getLongBe(record.memory(), record.keyAt() + (long) word * Long.BYTES);
  }

  /** Sorts entries that have a word of their keys; equal ones by the next word, and so on. */
  private void sort(long lo, long hi, int word) {
    entries.sort(lo, hi);
    if ((word + 1) * Long.BYTES == keySize) {
      return;
    }
    long first = lo;
    while (first < hi) {
      long value = entries.word(first);
      long next = first + 1;
      while (next < hi && entries.word(next) == value) {
        next++;
      }
      if (next - first > 1) {
        load(first, next, word + 1);
        sort(first, next, word + 1);
      }
      first = next;
    }
  }

  private void load(long lo, long hi, int word) {
    for (long first = lo; first < hi; first += STRETCH) {
      long end = Math.min(hi, first + STRETCH);
      at.enter();
      try {
        for (long entry = first; entry < end; entry++) {
          at.moveTo(entries.index(entry));
          entries.word(entry, word(at, word));
        }
      } finally {
        at.exit();
      }
    }
  }

  private void hash(long count) {
    for (long first = 0; first < count; first += STRETCH) {
      long end = Math.min(count, first + STRETCH);
      tell();
      at.enter();
      try {
        for (long entry = first; entry < end; entry++) {
          at.moveTo(entries.index(entry));
          hasher.hash(at.memory(), at.keyAt(), keySize, at.valueAt(), at.valueSize(), leaf);
          tree.add(leaf, 0);
        }
      } finally {
        at.exit();
      }
      done += end - first;
    }
  }
}
