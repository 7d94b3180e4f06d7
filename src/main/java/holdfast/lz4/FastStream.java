package holdfast.lz4;

import static holdfast.lz4.Lz4Block.HISTORY;

import java.util.Arrays;

/**
 * The stream engine of level 1.
 *
 * <p>Every byte of a stream has an index; the table holds indexes. {@code index} is the one of the
 * next byte, and the history is the {@code historySize} bytes before it:
 *
 * <pre>{@code
 *           historyEnd - historySize      historyEnd
 *                    |                         |
 * history    --------+=========================+        an array, the next block may follow it
 * index       index - historySize            index
 * }</pre>
 */
final class FastStream implements StreamEngine {
  /** Tables are renumbered before an index would pass 2^31. */
  private static final int INDEX_MAX = Integer.MAX_VALUE;

  /** A stream restarted beyond clears its table, as in the original. */
  private static final int RESTART_MAX = 1 << 30;

  /** Inputs up to this size look into the attached tables instead of copying them. */
  private static final int ATTACHED_LOOKUP_MAX = 4096;

  /** Blocks for which it pays to copy the history before them: a copy is 2 to 4 us. */
  private static final int BESIDE_MIN = 1 << 14;

  private static final int BESIDE_MAX = 1 << 16;

  /** Bytes that a hash reads, and the smallest dictionary worth having. */
  private static final int HASH_UNIT = 8;

  private static final byte[] NOTHING = {};

  private final int acceleration;
  private final int[] table = new int[FastTables.LARGE_ENTRIES];
  private int index;
  private byte[] history = NOTHING;
  private int historyEnd;
  private int historySize;
  private FastStream attached;

  /** History that lay elsewhere, then the block. */
  private final Staging beside = new Staging();

  /** Entries of the table with smaller indexes are out of reach of whatever comes next. */
  private int known;

  FastStream(int acceleration) {
    this.acceleration = acceleration;
  }

  @Override
  public void reset() {
    Arrays.fill(table, 0);
    index = 0;
    known = 0;
    refer(NOTHING, 0, 0);
    attached = null;
  }

  /**
   * Leaves a gap that no match reaches over, instead of clearing the table. An index that is large
   * already starts over, so that short streams never need to be renumbered.
   */
  @Override
  public void restart() {
    if (index > RESTART_MAX) {
      reset();
    }
    index += HISTORY;
    known = index;
    refer(NOTHING, 0, 0);
    attached = null;
  }

  @Override
  public int load(byte[] dictionary, int offset, int size) {
    return load(dictionary, offset, size, false);
  }

  /**
   * Loads a dictionary.
   *
   * @param thorough enter more positions, where slots are free
   */
  int load(byte[] dictionary, int offset, int size, boolean thorough) {
    reset();
    // Index 0 means an empty slot, so a dictionary begins behind a whole window.
    index = HISTORY;
    if (size < HASH_UNIT) {
      return 0;
    }
    refer(dictionary, offset + size, Math.min(size, HISTORY));
    FastArrayEncoder.index(dictionary, historyEnd - historySize, historyEnd, table, index, 3);
    if (thorough) {
      FastArrayEncoder.index(dictionary, historyEnd - historySize, historyEnd, table, index, 1);
    }
    return historySize;
  }

  @Override
  public void attach(Lz4Dictionary dictionary) {
    reset();
    index = HISTORY;
    if (dictionary.fast().historySize != 0) {
      attached = dictionary.fast();
    }
  }

