package holdfast.groove;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The locks that one operation has met: a run of neighbours, from the one where it began,
 * cyclically. A writer holds them, a reader has only noted their versions.
 *
 * <pre>{@code
 * version  even v --- take: set bit 0 ---> odd v+1 --- release ---> v      nothing has changed
 *                                                 \-- release ---> v + 2   something has
 * }</pre>
 *
 * <p>Locks are never waited for while others are held: a writer that meets a held one gives all
 * back and begins again, so there is no deadlock. Belongs to one entry, and so to one thread at a
 * time.
 */
final class MapLocks {
  private int[] versions = new int[4];
  private long first;
  private int count;

  void start(long lock) {
    first = lock;
    count = 0;
  }

  /** Whether the run contains a lock already; then the walk has come round to its start. */
  boolean contains(GrooveMap map, long lock) {
    return index(map, lock) < count;
  }

  private long index(GrooveMap map, long lock) {
    return (lock - first) & map.lockMask;
  }

  /** Takes the next lock; false when somebody has it. */
  boolean take(GrooveMap map, long lock) {
    MemorySegment state = map.state;
    if ((Mem.getShortOpaque(state, MapLayout.lock(lock)) & 1) != 0) {
      return false;
    }
    // There are no atomic operations on two bytes: set the bit in the aligned four around them.
    // Acquires what the last holder did; pairs with the release in put.
    long word = MapLayout.lock(lock) & -Integer.BYTES;
    int bit = (int) (lock & 1) * Short.SIZE;
    int version = Mem.getAndOrInt(state, word, 1 << bit) >>> bit & 0xffff;
    if ((version & 1) != 0) {
      return false;
    }
    // The odd version has to be seen before anything that is changed under it.
    Mem.storeFence();
    add(version);
    return true;
  }

  /** Takes note of the version of the next lock; false when somebody has it. */
  boolean note(GrooveMap map, long lock) {
    // Acquires what was changed under earlier versions; pairs with the release in put.
    int version = Mem.getShortAcquire(map.state, MapLayout.lock(lock)) & 0xffff;
    if ((version & 1) != 0) {
      return false;
    }
    add(version);
    return true;
  }

  private void add(int version) {
    if (count == versions.length) {
      versions = Arrays.copyOf(versions, 2 * count);
    }
    versions[count++] = version;
  }

  /** Whether a lock has the version that was noted, and so nothing read since has been changed. */
  boolean unchanged(GrooveMap map, long lock) {
    return (Mem.getShortOpaque(map.state, MapLayout.lock(lock)) & 0xffff)
        == versions[(int) index(map, lock)];
  }

  boolean allUnchanged(GrooveMap map) {
    for (int i = 0; i < count; i++) {
      if (!unchanged(map, (first + i) & map.lockMask)) {
        return false;
      }
    }
    return true;
  }

  /** Something under this lock is going to be different. */
  void changed(GrooveMap map, long lock) {
    int i = (int) index(map, lock);
    int version = (versions[i] + 2) & map.versionMask;
    if (version < versions[i] && map.countsWraps) {
      // Before the new version can be seen: whoever sees it sees this, too. A reader that noted the
      // same version before the lock was taken has looked at the counter before.
      Mem.getAndAddLong(map.state, MapLayout.WRAPS_OFFSET, 1);
    }
    versions[i] = version;
  }

  /** Gives all back but one, unchanged. */
  void releaseOthers(GrooveMap map, long kept) {
    int keep = (int) index(map, kept);
    for (int i = 0; i < count; i++) {
      if (i != keep) {
        put(map, i);
      }
    }
    versions[0] = versions[keep];
    first = kept;
    count = 1;
  }

  /** Gives all back. */
  void release(GrooveMap map) {
    for (int i = 0; i < count; i++) {
      put(map, i);
    }
    count = 0;
  }

  /** Publishes what was changed under the lock; pairs with the acquire in take and note. */
  private void put(GrooveMap map, int i) {
    long lock = (first + i) & map.lockMask;
    Mem.putShortRelease(map.state, MapLayout.lock(lock), (short) versions[i]);
  }
}
