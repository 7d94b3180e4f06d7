package holdfast.lz4;

/**
 * The lazy parser of levels 3 to 9.
 *
 * <p>A match is not written before the place near its end was searched for a longer one that
 * overlaps it. Up to three overlapping matches are held, in the order of their starts; the loops of
 * {@link #compress} are the states.
 *
 * <pre>{@code
 * NONE   no match is held            a match at p                     -> ONE
 * ONE    a match at p                nothing longer overlaps: write   -> NONE
 *                                    a longer one begins close to p:  -> ONE with that
 *                                    a longer one begins later        -> TWO
 * TWO    also a longer one at p2     nothing longer: write both       -> NONE
 *                                    a third that pushes one out      -> ONE or TWO
 *
 * p      |== match 1 ==============|
 * p2              |== match 2 ==================|
 * p3                                      |== match 3 ===============|
 * }</pre>
 */
final class HcChainKernel {
  /** Longest match, without extra length bytes, that is worth keeping in front of another. */
  private static final int SPLIT_LENGTH = 18;

  /** A match that leaves fewer bytes than this to the one before it takes its place. */
  private static final int ROOM_MIN = 3;

  private HcChainKernel() {}

  /**
   * Compresses the block that the writer was opened for.
   *
   * @return its compressed size, or 0 if it does not fit
   */
  static int compress(HcState state, HcWriter writer, HcLevel level) {
    int tries = level.searches();
    boolean jumpsRuns = level.jumpsRuns();
    int lastStart = writer.end() - Lz4Block.MATCH_START_MARGIN;
    int limit = writer.end() - Lz4Block.LAST_LITERALS;
    int p = writer.begin();
    if (writer.end() - p < Lz4Block.COMPRESSIBLE_MIN) {
      return writer.lastLiterals();
    }
    none:
    while (p <= lastStart) {
      int length = HcChainSearch.find(state, p, lastStart, limit, tries, jumpsRuns);
      if (length == 0) {
        break;
      }
      p = state.matchStart;
      int offset = state.matchOffset;
      // A later match may begin before this one; it is remembered in case that match is not kept.
      int p0 = p;
      int length0 = length;
      int offset0 = offset;
      one:
      while (true) {
        int length2 = length;
        int searched = p + length - 2;
        if (p + length <= lastStart) {
          length2 = HcChainSearch.wide(state, searched, p, limit, length, tries, jumpsRuns);
        }
        if (length2 == length) {
          if (!writer.sequence(p, length, offset)) {
            return writer.overflow();
          }
          p += length;
          continue none;
        }
        int p2 = searched - state.matchBack;
        int offset2 = state.matchOffset;
        if (p0 < p && p2 < p + length0) {
          p = p0;
          length = length0;
          offset = offset0;
        }
        if (p2 - p < ROOM_MIN) {
          p = p2;
          length = length2;
          offset = offset2;
          continue;
        }
        while (true) {
          if (p2 - p < SPLIT_LENGTH) {
            int cut = split(p, length, p2, length2) - (p2 - p);
            if (cut > 0) {
              p2 += cut;
              length2 -= cut;
            }
          }
          int length3 = length2;
          searched = p2 + length2 - 3;
          if (p2 + length2 <= lastStart) {
            length3 = HcChainSearch.wide(state, searched, p2, limit, length2, tries, jumpsRuns);
          }
          if (length3 == length2) {
            length = Math.min(length, p2 - p);
            if (!writer.sequence(p, length, offset)) {
              return writer.overflow();
            }
            p = p2;
            if (!writer.sequence(p, length2, offset2)) {
              return writer.overflow();
            }
            p += length2;
            continue none;
          }
          int p3 = searched - state.matchBack;
          int offset3 = state.matchOffset;
          int stop = p + length;
          if (p3 < stop + ROOM_MIN) {
            if (p3 >= stop) {
              // No room for match 2 between its neighbours.
              if (p2 < stop) {
                length2 -= stop - p2;
                p2 = stop;
                if (length2 < Lz4Block.MATCH_MIN) {
                  p2 = p3;
                  length2 = length3;
                  offset2 = offset3;
                }
              }
              if (!writer.sequence(p, length, offset)) {
                return writer.overflow();
              }
              p = p3;
              length = length3;
              offset = offset3;
              p0 = p2;
              length0 = length2;
              offset0 = offset2;
              continue one;
            }
          } else {
            // Three in a row: match 1 is final, it may give up its end.
            if (p2 < stop) {
              if (p2 - p < SPLIT_LENGTH) {
                length = split(p, length, p2, length2);
                int cut = length - (p2 - p);
                if (cut > 0) {
                  p2 += cut;
                  length2 -= cut;
                }
              } else {
                length = p2 - p;
              }
            }
            if (!writer.sequence(p, length, offset)) {
              return writer.overflow();
            }
            p = p2;
            length = length2;
            offset = offset2;
          }
          p2 = p3;
          length2 = length3;
          offset2 = offset3;
        }
      }
    }
    return writer.lastLiterals();
  }

  /** How long match 1 is to be when match 2 begins less than {@link #SPLIT_LENGTH} behind it. */
  private static int split(int p, int length, int p2, int length2) {
    return Math.min(Math.min(length, SPLIT_LENGTH), p2 - p + length2 - Lz4Block.MATCH_MIN);
  }
}
