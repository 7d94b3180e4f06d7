package holdfast.lz4;

import java.util.Arrays;

/**
 * What a high-compression stream remembers: hash tables, and where its history lies.
 *
 * <pre>{@code
 * lowest          prefixStart                 end
 *   |  external        |        prefix         |      indexes grow ->
 *   +------------------+-----------------------+
 *     in array ext       in array prefix, the block being compressed is its tail
 *
 * array position = index + shift of the array
 * }</pre>
 *
 * <p>Every byte that a stream has seen has an index, an unsigned counter of 32 bits that begins at
 * 65 536. It is held <em>biased</em>, with its top bit flipped, so that the signed comparison of
 * Java orders indexes; {@link #EMPTY} is index 0, which lies below every history. Differences need
 * no bias.
 *
 * <pre>{@code
 * heads  int[32768]    chains: hash of 4 bytes -> newest index with that hash
 *                      mid:    two halves, hash of 4 bytes and hash of 7 bytes -> index
 * chain  char[65536]   index modulo 65 536 -> distance to the previous index with the same hash,
 *                      65 535 when it is farther away
 * }</pre>
 *
 * <p>Both together are 256 KiB, for level 12 {@link HcRanks} come to them. The fields below
 * "history" are shared by all kinds of memory, the arrays are those of the heap kernels. Used by
 * one thread; a state that is a dictionary is only read and may be shared.
 */
final class HcState {
  /** Index 0: an unused slot. */
  static final int EMPTY = Integer.MIN_VALUE;

  /** No array: of a segment without bytes. */
  static final byte[] NO_BYTES = {};

  static final int HEADS = 1 << 15;

  /** The first slot of the hash of 7 bytes in the tables of the mid method. */
  static final int LONG_HEADS = HEADS / 2;

  static final int CHAIN = 1 << 16;

  /** Above 1 GiB a stream does not begin, its tables are cleared first. */
  private static final int BEGIN_MAX = EMPTY + (1 << 30);

  /** Bytes of history that a match can reach, and the distance between unrelated streams. */
  private static final int GAP = Lz4Block.HISTORY;

  final int[] heads = new int[HEADS];
  final char[] chain = new char[CHAIN];

  /** What {@link HcDeepSearch} counts with, or null where it is not used. */
  final HcRanks ranks;

  // History.
  int lowest;
  int prefixStart;
  int end;

  /** First index that is not yet in the chains. */
  int next;

  /** First index that has no rank yet, unless it is out of reach. */
  int ranked;

  byte[] prefix;
  int prefixShift;
  byte[] ext;
  int extShift;

  /** Attached dictionary, or null: its prefix ends, so to speak, where {@link #lowest} begins. */
  HcState dictionary;

  /** Whether the tables hold the two hashes of the mid method. */
  final boolean mid;

  /** Prefer long offsets and short matches; only the optimal method does. */
  boolean favorDecompressionSpeed;

  /**
   * Always 1, but not to the compiler: short loops that step by it stay simple, where those that
   * step by a constant are unrolled and pay more for their set-up than for their work.
   */
  int one = 1;

  // Results of the last search, besides the length that it returns.
  /** Where the match begins. */
  int matchStart;

  /** Distance of the match. */
  int matchOffset;

  /** How many bytes before the searched index the match begins. */
  int matchBack;

  /** Result of the last jump through a run, see {@link HcRuns#jump}. */
  int runLength;

  /**
   * Makes a state without history.
   *
   * @param level what its tables are for
   */
  HcState(HcLevel level) {
    mid = level.mid();
    ranks = level.deep() ? new HcRanks() : null;
    clear();
  }

  /** Forgets everything, as if newly made. */
  void clear() {
    Arrays.fill(heads, EMPTY);
    Arrays.fill(chain, (char) 0);
    end = EMPTY;
    favorDecompressionSpeed = false;
    forget();
  }

  /** Ends the history: nothing before {@link #end} is reachable any more. */
  void forget() {
    lowest = prefixStart = next = ranked = end;
    prefix = ext = NO_BYTES;
    dictionary = null;
  }

