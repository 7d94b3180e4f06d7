package holdfast.lz4;

/**
 * The shortcut for runs of one byte.
 *
 * <p>In a run every position has the same hash, so a chain walks through it byte by byte. When both
 * the searched place and the candidate stand in runs of the same byte, only two places of the
 * candidate's run can do better: the one behind which as much of the run is left as at the searched
 * place, and the start of the run. The search jumps there.
 *
 * <pre>{@code
 *      lo           q            hi
 * ...x c c c c c c  c c c c c c  y...               p: c c c c c  z...
 *      |-- before --|-- after ---|                     |- ahead -|
 * }</pre>
 */
final class HcRuns {
  /** Result of {@link #jump} when the candidate does not stand in a run of that byte. */
  static final int NONE = HcState.EMPTY;

  private HcRuns() {}

  /** Whether four bytes are all the same. */
  static boolean isRun(int four) {
    return Integer.rotateLeft(four, 8) == four;
  }

  /** Length of the run that begins at {@code p} with four equal bytes. */
  static int ahead(HcState state, int p, int limit, int four) {
    int shift = state.prefixShift;
    int at = p + Lz4Block.MATCH_MIN;
    return Lz4Block.MATCH_MIN + HcBytes.same(state.prefix, at + shift, limit + shift, four);
  }

  /**
   * Finds where a search goes on whose candidate is {@code q + 1}, one step behind it in the chain.
   *
   * <p>Sets {@link HcState#runLength}: above 0 when the result is the start of the candidate's run;
   * that many bytes from there on match those at {@code p}.
   *
   * @param four the four equal bytes at the searched place {@code p}
   * @param ahead length of the run that begins at {@code p}
   * @param floor lowest index that a candidate may have
   * @param limit index where matches stop
   * @return the next candidate, or {@link #NONE}
   */
  static int jump(HcState state, int q, int four, int ahead, int floor, int limit) {
    int start = state.prefixStart;
    if (q < floor || !readable(start, q)) {
      return NONE;
    }
    boolean inExt = q < start;
    byte[] bytes = inExt ? state.ext : state.prefix;
    int shift = inExt ? state.extShift : state.prefixShift;
    if (HcBytes.getInt(bytes, q + shift) != four) {
      return NONE;
    }
    int lowest = state.lowest;
    int hi = inExt ? start : limit;
    int after =
        Lz4Block.MATCH_MIN + HcBytes.same(bytes, q + Lz4Block.MATCH_MIN + shift, hi + shift, four);
    if (inExt && q + after == start) {
      int prefixShift = state.prefixShift;
      after += HcBytes.same(state.prefix, start + prefixShift, limit + prefixShift, four);
    }
    int lo = inExt ? lowest : start;
    int before = HcBytes.sameBefore(bytes, q + shift, lo + shift, four);
    if (!inExt && q - before == start && lowest < start) {
      int extShift = state.extShift;
      before += HcBytes.sameBefore(state.ext, start + extShift, lowest + extShift, four);
    }
    before = q - Math.max(q - before, floor);
    int run = before + after;

    state.runLength = 0;
    if (run >= ahead && after <= ahead) {
      int aligned = q + after - ahead;
      return readable(start, aligned) ? aligned : start;
    }
    int first = q - before;
    if (!readable(start, first)) {
      return start;
    }
    state.runLength = Math.min(run, ahead);
    return first;
  }

  /** Whether four bytes can be read at an index: not across the end of the external segment. */
  private static boolean readable(int prefixStart, int index) {
    return index >= prefixStart || index <= prefixStart - Lz4Block.MATCH_MIN;
  }
}
