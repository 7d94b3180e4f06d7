package holdfast.lz4;

/** A run of plain bytes in an array that ends where the next block may begin. */
final class HistoryRun {
  private static final byte[] NOTHING = {};

  private byte[] array = NOTHING;
  private int end;
  private int size;

  void clear() {
    set(NOTHING, 0, 0);
  }

  void set(byte[] newArray, int newEnd, int newSize) {
    array = newArray;
    end = newEnd;
    size = newSize;
  }

  void set(HistoryRun run) {
    set(run.array, run.end, run.size);
  }

  /** The run goes on with a block in the same array. */
  void extend(int more) {
    end += more;
    size += more;
  }

  byte[] array() {
    return array;
  }

  int end() {
    return end;
  }

  /** How much of it matches can reach. */
  int reach() {
    return Math.min(size, Lz4Block.HISTORY);
  }

  boolean endsAt(byte[] other, int offset) {
    return array == other && end == offset;
  }

  /**
   * Moves what matches can reach, of this run and of the one before it, to the start of an array,
   * where they are one run.
   */
  void moveTo(byte[] target, HistoryRun before) {
    int reach = reach();
    int more = Math.min(before.reach(), Lz4Block.HISTORY - reach);
    // First the run before: it may lie in the target, and then this one does not.
    System.arraycopy(before.array, before.end - more, target, 0, more);
    System.arraycopy(array, end - reach, target, more, reach);
    set(target, more + reach, more + reach);
    before.clear();
  }
}
