package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where object caches hand objects over to each other, half a cache at once: from threads that free
 * more than they allocate to threads that allocate more than they free.
 *
 * <pre>{@code
 *   cache of one handle                                          cache of another one
 *   +----------------+   put, when it    +-------------------+  take, when it  +---------------+
 *   | full           | ----------------> | up to 4 batches   | --------------> | empty         |
 *   +----------------+   is full         | of each class     |   is empty      +---------------+
 *                                        +-------------------+
 *
 * bytes of a class
 *   0      8      16     24     32          64          192         320         448      576
 *   +------+------+------+------+-----------+-----------+-----------+-----------+--------+
 *   |state0|state1|state2|state3| unused    |  batch 0  |  batch 1  |  batch 2  |batch 3 |
 *   +------+------+------+------+-----------+-----------+-----------+-----------+--------+
 *
 * state 0   nothing there          put: compare-and-set to BUSY, entries, then what they are
 *       -1  BUSY: somebody else's  take: compare-and-set to BUSY, entries, then what is left
 *       else bits 0-7 count of objects, bits 8-31 number of the cache that put them
 * }</pre>
 *
 * <p>One by one the objects would cost the lines of their superblocks and of the stacks, and a
 * locked operation each; a batch costs two locked operations. At most {@link #BATCHES} batches of a
 * class wait in here, that is twice what one handle may keep of it. Whoever flushes a cache, or
 * finds no room, empties the depot, too.
 *
 * <p>To everybody else the objects in here are still in the cache that put them: they carry its
 * mark. Who takes them puts its own in its place, see {@link ObjectCache}.
 *
 * <p>Any number of threads. Nobody waits: a place that is busy is passed over. The memory of this
 * belongs to the process; when that dies, recovery finds the objects by their marks.
 */
final class Depot {
  /** Batches of a class. */
  static final int BATCHES = 4;

  /** Objects in a batch at most: half a cache. */
  static final int OBJECTS = ObjectCache.OBJECTS_MAX / 2;

  private static final long BUSY = -1;
  private static final int COUNT_BITS = 8;

  private static final long LINE = 64;
  private static final long BATCH_SIZE = (long) OBJECTS * Long.BYTES;
  private static final long CLASS_SIZE = LINE + BATCHES * BATCH_SIZE;

  private final MemorySegment memory;

  /** A depot with nothing in it, for as long as it is used. */
  static Depot of(GrooveGeometry geometry) {
    return new Depot(Arena.ofAuto().allocate(size(geometry), LINE));
  }

  static long size(GrooveGeometry geometry) {
    return geometry.classCount() * CLASS_SIZE;
  }

  /** Takes zeros. */
  Depot(MemorySegment memory) {
    this.memory = memory;
  }

  /**
   * Takes objects of a cache, which does not know them any more.
   *
   * @param count at most {@link #OBJECTS}, at least 1
   * @param mark that they carry
   * @return false when there is no place; nothing changed
   */
  boolean put(int sizeClass, long[] entries, int from, int count, long mark) {
    long states = sizeClass * CLASS_SIZE;
    for (int i = 0; i < BATCHES; i++) {
      long state = states + (long) i * Long.BYTES;
      if (Mem.getLongOpaque(memory, state) == 0 && Mem.casLong(memory, state, 0, BUSY)) {
        long batch = batch(states, i);
        for (int k = 0; k < count; k++) {
          Mem.putLong(memory, batch + (long) k * Long.BYTES, entries[from + k]);
        }
        // Publishes the entries, and all that was done to the objects; pairs with take.
        Mem.putLongRelease(memory, state, (mark & ~ObjectHeader.CACHED) << COUNT_BITS | count);
        return true;
      }
    }
    return false;
  }

  /**
   * Gives objects of one cache.
   *
   * @param want how many at most, at least 1
   * @param entries takes them
   * @param at index of the first
   * @return tells {@link #count} and {@link #mark}; 0 when nothing is there
   */
  long take(int sizeClass, int want, long[] entries, int at) {
    long states = sizeClass * CLASS_SIZE;
    for (int i = BATCHES - 1; i >= 0; i--) {
      long state = states + (long) i * Long.BYTES;
      long found = Mem.getLongOpaque(memory, state);
      // Acquires what the others did to the objects.
      if (found > 0 && Mem.casLong(memory, state, found, BUSY)) {
        int count = Math.min(want, count(found));
        int left = count(found) - count;
        long from = batch(states, i) + (long) left * Long.BYTES;
        for (int k = 0; k < count; k++) {
          entries[at + k] = Mem.getLong(memory, from + (long) k * Long.BYTES);
        }
        // After the entries were read: the next batch may come.
        Mem.putLongRelease(memory, state, left == 0 ? 0 : found - count);
        return found - left;
      }
    }
    return 0;
  }

  /** Gives everything back to the superblocks, except what is being put or taken just now. */
  void flush(GroupSlots slots) {
    int classes = slots.geometry.classCount();
    for (int c = 0; c < classes; c++) {
      for (int i = 0; i < BATCHES; i++) {
        flush(slots, c, i);
      }
    }
  }

  private void flush(GroupSlots slots, int sizeClass, int i) {
    long states = sizeClass * CLASS_SIZE;
    long state = states + (long) i * Long.BYTES;
    long found = Mem.getLongOpaque(memory, state);
    if (found <= 0 || !Mem.casLong(memory, state, found, BUSY)) {
      return;
    }
    int left = count(found);
    try {
      while (left > 0) {
        left--; // first: at damage the call ends, and the object is not in here any more
        long entry = Mem.getLong(memory, batch(states, i) + (long) left * Long.BYTES);
        slots.giveBack(sizeClass, entry, mark(found));
      }
    } finally {
      Mem.putLongRelease(memory, state, left == 0 ? 0 : found - count(found) + left);
    }
  }

  /** How many objects were taken. */
  static int count(long taken) {
    return (int) (taken & (1 << COUNT_BITS) - 1);
  }

  /** Their mark. */
  static long mark(long taken) {
    return ObjectHeader.CACHED | taken >>> COUNT_BITS;
  }

  private static long batch(long states, int i) {
    return states + LINE + i * BATCH_SIZE;
  }
}
