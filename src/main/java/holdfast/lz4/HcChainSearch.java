package holdfast.lz4;

/**
 * The search of levels 3 to 9: the longest match that covers an index, also forwards and backwards.
 *
 * <p>The loop over the candidates is one method without calls that stay calls, so that it keeps its
 * variables in registers; the rare cases are elsewhere.
 */
final class HcChainSearch {
  private HcChainSearch() {}

  /**
   * Looks for a match at {@code p} that may begin earlier.
   *
   * <p>Sets {@link HcState#matchOffset} and {@link HcState#matchBack} when it finds one.
   *
   * @param low lowest index at which the match may begin, in the block
   * @param limit index where matches stop
   * @param best length that a match must exceed
   * @param tries how many candidates may be looked at
   * @param jumpsRuns whether runs of one byte are jumped over
   * @return length of the match from its beginning, or {@code best}
   */
  static int search(
      HcState state, int p, int low, int limit, int best, int tries, boolean jumpsRuns) {
    HcChain.insert(state, p);
    char[] chain = state.chain;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int start = state.prefixStart;
    int floor = Math.max(state.lowest, p - Lz4Block.DISTANCE_MAX);
    int at = p + shift;
    int look = p - low;
    int four = HcBytes.getInt(bytes, at);
    if (jumpsRuns && HcRuns.isRun(four)) {
      return HcRunSearch.search(state, p, low, limit, best, tries, false);
    }
    int candidate = state.heads[HcChain.hash(four)];
    // A longer match has the same two bytes here: the last one of the best length, and the next.
    int tail = best - 1 - look;
    short two = HcBytes.getShort(bytes, at + tail);
    while (candidate >= floor && tries > 0) {
      tries--;
      int place = candidate + shift;
      int length = 0;
      int back = 0;
      if (candidate >= start) {
        if (HcBytes.getShort(bytes, place + tail) == two && HcBytes.getInt(bytes, place) == four) {
          if (look > 0) {
            back = HcBytes.back(bytes, at, bytes, place, Math.min(look, candidate - start));
          }
          length =
              Lz4Block.MATCH_MIN
                  + back
                  + HcBytes.run(
                      bytes,
                      at + Lz4Block.MATCH_MIN,
                      limit + shift,
                      bytes,
                      place + Lz4Block.MATCH_MIN);
        }
      } else if (candidate <= start - Lz4Block.MATCH_MIN
          && HcBytes.getInt(state.ext, candidate + state.extShift) == four) {
        back = HcChain.externalBack(state, p, candidate, low);
        length = back + HcChain.externalRun(state, p, candidate, limit);
      }
      if (length > best) {
        best = length;
        state.matchOffset = p - candidate;
        state.matchBack = back;
        tail = best - 1 - look;
        two = HcBytes.getShort(bytes, at + tail);
      }
      candidate -= chain[candidate & HcChain.SLOT];
    }
    if (state.dictionary != null && tries > 0 && floor == state.lowest) {
      best = HcChain.searchDictionary(state, p, low, limit, best, tries);
    }
    return best;
  }
}
