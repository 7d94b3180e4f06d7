package holdfast.lz4;

/**
 * The rest of a search: candidates in the external segment and in the attached dictionary.
 *
 * <p>Every chain leads to ever older indexes, so these come after all those in the prefix.
 */
final class HcOutsideSearch {
  private HcOutsideSearch() {}

  /**
   * Goes on with a search of {@link HcChainSearch}.
   *
   * <p>Sets {@link HcState#matchOffset} and {@link HcState#matchBack} when it finds a longer match.
   *
   * @param candidate the first that lies before the prefix, or out of reach
   * @param p the searched index
   * @param low lowest index at which the match may begin
   * @param limit index where matches stop
   * @param best length that a match must exceed
   * @param tries how many candidates may still be looked at
   * @return length of the match from its beginning, or {@code best}
   */
  static int chain(HcState state, int candidate, int p, int low, int limit, int best, int tries) {
    int lowest = state.lowest;
    int floor = Math.max(lowest, p - Lz4Block.DISTANCE_MAX);
    int last = state.prefixStart - Lz4Block.MATCH_MIN;
    int four = HcBytes.getInt(state.prefix, p + state.prefixShift);
    while (candidate >= floor && tries > 0) {
      tries--;
      if (candidate <= last && HcBytes.getInt(state.ext, candidate + state.extShift) == four) {
        int back = HcChain.externalBack(state, p, candidate, low);
        int length = back + HcChain.externalRun(state, p, candidate, limit);
        if (length > best) {
          best = length;
          state.matchOffset = p - candidate;
          state.matchBack = back;
        }
      }
      candidate -= state.chain[candidate & HcChain.SLOT];
    }
    return dictionary(state, p, low, limit, best, tries, floor);
  }

  /**
   * Goes on with a search of {@link HcOptimalSearch}.
   *
   * @param lead the position of the best match whose chain is followed
   */
  static int optimal(
      HcState state, int candidate, int lead, int p, int limit, int best, int tries) {
    char[] chain = state.chain;
    int floor = Math.max(state.lowest, p - Lz4Block.DISTANCE_MAX);
    int last = state.prefixStart - Lz4Block.MATCH_MIN;
    int four = HcBytes.getInt(state.prefix, p + state.prefixShift);
    int offsetMin = HcOptimalSearch.offsetMin(state);
    while (candidate >= floor && tries > 0) {
      tries--;
      if (candidate <= last
          && p - candidate >= offsetMin
          && HcBytes.getInt(state.ext, candidate + state.extShift) == four) {
        int length = HcChain.externalRun(state, p, candidate, limit);
        if (length > best) {
          best = length;
          state.matchOffset = p - candidate;
        }
        if (length == best && best <= p - candidate) {
          long change = HcOptimalSearch.change(chain, candidate, best, lead);
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
    return dictionary(state, p, p, limit, best, tries, floor);
  }

  private static int dictionary(
      HcState state, int p, int low, int limit, int best, int tries, int floor) {
    return state.dictionary != null && tries > 0 && floor == state.lowest
        ? HcChain.searchDictionary(state, p, low, limit, best, tries)
        : best;
  }
}
