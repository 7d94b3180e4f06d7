package holdfast.groove;

import holdfast.CorruptDataException;
import holdfast.UnsupportedFormatException;
import holdfast.internal.Check;
import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * A map from keys of 32 bytes to descriptions of values, in off-heap memory that the caller gives,
 * for any number of threads; laid out as {@code fd_groove_meta} of Firedancer.
 *
 * <pre>{@code
 * state                       elements
 * +-------------------+       +-----+-----+-----+-----+-----+-----+-----+-----+
 * | parameters        |       |     |  k  |  m  |  a  |     |     |  x  |     |   48 bytes each
 * +-------------------+       +-----+-----+-----+-----+-----+-----+-----+-----+
 * | lock 0 | lock 1   |        \______ lock 0 ______/  \______ lock 1 ______/
 * +-------------------+              ^ home of k, m, a: the next free slot on the right was theirs
 * }</pre>
 *
 * <p>A key is looked for from its home, the slot that its hash names, over used slots up to the
 * first free one, at most {@code probeMax} of them, cyclically. Each lock is a version for a range
 * of slots. Readers take no locks: they look at the versions before and after and begin again when
 * one has changed, so they never see half of a change. Writers hold the locks of the slots that
 * they walk over. Removing moves later elements up, there are no tombstones.
 *
 * <pre>{@code
 * try (Arena arena = Arena.ofShared()) {
 *   GrooveMap map =
 *       GrooveMap.create(
 *           arena.allocate(GrooveMap.stateSize(1024), 128),
 *           arena.allocate(GrooveMap.elementsSize(1024), 128),
 *           1024, 7);
 *   GrooveEntry entry = new GrooveEntry();              // one for each thread
 *   map.put(entry.key(1, 2, 3, 4).value(4096, 10, 16));
 *   if (map.query(entry.key(1, 2, 3, 4)) == GrooveMap.Result.FOUND) {
 *     long where = entry.valueOffset();
 *   }
 * }
 * }</pre>
 *
 * <p>All methods may be called by any thread at any time, each with an entry of its own, except
 * where they say that nobody else may work meanwhile. None makes garbage but {@link #cursor},
 * {@link #verify} and {@link #repair}. Several processes may share the memory; the guard against
 * versions that go round works when all of them are ours.
 *
 * <p>Operations wait while others hold a lock they need. When that takes longer than ten seconds
 * the holder has died or is stopped, and they return {@link Result#AGAIN}; {@link #repair} makes
 * the map usable. The {@code try} methods never wait.
 */
public final class GrooveMap {
  /** How an operation ended. */
  public enum Result {
    /** The key is there; the entry has its value. */
    FOUND,
    /** The key is not there; nothing has changed. */
    ABSENT,
    /** The key is new in the map. */
    INSERTED,
    /** The key was there and has the new value now. */
    REPLACED,
    /** The key was there and is no more; the entry has the value it had. */
    REMOVED,
    /** The key is new and none of the slots where it may be is free; nothing has changed. */
    FULL,
    /** Another thread is at it; nothing has changed. */
    AGAIN
  }

  private static final int PUT = 0;
  private static final int PUT_IF_ABSENT = 1;
  private static final int REPLACE = 2;

  final MemorySegment state;
  final MemorySegment elements;
  final long elementMask;
  final long lockMask;
  final int lockShift;
  final long probeMax;
  final long seed;

  /** What a version counts modulo; fewer than 16 bits only in tests. */
  final int versionMask;

  /** False only in tests that show what the counter is for. */
  final boolean countsWraps;

  GrooveMap(MemorySegment state, MemorySegment elements, int versionMask, boolean countsWraps) {
    this.state = state;
    this.elements = elements;
    this.versionMask = versionMask;
    this.countsWraps = countsWraps;
    // Read once: what another process writes there later changes nothing here.
    elementMask = Mem.getLong(state, MapLayout.ELEMENT_MAX_OFFSET) - 1;
    lockMask = Mem.getLong(state, MapLayout.LOCK_COUNT_OFFSET) - 1;
    lockShift = MapLayout.lockShift(elementMask + 1, lockMask + 1);
    probeMax = Mem.getLong(state, MapLayout.PROBE_MAX_OFFSET);
    seed = Mem.getLong(state, MapLayout.SEED_OFFSET);
  }

  /**
   * Bytes of the state of a map with as many locks as are useful.
   *
   * @param elementMax slots, a power of two up to 2^28
   * @return bytes, a multiple of 128
   */
  public static long stateSize(long elementMax) {
    return MapLayout.footprint(lockCount(elementMax));
  }

  /**
   * Bytes of the elements of a map.
   *
   * @param elementMax slots, a power of two up to 2^28
   * @return 48 for each
   */
  public static long elementsSize(long elementMax) {
    lockCount(elementMax);
    return MapElement.at(elementMax);
  }

  private static long lockCount(long elementMax) {
    Check.range(elementMax, 1, MapLayout.ELEMENT_MAX, "elementMax");
    powerOfTwo(elementMax, "elementMax");
    return Math.min(elementMax, MapLayout.LOCK_COUNT_MAX);
  }

  private static void powerOfTwo(long value, String name) {
    if ((value & (value - 1)) != 0) {
      throw new IllegalArgumentException(name + " must be a power of two: " + value);
    }
  }

  /**
   * Formats an empty map with the recommended number of locks, and no limit on probing but the
   * size.
   *
   * @param state native memory of {@link #stateSize}, aligned to 128; overwritten
   * @param elements native memory of {@link #elementsSize}, aligned to 8; overwritten
   * @param elementMax slots, a power of two up to 2^28; keep a fifth of them free
   * @param seed of the hash
   * @return the map; it lives as long as the memory does
   */
  public static GrooveMap create(
      MemorySegment state, MemorySegment elements, long elementMax, long seed) {
    return create(state, elements, elementMax, lockCount(elementMax), elementMax, seed);
  }

  /**
   * Formats an empty map.
   *
   * @param state native memory of 128 + 2 {@code lockCount} bytes rounded up to 128, aligned to 128
   * @param elements native memory of {@link #elementsSize}, aligned to 8; overwritten
   * @param elementMax slots, a power of two up to 2^28
   * @param lockCount a power of two up to 8192 and {@code elementMax}
   * @param probeMax slots where a key may be, from its home on; 1 to {@code elementMax}
   * @param seed of the hash
   * @return the map; it lives as long as the memory does
   */
  public static GrooveMap create(
      MemorySegment state,
      MemorySegment elements,
      long elementMax,
      long lockCount,
      long probeMax,
      long seed) {
    Check.range(lockCount, 1, lockCount(elementMax), "lockCount");
    powerOfTwo(lockCount, "lockCount");
    Check.range(probeMax, 1, elementMax, "probeMax");
    memory(state, MapLayout.footprint(lockCount), MapLayout.ALIGN, "state");
    memory(elements, elementsSize(elementMax), Long.BYTES, "elements");
    Check.writable(state);
    Check.writable(elements);
    Check.noOverlap(state, elements);
    Mem.touch(state); // before the first compare-and-set
    Mem.fill(elements, 0, elementsSize(elementMax), (byte) 0);
    MapLayout.format(state, elementMax, lockCount, probeMax, seed);
    return new GrooveMap(state, elements, 0xffff, true);
  }

  /**
   * Opens a map that is in memory already, whoever made it.
   *
   * @param state native memory that begins with the state, aligned to 128
   * @param elements native memory that begins with the elements, aligned to 8
   * @return the map; it lives as long as the memory does
   * @throws CorruptDataException if the parameters contradict each other or the memory; what is in
   *     the elements is looked at by {@link #verify}
   * @throws UnsupportedFormatException if it is larger than 2^28 elements
   */
  public static GrooveMap open(MemorySegment state, MemorySegment elements) {
    memory(state, 0, MapLayout.ALIGN, "state");
    memory(elements, 0, Long.BYTES, "elements");
    MapLayout.check(state, elements);
    Mem.touch(state);
    return new GrooveMap(state, elements, 0xffff, true);
  }

  private static void memory(MemorySegment segment, long size, long align, String name) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(name + " must be native memory");
    }
    if (segment.address() % align != 0) {
      throw new IllegalArgumentException(name + " must be aligned to " + align);
    }
    if (segment.byteSize() < size) {
      throw new IllegalArgumentException(
          name + " needs " + size + " bytes, has " + segment.byteSize());
    }
  }

  /**
   * How many slots there are.
   *
   * @return a power of two
   */
  public long elementMax() {
    return elementMask + 1;
  }

  /**
   * How many locks there are.
   *
   * @return a power of two
   */
  public long lockCount() {
    return lockMask + 1;
  }

  /**
   * In how many slots a key may be.
   *
   * @return 1 to {@link #elementMax}
   */
  public long probeMax() {
    return probeMax;
  }

  /**
   * The seed of the hash.
   *
   * @return as given to {@link #create}
   */
  public long seed() {
    return seed;
  }

  /**
   * Looks a key up.
   *
   * @param entry its key is read, its value set when the key is found
   * @return FOUND, ABSENT or AGAIN
   * @throws CorruptDataException if what is found is no description of a value
   */
  public Result query(GrooveEntry entry) {
    for (int round = 0; ; round++) {
      Result result = tryQuery(entry);
      if (result != Result.AGAIN || round == Patience.ROUNDS_MAX) {
        return result;
      }
      Patience.pause(round);
    }
  }

  /**
   * Looks a key up, once.
   *
   * @param entry its key is read, its value set when the key is found
   * @return FOUND, ABSENT or AGAIN
   * @throws CorruptDataException if what is found is no description of a value
   */
  public Result tryQuery(GrooveEntry entry) {
    MapLocks locks = entry.locks;
    // Pairs with the addition in MapLocks.changed: looked at before all versions, and after them.
    long wraps = Mem.getLongAcquire(state, MapLayout.WRAPS_OFFSET);
    long slot = entry.hash(seed) & elementMask;
    locks.start(slot >>> lockShift);
    for (long probe = 0; probe < probeMax; probe++) {
      long lock = slot >>> lockShift;
      if (!locks.contains(this, lock) && !locks.note(this, lock)) {
        return Result.AGAIN;
      }
      long bits = MapElement.bits(elements, slot);
      if (!MapElement.used(bits)) {
        break;
      }
      if (MapElement.hasKey(elements, slot, entry)) {
        long valueOffset = MapElement.value(elements, slot);
        // What was read above is from before the looks at the versions below. That the key is here
        // is enough; what is in other ranges does not matter.
        Mem.loadFence();
        if (!locks.unchanged(this, lock) || wrapped(wraps)) {
          return Result.AGAIN;
        }
        MapElement.check(slot, bits, valueOffset);
        entry.bits = bits;
        entry.valueOffset = valueOffset;
        return Result.FOUND;
      }
      slot = (slot + 1) & elementMask;
    }
    Mem.loadFence();
    return locks.allUnchanged(this) && !wrapped(wraps) ? Result.ABSENT : Result.AGAIN;
  }

  private boolean wrapped(long wraps) {
    Mem.loadFence();
    return Mem.getLongOpaque(state, MapLayout.WRAPS_OFFSET) != wraps;
  }

  /**
   * Stores an entry, whether or not the key is there.
   *
   * @param entry key and value; not changed
   * @return INSERTED, REPLACED, FULL or AGAIN
   */
  public Result put(GrooveEntry entry) {
    return write(entry, PUT, Patience.ROUNDS_MAX);
  }

  /**
   * Stores an entry, without waiting for others.
   *
   * @param entry key and value; not changed
   * @return INSERTED, REPLACED, FULL or AGAIN
   */
  public Result tryPut(GrooveEntry entry) {
    return write(entry, PUT, 0);
  }

  /**
   * Stores an entry if its key is not there.
   *
   * @param entry key and value; when the key is there, its value is set to what the map has
   * @return INSERTED, FOUND, FULL or AGAIN
   * @throws CorruptDataException if what is found is no description of a value
   */
  public Result putIfAbsent(GrooveEntry entry) {
    return write(entry, PUT_IF_ABSENT, Patience.ROUNDS_MAX);
  }

  /**
   * Stores an entry if its key is not there, without waiting for others.
   *
   * @param entry key and value; when the key is there, its value is set to what the map has
   * @return INSERTED, FOUND, FULL or AGAIN
   * @throws CorruptDataException if what is found is no description of a value
   */
  public Result tryPutIfAbsent(GrooveEntry entry) {
    return write(entry, PUT_IF_ABSENT, 0);
  }

  /**
   * Stores an entry if its key is there.
   *
   * @param entry key and value; not changed
   * @return REPLACED, ABSENT or AGAIN
   */
  public Result replace(GrooveEntry entry) {
    return write(entry, REPLACE, Patience.ROUNDS_MAX);
  }

  /**
   * Stores an entry if its key is there, without waiting for others.
   *
   * @param entry key and value; not changed
   * @return REPLACED, ABSENT or AGAIN
   */
  public Result tryReplace(GrooveEntry entry) {
    return write(entry, REPLACE, 0);
  }

  private Result write(GrooveEntry entry, int mode, int rounds) {
    for (int round = 0; ; round++) {
      Result result = writeOnce(entry, mode);
      if (result != Result.AGAIN || round == rounds) {
        return result;
      }
      Patience.pause(round);
    }
  }

  /** Takes the locks of the walk to the key's slot, gives back all but that one's, and stores. */
  private Result writeOnce(GrooveEntry entry, int mode) {
    MapLocks locks = entry.locks;
    long slot = entry.hash(seed) & elementMask;
    locks.start(slot >>> lockShift);
    for (long probe = 0; probe < probeMax; probe++) {
      long lock = slot >>> lockShift;
      if (!locks.contains(this, lock) && !locks.take(this, lock)) {
        locks.release(this);
        return Result.AGAIN;
      }
      boolean free = !MapElement.used(MapElement.bits(elements, slot));
      if (free || MapElement.hasKey(elements, slot, entry)) {
        locks.releaseOthers(this, lock);
        Result result = store(entry, slot, free, mode);
        locks.release(this);
        if (result == Result.FOUND) {
          MapElement.check(slot, entry.bits, entry.valueOffset);
        }
        return result;
      }
      slot = (slot + 1) & elementMask;
    }
    locks.release(this);
    return mode == REPLACE ? Result.ABSENT : Result.FULL;
  }

  private Result store(GrooveEntry entry, long slot, boolean free, int mode) {
    if (free && mode == REPLACE) {
      return Result.ABSENT;
    }
    if (!free && mode == PUT_IF_ABSENT) {
      MapElement.get(elements, slot, entry);
      return Result.FOUND;
    }
    entry.locks.changed(this, slot >>> lockShift);
    MapElement.put(elements, slot, entry);
    return free ? Result.INSERTED : Result.REPLACED;
  }

  /**
   * Removes a key.
   *
   * @param entry its key is read, its value set to the removed one
   * @return REMOVED, ABSENT or AGAIN
   * @throws CorruptDataException if what is found is no description of a value; it is removed
   */
  public Result remove(GrooveEntry entry) {
    for (int round = 0; ; round++) {
      Result result = tryRemove(entry);
      if (result != Result.AGAIN || round == Patience.ROUNDS_MAX) {
        return result;
      }
      Patience.pause(round);
    }
  }

  /**
   * Removes a key, without waiting for others.
   *
   * @param entry its key is read, its value set to the removed one
   * @return REMOVED, ABSENT or AGAIN
   * @throws CorruptDataException if what is found is no description of a value; it is removed
   */
  public Result tryRemove(GrooveEntry entry) {
    MapLocks locks = entry.locks;
    long home = entry.hash(seed) & elementMask;
    locks.start(home >>> lockShift);
    long found = -1;
    long count = 0; // used slots from the home on
    // All up to the first free slot may have to move, so their locks are needed before anything
    // is changed.
    for (long slot = home; count <= elementMask; slot = (slot + 1) & elementMask) {
      long lock = slot >>> lockShift;
      if (!locks.contains(this, lock) && !locks.take(this, lock)) {
        locks.release(this);
        return Result.AGAIN;
      }
      if (!MapElement.used(MapElement.bits(elements, slot))) {
        break;
      }
      if (found < 0) {
        if (count == probeMax) {
          break;
        }
        found = MapElement.hasKey(elements, slot, entry) ? slot : -1;
      }
      count++;
    }
    if (found >= 0) {
      MapElement.get(elements, found, entry);
      unlink(locks, found, (home + count) & elementMask);
    }
    locks.release(this);
    if (found < 0) {
      return Result.ABSENT;
    }
    MapElement.check(found, entry.bits, entry.valueOffset);
    return Result.REMOVED;
  }

  /** Frees a slot and moves up those of the next ones, until {@code end}, that may lie there. */
  private void unlink(MapLocks locks, long found, long end) {
    locks.changed(this, found >>> lockShift);
    MapElement.free(elements, found);
    long hole = found;
    for (long slot = (hole + 1) & elementMask;
        slot != end && slot != found;
        slot = (slot + 1) & elementMask) {
      long distance = (slot - home(slot)) & elementMask;
      if (distance >= ((slot - hole) & elementMask)) {
        if (slot >>> lockShift != hole >>> lockShift) {
          locks.changed(this, slot >>> lockShift);
        }
        MapElement.move(elements, slot, hole);
        hole = slot;
      }
    }
  }

  /** The slot that the key in a slot would like to have. */
  long home(long slot) {
    return KeyHash.hash(
            MapElement.key(elements, slot, 0),
            MapElement.key(elements, slot, 1),
            MapElement.key(elements, slot, 2),
            MapElement.key(elements, slot, 3),
            seed)
        & elementMask;
  }

  /**
   * Walks over all keys.
   *
   * @return a cursor for one thread
   */
  public GrooveMapCursor cursor() {
    return new GrooveMapCursor(this);
  }

  /**
   * How many keys there are, if nobody inserts or removes; else about how many.
   *
   * @return 0 to {@link #elementMax}
   */
  public long count() {
    long count = 0;
    for (long slot = 0; slot <= elementMask; slot++) {
      count += MapElement.bits(elements, slot) & MapElement.USED;
    }
    return count;
  }

  /**
   * Checks everything; trusts nothing. Nobody else may work meanwhile.
   *
   * @throws CorruptDataException at the first rule that is broken
   */
  public void verify() {
    MapLayout.check(state, elements);
    MapVerification.run(this);
  }

  /**
   * Makes the map usable after a process has died in the middle of an operation: gives the locks
   * back, makes every key reachable again, and drops what cannot be one. Operations that had ended
   * are kept, of those under way either all or nothing, except that a key whose value was being
   * replaced may be missing. Nobody else may work meanwhile. After it {@link #verify} succeeds.
   *
   * @return how many elements were dropped: doubles, values that describe nothing, and keys that
   *     have no room
   */
  public long repair() {
    return MapRepair.run(this);
  }
}
