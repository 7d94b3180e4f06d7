package holdfast.groove;

import java.lang.foreign.MemorySegment;

/**
 * Objects that one handle keeps for itself: taken from the superblocks, held by nobody, ready to be
 * handed out again without a look at memory that other threads change.
 *
 * <pre>{@code
 *                 refill: half a cache at once        alloc: the last one
 *  superblocks  --------------------------->  cache  ---------------------> user
 *   of all      <---------------------------         <---------------------
 *                 flush: half a cache, or all          free: becomes the last one
 *
 * words: a row for each class, then the entries of each class
 *  8 c        +1       +2      +3      +4
 *   +-----------+--------+-------+-------+-------+----
 *   | footprint | full   | first | top   | end   |
 *   +-----------+--------+-------+-------+-------+----
 *                            |       |       |
 *            +---------------+       |       +-----------------+
 *            v                       +--------+                v
 *                                             v
 *   +---+----------+----------+-----+---------+----------------+
 *   | 0 | entry    | entry    | ... | entry   |  unused        |
 *   +---+----------+----------+-----+---------+----------------+
 * }</pre>
 *
 * <p>To everybody else an object in a cache is allocated: its bit is clear, its header is that of a
 * held object. What tells it apart is the mark in place of the tag, {@link ObjectHeader#CACHED} and
 * a number of the cache. So a free writes one word, and a second free of the object is refused;
 * recovery gives marked objects back; the C original sees objects with a strange tag.
 *
 * <p>Half a cache goes to the {@link Depot} before it goes to the superblocks, and comes from there
 * first. Objects change their cache there: who takes them over stores its own mark in each that
 * still has the mark of the cache that gave it away.
 *
 * <p>One thread at a time, with a hand-over that publishes. Two that free the same object at the
 * same moment through two handles may both find it held, and then it is in two caches. Its mark is
 * that of one of them. The other finds a foreign mark when it wants to hand the object out or to
 * give it back, and forgets it. A compare-and-set would tell them apart at once, and make a pair of
 * calls take half as long again (docs/design/0011). What neither way can tell: the second store
 * comes so late that the object was handed out again. That is a free of somebody else's object.
 */
final class ObjectCache {
  /** Words of a row, as a shift; there is one for each number that fits into a class field. */
  static final int ROW_SHIFT = 3;

  private static final int ROWS = 128;

  /** Bytes of an object. */
  static final int FOOTPRINT = 0;

  /** Bit i: a superblock has an object i. All rows of classes that do not exist are zero. */
  static final int FULL = 1;

  /** Index of the oldest entry. The word before is 0, so that an empty cache ends in no entry. */
  private static final int FIRST = 2;

  /** Index behind the newest entry. */
  static final int TOP = 3;

  /** The largest top. Equal to the first where a cache keeps nothing of this class. */
  static final int END = 4;

  /** Most objects of a class. */
  static final int OBJECTS_MAX = 32;

  private final GroupSlots slots;
  private final Groove groove;
  private final SizeClasses classes;
  private final Depot depot;

  /** Where freed objects wait that have no place here; null for nowhere. */
  final Quarantine quarantine;

  /** What stands in the info words of the objects in here. */
  final long mark;

  // An entry is the offset of a header, which is a multiple of 64, and the slot of the object.
  private static final long INDEX_MASK = 0x3f;

  /** As in the picture. */
  final long[] words;

  /** Offsets below are in volumes that the handle knows; 0 from the end of the cache on. */
  long head;

  /**
   * An empty cache.
   *
   * @param bytesMax most bytes of objects of one class; classes of which not even two fit have no
   *     place here
   * @param quarantine where objects go that have no place here; null for none
   */
  ObjectCache(GroupSlots slots, long mark, long bytesMax, Quarantine quarantine) {
    this.quarantine = quarantine;
    this.slots = slots;
    this.mark = mark;
    groove = slots.groove;
    depot = groove.caches.depot(groove.geometry);
    classes = groove.geometry.classes;
    int size = ROWS << ROW_SHIFT;
    for (int c = 0; c < classes.count; c++) {
      size += 1 + limit(c, bytesMax);
    }
    words = new long[size];
    int first = ROWS << ROW_SHIFT;
    for (int c = 0; c < classes.count; c++) {
      int row = row(c);
      first++;
      words[row + FOOTPRINT] = classes.footprint[c];
      words[row + FULL] = classes.full[c];
      words[row + FIRST] = first;
      words[row + TOP] = first;
      first += limit(c, bytesMax);
      words[row + END] = first;
    }
  }

  /** Where the row of a class begins. */
  static int row(int sizeClass) {
    return sizeClass << ROW_SHIFT;
  }

