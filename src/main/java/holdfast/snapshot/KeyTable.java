package holdfast.snapshot;

import holdfast.CorruptDataException;
import holdfast.internal.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Keys, each with some bytes of the caller's, off the heap: for work on whole files.
 *
 * <pre>{@code
 * slot   0       8          8 + key size      + payload
 *        +-------+----------+-----------------+
 *        | used  |   key    |     payload     |      open addressing, at most 3 of 4 slots used
 *        +-------+----------+-----------------+
 * }</pre>
 *
 * <p>For one thread at a time; closed with its arena.
 */
final class KeyTable {
  private static final long USED = 1;

  private final MemorySegment slots;
  private final long mask;
  private final long slotSize;
  private final int keySize;
  private final long seed;
  private long left;

  /**
   * An empty one.
   *
   * @param count keys that it has room for
   * @param keySize bytes of a key, a multiple of 8
   * @param payload bytes beside each key, a multiple of 8
   * @param memoryMax most bytes that it may take
   * @throws CorruptDataException when it would take more
   */
  KeyTable(Arena arena, long count, int keySize, int payload, long seed, long memoryMax) {
    this.keySize = keySize;
    this.seed = seed;
    this.slotSize = (long) Long.BYTES + keySize + payload;
    this.left = count;
    long capacity = Long.highestOneBit(Math.max(4, count + count / 3 + 1) * 2 - 1);
    this.mask = capacity - 1;
    if (capacity > memoryMax / slotSize) {
      throw new CorruptDataException(
          "snapshot",
          0,
          "keys in a table that needs at most " + memoryMax + " bytes",
          count + " keys in slots of " + slotSize + " bytes");
    }
    this.slots = arena.allocate(capacity * slotSize, Long.BYTES);
  }

  /** Where payloads lie. */
  MemorySegment memory() {
    return slots;
  }

  /** Where the payload of a key is, in {@link #memory}; -1 when the key is not there. */
  long find(MemorySegment memory, long at) {
    long slot = probe(memory, at);
    return Mem.getLong(slots, slot) == USED ? slot + Long.BYTES + keySize : -1;
  }

  /** Adds a key that is not there; returns where its payload is, all zero. */
  long add(MemorySegment memory, long at) {
    long slot = probe(memory, at);
    if (Mem.getLong(slots, slot) == USED || left == 0) {
      throw new IllegalStateException("key is there, or no room; left " + left);
    }
    left--;
    Mem.putLong(slots, slot, USED);
    Mem.copy(memory, at, slots, slot + Long.BYTES, keySize);
    return slot + Long.BYTES + keySize;
  }

  /** The slot of a key, or the free one where it would go. There is always a free one. */
  private long probe(MemorySegment memory, long at) {
    long i = KeyHash.of(seed, memory, at, keySize) & mask;
    while (true) {
      long slot = i * slotSize;
      if (Mem.getLong(slots, slot) != USED || same(slot + Long.BYTES, memory, at)) {
        return slot;
      }
      i = (i + 1) & mask;
    }
  }

  private boolean same(long slotKey, MemorySegment memory, long at) {
    for (int i = 0; i < keySize; i += Long.BYTES) {
      if (Mem.getLong(slots, slotKey + i) != Mem.getLong(memory, at + i)) {
        return false;
      }
    }
    return true;
  }

  // A walk over all slots.

  /** How many slots there are. */
  long capacity() {
    return mask + 1;
  }

  /** Where the key of a slot is, in {@link #memory}; -1 when the slot is free. */
  long keyAt(long slot) {
    long at = slot * slotSize;
    return Mem.getLong(slots, at) == USED ? at + Long.BYTES : -1;
  }
}
