package holdfast.lz4;

/**
 * The searches of levels 3 to 9: the longest match at an index, and the longest that covers it.
 *
 * <p>The loops see only candidates in the prefix, in the array of the block itself; those come
 * first in every chain. What lies elsewhere is left to {@link HcOutsideSearch}, runs of one byte to
 * {@link HcRunSearch}, so that the loops have few variables. Each has one filter per candidate: of
 * the bytes that a longer match must share, from the searched one to the one behind the best length
 * so far, the last four. At first those are the four that were hashed.
 *
 * <pre>{@code
 * low        p                       low + best
 *  |-- look --|-----------------+-----+
 *  |============ best =============== |       tail = place of the four, from p
 *                               |word |
 * }</pre>
 */
final class HcChainSearch {
  private HcChainSearch() {}

  /**
   * Looks for the first place with a match, from {@code p} on.
   *
   * <p>Sets {@link HcState#matchStart} and {@link HcState#matchOffset} when there is one.
   *
   * @param lastStart the last index at which a match may begin
   * @param limit index where matches stop
   * @param tries how many candidates may be looked at for each place
   * @param jumpsRuns whether runs of one byte are jumped over
   * @return length of the longest match there, or 0
   */
  static int find(HcState state, int p, int lastStart, int limit, int tries, boolean jumpsRuns) {
    int one = state.one;
    int eight = one << 3;
    int[] heads = state.heads;
    char[] chain = state.chain;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int start = state.prefixStart;
    boolean outside = state.reachesOutside();
    for (; p <= lastStart; p += one) {
      HcChain.insert(state, p);
      int at = p + shift;
      long first = HcBytes.getLong(bytes, at);
      int best = Lz4Block.MATCH_MIN - 1;
      if (jumpsRuns && HcRuns.isRun((int) first)) {
        best = HcRunSearch.search(state, p, p, limit, best, tries, false);
        if (best >= Lz4Block.MATCH_MIN) {
          state.matchStart = p;
          return best;
        }
        continue;
      }
      int candidate = heads[HcChain.hash((int) first)];
      int floor = Math.max(start, p - Lz4Block.DISTANCE_MAX);
      int tail = shift;
      int word = (int) first;
      int found = 0;
      int left;
      for (left = tries; left > 0; left--) {
        if (candidate < floor) {
          break;
        }
        if (HcBytes.getInt(bytes, candidate + tail) == word) {
          int length = HcBytes.runFrom(bytes, at, limit + shift, candidate + shift, first, eight);
          if (length > best) {
            best = length;
            found = candidate;
            tail = best - (Lz4Block.MATCH_MIN - 1);
            word = HcBytes.getInt(bytes, at + tail);
            tail += shift;
          }
        }
        candidate -= chain[candidate & HcChain.SLOT];
      }
      state.matchOffset = p - found;
      if (outside) {
        best = HcOutsideSearch.chain(state, candidate, p, p, limit, best, left);
      }
      if (best >= Lz4Block.MATCH_MIN) {
        state.matchStart = p;
        return best;
      }
    }
    return 0;
  }

  /**
   * Looks for a match at {@code p} that may begin earlier.
   *
   * <p>Sets {@link HcState#matchOffset} and {@link HcState#matchBack} when it finds one.
   *
   * @param low lowest index at which the match may begin, in the block; before {@code p}
   * @param limit index where matches stop
   * @param best length that a match must exceed
   * @param tries how many candidates may be looked at
   * @param jumpsRuns whether runs of one byte are jumped over
   * @return length of the match from its beginning, or {@code best}
   */
  static int wide(
      HcState state, int p, int low, int limit, int best, int tries, boolean jumpsRuns) {
    HcChain.insert(state, p);
    char[] chain = state.chain;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int start = state.prefixStart;
    int at = p + shift;
    long first = HcBytes.getLong(bytes, at);
    if (jumpsRuns && HcRuns.isRun((int) first)) {
      return HcRunSearch.search(state, p, low, limit, best, tries, false);
    }
    int candidate = state.heads[HcChain.hash((int) first)];
    int floor = Math.max(start, p - Lz4Block.DISTANCE_MAX);
    int look = p - low;
    int eight = state.one << 3;
    int tail = shift;
    int word = (int) first;
    int left;
    for (left = tries; left > 0; left--) {
      if (candidate < floor) {
        break;
      }
      if (HcBytes.getInt(bytes, candidate + tail) == word) {
        int place = candidate + shift;
        int length = HcBytes.runFrom(bytes, at, limit + shift, place, first, eight);
        if (length + look > best) {
          int back = HcBytes.backFrom(bytes, at, place, Math.min(look, candidate - start));
          length += back;
          if (length > best) {
            best = length;
            state.matchOffset = p - candidate;
            state.matchBack = back;
            tail = Math.max(best - look - (Lz4Block.MATCH_MIN - 1), 0);
            word = HcBytes.getInt(bytes, at + tail);
            tail += shift;
          }
        }
      }
      candidate -= chain[candidate & HcChain.SLOT];
    }
    if (state.reachesOutside()) {
      best = HcOutsideSearch.chain(state, candidate, p, low, limit, best, left);
    }
    return best;
  }
}
