package holdfast.snapshot;

/**
 * Some records of a list, one of so many that were appended, at which walks may begin side by side.
 *
 * <p>Hints, and no more: a record may have left the list since, and its slot may be anything now.
 * Who begins at one has to find out whether it is in the list, see {@link BackWalk}. Changed by
 * whoever changes the list; in the heap, and empty when a store is opened.
 */
final class RootMarks {
  /** Records from one to the next. */
  static final int EVERY = 1024;

  /** How many are kept, the newest: together for two million records. */
  private static final int MAX = 2048;

  private final int[] marks = new int[MAX];
  private long appended;

  /** Told of each record at the end of the list. */
  void append(int index) {
    if (++appended % EVERY == 0) {
      marks[(int) (appended / EVERY % MAX)] = index;
    }
  }

  /** How many there are. */
  int count() {
    return (int) Math.min(MAX, appended / EVERY);
  }

  /** One of them, counted from the newest, which is 0. */
  int back(int which) {
    return marks[(int) ((appended / EVERY - which) % MAX)];
  }
}
