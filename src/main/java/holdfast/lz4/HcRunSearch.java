package holdfast.lz4;

/**
 * The search at a place where a run of one byte begins, for levels 9 to 12: the rules of {@link
 * HcChainSearch} or {@link HcOptimalSearch}, and the jumps of {@link HcRuns}.
 *
 * <p>It stands alone because such places are rare, and the loops of the others lose half of their
 * speed with the jumps in them.
 */
final class HcRunSearch {
  private HcRunSearch() {}

  /**
   * Looks for a match at {@code p}, where four equal bytes are and the chains are filled up to.
   *
   * <p>Sets {@link HcState#matchOffset} and {@link HcState#matchBack} when it finds one.
   *
   * @param low lowest index at which the match may begin, in the block
   * @param limit index where matches stop
   * @param best length that a match must exceed
   * @param tries how many candidates may be looked at
   * @param optimal whether chains are changed and decompression speed may be preferred
   * @return length of the match from its beginning, or {@code best}
   */
  static int search(
      HcState state, int p, int low, int limit, int best, int tries, boolean optimal) {
    char[] chain = state.chain;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int start = state.prefixStart;
    int floor = Math.max(state.lowest, p - Lz4Block.DISTANCE_MAX);
    int offsetMin =
        optimal && state.favorDecompressionSpeed ? HcOptimalSearch.FAVORED_OFFSET_MIN : 1;
    int at = p + shift;
    int look = p - low;
    int four = HcBytes.getInt(bytes, at);
    int ahead = HcRuns.ahead(state, p, limit, four);
    int candidate = state.heads[HcChain.hash(four)];
    int lead = 0;
    while (candidate >= floor && tries > 0) {
      tries--;
      int length = 0;
      int back = 0;
      if (p - candidate >= offsetMin) {
        if (candidate >= start) {
          int place = candidate + shift;
          int tail = best - 1 - look;
          if (HcBytes.getShort(bytes, place + tail) == HcBytes.getShort(bytes, at + tail)
              && HcBytes.getInt(bytes, place) == four) {
            back = HcBytes.back(bytes, at, bytes, place, Math.min(look, candidate - start));
            length = HcBytes.run(bytes, at, limit + shift, bytes, place) + back;
          }
        } else if (candidate <= start - Lz4Block.MATCH_MIN
            && HcBytes.getInt(state.ext, candidate + state.extShift) == four) {
          back = HcChain.externalBack(state, p, candidate, low);
          length = HcChain.externalRun(state, p, candidate, limit) + back;
        }
      }
      if (length > best) {
        best = length;
        state.matchOffset = p - candidate;
        state.matchBack = back;
      }
      if (optimal && length == best && best <= p - candidate) {
        long change = HcOptimalSearch.change(chain, candidate, best, lead);
        lead = (int) (change >>> 32);
        int step = (int) change;
        if (step > 1) {
          candidate -= step;
          continue;
        }
      }
      int step = chain[(candidate + lead) & HcChain.SLOT];
      if (lead == 0 && step == 1) {
        int next = HcRuns.jump(state, candidate - 1, four, ahead, floor, limit);
        if (next != HcRuns.NONE) {
          if (look == 0 && state.runLength > 0) {
            if (state.runLength > best) {
              best = state.runLength;
              state.matchOffset = p - next;
              state.matchBack = 0;
            }
            next -= chain[next & HcChain.SLOT];
          }
          candidate = next;
          continue;
        }
      }
      candidate -= step;
    }
    if (state.dictionary != null && tries > 0 && floor == state.lowest) {
      best = HcChain.searchDictionary(state, p, low, limit, best, tries);
    }
    return best;
  }
}
