package holdfast.lz4;

/**
 * The rest of a search of {@link HcOptimalSearch} that has seen many candidates: the same result
 * from fewer.
 *
 * <p>The walk of that search improves its match step by step: the next match it takes is the
 * nearest one, further back, that is longer than the best so far. Only these matches, the
 * <em>records</em>, and the tries left when it meets them decide the result. Both can be had
 * without the walk:
 *
 * <pre>{@code
 *               q                                        p
 * ...           |== best ===|x| ...                      |== best ===|y| ...
 *                        |word|                                   |word|
 *                                                         s = best - 3
 * }</pre>
 *
 * <ul>
 *   <li>A longer match also has the byte {@code y} that ended the best one. So its position {@code
 *       s} is in the chain of the four bytes {@code word}, whose head is known and which is often
 *       short, or empty, where the chain of the walk has thousands. That chain is followed down to
 *       the candidate of the walk while the walk goes on beside it. When it gets there it takes
 *       over; when it turns out to be long, the walk goes on alone.
 *   <li>The chains hold indexes before {@code p} only, so the chain of {@code word} misses matches
 *       that are at most {@code s} away. There are none that count: the best match is at a distance
 *       {@code d}, so its bytes and the {@code d} before them repeat every {@code d} bytes. With a
 *       longer match at {@code e}, where {@code d < e <= best}, they would repeat every {@code e}
 *       bytes too, and {@code y} as well; then {@code y} equals the byte {@code e} before it, that
 *       equals the one {@code d} before that one, and that equals {@code x}.
 *   <li>Between two records the walk stays on one chain. How many tries that costs is the
 *       difference of two {@linkplain HcRanks ranks}. At a record it changes chains by a rule that
 *       needs no more than the record, see {@link HcOptimalSearch#change}.
 * </ul>
 *
 * <p>What the walk does between the last record and the end of its tries has no effect, unless
 * there are candidates outside of the prefix. Those, and the wish for decompression speed, are not
 * for this search.
 */
final class HcDeepSearch {
  /** Steps on the other chains in one search before the walk goes on alone. */
  private static final int STEPS = 256;

  private HcDeepSearch() {}

  /**
   * Goes on with a search.
   *
   * <p>Sets {@link HcState#matchOffset} when it finds a longer match.
   *
   * @param candidate the next candidate of the walk, in the window
   * @param lead the position of the match whose chain the walk follows
   * @param p the searched index
   * @param limit index where matches stop
   * @param best the length of the best match so far, or the shortest length less one
   * @param left how many candidates the walk may still look at
   * @return length of the match, or {@code best}
   */
  static int search(HcState state, int candidate, int lead, int p, int limit, int best, int left) {
    char[] chain = state.chain;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int at = p + shift;
    int floor = Math.max(state.prefixStart, p - Lz4Block.DISTANCE_MAX);
    int eight = state.one << 3;
    long first = HcBytes.getLong(bytes, at);
    // With more tries than places they cannot run out.
    boolean counted = candidate - floor >= left;
    if (counted) {
      state.ranks.fill(state, p, floor);
    }
    int steps = STEPS;
    while (candidate >= floor && best < limit - p) {
      int s = best - (Lz4Block.MATCH_MIN - 1);
      int word = HcBytes.getInt(bytes, at + s);
      int tail = s + shift;
      int q = candidate;
      int follow = lead;
      int length = 0;
      if (steps > 0) {
        int other = state.heads[HcChain.hash(word)];
        if (other < floor + s) {
          return best;
        }
        for (other -= s; other > q && steps > 0; steps--) {
          if (HcBytes.getInt(bytes, q + tail) == word) {
            length = HcBytes.runFrom(bytes, at, limit + shift, q + shift, first, eight);
            if (length > best) {
              break;
            }
          }
          other -= chain[(other + s) & HcChain.SLOT];
          q -= chain[(q + lead) & HcChain.SLOT];
          if (q < floor) {
            return best;
          }
        }
        if (other <= q) {
          q = other;
          follow = s;
        }
      }
      if (length <= best) {
        for (; q >= floor; q -= chain[(q + follow) & HcChain.SLOT]) {
          if (HcBytes.getInt(bytes, q + tail) == word
              && HcBytes.getInt(bytes, q + shift) == (int) first) {
            length = HcBytes.runFrom(bytes, at, limit + shift, q + shift, first, eight);
            if (length > best) {
              break;
            }
          }
        }
        if (q < floor) {
          return best;
        }
      }
      if (counted) {
        left -= state.ranks.visits(candidate + lead, q + lead);
        if (left < 0) {
          return best;
        }
      }
      best = length;
      state.matchOffset = p - q;
      int step = chain[(q + lead) & HcChain.SLOT];
      if (best <= p - q) {
        long change = HcOptimalSearch.change(chain, q, best, lead);
        if ((int) change > 1) {
          lead = (int) (change >>> 32);
          step = (int) change;
        }
      }
      candidate = q - step;
    }
    return best;
  }
}
