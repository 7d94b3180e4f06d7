package holdfast.lz4;

/**
 * What every search over hash chains shares: the hash, filling the chains, and candidates that lie
 * outside the prefix.
 */
final class HcChain {
  /** 2^32 divided by the golden ratio, as a prime. */
  private static final int MULTIPLIER = (int) 2_654_435_761L;

  /** Longest distance that a slot of the chain can tell; also stands for all longer ones. */
  private static final int STEP_MAX = 65_535;

  /** Keeps the low bits of an index: its slot in the chain. */
  static final int SLOT = 0xFFFF;

  private HcChain() {}

  /** The slot of four bytes in the heads: 15 bits. */
  static int hash(int four) {
    return (four * MULTIPLIER) >>> 17;
  }

  /**
   * Puts all indexes before {@code to} into the chains, if they are not there yet.
   *
   * <p>Reads four bytes at each, so the last three may look into bytes that come after.
   */
  static void insert(HcState state, int to) {
    int[] heads = state.heads;
    char[] chain = state.chain;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int one = state.one;
    for (int i = state.next; i < to; i += one) {
      int hash = hash(HcBytes.getInt(bytes, i + shift));
      // The minimum of longs has no branch, which would be hard to predict.
      chain[i & SLOT] = (char) Math.min((i - heads[hash]) & 0xFFFF_FFFFL, STEP_MAX);
      heads[hash] = i;
    }
    state.next = to;
  }

  /**
   * Length of the match of {@code p} with an external candidate, whose first four bytes are equal.
   * It runs on from the end of the external segment into the prefix.
   */
  static int externalRun(HcState state, int p, int candidate, int limit) {
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int start = state.prefixStart;
    int stop = Math.min(start - candidate, limit - p) + p;
    int at = p + Lz4Block.MATCH_MIN;
    int length =
        Lz4Block.MATCH_MIN
            + HcBytes.run(
                bytes,
                at + shift,
                stop + shift,
                state.ext,
                candidate + Lz4Block.MATCH_MIN + state.extShift);
    if (p + length == stop && stop < limit) {
      length += HcBytes.run(bytes, stop + shift, limit + shift, bytes, start + shift);
    }
    return length;
  }

  /** How far a match with an external candidate goes back, not before {@code low}. */
  static int externalBack(HcState state, int p, int candidate, int low) {
    return HcBytes.back(
        state.prefix,
        p + state.prefixShift,
        state.ext,
        candidate + state.extShift,
        Math.min(p - low, candidate - state.lowest));
  }

  /**
   * Looks for a longer match in the attached dictionary.
   *
   * <p>The dictionary ends, so to speak, where the lowest index begins. Its candidates are followed
   * with its own indexes; {@code virtual} is the same place in the indexes of this stream. A match
   * stops at the dictionary's end.
   *
   * @param best length that a match must exceed
   * @param tries how many candidates may be looked at
   * @return the length of the best match, or {@code best}
   */
  static int searchDictionary(HcState state, int p, int low, int limit, int best, int tries) {
    HcState dictionary = state.dictionary;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    byte[] words = dictionary.prefix;
    int wordsShift = dictionary.prefixShift;
    int four = HcBytes.getInt(bytes, p + shift);
    int candidate = dictionary.heads[hash(four)];
    int virtual = candidate - dictionary.end + state.lowest;
    while ((p - virtual) >>> 16 == 0 && tries > 0) {
      tries--;
      if (HcBytes.getInt(words, candidate + wordsShift) == four) {
        int stop = Math.min(dictionary.end - candidate, limit - p) + p;
        int back =
            HcBytes.back(
                bytes,
                p + shift,
                words,
                candidate + wordsShift,
                Math.min(p - low, candidate - dictionary.prefixStart));
        int length =
            Lz4Block.MATCH_MIN
                + HcBytes.run(
                    bytes,
                    p + Lz4Block.MATCH_MIN + shift,
                    stop + shift,
                    words,
                    candidate + Lz4Block.MATCH_MIN + wordsShift)
                + back;
        if (length > best) {
          best = length;
          state.matchOffset = p - virtual;
          state.matchBack = back;
        }
      }
      int step = dictionary.chain[candidate & SLOT];
      candidate -= step;
      virtual -= step;
    }
    return best;
  }
}
