package holdfast.lz4;

/**
 * Tells how many candidates lie between two of one chain without walking from one to the other.
 *
 * <p>A rank counts the indexes with the same hash of four bytes, modulo 65 536, from anywhere on.
 * The difference of two ranks is exact when the indexes are at most {@link Lz4Block#DISTANCE_MAX}
 * apart and all between them were counted, so nothing is ever cleared.
 *
 * <p>192 KiB, for level 12 only. Filled when it is first asked, up to the place of the search.
 */
final class HcRanks {
  private final char[] counts = new char[HcState.HEADS];
  private final char[] ranks = new char[HcState.CHAIN];

  /** Gives ranks to the indexes of the window before {@code p} that have none yet. */
  void fill(HcState state, int p, int floor) {
    char[] counts = this.counts;
    char[] ranks = this.ranks;
    byte[] bytes = state.prefix;
    int shift = state.prefixShift;
    for (int i = Math.max(state.ranked, floor); i < p; i++) {
      ranks[i & HcChain.SLOT] = counts[HcChain.hash(HcBytes.getInt(bytes, i + shift))]++;
    }
    state.ranked = p;
  }

  /** How many indexes a walk along a chain sees from one to an older one, both included. */
  int visits(int from, int to) {
    return ((ranks[from & HcChain.SLOT] - ranks[to & HcChain.SLOT]) & HcChain.SLOT) + 1;
  }
}
