package holdfast.groove;

import java.util.Arrays;

/**
 * Walks over the keys of a {@link GrooveMap} while others work on it.
 *
 * <p>Every key that is in the map all the time is seen exactly once; one that is inserted or
 * removed meanwhile is seen once or not at all. Each is seen with a value that it had at some
 * moment.
 *
 * <p>For one thread at a time. Memory for the longest run of used slots is kept between calls.
 */
public final class GrooveMapCursor {
  // Why nothing is seen twice or missed: keys move only within a run of used slots, towards their
  // home, and never across a free slot. The walk starts behind a slot that was free and takes the
  // slots up to the next free one at once, under their locks. What lies behind that one has its
  // home behind it, too, so it can never move to where the walk has been; and what has been taken
  // cannot move to where the walk has yet to go. A free slot that is filled later does not change
  // where the older keys have their home.

  private static final int WORDS = 7;

  private final GrooveMap map;
  private final GrooveEntry scratch = new GrooveEntry();
  private long[] run = new long[16 * WORDS];
  private int size;
  private int next;

  /** The slot that is looked at next, and how many are left; -1 before the start. */
  private long slot;

  private long left = -1;

  /** Whether all slots were used, so that the walk does not start behind a free one. */
  private boolean full;

  GrooveMapCursor(GrooveMap map) {
    this.map = map;
  }

  /**
   * Goes to the next key.
   *
   * @param entry set to it
   * @return FOUND; ABSENT at the end; AGAIN when another thread holds a lock for ten seconds, after
   *     which the next call goes on at the same place
   * @throws holdfast.CorruptDataException if its value is none; the next call goes on behind it
   */
  public GrooveMap.Result next(GrooveEntry entry) {
    for (int round = 0; ; round++) {
      GrooveMap.Result result = tryNext(entry);
      if (result != GrooveMap.Result.AGAIN || round == Patience.ROUNDS_MAX) {
        return result;
      }
      Patience.pause(round);
    }
  }

  /**
   * Goes to the next key, without waiting for others.
   *
   * @param entry set to it
   * @return FOUND; ABSENT at the end; AGAIN, after which the next call goes on at the same place
   * @throws holdfast.CorruptDataException if its value is none; the next call goes on behind it
   */
  public GrooveMap.Result tryNext(GrooveEntry entry) {
    while (next == size) {
      if (left == 0) {
        return GrooveMap.Result.ABSENT;
      }
      size = 0;
      next = 0;
      if (left < 0 ? !start() : !load()) {
        size = 0;
        return GrooveMap.Result.AGAIN;
      }
    }
    int at = next;
    next += WORDS;
    entry.key(run[at], run[at + 1], run[at + 2], run[at + 3]).raw(run[at + 4], run[at + 5]);
    MapElement.check(run[at + 6], entry.bits, entry.valueOffset);
    return GrooveMap.Result.FOUND;
  }

  /** Looks for a slot that is free, and not just for a moment; false when a lock is taken. */
  private boolean start() {
    MapLocks locks = scratch.locks;
    long perLock = 1L << map.lockShift;
    for (long lock = 0; lock <= map.lockMask; lock++) {
      locks.start(lock);
      if (!locks.take(map, lock)) {
        return false;
      }
      long free = lock << map.lockShift;
      long end = free + perLock;
      while (free < end && MapElement.used(MapElement.bits(map.elements, free))) {
        free++;
      }
      locks.release(map);
      if (free < end) {
        slot = (free + 1) & map.elementMask;
        left = map.elementMask; // all but the free one
        return true;
      }
    }
    slot = 0; // they are all used, and then they are one run
    left = map.elementMask + 1;
    full = true;
    return true;
  }

  /** Takes the next run of used slots; false when a lock is taken. */
  private boolean load() {
    MapLocks locks = scratch.locks;
    long at = slot;
    long rest = left;
    locks.start(at >>> map.lockShift);
    while (rest > 0) {
      long lock = at >>> map.lockShift;
      if (!locks.contains(map, lock)) {
        if (size == 0) {
          locks.release(map);
          locks.start(lock);
        }
        if (!locks.take(map, lock)) {
          locks.release(map);
          return false;
        }
      }
      boolean used = MapElement.used(MapElement.bits(map.elements, at));
      if (used) {
        add(at);
      }
      at = (at + 1) & map.elementMask;
      rest--;
      if (!used && full) {
        size = 0; // one has become free: start behind it
        rest = map.elementMask;
      }
      full &= used;
      if (!used && size > 0) {
        break;
      }
    }
    locks.release(map);
    slot = at;
    left = rest;
    return true;
  }

  private void add(long at) {
    if (size == run.length) {
      run = Arrays.copyOf(run, 2 * size);
    }
    MapElement.get(map.elements, at, scratch);
    run[size] = scratch.k0;
    run[size + 1] = scratch.k1;
    run[size + 2] = scratch.k2;
    run[size + 3] = scratch.k3;
    run[size + 4] = scratch.bits;
    run[size + 5] = scratch.valueOffset;
    run[size + 6] = at;
    size += WORDS;
  }
}
