package holdfast.lz4;

/**
 * The search of levels 10 to 12: the longest match that begins at an index.
 *
 * <p>Besides the jumps of {@link HcRuns} it changes chains: a longer match must also agree with the
 * positions after the first, so it follows the chain of that position of the best match so far
 * whose next step is the longest. {@code lead} is the distance to that position.
 */
final class HcOptimalSearch {
  /** After so many probes, as a power of two, the stride of a chain change grows by one. */
  private static final int PATIENCE_BITS = 4;

  private static final int PATIENCE = 1 << PATIENCE_BITS;

  /** After so many candidates the search is left to {@link HcDeepSearch}, where that may be. */
  private static final int WALK = 8;

  /** With decompression speed preferred, matches do not overlap closer than that. */
  static final int FAVORED_OFFSET_MIN = 8;

  private HcOptimalSearch() {}

  /**
   * Looks for a match at {@code p}.
   *
   * <p>Sets {@link HcState#matchOffset} when it finds one.
   *
   * @param limit index where matches stop
   * @param best length that a match must exceed
   * @param tries how many candidates may be looked at
   * @return length of the match, or {@code best}
   */
  static int search(HcState state, int p, int limit, int best, int tries) {
    HcChain.insert(state, p);
    char[] chain = state.chain;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int at = p + shift;
    long first = HcBytes.getLong(bytes, at);
    if (HcRuns.isRun((int) first)) {
      return HcRunSearch.search(state, p, p, limit, best, tries, true);
    }
    int candidate = state.heads[HcChain.hash((int) first)];
    int floor = Math.max(state.prefixStart, p - Lz4Block.DISTANCE_MAX);
    int tail = Math.max(best - (Lz4Block.MATCH_MIN - 1), 0);
    int word = HcBytes.getInt(bytes, at + tail);
    tail += shift;
    int lead = 0;
    int eight = state.one << 3;
    boolean outside = state.reachesOutside();
    boolean deep = state.ranks != null && !outside && !state.favorDecompressionSpeed;
    int walk = deep ? Math.min(WALK, tries) : tries;
    int left;
    for (left = walk; left > 0; left--) {
      if (candidate < floor) {
        break;
      }
      if (HcBytes.getInt(bytes, candidate + tail) == word && p - candidate >= offsetMin(state)) {
        int length = HcBytes.runFrom(bytes, at, limit + shift, candidate + shift, first, eight);
        if (length > best) {
          best = length;
          state.matchOffset = p - candidate;
          tail = best - (Lz4Block.MATCH_MIN - 1);
          word = HcBytes.getInt(bytes, at + tail);
          tail += shift;
        }
        if (length == best && best <= p - candidate) {
          long change = change(chain, candidate, best, lead);
          lead = (int) (change >>> 32);
          int longest = (int) change;
          if (longest > 1) {
            candidate -= longest;
            continue;
          }
        }
      }
      candidate -= chain[(candidate + lead) & HcChain.SLOT];
    }
    if (left == 0 && walk < tries && candidate >= floor) {
      return HcDeepSearch.search(state, candidate, lead, p, limit, best, tries - walk);
    }
    return outside ? HcOutsideSearch.optimal(state, candidate, lead, p, limit, best, left) : best;
  }

  /** The shortest distance that a match may have. */
  static int offsetMin(HcState state) {
    return state.favorDecompressionSpeed ? FAVORED_OFFSET_MIN : 1;
  }

  /**
   * Finds the position of a match whose chain takes the longest step.
   *
   * @param candidate where the match is
   * @param lead result when no step is longer than 1
   * @return the position in the upper half, the step in the lower
   */
  static long change(char[] chain, int candidate, int length, int lead) {
    int longest = 1;
    int patience = PATIENCE;
    int stride;
    for (int position = 0; position < length - 3; position += stride) {
      int step = chain[(candidate + position) & HcChain.SLOT];
      stride = patience++ >>> PATIENCE_BITS;
      if (step > longest) {
        longest = step;
        lead = position;
        patience = PATIENCE;
      }
    }
    return ((long) lead << 32) | longest;
  }
}