  private int count(int row) {
    return (int) (words[row + TOP] - words[row + FIRST]);
  }

  /** Most entries of a class; 0 when it keeps nothing of it. */
  int limit(int sizeClass) {
    int row = row(sizeClass);
    return (int) (words[row + END] - words[row + FIRST]);
  }

  /** Takes the newest entry of a class away; 0 when there is none. */
  long pop(int sizeClass) {
    int row = row(sizeClass);
    long entry = words[(int) words[row + TOP] - 1];
    if (entry != 0) {
      words[row + TOP]--;
    }
    return entry;
  }

  /** Adds an entry, for which there is room. */
  void push(int sizeClass, long entry) {
    words[(int) words[row(sizeClass) + TOP]++] = entry;
  }

  static long entry(long header, int index) {
    return header | index;
  }

  static long header(long entry) {
    return entry & ~INDEX_MASK;
  }

  static int index(long entry) {
    return (int) (entry & INDEX_MASK);
  }

  private int limit(int sizeClass, long bytesMax) {
    long fit = bytesMax / classes.footprint[sizeClass];
    return fit < 2 ? 0 : (int) Math.min(OBJECTS_MAX, fit);
  }

  /** What {@link Groove#handle(int)} lets a cache hold of each class. */
  static long bytesMax(GrooveGeometry geometry) {
    return Math.min(1 << 18, geometry.volumeSize() >>> 6);
  }

  /**
   * Fills half of what is there for a class, when nothing is left.
   *
   * @return false when there is no room
   */
  boolean refill(int sizeClass) {
    int row = row(sizeClass);
    int want = (limit(sizeClass) + 1) / 2;
    int first = (int) words[row + FIRST];
    int got = takeOver(sizeClass, want, first);
    if (got == 0) {
      got = slots.allocMany(sizeClass, want, mark, words, first, false);
    }
    if (got == 0) {
      makeRoom();
      got = slots.allocMany(sizeClass, want, mark, words, first, !groove.original);
    }
    words[row + TOP] = (long) first + got;
    return got != 0;
  }

  /** Takes over what another cache had too much of; tells how many objects that were. */
  private int takeOver(int sizeClass, int want, int first) {
    int got = 0;
    for (long taken; got == 0 && (taken = depot.take(sizeClass, want, words, first)) != 0; ) {
      got = adopt(first, Depot.count(taken), Depot.mark(taken));
    }
    return got;
  }

  /** Makes objects of another cache this one's; tells how many of them were. */
  private int adopt(int from, int count, long other) {
    if (other == mark) {
      return count;
    }
    MemorySegment volumes = groove.view.volumes; // by now it has all the volumes that they lie in
    int to = from;
    for (int i = from; i < from + count; i++) {
      long entry = words[i];
      if (ObjectHeader.info(volumes, header(entry)) == other) {
        ObjectHeader.info(volumes, header(entry), mark);
        words[to++] = entry;
      } // else freed by two at the same time, and the other one has it
    }
    return to - from;
  }

  /** What an allocation needs may be what this cache holds of other classes. */
  void makeRoom() {
    flush();
    groove.adopt();
  }

  /** Hands half of a class over, or gives it back: the objects that have been here longest. */
  void flushHalf(int sizeClass) {
    int row = row(sizeClass);
    int first = (int) words[row + FIRST];
    int count = count(row);
    int gone = (count + 1) / 2;
    if (!depot.put(sizeClass, words, first, gone, mark)) {
      giveBack(sizeClass, first, gone);
    }
    System.arraycopy(words, first + gone, words, first, count - gone);
    words[row + TOP] -= gone;
  }

  /** Gives everything back, and what other caches handed over and nobody took yet. */
  void flush() {
    for (int c = 0; c < classes.count; c++) {
      int row = row(c);
      int count = count(row);
      words[row + TOP] = words[row + FIRST];
      giveBack(c, (int) words[row + FIRST], count);
    }
    depot.flush(slots);
    if (quarantine != null) {
      quarantine.flush();
    }
  }

  /** The same for good: from now on it holds nothing. */
  void close() {
    head = 0;
    try {
      flush();
    } finally {
      for (int c = 0; c < classes.count; c++) {
        words[row(c) + TOP] = words[row(c) + FIRST];
        words[row(c) + END] = words[row(c) + FIRST];
      }
    }
  }

  private void giveBack(int sizeClass, int from, int count) {
    for (int i = from; i < from + count; i++) {
      long entry = words[i];
      // At damage the call ends here, and nothing is in here that was given back. Nothing in any
      // volume begins at 0.
      words[i] = 0;
      slots.giveBack(sizeClass, entry, mark);
    }
  }
}
