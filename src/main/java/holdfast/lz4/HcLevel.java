package holdfast.lz4;

/**
 * What a high-compression level means.
 *
 * @param method how the block is parsed
 * @param searches how many candidates a search may look at
 * @param target a match longer than this is taken at once; the optimal method only
 */
record HcLevel(Method method, int searches, int target) {
  /** The three parsers. */
  enum Method {
    /** Two hash tables, greedy with one byte of look-ahead. */
    MID,
    /** Hash chains, lazy over up to three matches. */
    CHAIN,
    /** Hash chains, cheapest path through a table of prices. */
    OPTIMAL
  }

  /** The lowest level, 2. */
  static final int LEVEL_MIN = 2;

  /** The highest level, 12. */
  static final int LEVEL_MAX = 12;

  /** The level from which on the optimal parser follows every chain to its end. */
  private static final int FULL_TARGET = HcOptimalKernel.NODES - 1;

  private static final HcLevel[] TABLE = {
    new HcLevel(Method.MID, 0, 0),
    new HcLevel(Method.CHAIN, 4, 0),
    new HcLevel(Method.CHAIN, 8, 0),
    new HcLevel(Method.CHAIN, 16, 0),
    new HcLevel(Method.CHAIN, 32, 0),
    new HcLevel(Method.CHAIN, 64, 0),
    new HcLevel(Method.CHAIN, 128, 0),
    new HcLevel(Method.CHAIN, 256, 0),
    new HcLevel(Method.OPTIMAL, 96, 64),
    new HcLevel(Method.OPTIMAL, 512, 128),
    new HcLevel(Method.OPTIMAL, 16_384, FULL_TARGET),
  };

  /** The meaning of level 2 to 12. */
  static HcLevel of(int level) {
    if (level < LEVEL_MIN || level > LEVEL_MAX) {
      throw new IllegalArgumentException("HC level must be in [2, 12]: " + level);
    }
    return TABLE[level - LEVEL_MIN];
  }

  /** Whether the tables hold the two hashes of the mid method instead of chains. */
  boolean mid() {
    return method == Method.MID;
  }

  /** Whether the chain method jumps over runs of one byte: level 9. */
  boolean jumpsRuns() {
    return searches > 128;
  }

  /** Whether searches that see many candidates go on as {@link HcDeepSearch}: level 12. */
  boolean deep() {
    return full();
  }

  /** Whether the optimal parser looks at every position of every match: level 12. */
  boolean full() {
    return target == FULL_TARGET;
  }
}
