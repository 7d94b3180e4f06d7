package holdfast.snapshot;

import holdfast.internal.Mem;
import java.lang.foreign.MemorySegment;

/**
 * The free slots of an array, as a stack that any number of threads use without a lock.
 *
 * <pre>{@code
 * head  bits  width  field
 *       0-31   32    index of the first free slot; the number of slots when there is none
 *      32-63   32    grows with each change, so that a head seen twice was not away meanwhile
 *
 * link of slot i: (index of the next free slot) - (i + 1), so zeroed memory is a full pool
 * }</pre>
 */
final class SlotPool {
  private static final long INDEX_MASK = 0xffff_ffffL;
  private static final long TURN = 1L << 32;

  private final MemorySegment mem;
  private final long head;
  private final long slots;
  private final long slotSize;
  private final long link;
  private final long count;

  /**
   * A pool in memory.
   *
   * @param head where its head is; 0 there, and zeroed slots, make a full one
   * @param slots where slot 0 is
   * @param link offset in a slot of four bytes for the pool while the slot is free
   */
  SlotPool(MemorySegment mem, long head, long slots, long slotSize, long link, long count) {
    this.mem = mem;
    this.head = head;
    this.slots = slots;
    this.slotSize = slotSize;
    this.link = link;
    this.count = count;
  }

  /** Takes a slot; {@link StoreMemory#NONE} when there is none. */
  int pop() {
    while (true) {
      // Acquires the link of the slot, written before the release in push.
      long old = Mem.getLongAcquire(mem, head);
      long index = old & INDEX_MASK;
      if (index >= count) {
        return StoreMemory.NONE;
      }
      long next = index + 1 + Mem.getInt(mem, slots + index * slotSize + link) & INDEX_MASK;
      // When somebody took the slot meanwhile, the link is garbage and the turn another.
      if (Mem.casLong(mem, head, old, next | (old & ~INDEX_MASK) + TURN)) {
        return (int) index;
      }
      Thread.onSpinWait();
    }
  }

  /** Gives a slot back. */
  void push(int slot) {
    pushAll(slot, slot);
  }

  /** Makes a slot, which nobody knows of, point to another one, for {@link #pushAll}. */
  void link(int slot, int next) {
    long index = Integer.toUnsignedLong(slot);
    Mem.putInt(
        mem, slots + index * slotSize + link, (int) (Integer.toUnsignedLong(next) - index - 1));
  }

  /** Gives slots back that are linked from the first to the last one. */
  void pushAll(int first, int last) {
    long firstIndex = Integer.toUnsignedLong(first);
    long lastIndex = Integer.toUnsignedLong(last);
    while (true) {
      long old = Mem.getLongOpaque(mem, head);
      Mem.putInt(
          mem, slots + lastIndex * slotSize + link, (int) ((old & INDEX_MASK) - lastIndex - 1));
      // Publishes the links; pairs with the acquire in pop.
      if (Mem.casLong(mem, head, old, firstIndex | (old & ~INDEX_MASK) + TURN)) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  /** The first free slot, when nobody else works on the pool; the number of slots at the end. */
  long first() {
    return Mem.getLong(mem, head) & INDEX_MASK;
  }

  /** The free slot after one, when nobody else works on the pool. */
  long after(long index) {
    return index + 1 + Mem.getInt(mem, slots + index * slotSize + link) & INDEX_MASK;
  }

  /** Makes the pool empty, for those who build it anew. */
  void clear() {
    Mem.putLong(mem, head, (Mem.getLong(mem, head) & ~INDEX_MASK) + TURN | count);
  }
}
