package holdfast.lz4;

/**
 * The parser of levels 10 to 12: the cheapest way from a first match to the end of the last one
 * that overlaps it, found with a table of prices.
 *
 * <pre>{@code
 * node     0    1    2    3    4    5    6 ...       one per byte from p on
 * price    bytes of output to get here
 * segment  the last step to get here: a literal, or a match with its length and offset
 *
 * |-- literals --|== match ======|-lit-|== match ===|
 * p                                                 p + last
 * }</pre>
 *
 * <p>A segment also knows a number of literals: for a literal those in a row up to it, for a match
 * those before it. Both begin with the literals that were waiting at {@code p}.
 */
final class HcOptimalKernel {
  /** Longest path plus one. */
  static final int NODES = 4096;

  /** Literals that are priced behind the last match. */
  private static final int TRAIL = 3;

  /** With decompression speed preferred, a match a little longer than this is cut to it. */
  private static final int FAVORED_LENGTH = 18;

  private static final int FAVORED_LENGTH_MAX = 36;

  private final int[] prices = new int[NODES + TRAIL];

  /** Bits 0..12 length, 1 for a literal; bits 16..31 offset; bits 32..63 number of literals. */
  private final long[] segments = new long[NODES + TRAIL];

  private static long segment(int length, int offset, int literals) {
    return ((long) literals << 32) | ((long) offset << 16) | length;
  }

  private static long literal(int literals) {
    return segment(1, 0, literals);
  }

  private static int length(long segment) {
    return (int) segment & 0xFFFF;
  }

  private static int offset(long segment) {
    return (int) segment >>> 16;
  }

  private static int literals(long segment) {
    return (int) (segment >>> 32);
  }

  /** Price of so many literals in a row. */
  private static int price(int literals) {
    return literals + (literals + 240) / 255;
  }

  /** Price of a match, its offset and token, and the literals before it. */
  private static int price(int literals, int length) {
    return 3 + price(literals) + (length - Lz4Block.MATCH_MIN + 240) / 255;
  }

  /**
   * Compresses the block that the writer was opened for.
   *
   * @return its compressed size, or 0 if it does not fit
   */
  int compress(HcState state, HcWriter writer, HcLevel level) {
    int[] prices = this.prices;
    long[] segments = this.segments;
    int tries = level.searches();
    int target = level.target();
    boolean full = level.full();
    int gainMin = state.favorDecompressionSpeed ? 1 : 0;
    int lastStart = writer.end() - Lz4Block.MATCH_START_MARGIN;
    int limit = writer.end() - Lz4Block.LAST_LITERALS;
    int p = writer.begin();
    while (p <= lastStart) {
      int waiting = p - writer.anchor();
      int first = longer(state, p, limit, Lz4Block.MATCH_MIN - 1, tries);
      if (first == 0) {
        p++;
        continue;
      }
      if (first > target) {
        int offset = state.matchOffset;
        if (!writer.sequence(p, first, offset)) {
          return writer.overflow();
        }
        p += first;
        continue;
      }
      for (int r = 0; r < Lz4Block.MATCH_MIN; r++) {
        prices[r] = price(waiting + r);
        segments[r] = literal(waiting + r);
      }
      for (int r = Lz4Block.MATCH_MIN; r <= first; r++) {
        prices[r] = price(waiting, r);
        segments[r] = segment(r, state.matchOffset, waiting);
      }
      int last = first;
      trail(last);

      int cur = 1;
      int tailLength = 0;
      int tailOffset = 0;
      for (; cur < last && p + cur <= lastStart; cur++) {
        int here = prices[cur];
        if (prices[cur + 1] <= here && (!full || prices[cur + 4] < here + 3)) {
          continue;
        }
        int min = full ? Lz4Block.MATCH_MIN - 1 : last - cur;
        int length = longer(state, p + cur, limit, min, tries);
        if (length == 0) {
          continue;
        }
        int offset = state.matchOffset;
        if (length > target || length + cur >= NODES) {
          tailLength = length;
          tailOffset = offset;
          break;
        }
        last = extend(cur, last, length, offset, gainMin);
        trail(last);
      }
      if (tailLength == 0) {
        tailLength = length(segments[last]);
        tailOffset = offset(segments[last]);
        cur = last - tailLength;
      }
      link(cur);
      for (int r = 0; r < cur; ) {
        int length = length(segments[r]);
        if (length > 1 && !writer.sequence(p, length, offset(segments[r]))) {
          return writer.overflow();
        }
        r += length;
        p += length;
      }
      if (tailLength > 1 && !writer.sequence(p, tailLength, tailOffset)) {
        return writer.overflow();
      }
      p += tailLength;
    }
    return writer.lastLiterals();
  }

  /** Length of a match longer than {@code min}, or 0. */
  private static int longer(HcState state, int p, int limit, int min, int tries) {
    int length = HcOptimalSearch.search(state, p, limit, min, tries);
    if (length <= min) {
      return 0;
    }
    boolean cut =
        state.favorDecompressionSpeed && length > FAVORED_LENGTH && length <= FAVORED_LENGTH_MAX;
    return cut ? FAVORED_LENGTH : length;
  }

  /** Prices literals behind the last match, so that the next step can be compared with them. */
  private void trail(int last) {
    for (int k = 1; k <= TRAIL; k++) {
      prices[last + k] = prices[last] + price(k);
      segments[last + k] = literal(k);
    }
  }

  /**
   * Enters what is cheaper with a match at {@code cur}, of any length up to its own.
   *
   * @param gainMin by how much a match must be cheaper than what is there; 0 also takes equal ones
   * @return the last position that a match reaches
   */
  private int extend(int cur, int last, int length, int offset, int gainMin) {
    int[] prices = this.prices;
    long[] segments = this.segments;
    int here = prices[cur];
    long segment = segments[cur];
    int literals = literals(segment);
    for (int k = 1; k <= TRAIL; k++) {
      int price = here - price(literals) + price(literals + k);
      if (price < prices[cur + k]) {
        prices[cur + k] = price;
        segments[cur + k] = literal(literals + k);
      }
    }
    int before = here;
    if (length(segment) == 1) {
      // The literals up to here get their price from the match that follows them.
      before = cur > literals ? prices[cur - literals] : 0;
    } else {
      literals = 0;
    }
    int priced = last + TRAIL;
    for (int k = Lz4Block.MATCH_MIN; k <= length; k++) {
      int price = before + price(literals, k);
      if (cur + k > priced || price <= prices[cur + k] - gainMin) {
        if (k == length && last < cur + k) {
          last = cur + k;
        }
        prices[cur + k] = price;
        segments[cur + k] = segment(k, offset, literals);
      }
    }
    return last;
  }

  /**
   * Turns the path that ends at {@code cur} around: afterwards a node holds the segment that begins
   * there, not the one that ends there.
   */
  private void link(int cur) {
    long following = 0;
    int r = cur;
    while (r > 0) {
      long segment = segments[r];
      segments[r] = following;
      following = segment;
      r -= length(segment);
    }
    segments[0] = following;
  }
}
