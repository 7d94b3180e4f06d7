package holdfast.snapshot;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Walks from the last record of a list back to the first one that changed after some time, in
 * several places at once: records lie anywhere, so each step of a walk waits for memory, and the
 * steps of several walks wait together.
 *
 * <pre>{@code
 *            changed before | after
 * list    o-o-o-o-o-o-o-o-o-|-o-o-o-o-o-o-o-o-o-o-o-o-o-o-o-o
 * lanes             3             <--- 2    <--- 1    <--- 0
 * }</pre>
 *
 * <p>Lane 0 begins at a record of the list, the others at marks, which may be in the list or not.
 * What lane 0 passes is in the list. When it comes to where another lane began, that lane began in
 * the list, so all that it passed is in the list, too, and it takes over. A lane that nobody comes
 * to is forgotten: it may have walked through slots that are free or somebody else's.
 */
final class BackWalk {
  /** About as many misses as a processor has under way. */
  private static final int LANES = 16;

  /** Records that a lane passes before it is known to be in the list. */
  private static final int LANE_MAX = RootMarks.EVERY;

  /** So large that a look finds nearly always nothing at once: the processor bets on that. */
  private static final int TABLE_LOG2 = 10;

  private static final int TABLE_MASK = (1 << TABLE_LOG2) - 1;
  private static final int NONE = StoreMemory.NONE;

  // How a lane is, if it is not at the beginning of another one, whose number it has then.
  private static final int GOES_ON = -1;
  private static final int IS_FULL = -2;
  private static final int IS_OVER = -3;
  private static final int IS_LOST = -4;
  private static final int IS_PASSED = -5;

  private final StoreMemory parts;
  private final MemorySegment mem;
  private final RootMarks marks;
  private final long seq;
  private final Trail trail;

  private int lanes;
  private final int[] at = new int[LANES];
  private final int[] found = new int[LANES * LANE_MAX];
  private final int[] size = new int[LANES];
  private final int[] state = new int[LANES];

  /** Where lanes began, by a hash of the record; none in places that are empty. */
  private final int[] beginnings = new int[TABLE_MASK + 1];

  private final int[] laneOf = new int[TABLE_MASK + 1];

  /** Keeps the compiler from leaving out the reads whose sum this is. */
  private int unusedSum;

  /** Marks that lanes began at. */
  private int used;

  /**
   * A walk.
   *
   * @param marks of the list
   * @param seq those that changed later are looked for
   * @param trail takes them
   */
  BackWalk(StoreMemory parts, RootMarks marks, long seq, Trail trail) {
    this.parts = parts;
    this.mem = parts.mem;
    this.marks = marks;
    this.seq = seq;
    this.trail = trail;
  }

  /**
   * Walks for a while. The list does not change meanwhile, nor between two stretches.
   *
   * @param from a record of the list
   * @param max records that the list has
   * @return where to go on; none when that is all
   */
  int stretch(int from, long max) {
    begin(from);
    int lane = 0;
    long left = reach(lane);
    while (true) {
      readAhead();
      for (int i = 0; i < lanes; i++) {
        if (state[i] == GOES_ON) {
          step(i);
        }
      }
      while (state[lane] != GOES_ON) {
        left -= size[lane];
        keep(lane, max);
        switch (state[lane]) {
          case IS_OVER -> {
            return NONE;
          }
          case IS_LOST -> parts.record(at[lane]); // throws
          case IS_FULL -> {
            if (left <= 0) {
              return at[lane];
            }
            state[lane] = GOES_ON;
          }
          case IS_PASSED ->
              throw StoreHeader.corrupt(parts.records, "lists without cycles", "a cycle");
          default -> {
            int next = state[lane];
            state[lane] = IS_PASSED;
            lane = next;
            left = reach(lane);
          }
        }
      }
    }
  }

  private void begin(int from) {
    Arrays.fill(beginnings, NONE);
    lanes = 0;
    parts.record(from);
    lane(from);
    while (lanes < LANES && used < marks.count()) {
      int mark = marks.back(used++);
      if (parts.isRecord(mark) && beginsAt(mark) < 0) {
        lane(mark);
      }
    }
  }

  private void lane(int index) {
    int place = place(index);
    while (beginnings[place] != NONE) {
      place = place + 1 & TABLE_MASK;
    }
    beginnings[place] = index;
    laneOf[place] = lanes;
    at[lanes] = index;
    size[lanes] = 0;
    state[lanes] = GOES_ON;
    lanes++;
  }

  /** The lane that began at a record; -1 for no lane. */
  private int beginsAt(int index) {
    int place = place(index);
    while (beginnings[place] != NONE) {
      if (beginnings[place] == index) {
        return laneOf[place];
      }
      place = place + 1 & TABLE_MASK;
    }
    return -1;
  }

  private static int place(int index) {
    return (index * 0x9e37_79b1) >>> (Integer.SIZE - TABLE_LOG2);
  }

  /** Within so many records from its beginning a lane passes the beginnings of all behind it. */
  private long reach(int lane) {
    return (long) (lanes - lane) * RootMarks.EVERY;
  }

  /**
   * In a loop that does nothing else, because a processor looks ahead only so many instructions.
   */
  private void readAhead() {
    int sum = 0;
    for (int i = 0; i < lanes; i++) {
      if (state[i] == GOES_ON) {
        sum += RecordSlot.prev(mem, parts.recordAt(at[i]));
      }
    }
    unusedSum += sum;
  }

  /** One record of one lane, which may be none of the list: nothing is believed. */
  private void step(int lane) {
    int index = at[lane];
    long record = parts.recordAt(index);
    if (RecordSlot.modSeq(mem, record) <= seq) {
      state[lane] = IS_OVER;
      return;
    }
    int count = size[lane];
    found[lane * LANE_MAX + count] = index;
    size[lane] = ++count;
    int prev = RecordSlot.prev(mem, record);
    at[lane] = prev;
    int other = beginsAt(prev);
    if (!parts.isRecord(prev)) {
      state[lane] = prev == NONE ? IS_OVER : IS_LOST;
    } else if (other >= 0) {
      state[lane] = other;
    } else if (count == LANE_MAX) {
      state[lane] = IS_FULL;
    }
  }

  /** What a lane passed is in the list. */
  private void keep(int lane, long max) {
    int lo = lane * LANE_MAX;
    for (int i = lo; i < lo + size[lane]; i++) {
      trail.add(found[i]);
    }
    size[lane] = 0;
    if (trail.count() > max) {
      throw StoreHeader.corrupt(parts.records, max + " records in a list", "more");
    }
  }
}
