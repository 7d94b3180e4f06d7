package holdfast.lz4;

/**
 * The parser of level 2: greedy, with two hash tables and one byte of look-ahead.
 *
 * <p>One table knows places by 7 bytes, for long matches, the other by 4 bytes. They share the
 * heads of {@link HcState}; the chain is not used.
 */
final class HcMidKernel {
  private static final int SHORT_MULTIPLIER = (int) 2_654_435_761L;
  private static final long LONG_MULTIPLIER = 58_295_818_150_454_627L;

  /** After so many literals in a row, as a power of two, the step grows by one. */
  private static final int SKIP_BITS = 9;

  /** Bytes that are read at an index to hash seven of them. */
  private static final int READ = Long.BYTES;

  /** The last bytes of a dictionary of which every place is inserted. */
  private static final int DENSE = 32_768;

  /** Candidates in a dictionary with chains that are looked at. */
  private static final int DICTIONARY_TRIES = 2;

  /** An attached dictionary is used only near the begin of the history. */
  private static final int DICTIONARY_REACH = Lz4Block.DISTANCE_MAX - READ;

  private HcMidKernel() {}

  private static int shortSlot(byte[] bytes, int x) {
    return (HcBytes.getInt(bytes, x) * SHORT_MULTIPLIER) >>> 18;
  }

  private static int longSlot(byte[] bytes, int x) {
    return HcState.LONG_HEADS + (int) (((HcBytes.getLong(bytes, x) << 8) * LONG_MULTIPLIER) >>> 50);
  }

  /** Enters a dictionary into the tables: every third place, and its end in full. */
  static void insertAll(HcState state) {
    int size = state.prefixSize();
    if (size <= READ) {
      return;
    }
    int[] heads = state.heads;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int stop = state.end - READ;
    for (int i = state.prefixStart; i < stop; i += 3) {
      heads[shortSlot(bytes, i + shift)] = i;
      heads[longSlot(bytes, i + 1 + shift)] = i + 1;
    }
    int dense = size > DENSE + READ ? stop - DENSE : state.prefixStart;
    for (int i = dense; i < stop; i++) {
      heads[longSlot(bytes, i + shift)] = i;
    }
    state.next = stop;
  }

  /**
   * Compresses the block that the writer was opened for.
   *
   * @return its compressed size, or 0 if it does not fit
   */
  static int compress(HcState state, HcWriter writer) {
    int[] heads = state.heads;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    int start = state.prefixStart;
    int lowest = state.lowest;
    int end = writer.end();
    int lastStart = end - Lz4Block.MATCH_START_MARGIN;
    int limit = end - Lz4Block.LAST_LITERALS;
    int stop = limit + shift;
    int p = writer.begin();
    if (writer.end() - p < Lz4Block.COMPRESSIBLE_MIN) {
      return writer.lastLiterals();
    }
    int anchor = p;
    while (p <= lastStart) {
      int searched = p;
      int length = 0;
      int offset = 0;

      int slot = longSlot(bytes, p + shift);
      int candidate = heads[slot];
      heads[slot] = searched;
      if (near(searched, candidate)) {
        if (candidate >= start) {
          length = HcBytes.run(bytes, p + shift, stop, bytes, candidate + shift);
        } else if (candidate >= lowest) {
          length = externalRun(state, p, candidate, limit);
        }
        offset = searched - candidate;
      }
      if (length < Lz4Block.MATCH_MIN) {
        slot = shortSlot(bytes, p + shift);
        candidate = heads[slot];
        heads[slot] = searched;
        if (near(searched, candidate)) {
          offset = searched - candidate;
          if (candidate >= start) {
            length = HcBytes.run(bytes, p + shift, stop, bytes, candidate + shift);
            if (length >= Lz4Block.MATCH_MIN && p < lastStart) {
              slot = longSlot(bytes, p + 1 + shift);
              candidate = heads[slot];
              if (near(searched + 1, candidate) && candidate >= start) {
                int longer = HcBytes.run(bytes, p + 1 + shift, stop, bytes, candidate + shift);
                if (longer > length) {
                  heads[slot] = searched + 1;
                  p++;
                  length = longer;
                  offset = p - candidate;
                }
              }
            }
          } else if (candidate >= lowest) {
            length = externalRun(state, p, candidate, limit);
          }
        }
        if (length < Lz4Block.MATCH_MIN) {
          if (state.dictionary != null
              && Integer.compareUnsigned(searched - lowest, DICTIONARY_REACH) < 0) {
            length = searchDictionary(state, p, limit);
            offset = state.matchOffset;
          }
          if (length < Lz4Block.MATCH_MIN) {
            p += 1 + ((p - anchor) >> SKIP_BITS);
            continue;
          }
        }
      }

      while (p > anchor
          && p - start > offset
          && bytes[p - 1 + shift] == bytes[p - 1 - offset + shift]) {
        p--;
        length++;
      }
      // The hashes are those of the match, the indexes those of the place where the search began:
      // so it is in the original, and the candidates are compared anyway.
      heads[longSlot(bytes, p + 1 + shift)] = searched + 1;
      heads[longSlot(bytes, p + 2 + shift)] = searched + 2;
      heads[shortSlot(bytes, p + 1 + shift)] = searched + 1;
      if (!writer.sequence(p, length, offset)) {
        return writer.overflow();
      }
      p += length;
      anchor = p;
      if (p - 2 < end - READ) {
        if (p - start > 5) {
          heads[longSlot(bytes, p - 5 + shift)] = p - 5;
        }
        heads[longSlot(bytes, p - 3 + shift)] = p - 3;
        heads[longSlot(bytes, p - 2 + shift)] = p - 2;
        heads[shortSlot(bytes, p - 2 + shift)] = p - 2;
        heads[shortSlot(bytes, p - 1 + shift)] = p - 1;
      }
    }
    return writer.lastLiterals();
  }

  /** Whether a candidate, or an unused slot, is in a match's reach. */
  private static boolean near(int p, int candidate) {
    return (p - candidate) >>> 16 == 0;
  }

  /** Length of the match with an external candidate; it stops where the segment ends. */
  private static int externalRun(HcState state, int p, int candidate, int limit) {
    int shift = state.prefixShift;
    int stop = p + Math.min(state.prefixStart - candidate, limit - p);
    return HcBytes.run(
        state.prefix, p + shift, stop + shift, state.ext, candidate + state.extShift);
  }

  /** Length of a match with the attached dictionary, or less than the shortest. */
  private static int searchDictionary(HcState state, int p, int limit) {
    HcState dictionary = state.dictionary;
    if (!dictionary.mid) {
      return HcChain.searchDictionary(state, p, p, limit, Lz4Block.MATCH_MIN - 1, DICTIONARY_TRIES);
    }
    int at = p + state.prefixShift;
    int length = dictionaryRun(state, p, dictionary.heads[longSlot(state.prefix, at)], limit);
    if (length < Lz4Block.MATCH_MIN) {
      length = dictionaryRun(state, p, dictionary.heads[shortSlot(state.prefix, at)], limit);
    }
    return length;
  }

  private static int dictionaryRun(HcState state, int p, int candidate, int limit) {
    HcState dictionary = state.dictionary;
    int virtual = candidate - dictionary.end + state.lowest;
    if (!near(p, virtual)) {
      return 0;
    }
    int shift = state.prefixShift;
    int stop = p + Math.min(dictionary.end - candidate, limit - p);
    state.matchOffset = p - virtual;
    return HcBytes.run(
        state.prefix,
        p + shift,
        stop + shift,
        dictionary.prefix,
        candidate + dictionary.prefixShift);
  }
}