  /**
   * Begins a history whose first byte lies at a position of an array.
   *
   * <p>Old entries of the heads stay behind, out of every match's reach.
   */
  void begin(byte[] source, int position) {
    if (end > BEGIN_MAX) {
      Arrays.fill(heads, EMPTY);
      end = EMPTY;
    }
    end += GAP;
    forget();
    prefix = source;
    prefixShift = position - end;
  }

  /** Forgets the distances between indexes, which outlive {@link #forget}. */
  void clearChain() {
    Arrays.fill(chain, (char) 0);
  }

  int prefixSize() {
    return end - prefixStart;
  }

  int extSize() {
    return prefixStart - lowest;
  }

  /** Whether candidates may lie outside of the prefix. */
  boolean reachesOutside() {
    return lowest != prefixStart || dictionary != null;
  }

  /** Whether the byte after the prefix is the one at the given position. */
  boolean continuesAt(byte[] source, int position) {
    return prefix == source && end + prefixShift == position;
  }

  /**
   * Makes the prefix the external segment, and begins an empty prefix at a position of an array.
   *
   * <p>An older external segment is forgotten: there is room for one.
   */
  void makeExternal(byte[] source, int position) {
    if (prefixSize() >= Lz4Block.MATCH_MIN && !mid) {
      HcChain.insert(this, end - (Lz4Block.MATCH_MIN - 1));
    }
    lowest = prefixStart;
    ext = prefix;
    extShift = prefixShift;
    prefixStart = end;
    prefix = source;
    prefixShift = position - end;
    next = prefixStart;
    dictionary = null;
  }

  /**
   * Gives up the part of the external segment that the bytes of a new block have overwritten.
   *
   * @param position where the block lies in the array of the prefix
   * @param size its bytes
   */
  void dropOverwritten(int position, int size) {
    if (ext != prefix || lowest == prefixStart) {
      return;
    }
    int extLo = lowest + extShift;
    int extHi = prefixStart + extShift;
    if (position < extHi && position + size > extLo) {
      dropExternal(Math.min(position + size, extHi) - extLo);
    }
  }

  /** Gives up the oldest bytes of the external segment, and all of it when few are left. */
  void dropExternal(int bytes) {
    lowest += Math.min(bytes, extSize());
    if (extSize() < Lz4Block.MATCH_MIN) {
      lowest = prefixStart;
    }
  }

  /**
   * Forgets everything and takes the last 64 KiB of the given bytes as history.
   *
   * @return how many bytes were taken
   */
  int load(byte[] bytes, int position, int size) {
    int kept = Math.min(size, Lz4Block.HISTORY);
    clear();
    begin(bytes, position + size - kept);
    end += kept;
    if (mid) {
      HcMidKernel.insertAll(this);
    } else if (kept >= Lz4Block.MATCH_MIN) {
      HcChain.insert(this, end - (Lz4Block.MATCH_MIN - 1));
    }
    return kept;
  }

  /**
   * Becomes a copy of another state with the same method.
   *
   * <p>A dictionary prefers nothing, so that the stream from then on does not prefer decompression
   * speed either: so it is in the original.
   */
  void copyOf(HcState other) {
    System.arraycopy(other.heads, 0, heads, 0, HEADS);
    System.arraycopy(other.chain, 0, chain, 0, CHAIN);
    lowest = other.lowest;
    prefixStart = other.prefixStart;
    end = other.end;
    next = other.next;
    prefix = other.prefix;
    prefixShift = other.prefixShift;
    ext = other.ext;
    extShift = other.extShift;
    dictionary = null;
    favorDecompressionSpeed = other.favorDecompressionSpeed;
  }

  /**
   * Moves the history to its last bytes, copied to another place.
   *
   * @param target receives {@code size} bytes; may be the array that holds them now
   * @param size at most the size of the prefix
   */
  void moveTo(byte[] target, int position, int size) {
    System.arraycopy(prefix, end - size + prefixShift, target, position, size);
    if (size < prefixSize()) {
      // The attached dictionary ends where the lowest index begins, so it cannot stay when that
      // index moves.
      dictionary = null;
    }
    prefix = target;
    prefixShift = position + size - end;
    prefixStart = lowest = end - size;
    ext = NO_BYTES;
    next = Math.max(next, prefixStart);
  }
}