  @Override
  public int compress(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    renumber(srcSize);
    boolean follows = history == src && historyEnd == srcOffset;
    if (historySize < Lz4Block.MATCH_MIN && !follows && srcSize > 0 && attached == null) {
      refer(src, srcOffset, 0);
      follows = true;
    }
    dropOverwritten(src, srcOffset, srcSize);
    if (dstSize == 0) {
      return 0;
    }
    if (follows) {
      return withPrefix(src, srcOffset, srcSize, dst, dstOffset, dstSize);
    }
    int[] lookup = null;
    int shift = 0;
    if (attached != null) {
      if (srcSize > ATTACHED_LOOKUP_MAX) {
        System.arraycopy(attached.table, 0, table, 0, table.length);
        index = attached.index;
      } else {
        lookup = attached.table;
        shift = index - attached.index;
      }
      refer(attached.history, attached.historyEnd, attached.historySize);
      attached = null;
    }
    int start = index;
    index += srcSize;
    if (lookup == null
        && historySize >= HISTORY
        && srcSize >= BESIDE_MIN
        && srcSize <= BESIDE_MAX) {
      int size = compressBeside(src, srcOffset, srcSize, dst, dstOffset, dstSize, start);
      refer(src, srcOffset + srcSize, srcSize);
      return size;
    }
    int size =
        FastArrayEncoder.compressExternal(
            src,
            srcOffset,
            srcSize,
            dst,
            dstOffset,
            dstSize,
            srcOffset,
            table,
            start,
            history,
            historyEnd,
            historySize,
            lookup,
            shift,
            acceleration);
    refer(src, srcOffset + srcSize, srcSize);
    return size;
  }

  /** The bytes of {@link FastArrayEncoder#compressExternal}, sooner. */
  private int compressBeside(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize, int start) {
    byte[] both = beside.room(HISTORY + BESIDE_MAX);
    System.arraycopy(history, historyEnd - HISTORY, both, 0, HISTORY);
    System.arraycopy(src, srcOffset, both, HISTORY, srcSize);
    return FastArrayEncoder.compressLarge(
        both,
        HISTORY,
        srcSize,
        dst,
        dstOffset,
        dstSize,
        table,
        start,
        HISTORY,
        HISTORY,
        acceleration);
  }

  private int withPrefix(
      byte[] src, int srcOffset, int srcSize, byte[] dst, int dstOffset, int dstSize) {
    int start = index;
    int prefix = historySize;
    index += srcSize;
    refer(src, srcOffset + srcSize, historySize + srcSize);
    if (prefix < Math.min(HISTORY, start - known)) {
      // History was cut, and the table still knows of bytes before it.
      return FastArrayEncoder.compressExternal(
          src,
          srcOffset,
          srcSize,
          dst,
          dstOffset,
          dstSize,
          srcOffset - prefix,
          table,
          start,
          src,
          srcOffset,
          prefix,
          null,
          0,
          acceleration);
    }
    return FastArrayEncoder.compressLarge(
        src,
        srcOffset,
        srcSize,
        dst,
        dstOffset,
        dstSize,
        table,
        start,
        prefix,
        srcOffset - prefix,
        acceleration);
  }

  @Override
  public int save(byte[] target, int offset, int max) {
    int size = Math.min(Math.min(max, HISTORY), historySize);
    System.arraycopy(history, historyEnd - size, target, offset, size);
    refer(target, offset + size, size);
    return size;
  }

  @Override
  public void forgetExternal(int bytes) {
    // A block that follows another one refers to its prefix only.
  }

  private void refer(byte[] array, int end, int size) {
    history = array;
    historyEnd = end;
    historySize = size;
  }

  /**
   * History that the next block lies upon, as in a ring, is history no more: what is left is the
   * part behind the block. The original forgets a block that reaches the end of the history or
   * beyond, and then compresses it against itself.
   */
  private void dropOverwritten(byte[] src, int srcOffset, int srcSize) {
    int end = srcOffset + srcSize;
    if (history == src && srcOffset < historyEnd && end > historyEnd - historySize) {
      int left = Math.min(historyEnd - end, HISTORY);
      historySize = left < Lz4Block.MATCH_MIN ? 0 : left;
    }
  }

  /** Keeps indexes below 2^31: old ones become 0, the others move down. */
  private void renumber(int next) {
    if (index > INDEX_MAX - next) {
      int delta = index - HISTORY;
      for (int i = 0; i < table.length; i++) {
        table[i] = Math.max(0, table[i] - delta);
      }
      index = HISTORY;
      known = Math.max(0, known - delta);
      historySize = Math.min(historySize, HISTORY);
    }
  }

  /** For tests: pretends that so many bytes went before. */
  void skipTo(int newIndex) {
    index = newIndex;
  }
}
