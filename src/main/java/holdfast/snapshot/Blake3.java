package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * BLAKE3, the plain hash (no key, no context) with output of any length that is needed here: 32
 * bytes, or 2048 bytes as 1024 lanes of 16 bits.
 *
 * <pre>{@code
 * input      cut into chunks of 1024 bytes, a chunk into 16 blocks of 64
 * chunk      its blocks are compressed one after the other into a value of 8 words
 * tree       the values of chunks are joined in pairs, the left side always a full power of two
 * root       the last join is compressed again for each 64 bytes of output, with a counter
 *
 * state of a compression, 16 words:   value (8) | IV (4) | counter (2) | block size | flags
 * a round mixes columns, then diagonals; 7 rounds, each with the words of the block in another order
 * }</pre>
 *
 * <p>A long output is computed for 32 counters at a time, each word of the state 32 lanes of an
 * array: the compiler makes vector instructions of the loops over them.
 *
 * <p>Source: the BLAKE3 paper (O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020), section 2; checked
 * against its published test vectors. For one thread at a time; reused by {@link #reset}, without
 * garbage.
 */
final class Blake3 {
  /** Bytes of the usual output. */
  static final int HASH_SIZE = 32;

  /** 16-bit lanes of the long output. */
  static final int LANES = 1024;

  /** Words of the long output, of two lanes each. */
  static final int WORDS = LANES / 2;

  private static final int BLOCK_SIZE = 64;
  private static final int BLOCK_WORDS = 16;
  private static final int CHUNK_BLOCKS = 16;
  private static final int VALUE_WORDS = 8;

  /** Compressions side by side: 32 blocks of output are the 2048 bytes of 1024 lanes. */
  private static final int SIDE_BY_SIDE = 32;

  private static final int ROW_WORDS = 4;

  /** Lanes of a row of four words. */
  private static final int ROW = ROW_WORDS * SIDE_BY_SIDE;

  /** Where the last word of a row begins. */
  private static final int LAST = ROW - SIDE_BY_SIDE;

  /** Levels of a tree over 2^64 bytes: 2^54 chunks. */
  private static final int STACK_MAX = 54;

  private static final int CHUNK_START = 1;
  private static final int CHUNK_END = 2;
  private static final int PARENT = 4;
  private static final int ROOT = 8;

  /** As in SHA-256: the fractions of the square roots of the first primes. */
  private static final int[] IV = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  };

  /** Which word of the block each mix of each round takes: 7 rounds of 16. */
  private static final byte[] SCHEDULE = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8,
    3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1,
    10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6,
    12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4,
    9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7,
    11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13
  };

  /** Value of the chunk so far; of the node that is to be compressed last when finishing. */
  private final int[] value = new int[VALUE_WORDS];

  /** Values of whole subtrees that wait for their right side, the largest first. */
  private final int[] stack = new int[STACK_MAX * VALUE_WORDS];

  private int depth;

  /** The block that is being filled. Compressed only when more input shows it is not the last. */
  private final MemorySegment block = MemorySegment.ofArray(new byte[BLOCK_SIZE]);

  private int filled;

  /** Blocks of this chunk that are compressed. */
  private int blocks;

  /** Chunks that are complete. */
  private long chunks;

  private final int[] words = new int[BLOCK_WORDS];
  private final int[] result = new int[BLOCK_WORDS];

  // The states of compressions side by side, as rows of four words.
  private final int[] rowA = new int[ROW];
  private final int[] rowB = new int[ROW];
  private final int[] rowC = new int[ROW];
  private final int[] rowD = new int[ROW];

  Blake3() {
    reset();
  }

  /** Forgets everything that was put in. */
  void reset() {
    depth = 0;
    chunks = 0;
    startChunk();
  }

  private void startChunk() {
    System.arraycopy(IV, 0, value, 0, VALUE_WORDS);
    filled = 0;
    blocks = 0;
  }

  /** Adds bytes to the input. */
  void update(MemorySegment source, long offset, long size) {
    long at = offset;
    long rest = size;
    while (rest > 0) {
      makeRoom();
      int part = (int) Math.min(BLOCK_SIZE - filled, rest);
      Mem.copy(source, at, block, filled, part);
      filled += part;
      at += part;
      rest -= part;
    }
  }

  /** Adds eight bytes, little-endian, to the input. */
  void update(long number) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      makeRoom();
      Mem.putByte(block, filled++, (byte) (number >>> shift));
    }
  }

  /** There is more input, so a full block is not the last one of the input. */
  private void makeRoom() {
    if (filled < BLOCK_SIZE) {
      return;
    }
    loadBlock();
    boolean last = blocks == CHUNK_BLOCKS - 1;
    compress(value, chunks, BLOCK_SIZE, startFlag() | (last ? CHUNK_END : 0));
    System.arraycopy(result, 0, value, 0, VALUE_WORDS);
    blocks++;
    filled = 0;
    if (last) {
      push();
    }
  }

  private int startFlag() {
    return blocks == 0 ? CHUNK_START : 0;
  }

  /** Puts the value of a finished chunk into the tree, and joins what is complete on its left. */
  private void push() {
    chunks++;
    for (long joined = chunks; (joined & 1) == 0; joined >>>= 1) {
      joinWithLeft();
      compress(IV, 0, BLOCK_SIZE, PARENT);
      System.arraycopy(result, 0, value, 0, VALUE_WORDS);
    }
    System.arraycopy(value, 0, stack, depth++ * VALUE_WORDS, VALUE_WORDS);
    startChunk();
  }

  /** Makes the block of a parent: the value on top of the stack, then {@link #value}. */
  private void joinWithLeft() {
    depth--;
    System.arraycopy(stack, depth * VALUE_WORDS, words, 0, VALUE_WORDS);
    System.arraycopy(value, 0, words, VALUE_WORDS, VALUE_WORDS);
  }

  private void loadBlock() {
    for (int i = filled; i < BLOCK_SIZE; i++) {
      Mem.putByte(block, i, (byte) 0);
    }
    for (int i = 0; i < BLOCK_WORDS; i++) {
      words[i] = Mem.getInt(block, (long) i * Integer.BYTES);
    }
  }

  /** Writes the 32-byte hash of the input, and forgets the input. */
  void digest(MemorySegment target, long offset) {
    boolean parent = foldToRoot();
    compress(value, 0, rootSize(parent), rootFlags(parent));
    for (int i = 0; i < VALUE_WORDS; i++) {
      Mem.putInt(target, offset + (long) i * Integer.BYTES, result[i]);
    }
    reset();
  }

  /**
   * Gives the first 2048 bytes of output as little-endian numbers, and forgets the input.
   *
   * @param target of 512 words, each of them two lanes, the first one in the low half
   */
  void expand(int[] target) {
    boolean parent = foldToRoot();
    compressSideBySide(rootSize(parent), rootFlags(parent));
    for (int word = 0; word < ROW_WORDS; word++) {
      int from = word * SIDE_BY_SIDE;
      int low = value[word];
      int high = value[word + ROW_WORDS];
      for (int i = 0; i < SIDE_BY_SIDE; i++) {
        int at = i * BLOCK_WORDS + word;
        target[at] = rowA[from + i] ^ rowC[from + i];
        target[at + ROW_WORDS] = rowB[from + i] ^ rowD[from + i];
        target[at + 2 * ROW_WORDS] = rowC[from + i] ^ low;
        target[at + 3 * ROW_WORDS] = rowD[from + i] ^ high;
      }
    }
    reset();
  }

  private int rootSize(boolean parent) {
    return parent ? BLOCK_SIZE : filled;
  }

  private int rootFlags(boolean parent) {
    return ROOT | (parent ? PARENT : CHUNK_END | startFlag());
  }

  /**
   * Leaves in {@link #value} and {@link #words} what the root has to compress.
   *
   * @return whether the root is a parent, not the only chunk
   */
  private boolean foldToRoot() {
    loadBlock();
    if (depth == 0) {
      return false;
    }
    compress(value, chunks, filled, CHUNK_END | startFlag());
    System.arraycopy(result, 0, value, 0, VALUE_WORDS);
    joinWithLeft();
    while (depth > 0) {
      compress(IV, 0, BLOCK_SIZE, PARENT);
      System.arraycopy(result, 0, value, 0, VALUE_WORDS);
      joinWithLeft();
    }
    System.arraycopy(IV, 0, value, 0, VALUE_WORDS);
    return true;
  }

  /** Compresses {@link #words} into the first 8 words of {@link #result}. */
  private void compress(int[] chain, long counter, int size, int flags) {
    int[] words = this.words;
    int v0 = chain[0];
    int v1 = chain[1];
    int v2 = chain[2];
    int v3 = chain[3];
    int v4 = chain[4];
    int v5 = chain[5];
    int v6 = chain[6];
    int v7 = chain[7];
    int v8 = IV[0];
    int v9 = IV[1];
    int va = IV[2];
    int vb = IV[3];
    int vc = (int) counter;
    int vd = (int) (counter >>> Integer.SIZE);
    int ve = size;
    int vf = flags;
    for (int at = 0; at < SCHEDULE.length; at += BLOCK_WORDS) {
      v0 += v4 + words[SCHEDULE[at + 0]];
      vc = Integer.rotateRight(vc ^ v0, 16);
      v8 += vc;
      v4 = Integer.rotateRight(v4 ^ v8, 12);
      v0 += v4 + words[SCHEDULE[at + 1]];
      vc = Integer.rotateRight(vc ^ v0, 8);
      v8 += vc;
      v4 = Integer.rotateRight(v4 ^ v8, 7);
      v1 += v5 + words[SCHEDULE[at + 2]];
      vd = Integer.rotateRight(vd ^ v1, 16);
      v9 += vd;
      v5 = Integer.rotateRight(v5 ^ v9, 12);
      v1 += v5 + words[SCHEDULE[at + 3]];
      vd = Integer.rotateRight(vd ^ v1, 8);
      v9 += vd;
      v5 = Integer.rotateRight(v5 ^ v9, 7);
      v2 += v6 + words[SCHEDULE[at + 4]];
      ve = Integer.rotateRight(ve ^ v2, 16);
      va += ve;
      v6 = Integer.rotateRight(v6 ^ va, 12);
      v2 += v6 + words[SCHEDULE[at + 5]];
      ve = Integer.rotateRight(ve ^ v2, 8);
      va += ve;
      v6 = Integer.rotateRight(v6 ^ va, 7);
      v3 += v7 + words[SCHEDULE[at + 6]];
      vf = Integer.rotateRight(vf ^ v3, 16);
      vb += vf;
      v7 = Integer.rotateRight(v7 ^ vb, 12);
      v3 += v7 + words[SCHEDULE[at + 7]];
      vf = Integer.rotateRight(vf ^ v3, 8);
      vb += vf;
      v7 = Integer.rotateRight(v7 ^ vb, 7);
      v0 += v5 + words[SCHEDULE[at + 8]];
      vf = Integer.rotateRight(vf ^ v0, 16);
      va += vf;
      v5 = Integer.rotateRight(v5 ^ va, 12);
      v0 += v5 + words[SCHEDULE[at + 9]];
      vf = Integer.rotateRight(vf ^ v0, 8);
      va += vf;
      v5 = Integer.rotateRight(v5 ^ va, 7);
      v1 += v6 + words[SCHEDULE[at + 10]];
      vc = Integer.rotateRight(vc ^ v1, 16);
      vb += vc;
      v6 = Integer.rotateRight(v6 ^ vb, 12);
      v1 += v6 + words[SCHEDULE[at + 11]];
      vc = Integer.rotateRight(vc ^ v1, 8);
      vb += vc;
      v6 = Integer.rotateRight(v6 ^ vb, 7);
      v2 += v7 + words[SCHEDULE[at + 12]];
      vd = Integer.rotateRight(vd ^ v2, 16);
      v8 += vd;
      v7 = Integer.rotateRight(v7 ^ v8, 12);
      v2 += v7 + words[SCHEDULE[at + 13]];
      vd = Integer.rotateRight(vd ^ v2, 8);
      v8 += vd;
      v7 = Integer.rotateRight(v7 ^ v8, 7);
      v3 += v4 + words[SCHEDULE[at + 14]];
      ve = Integer.rotateRight(ve ^ v3, 16);
      v9 += ve;
      v4 = Integer.rotateRight(v4 ^ v9, 12);
      v3 += v4 + words[SCHEDULE[at + 15]];
      ve = Integer.rotateRight(ve ^ v3, 8);
      v9 += ve;
      v4 = Integer.rotateRight(v4 ^ v9, 7);
    }
    int[] out = result;
    out[0] = v0 ^ v8;
    out[1] = v1 ^ v9;
    out[2] = v2 ^ va;
    out[3] = v3 ^ vb;
    out[4] = v4 ^ vc;
    out[5] = v5 ^ vd;
    out[6] = v6 ^ ve;
    out[7] = v7 ^ vf;
  }

  /**
   * Compresses {@link #words} for the counters 0 to 31: output block i is lane i of all words.
   *
   * <pre>{@code
   * rows                        columns: a b c d of G      diagonals: G(a0 b1 c2 d3), ...
   * a   v0   v1   v2   v3        each a word of 32 lanes    the same with b, c, d moved on
   * b   v4   v5   v6   v7
   * c   v8   v9   v10  v11
   * d   v12  v13  v14  v15
   * }</pre>
   */
  private void compressSideBySide(int size, int flags) {
    for (int word = 0; word < ROW_WORDS; word++) {
      fill(rowA, word, value[word]);
      fill(rowB, word, value[ROW_WORDS + word]);
      fill(rowC, word, IV[word]);
    }
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      rowD[i] = i;
    }
    fill(rowD, 1, 0);
    fill(rowD, 2, size);
    fill(rowD, 3, flags);
    for (int at = 0; at < SCHEDULE.length; at += BLOCK_WORDS) {
      addWords(0, at);
      columnsFirst(rowA, rowB, rowC, rowD);
      addWords(0, at + 1);
      columnsSecond(rowA, rowB, rowC, rowD);
      addWords(1, at + VALUE_WORDS);
      diagonalsFirst(rowA, rowB, rowC, rowD);
      addWords(1, at + VALUE_WORDS + 1);
      diagonalsSecond(rowA, rowB, rowC, rowD);
    }
  }

  private static void fill(int[] row, int word, int with) {
    Arrays.fill(row, word * SIDE_BY_SIDE, (word + 1) * SIDE_BY_SIDE, with);
  }

  /** The additions to the first row, whose words all get another word of the block. */
  private void addWords(int shift, int schedule) {
    for (int word = 0; word < ROW_WORDS; word++) {
      add(
          rowA,
          word * SIDE_BY_SIDE,
          rowB,
          (word + shift) % ROW_WORDS * SIDE_BY_SIDE,
          words[SCHEDULE[schedule + 2 * word]]);
    }
  }

  // One statement a loop: the compiler then makes vector instructions of each of them. Loops over
  // rows, because beside a few vectors a loop has up to 15 single steps at its ends: 27 % less than
  // with loops over words. Two methods for each half of a G, because with rotations that it knows a
  // call takes 8 % less. Diagonals are not turned into columns and back, which would cost more than
  // it saves, but are two loops, before and after the end of a row.

  private static void add(int[] a, int aFrom, int[] b, int bFrom, int word) {
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      a[aFrom + i] += b[bFrom + i] + word;
    }
  }

  private static void columnsFirst(int[] a, int[] b, int[] c, int[] d) {
    for (int i = 0; i < ROW; i++) {
      d[i] = Integer.rotateRight(d[i] ^ a[i], 16);
    }
    for (int i = 0; i < ROW; i++) {
      c[i] += d[i];
    }
    for (int i = 0; i < ROW; i++) {
      b[i] = Integer.rotateRight(b[i] ^ c[i], 12);
    }
  }

  private static void columnsSecond(int[] a, int[] b, int[] c, int[] d) {
    for (int i = 0; i < ROW; i++) {
      d[i] = Integer.rotateRight(d[i] ^ a[i], 8);
    }
    for (int i = 0; i < ROW; i++) {
      c[i] += d[i];
    }
    for (int i = 0; i < ROW; i++) {
      b[i] = Integer.rotateRight(b[i] ^ c[i], 7);
    }
  }

  private static void diagonalsFirst(int[] a, int[] b, int[] c, int[] d) {
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      d[i + LAST] = Integer.rotateRight(d[i + LAST] ^ a[i], 16);
    }
    for (int i = 0; i < LAST; i++) {
      d[i] = Integer.rotateRight(d[i] ^ a[i + SIDE_BY_SIDE], 16);
    }
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      c[i + LAST] += d[i];
    }
    for (int i = 0; i < LAST; i++) {
      c[i] += d[i + SIDE_BY_SIDE];
    }
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      b[i + LAST] = Integer.rotateRight(b[i + LAST] ^ c[i], 12);
    }
    for (int i = 0; i < LAST; i++) {
      b[i] = Integer.rotateRight(b[i] ^ c[i + SIDE_BY_SIDE], 12);
    }
  }

  private static void diagonalsSecond(int[] a, int[] b, int[] c, int[] d) {
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      d[i + LAST] = Integer.rotateRight(d[i + LAST] ^ a[i], 8);
    }
    for (int i = 0; i < LAST; i++) {
      d[i] = Integer.rotateRight(d[i] ^ a[i + SIDE_BY_SIDE], 8);
    }
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      c[i + LAST] += d[i];
    }
    for (int i = 0; i < LAST; i++) {
      c[i] += d[i + SIDE_BY_SIDE];
    }
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      b[i + LAST] = Integer.rotateRight(b[i + LAST] ^ c[i], 7);
    }
    for (int i = 0; i < LAST; i++) {
      b[i] = Integer.rotateRight(b[i] ^ c[i + SIDE_BY_SIDE], 7);
    }
  }
}
